"""Long work and who does it: jobs, the processes that do them, and which process holds the clock.

Words: a *lease* is the right of one process to do a thing for everybody, until it ends; it is renewed while the process
lives, and another takes it over when it does not. A *process* says every few seconds that it lives. A *duty* is one kind
of the clock's work; its row says when it last ran and what became of it. A *job* is long work that somebody asked for,
its *owner*; it waits, runs, and ends: done, failed or cancelled. A *kind* says how jobs of one kind are done and what is
said of them. A job is done in *steps*.

How a room uses it:

1. Write the work as a function of a `Task` in the room's `handlers.py`, and list it there in `WORK` as a `Kind`, under a
   name like `bookings.import_calendar`; `portal/jobs/handlers.py` gathers them.
2. Ask for it where the page is: `work.services.ask(session, "bookings.import_calendar", actor, {...}, total=312, at=at)`
   in the unit of work of the form, and send the reader to `url_for("jobs.show", job_id=...)`: progress, time left,
   a way to cancel, and the outcome are there. Arguments are plain values, as JSON keeps them.
3. Within the work: `task.read(question)` for what needs no lock; `task.step(change, done=n)` for one unit of work, in
   which the change, the progress and what the work wants to remember (`keep`) are stored together; `task.tell(done=n)`
   for progress alone. Long computing belongs between them, outside of any transaction. What the work returns is its
   outcome, as plain values; the kind's `outcome` puts it into words when somebody reads it.

Promises: a step that was stored is not done again. A process that is killed leaves its job to another, which goes on from
`task.kept`; one that was taken for dead and lives can store nothing any more. A job acts as its owner, with the roles and
duties of the moment of each step, and for the organisation for which it was asked. Only its owner and administrators know
of it. A refusal ends a job at once, with every reason; any other error is tried again, three times in all.

Decision: long work is forgotten after thirty days, and what it was given (perhaps a whole file) as soon as it has ended
well; a failed job keeps it for a week, so that it can be asked for again.
"""
