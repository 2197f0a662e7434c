"""The rules of planning: what a plan may do, what it costs, and the search for a good one; pure functions of plain values."""
