"""Outgoing mail: what waits to be sent, and how it leaves.

Words: a *message* is what somebody is to read; *posting* one puts it into the table of outgoing mail, in the
transaction of the change that it tells of, so that there is no mail about what did not happen. *Sending* hands it
to the *transport*: an SMTP server by setting, otherwise a folder of .eml files.

Decisions:

- Two tries share one table. The web worker that posted a message sends it as soon as its response has left, so that
  a confirmation arrives even where no jobs process runs, and so that a slow mail server keeps nobody waiting and tells
  nobody, by the time that an answer takes, whether an address is known. The jobs process sends whatever is still due.
- Whoever sends takes the message first, by moving its next try into the future in a transaction of its own. Two senders
  never send one message at the same time; a sender that dies between sending and noting it sends it once more, under
  the same Message-ID.
- Every message is tried on its own. A refused address ends that message alone; a server that cannot be reached ends the
  round, and everything is tried again after a pause that grows, for three days.
- Once a message is sent or given up, its text is forgotten, since it may hold a link that signs somebody in; to whom
  it went, under which subject and when stays for ninety days.
- Messages are plain text, in the recipient's language, say why they came, and have one link.
"""
