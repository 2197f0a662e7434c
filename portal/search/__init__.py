"""Search: finding what one may see, by the beginnings of words, in either language, with or without diacritics.

Words: a *term* is a word as it is compared: folded to small letters without diacritics. A *shelf* holds the terms of one
part of one kind of record, for instance what a project's teaser says, or what it is called; every shelf has its own answer
to who may search it. A *hit* is a record that the reader may open.

Decisions: terms lie in one table that the database finds by their beginnings through an ordinary index, the same on SQLite
and PostgreSQL. They are written in the transaction that changes the record, wherever that happens. A shelf is asked together
with the very predicate that the record's pages ask, so that a hit, or a count, never tells what the page would not. Every word
must be found; a record whose name has them all comes first. What is shipped with the portal (pages, the glossary) is searched
in memory by the same terms. A message is found by what it is about, as long as its reader may see that; a referral also by
what its reader reads of the words that the sides have written. `portal migrate` writes the terms of shelves that are new,
and `portal search rebuild` all terms anew.
"""
