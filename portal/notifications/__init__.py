"""From events to an inbox and to mail: who is told of what, in words that are chosen when they are read.

Words: a *message* tells one person of one entry of the ledger, once. Its *subject* is the request or booking that it
leads to.

Decisions: a message names rooms, windows and references, never projects, so that it says nothing that its reader may
no longer see. Nobody is told of what they did themselves. Mail goes out for what is fresh; news older than two days is
in the inbox only.
"""
