"""The demo ecosystem: invented, marked, the same every time, and refused where it is real."""
