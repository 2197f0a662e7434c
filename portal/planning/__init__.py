"""The room of planning: the best plan for all open requests of a horizon at once.

Words of this room: an *instance* is everything a plan is made from; a *request* asks for one campaign; an *assignment* gives it
a room and a start; a request without one is *unmet*, with a *reason*. An *occupation* is an assignment or a fixed booking. A
request's *stays* in a room are the starts that its own dates, the room's calendar and its closures allow, each with its end.
The *objective* is a sum of whole numbers, and less is better.

Decisions:

- Days are whole numbers counted from the instance's first; intervals are half open.
- A plan is never worse than what a plain greedy insertion finds, keeps every hard rule, and is checked once more against all of
  them before it leaves.
- The search takes apart and rebuilds small pieces of the plan, over and over (ruin and recreate, with annealing), and then hands
  the whole to a constraint solver (CP-SAT) that starts from what was found and may prove that nothing is better.
- Chance comes from a fixed seed, but how far a search gets in its seconds depends on the machine. With a number of rounds in place of
  seconds the same instance always gives the same plan.
"""
