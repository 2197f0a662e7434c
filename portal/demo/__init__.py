"""The demo ecosystem: real facilities with invented rooms, and invented people, projects and half a year of work.

Words: the *cast* are the invented organisations and people; the *story* is what they did, told through the same
services as real work, at the times when they did it, so that every history is true of the demo.

Decisions: everything follows from a seed and the day on which it is made. Every name begins with Demo and every room,
rate and organisation is marked. A production setting refuses to fill or to start with any of it.
"""
