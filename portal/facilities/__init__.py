"""Sites, cleanrooms and what is known of them: the catalogue that anyone may read.

Words: a *facility* is a site with an operator; a *cleanroom* is what people book there. A *licence* allows work and
runs out; a cleanroom's *qualification* is valid until a day. A *rate* is the price of one open booking unit for one
kind of customer. A *duty* is a role that a person holds at one facility, perhaps *standing in* for somebody absent.

Decisions: a figure that nobody has published is null and shown as "not published". What the portal shipped is kept
by the reference room; what a manager edits here is the facility's own word. Closures take a cleanroom's time and so
stand in the bookings room, beside what they must not overlap.
"""
