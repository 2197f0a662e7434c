"""ATMP projects: product, phase, facts that rules ask for, needs, team, and who was granted which field group.

Words: a *project* brings one product towards patients and is cited by its *reference*; its *phase* has a dated history
of *stages*, and *on hold* is a rest that keeps the phase. A *field group* (teaser, identity, process, roadmap, money,
bookings) is what somebody may see as a whole. A *grant* opens one field group of one project to one organisation,
because of a request, a consent or an introduction, until it ends. A *sheet* is a table of projects that is imported.

Decisions:

- An unknown fact is null, which is an answer; `rules.facts` says once what each unknown costs and what is assumed.
- One predicate over grants serves pages, search, history and export, in two forms that a test holds alike:
  `queries.visible_groups` for one project and `queries.visible_projects` in a `select`. Its tables are `rules.access`.
- A founder sees their own organisation's projects whole; colleagues in other roles do not. A grant is read only by
  those whose work it is, and opens at most what its reason may: a facility never reads money.
- An administrator sees no project: where help is needed they act for somebody, on the record. An analyst reads
  aggregates. Support providers read teasers that were sent to them or published; "investors" means investors.
- A teaser that was sent shows the words that its owner consented to, kept with the grant; `queries.teasers_of_each` says
  which words a reader reads, and no search finds others.
- Publishing shows the teaser, never the name: an owner who wants to be known writes it there, and is warned of it.
- Indication, being nearly a name in a small region, goes with the identity; modality with the process; orphan and
  paediatric intentions, needs and the days of the history with the roadmap. The range of funding sought goes with
  money, and with the teaser of an investor or provider.
- A project's reference is drawn by lot, so that it tells neither how many projects there are nor whose it is.
- Two projects of one organisation do not share a name, so that a form or a sheet sent twice makes no second project.
- What is not visible does not exist; what is seen and not owned cannot be changed, and says so.
"""
