"""The room of segregation: what may share a cleanroom, air or staff with what, and which changeover lies between.

Words of this room: a *side* is one of two pieces of work, with its *facts*; a *rule* forbids something of two sides, or
allows it; a *ruleset* is all rules with the table of changeovers; a *verdict* is what a ruleset says of two sides. A *stance* is what QA of
a facility says of a rule for its own rooms: adopted, tightened or set aside. A facility's *rulebook* is what then holds.

Decisions:

- What is not known counts as the worse: it meets every condition of a rule that restricts, and none of a rule that allows.
- An empty list of process classes is an unknown class.
- Rules and table come from the shipped facts, or from anyone who brings them in the same shape. Facilities may replace
  the days of a changeover by their own; they do so where they keep their rooms, by the changeover's id.
- In the table of changeovers the class `any` stands for each class that has no record of its own.
- A rule that is only general knowledge warns until QA adopts it; one whose source somebody has read blocks at once. A stance
  keeps the rule as it was signed, so that a newer catalogue changes nothing of it. An exception that is not adopted lifts
  nothing that blocks. The command line's judge knows no facility and is strict.
- Rooms of one facility that name the same group share air, corridor or staff. QA sets the groups, and dedicates rooms.
- A refusal names the rule and not whose work it is that speaks against it.
"""
