"""Sites, cleanrooms and what is known of them: the catalogue that anyone may read.

Words: a *facility* is a site with an operator; a *cleanroom* is what people book there. A *licence* allows work and
runs out; a cleanroom's *qualification* is valid until a day. A *rate* is the price of one open booking unit for one
kind of customer. A *duty* is a role that a person holds at one facility, perhaps *standing in* for somebody absent.
A cleanroom is *retired* when it takes no new requests; what is booked in it stands.

Decisions:

- A figure that nobody has published is null and shown as "not published".
- A facility keeps the catalogue's values as they were shipped beside its own. A field that a manager changed is *local*:
  a newer catalogue updates what it shipped, and leaves the local value alone.
- Whatever belongs to a facility or a cleanroom (licences, holidays, duties; rates, changeover days) changes with the
  version of its owner, so that one number tells whether a page is out of date.
- What costs or allows something from a day on is added and stays: rates are never changed, and only one that has not
  begun can be taken back.
- A facility is never left without a manager from a day on; deputies have an end, so they don't count for good.
- Closures take a cleanroom's time and so stand in the bookings room, beside what they must not overlap. This room can't
  know of bookings: retiring a cleanroom or changing its hours touches none of them.
- Free texts and contact data may name people, so the ledger keeps them where they can be erased.
- Visitors read facts. Who has a duty, what ran last in a cleanroom, its air-handling group, rates that no longer hold,
  and the history are for people with a duty there; administrators read the history and name operators.
"""
