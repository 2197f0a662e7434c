"""ATMP projects: product, phase, facts that rules ask for, needs, team, and who was granted which field group.

Words: a *project* brings one product towards patients; its *phase* has a dated history and *on hold* is a flag that
keeps the phase. A *field group* (teaser, identity, process, roadmap, money, bookings) is what somebody may see as a
whole. A *grant* opens one field group of one project to one organisation, because of a request, a consent or an
introduction, until it ends.

Decisions: an unknown fact is null, which is an answer, and the page says what it costs. One predicate over grants
(`may_see`) serves pages, search, history and export. What is not visible does not exist.
"""
