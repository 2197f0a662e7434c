"""The room of roadmaps: a project's way to the patient, as steps with dates, slack and ranges.

Words of this room: a *catalogue* is a list of steps with the facts that decide on them; a *step* applies to a project or
does not; an *edge* orders two steps, from finish or from start, with a lag; a *plan* gives each step its earliest and
latest dates; *slack* is how long a step may wait without moving the plan's end; *criticality* is the share of draws in
which it may not wait at all; a *milestone* is the start or the finish of one step.

Decisions:

- A step that does not apply is bridged, so that the order of those around it stays.
- What is not answered stays unknown: a step whose condition is unknown is not in the plan, and is shown as "may apply".
- A duration that nobody knows counts zero days, and every date that rests on it is marked "at least".
- A milestone's "at least" is that of its step; the plan's end has it as soon as one step that counts for the end has it.
- A milestone whose step is not in the plan has no dates, and a plan without steps has no end.
- Dates and ranges come from one calculation: the plan's own dates are the draw in which every duration is the likely one.
"""
