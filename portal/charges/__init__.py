"""What bookings cost in the end: the basis of a facility's invoices, and what an organisation has been charged.

Words: a *charge* is what one booking costs once it is over. A *line* is a charge as it stands on an invoice; the *basis* is
the lines of a facility and a period, by *customer*, the organisation that asked. What is agreed and not over is *expected*.

Decisions:

- A charge is kept with its booking when the booking ends, and not computed anew afterwards: completed work is charged the
  open units that it occupied at the agreed price, a cancellation what the terms said at that moment, and not to come what
  cancelling on the day of the start would have cost.
- A charge belongs to the day on which its booking ended, or was to end when it was cancelled, at the facility. So every
  charge lies in exactly one period, however time is cut.
- Amounts are whole minor units. Each line's VAT is rounded on its own, half up, and every sum is a sum of lines, so that
  sums agree to the last öre whichever way the lines are cut. A currency is never added to another; a sum in another
  currency is for information, at a dated rate, rounded once.
- A programme may pay a share of the price of so many units at a facility. A booking takes units from its budget when it is
  agreed, under the lock of the facility's budgets, and the database lets none be used beyond itself; what it does not use goes
  back. The share is rounded once, half up, and taken off the line before its VAT; changeover and fees are subsidised by nobody.
- A price that nobody has published is no amount: its line says so and counts in no sum.
- A facility's managers read its basis, with what an invoice must name of the customer. The customer reads its own lines.
"""
