"""People, organisations and what each person may do on whose behalf; signing in.

Words: an *organisation* has *members*; a *membership* is one role of one person in one organisation. A person acts
for one organisation at a time and switches between them. Who registers becomes founder of their own organisation;
every other role comes by *invitation* or by an administrator's approval of a *role request*, with a reason. Who
*manages* an organisation holds a role that runs it (every one but QA and QP): they change its facts, invite and end
memberships. *Assistance* is an administrator acting for somebody, to help.

Decisions:

- "SME" and "academic" are facts of an organisation, not roles. What a person may do at one facility (a *duty*) is kept
  by the facilities room.
- Flask-Security signs in and out, asks for the password once more, hashes, and makes and reads the signed tokens of
  links; its second factor and passkeys attach there. Whatever changes something besides a sign-in (registering,
  confirming, a new password) is a page, a form and a service of ours, so that the change, its ledger entry and its mail
  share one unit of work. Flask-Security's own views run within one, too: `security.py` wraps them, and its datastore's
  `commit` does nothing. On SQLite that unit holds the write lock while a password is hashed, some tenths of a second.
- Memberships are our roles. Flask-Security's role model is a stand-in of which there is never one.
- Nobody learns from an answer whether an address is known: forms answer alike, and the mail alone differs. Refused
  tries are counted for the host and for the address that was typed, known or not. Mail is sent when the answer has left.
- A link that arrives by mail changes nothing when it is opened, since mail readers open links; its page has a button.
- A sign-in lasts twelve hours without a request and a week at most, and is no longer than the browser is trusted with:
  there is no "remember me". A new password, shutting out and "sign out everywhere" renew `fs_uniquifier`, which the
  cookie holds, and so end every sign-in and void every link.
- Passwords have at least twelve characters and are judged by how hard they are to guess, not by kinds of characters.
- Nobody is left out: the last member who manages an organisation, and the last administrator, stay until another one
  is there. Nobody decides on their own request for a role.
- An administrator acts for somebody by being signed in as them; every page says so, the ledger keeps both names, it
  ends after an hour, and what is the person's alone (passwords, invitations, freshness) stays closed.
"""
