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
- Once a message is sent, its text is forgotten, since it may hold a link that signs somebody in; to whom it went, under
  which subject and when stays for ninety days. One that was given up keeps its text for a week, so that an administrator
  can let it be tried again; nobody can read it meanwhile.
- A server that lets the portal in and then refuses its sender is not reached either: no message is to blame for a setting.
- Messages are text and the same as HTML, made of one template, in the recipient's language; they say why they came, and
  have one link. HTML is plain tables with its styles beside every element, and loads nothing from anywhere, because that
  is what every mail program shows. Mail that can be stopped says so in its `List-Unsubscribe` header.
"""
