"""The rules of a roadmap: which steps apply, in what order, when, and how surely; pure functions of values."""
