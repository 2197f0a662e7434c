"""The clock: what happens without anybody asking, in one process of its own.

Words: a *duty of the clock* is one kind of work, done again and again. A *handler* of a room reacts to entries of the
ledger; `handlers.py` lists them all.

Decisions: however many processes run `portal jobs`, one holds the lease and works, and another takes over when it dies.
Each duty is one unit of work, so that a process killed in the middle has either done it or not begun.
"""
