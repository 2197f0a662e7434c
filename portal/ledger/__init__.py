"""The append-only record of what happened: the audit trail, and the outbox that handlers read.

Words: an *entry* is one event, written in the transaction of the change itself. Its *facts* are ids, codes and
plain values; what is personal or confidential lies beside it as *private values*, of which the entry keeps only
salted digests, so that a value can be erased and the chain stay whole. A *seal* chains a batch of entries to the
seal before it. An entry is *waiting* until every handler has done its work for it. Sealing happens right after, in batches, so that writers never queue for one another.

Decision: an entry names the ids of its subjects without foreign keys, because it must outlive them.
"""

from portal.ledger.chain import Problem, seal_waiting, verify
from portal.ledger.models import Delivery, Entry, PrivateValue, Seal, SealedEntry, Subject, Waiting
from portal.ledger.queries import HistoryLine, history
from portal.ledger.services import Written, erase_private_values, record, written

__all__ = [
    "Delivery",
    "Entry",
    "HistoryLine",
    "PrivateValue",
    "Problem",
    "Seal",
    "SealedEntry",
    "Subject",
    "Waiting",
    "Written",
    "erase_private_values",
    "history",
    "record",
    "seal_waiting",
    "verify",
    "written",
]
