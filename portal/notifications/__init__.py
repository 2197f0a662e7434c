"""From events to an inbox and to mail: who is told of what, how, and in words that are chosen when they are read.

Words: a *message* tells one person of one entry of the ledger, once. Its *subject* is the request, booking, cleanroom,
job, dossier of gates, checklist, introduction or partner that it leads to; its *topic* is what people choose about together. A *way* is how messages of a topic reach somebody:
in the portal only, by mail at once, in the daily *digest*, or not at all. A *reminder* is an event of the clock: it stands
in the ledger like what people do, and is told in the same way.

Decisions:

- A message names rooms, windows and references, never projects; one whose subject its reader may no longer see says only
  that. Nobody is told of what they did themselves.
- A message, its mail and the note that it was delivered are one unit of work, so that however often the clock is killed,
  everything is told exactly once. The same holds for a digest and the messages in it, and for a reminder.
- Mail goes out for what is fresh; news older than two days is in the inbox only.
- What binds somebody to a cost (decisions, changed bookings) always reaches them by mail, at once or in the digest; what
  concerns an account's security is not a message at all, but a letter of the accounts room. Everything else can be
  stopped, with one click in the mail program too, without signing in.
- A digest is one mail a day at the hour that its reader chose, by the clock on their wall: none when nothing is unread,
  one on the days when the clock changes, and one for all days on which the jobs process did not run.
- Without a choice, founders and managers hear at once of what waits for them, and of everything else once a day.

- What a reader may see of gates, introductions and partners is asked of those rooms' own predicates, for each organisation
  that the reader can act for, whenever a message is shown or mailed.

A room above or below adds its messages here: the event's handler in `handlers/`, its sentence in `words/`, its topic
in `rules.py`; a test renders every message in both languages as text and HTML.
"""
