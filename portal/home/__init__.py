"""Each role's first page, what every page shows around its content, and the public pages about the portal itself.

Words: a *home* answers one role's question; the *ribbon* is half a year of weeks under the header, with what is the
reader's own on it; a *next action* is something that waits for the reader, with its reason, its date and one way in.

Decisions: a home asks as many questions of the database whatever lies in it, and shows nothing that the page behind a
link would not show. A person with several roles in an organisation sees the home of the first, with tabs to the others.
Figures about projects and requests hide what is too small to publish, by the rule of the public pipeline. When somebody
was here before is kept in their own browser, not in the database: reading a page writes nothing.
"""
