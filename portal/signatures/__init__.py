"""Electronic signatures, in the spirit of 21 CFR Part 11 and EU GMP Annex 11: who, what it means, when, bound to what exactly.

Words: a *statement* is everything that somebody signs: the content of a record as it was shown, the meaning, the reason, the
signer's name and role, and the moment. Its text is canonical JSON, and the *digest* of that text stands for the signature: in
the ledger's chain, on the page and in the PDF. A *proof* is that somebody has just shown anew who they are. A signature
*holds* while its statement is as it was signed; it is *overtaken* where the record has changed since.

Decisions:

- A signature never changes and never goes: the database refuses both. A record that changes later keeps its signature, and
  every page that shows it says what was signed and what has changed since.
- Each signature needs a proof of its own, a few minutes old at most; being signed in is not enough. It is the password, a
  code of one's app, which is good once, or a passkey, which checks its holder itself; the signature says which it was. The
  proof is taken before the unit of work begins, because comparing a password takes a moment by design. A failed try is
  recorded, and after five of them within a quarter of an hour nobody can sign with that account until the quarter has passed.
- Nobody signs for what they themselves asked for, and an administrator who acts for somebody cannot sign for them.
- This room knows no records. A record is named by its kind and number, as in the ledger; the room above says what its content
  is, who may sign, and who may see the signature.
- Names stand in the statement as they were. They are kept as long as the record that they sign, which good manufacturing
  practice demands; they are not erased with an account.
"""
