"""The room of matching: who could help whom, and why.

Words of this room: a *project* has *needs*; a *partner* (investor or support) serves kinds of need. A *pair* is one project
and one partner. A pair is *eligible* when no hard rule stands against it; each rule that does is named by a *code*. The *fit*
of an eligible pair is its *score* from 0 to 100, a sum of named *contributions*: each the *share* (0 to 1) that the pair earns
of what the contribution's *weight* makes it worth. A *decline* is somebody's earlier no. A *round* assigns many projects to
many partners at once. A *pool* is partners laid out in columns, so that a project meets all of them in one go.

Decisions:

- Hard rules, fit and missing evidence are kept apart: no score rescues an ineligible pair, and no weight makes one eligible.
- A score depends on its own project and partner, on the declines of that partner, on the date, the rates and the weights,
  and on nothing else: who else is in the file changes no score. Hence the weight of a word in a text is shipped with the
  portal (`term_weights.json`) and not counted in the texts at hand.
- A pair is scored once for each need that the partner serves, and keeps the best: who serves one need more loses nothing.
- Criteria that mean nothing for a need (ticket and instrument, for anything but capital) take no part, and the others make up
  the hundred.
- Everything is put in the order of ids before anything is computed, and sums are taken in one fixed order: the order of the
  input changes nothing, not even in the last digit.
- The formulas, and why each is as it is, are in `docs/matching.md`; `benchmarks/matching_quality` judges them.
"""
