"""Gates between pre-GMP and a patient: what must be shown before which run, by whom, and who has looked at it.

Words: a *gate* is a list of *items* that stands before a kind of run; pre-GMP exit, GMP entry, first clinical batch release.
A facility's *checklist* is one version of a gate's items: the shipped *base*, or what its QA published. A *dossier* is that a
project shows its gates to one facility. *Evidence* is a file or a link with its version; a reviewer *accepts* or *returns* it.
A *waiver* lets an item stand open until a day, with QA's signed reason. An item *holds* the gate while it is needed, holds
by its checklist, and is neither accepted nor waived; a gate without such items is *met*.

Decisions:

- Whether an item is needed follows from the project's facts; an unknown fact counts as if it were, and the page says which.
- An item of the base whose source is only general knowledge warns; once QA has published a checklist of the facility's own,
  every item in it that is marked so holds, whatever its source.
- Nobody reviews what they gave themselves, and nobody of the project's own organisation reviews or waives.
- Evidence is never changed or removed. New evidence puts an item back to the reviewer. An acceptance runs out after the
  item's months, counted from the day of the review.
- A facility sees a dossier while the project shows it its process facts; it is opened by the founder.
"""
