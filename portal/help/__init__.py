"""The guide: for each role a page that says what it can do here, in both languages, with pictures of the portal itself.

Words: a *guide* is one page of `docs/guide/<language>/`, written in Markdown; a *picture* is taken by the browser tests
with the demo ecosystem.

Decisions: the texts are files that people can also read in the repository. What is bold in a guide is a text of the
interface, and a test holds it to that, so that a renamed button is renamed here too. Anybody may read all of them.
"""
