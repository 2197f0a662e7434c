"""The room of reference: what the portal knows before anyone types, and what an installation changed in it.

Words of this room: a *collection* is a list of *records* in a shipped file; a *record* has an id, and mostly a *source*
and a *confidence*. A *field* is a path of keys inside a record (`duration_days.likely`). A *revision* is a local change of
one field; a *confirmation* says who read which text and found a value as it stands here.

Decisions:

- The shipped files belong to a version of the portal and are never written to. A revision stores the new value, and the
  shipped value that it replaced, so that an update can show what has moved and overwrite nothing.
- Lists are replaced whole: a path names keys only, never a place in a list, because places shift with an update.
- A confirmation holds for the value that was read. When the value changes, here or with an update, the confirmation no
  longer counts, and the field is to be verified again.
- What an installation changed counts as `general` until somebody confirms it against a text.
- Records leave `shipped` as fresh plain dicts: a caller may change its copy and nobody else sees it.
"""
