"""What may be booked, and every reason why not: pure functions of values, over whole ticks of a cleanroom's time."""
