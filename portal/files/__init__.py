"""Uploaded files: kept under the digest of what they hold, outside the web root, and handed out only as downloads.

Words: a *content* is bytes, known by their SHA-256 and kept once however often they are uploaded, in the *store*: a folder of
this installation, or a bucket that several hosts share. A *file* is that somebody uploaded a content under a name. A *kind*
is what a file really is, found in its bytes and not believed from its name.

Decisions:

- Bytes come first. A content is announced in the database, then written to the store, and only then is there a file of it,
  in the transaction of the change that the file belongs to. Whatever breaks off between leaves a content without a file,
  which is swept after a day. The sweeper removes the announcement and the bytes under the lock of the announcement, so that
  somebody who uploads the same bytes at that moment waits, and writes them anew.
- This room knows neither people nor projects: who may see a file is asked where the file is used. A file never changes and is
  never overwritten; a newer one is another file.
- What is read is compared with its digest each time. A content that is missing or changed is never handed out.
"""
