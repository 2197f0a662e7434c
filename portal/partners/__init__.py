"""Partners: investors and who gives support, what they look for, and the public catalogue of support.

Words: a *partner* is what one organisation states once: an investor's *thesis*, or a *support offer* of a provider. A
*programme* is a support programme that comes with the portal as a fact, with source and confidence; nobody here speaks
for it. A *draft* was written by an adviser for a partner, who *confirms* it. A *closed* partner takes part in nothing
until it is *reopened*. *Capacity* is how many new conversations a quarter takes.

Decisions:

- A partner keeps its own statement on one page. An adviser drafts for it, and until the partner confirms, the draft is
  in no catalogue and no ranking.
- An empty list is no restriction. A list that excludes everything it asks for is refused, naming the field.
- What is public of a support offer is what a founder needs to apply; capacity, conflicts and the contact are not, and an
  investor's thesis is not in the catalogue at all.
- Conflicts are names in words: a partner names companies that it holds without learning who is in the portal, and only
  the partner itself reads the list.
- Modality, area and the other words are the vocabulary's; unknown ones are refused with the known ones.
- A sheet is imported whole or not at all: the preview lists every row's mistakes.
"""
