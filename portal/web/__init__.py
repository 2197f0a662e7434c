"""What every page needs: the form that turns refusals into its own errors, who is acting, error pages, filters.

Words: the *edge* is where requests come in; it alone knows the clock, the reader's language and HTTP. A *sentence* is
what a reason's code says to a reader; rooms register theirs with `web.sentences`.

Decision: this room lies below accounts and facilities, so it can't load an actor; `app.py` hands it the loader.
"""
