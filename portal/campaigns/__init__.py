"""Campaigns and runs: a product's chain of work from its first development run to its first clinical batch, and what became of each.

Words: a *campaign* is a *chain* of *links* in their order; each link is one slot request. A link starts when the one before has
ended, or so many days after the end of an earlier one; in a *series* a given number of days after the start of the one
before. A *part* of a chain is what of it is asked of one facility. A *run* is what happened in a booking: its *record* is
kept while the work goes on, *closed* by signature, and *certified* by the qualified person where it is a clinical batch.

Decisions:

- A link is a slot request, so that one set of rules gives rooms, and a chain can take nothing that a request could not.
  Windows for the whole chain are searched in the same diaries; what is proposed is what the rules would grant.
- Where a chain stands follows from its requests and bookings; nothing of it is stored twice.
- A chain is requested, approved by each facility, and released in one unit of work: every link of it or none, and who is
  refused reads which link stands in the way. While another facility's part is open, an approved part is held on the
  condition that the rest is approved; the last approval confirms every part, as far as gates let it.
- A facility reads its own part, and that there is more or not, never where or when. The days that links elsewhere leave it are
  the requester's business.
- Nobody closes a record that they wrote in, nor work that they asked for. What is corrected after closing keeps its old value in
  the ledger, and its signatures say what has changed since.
"""
