"""Long work and who does it: which process holds the clock.

Words: a *lease* is the right of one process to do a thing for everybody, until it ends; it is renewed while the process
lives, and another takes it over when it does not.
"""
