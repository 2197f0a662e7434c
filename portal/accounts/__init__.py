"""People, organisations and what each person may do on whose behalf; signing in.

Words: an *organisation* has *members*; a *membership* is one role of one person in one organisation. A person acts
for one organisation at a time and switches between them. Who registers becomes founder of their own organisation;
every other role comes by *invitation* or by an administrator's approval of a *role request*, with a reason. Who
*manages* an organisation holds a role that runs it (every one but QA and QP): they change its facts, invite and end
memberships. *Assistance* is an administrator acting for somebody, to help. A *sign-in* is one person in one browser; a
*device* is a browser in which a person has signed in. A *second factor* is an *app* for codes or a *passkey*; a
*recovery code* stands in for one. A *proof* is that somebody shows again, at the moment, who they are.

Decisions:

- "SME" and "academic" are facts of an organisation, not roles. What a person may do at one facility (a *duty*) is kept
  by the facilities room.
- Flask-Security hashes, makes and reads the signed tokens of links, and makes and checks codes; the webauthn library
  checks passkeys. Pages, forms and services are ours, so that a change, its ledger entry and its mail share one unit of
  work, and no unit of work is open while a password is hashed.
- Memberships are our roles. Flask-Security's role model is a stand-in of which there is never one.
- Nobody learns from an answer, or from the time that it takes, whether an address is known: forms do the same work for
  every address, and the mail alone differs. Mail is sent when the answer has left.
- Wrong guesses are counted for a known device by itself, and for unknown ones by account and network: so guessing slows
  the guesser down, and shuts nobody else out. A new password by mail makes the browser known, a passkey needs none.
- A link that arrives by mail changes nothing when it is opened, since mail readers open links; its page has a button.
- A sign-in is a row, of which the cookie holds a token; one question a request finds it, with the person. It lasts
  twelve hours without a request and a week at most. A new password or address, shutting out and "sign out everywhere"
  end every one. Signing in, too, renews `fs_uniquifier`, which voids every link that was mailed before.
- Passwords have at least twelve characters and are judged by how hard they are to guess, not by kinds of characters.
- With a second factor, the password alone signs nobody in. A passkey verifies its holder, so it signs in by itself.
  Roles (by setting) and organisations may ask for one; who has none is led to set it up, and nowhere else.
- What is sensitive asks again who it is (`proofs.only_proven`), once in a quarter of an hour; a signature asks each
  time (`proofs.proof_in`).
- Nobody is left out: the last member who manages an organisation, and the last administrator, stay until another one
  is there. Nobody decides on their own request for a role.
- An administrator acts for somebody within their own sign-in; every page says so, the ledger keeps both names, it ends
  after an hour, and what is the person's alone (passwords, second factors, invitations, proofs) stays closed.
"""
