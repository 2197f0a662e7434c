"""People, organisations and what each person may do on whose behalf; signing in.

Words: an *organisation* has *members*; a *membership* is one role of one person in one organisation. A person acts
for one organisation at a time and switches between them. Who registers becomes founder of their own organisation;
every other role comes by *invitation* or by an administrator's approval of a *role request*, with a reason.

Decisions: "SME" and "academic" are facts of an organisation, not roles. What a person may do at one facility (a
*duty*) is kept by the facilities room.
"""
