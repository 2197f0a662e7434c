"""Who is told of what happens to a run's record: who closes it, whose work it is, and who certifies it."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.accounts.models import User
from portal.bookings.models import Booking, RunKind
from portal.campaigns import events
from portal.campaigns.models import Run
from portal.campaigns.rules.runs import Outcome, RunState, missing_to_close
from portal.campaigns.services.runs import is_gmp
from portal.core.actors import Role
from portal.facilities.queries import holders_of
from portal.ledger import Entry
from portal.notifications import queries
from portal.notifications.handlers.telling import Handler, Subject, tell
from portal.notifications.models import Message


def tell_closers(session: Session, entry: Entry, at: datetime) -> None:
    """Tell QA, once, that a record says all that closing it needs."""
    run = session.get(Run, entry.facts["run_id"])
    if run is None or run.state is not RunState.OPEN or _was_told(session, run):
        return
    if not missing_to_close(run.record, is_gmp=is_gmp(run.booking)):
        _tell(session, entry, _on_duty(session, run.booking, Role.QA, at=at), run.booking, at=at)


def tell_owners(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the founders whose work it was."""
    booking = session.get_one(Booking, entry.facts["booking_id"])
    if booking.organisation_id is not None:
        _tell(session, entry, queries.founders_of(session, booking.organisation_id), booking, at=at)


def tell_qualified_persons(session: Session, entry: Entry, at: datetime) -> None:
    """Tell the qualified persons that the record of a batch is closed, so that it can be certified."""
    run = session.get_one(Run, entry.facts["run_id"])
    if run.booking.run_kind is RunKind.CLINICAL_BATCH and run.outcome is Outcome.SUCCESS:
        _tell(session, entry, _on_duty(session, run.booking, Role.QP, at=at), run.booking, at=at)


def tell_signers(session: Session, entry: Entry, at: datetime) -> None:
    """Tell those who signed a record that it was corrected since."""
    run = session.get_one(Run, entry.facts["run_id"])
    signed = ((run.closed_by, run.closed_at), (run.certified_by, run.certified_at))
    people = [person for person, when in signed if person and when and when <= entry.at]
    _tell(session, entry, people, run.booking, at=at)


def _was_told(session: Session, run: Run) -> bool:
    asked = select(
        exists().where(
            Message.code == events.RunRecorded.name,
            Message.subject_kind == "booking",
            Message.subject_id == run.booking_id,
        )
    )
    return bool(session.scalar(asked))


def _on_duty(session: Session, booking: Booking, role: Role, *, at: datetime) -> list[User]:
    return holders_of(session, booking.block.cleanroom.facility_id, role, today=at.date())


def _tell(session: Session, entry: Entry, people: list[User], booking: Booking, *, at: datetime) -> None:
    tell(session, entry, people, entry.name, Subject("booking", booking.id), at=at)


HANDLERS: Mapping[str, tuple[Handler, ...]] = {
    events.RunRecorded.name: (tell_closers,),
    events.RunClosed.name: (tell_owners, tell_qualified_persons),
    events.RunCorrected.name: (tell_signers,),
    events.RunCertified.name: (tell_owners,),
}
