"""Calendars outside the portal: feeds to subscribe to, and invitations by mail that move and cancel with the booking.

Words: a *feed* is an address from which a calendar program reads; its *scope* is one cleanroom, a facility, the bookings of
an organisation, or those that one person asked for. An *invitation* is what the mail about one booking last said.

Decisions:

- Whoever has a feed's address reads it without signing in, so it is secret: signed with the portal's key, and good only as
  long as the row of its feed stands. Its owner sees it at any time and takes it back at any time.
- What a feed shows is judged anew at each fetch by what its owner may read at that moment, acting for the organisation for
  which it was made. Who has left, or has lost the duty, gets the answer of an address that does not exist.
- A booking is one event for good: its UID comes from its id, and SEQUENCE is its version, which every change raises. The
  same UID stands in feeds and invitations.
- Times carry the facility's zone with its rules, so that the nights when clocks change come out right in every program.
- An invitation that was once sent is kept true, whatever its reader chose since; new ones come only to who asked for them.
"""
