"""Slot requests and bookings: which cleanroom fits, when it is free, who decides, and that nobody gets a taken room.

Words: a *slot request* asks for a *window* in a cleanroom; a facility manager approves it, *offers* another window,
*waitlists* it, asks for information or rejects it. A *booking* takes a cleanroom: *held*, confirmed, in use, completed,
or given back (cancelled, no-show, expired). A *closure* takes it for maintenance, requalification or an aseptic process
simulation. A *changeover* follows every booking and hold; its length depends on what ran before and what comes next.

Decisions: every stretch of a cleanroom's time is one row of `block`, and a booking or closure has its time there and
nowhere else. The database refuses two blocks that may not overlap (see `guard.py`), and a deferred foreign key ties the
kind of a block to the state of its booking, so that no script can revive a cancelled booking over a newer one. One set
of rules (`rules/`) answers the list of fitting rooms, the submission, the decision and every later view. What is about to
move is asked first (`moves.py`) by the rules that decide when it is saved; taking a move back is a move the other way. The
calendar is one picture from the server (`views/lanes.py`), in columns of wall-clock time; a script moves the bars that stand
there and shows the answer of the page that works without it.

*Operators* are the people of the facility who are named to run what is booked. Naming is refused unless each is trained for the
room to the run's last day, and on no more runs at once than the facilities let one person carry; it is decided under a lock on
all that these people are trained for. What changes later (a move, a training that ends) is not refused for their sake, but
warned of wherever they stand. Only people with a duty at the facility read them, and their history is a subject of its own.
"""
