"""What happens to an introduction. Whose project and which partner it is, the introduction itself tells."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from portal.core.events import Event

WORDS = "introduction"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionEvent(Event):
    """Something that has happened to one introduction."""

    about: ClassVar[Mapping[str, str]] = {"introduction_id": "introduction"}

    introduction_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionWished(IntroductionEvent):
    """A founder has asked for an introduction, and said yes to it."""

    name: ClassVar[str] = "introduction.wished"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerShortlisted(IntroductionEvent):
    """An adviser has put a partner on a project's shortlist."""

    name: ClassVar[str] = "introduction.shortlisted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentAsked(IntroductionEvent):
    """An adviser has asked the founder's consent."""

    name: ClassVar[str] = "introduction.consent_asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(IntroductionEvent):
    """The founder has said yes to this partner, and to exactly these field groups after a mutual yes."""

    name: ClassVar[str] = "introduction.consent_given"

    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TeaserRenewed(IntroductionEvent):
    """The founder has consented anew, to the words of the teaser as they stand."""

    name: ClassVar[str] = "introduction.teaser_renewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TeaserSent(IntroductionEvent):
    """The teaser has gone to the partner, who is asked to answer in time."""

    name: ClassVar[str] = "introduction.teaser_sent"

    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeaserReminded(IntroductionEvent):
    """The partner was reminded of a teaser that waits for an answer."""

    name: ClassVar[str] = "introduction.reminded"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAgreed(IntroductionEvent):
    """The partner has said yes too: both know who the other is."""

    name: ClassVar[str] = "introduction.mutual_yes"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerPostponed(IntroductionEvent):
    """The partner wants to be asked again later."""

    name: ClassVar[str] = "introduction.later"

    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAskedAgain(IntroductionEvent):
    """The day has come that the partner named, and the teaser has gone to it again."""

    name: ClassVar[str] = "introduction.asked_again"

    due_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingAgainFailed(IntroductionEvent):
    """The day has come that the partner named, but it could not be asked; an adviser has to look."""

    name: ClassVar[str] = "introduction.not_asked_again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduced(IntroductionEvent):
    """The adviser has brought both together."""

    name: ClassVar[str] = "introduction.introduced"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscussionBegun(IntroductionEvent):
    """Both talk with each other."""

    name: ClassVar[str] = "introduction.in_discussion"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeNoted(IntroductionEvent):
    """What came of it."""

    name: ClassVar[str] = "introduction.outcome"

    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntroductionDeclined(IntroductionEvent):
    """Somebody has said no, with a reason from the short list; their words lie beside it."""

    private: ClassVar[Mapping[str, str]] = {"words": WORDS}
    name: ClassVar[str] = "introduction.declined"

    by: str
    reason: str
    final: bool
    words: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeaserExpired(IntroductionEvent):
    """Nobody answered in time; the partner has its capacity back."""

    name: ClassVar[str] = "introduction.expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(IntroductionEvent):
    """The founder has taken the consent back, and the partner's access has ended."""

    name: ClassVar[str] = "introduction.consent_withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsAccepted(IntroductionEvent):
    """Somebody at the partner has accepted a version of the confidentiality terms."""

    name: ClassVar[str] = "introduction.terms_accepted"

    terms: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAdded(IntroductionEvent):
    """The founder shows the partner a document."""

    private: ClassVar[Mapping[str, str]] = {"title": WORDS}
    name: ClassVar[str] = "introduction.document_added"

    document_id: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRemoved(IntroductionEvent):
    """The founder no longer shows the partner a document."""

    name: ClassVar[str] = "introduction.document_removed"

    document_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentOpened(IntroductionEvent):
    """Somebody at the partner has opened a document."""

    name: ClassVar[str] = "introduction.document_opened"

    document_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTimeStated(IntroductionEvent):
    """Somebody has said when their side could meet the other."""

    name: ClassVar[str] = "introduction.free_time_stated"


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeTimeDropped(IntroductionEvent):
    """Somebody has taken back when their side could meet the other."""

    name: ClassVar[str] = "introduction.free_time_dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingEvent(IntroductionEvent):
    """Something that has happened to the meeting of an introduction."""

    meeting_id: int
    starts_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingProposed(MeetingEvent):
    """Somebody has proposed a time for a meeting, or another one in its place."""

    name: ClassVar[str] = "introduction.meeting_proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingAccepted(MeetingEvent):
    """One side has said yes to a time that an adviser proposed; the other's yes is awaited."""

    name: ClassVar[str] = "introduction.meeting_accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingAgreed(MeetingEvent):
    """Both sides have said yes to the time of a meeting."""

    name: ClassVar[str] = "introduction.meeting_agreed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCancelled(MeetingEvent):
    """A meeting does not take place."""

    name: ClassVar[str] = "introduction.meeting_cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingOver(MeetingEvent):
    """The time of an agreed meeting has passed, so that its adviser can ask how it went."""

    name: ClassVar[str] = "introduction.meeting_over"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten(Event):
    """An adviser has noted something of a project; the words are for advisers only."""

    about: ClassVar[Mapping[str, str]] = {"note_id": "adviser_note"}
    private: ClassVar[Mapping[str, str]] = {"words": "advisers"}
    name: ClassVar[str] = "adviser_note.written"

    note_id: int
    words: str
    follow_up_on: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDone(Event):
    """An adviser has followed up what was noted."""

    about: ClassVar[Mapping[str, str]] = {"note_id": "adviser_note"}
    name: ClassVar[str] = "adviser_note.done"

    note_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpDue(Event):
    """The day has come on which an adviser wanted to follow something up."""

    about: ClassVar[Mapping[str, str]] = {"note_id": "adviser_note"}
    name: ClassVar[str] = "adviser_note.due"

    note_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAssigned(Event):
    """An adviser looks after a project from now on; the reason is for advisers only."""

    about: ClassVar[Mapping[str, str]] = {"case_id": "adviser_case"}
    private: ClassVar[Mapping[str, str]] = {"reason": "advisers"}
    name: ClassVar[str] = "adviser_case.assigned"

    case_id: int
    adviser_id: int
    before_id: int | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsStated(Event):
    """A founder has said what the project asks for."""

    about: ClassVar[Mapping[str, str]] = {"project_id": "project"}
    private: ClassVar[Mapping[str, str]] = {"kinds": "roadmap"}
    name: ClassVar[str] = "needs.stated"

    project_id: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundEvent(Event):
    """Something that has happened to a round."""

    about: ClassVar[Mapping[str, str]] = {"round_id": "match_round"}

    round_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundAsked(RoundEvent):
    """An adviser has asked for a round."""

    name: ClassVar[str] = "match_round.asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundProposed(RoundEvent):
    """The portal has worked out a round."""

    name: ClassVar[str] = "match_round.proposed"

    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundPairAdded(RoundEvent):
    """An adviser has added a pair to a round that was not proposed."""

    name: ClassVar[str] = "match_round.pair_added"

    match_project_id: int
    partner_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundApplied(RoundEvent):
    """An adviser has put pairs of a round on the shortlists."""

    name: ClassVar[str] = "match_round.applied"

    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsKept(Event):
    """An adviser has kept weights of the ranking, or gone back to those shipped, which are none."""

    name: ClassVar[str] = "adviser_weights.kept"

    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictDeclared(Event):
    """An adviser has declared a conflict of interest."""

    about: ClassVar[Mapping[str, str]] = {"conflict_id": "adviser_conflict"}
    private: ClassVar[Mapping[str, str]] = {"organisation": "advisers"}
    name: ClassVar[str] = "adviser_conflict.declared"

    conflict_id: int
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictEnded(Event):
    """An adviser has said that a conflict of interest has ended."""

    about: ClassVar[Mapping[str, str]] = {"conflict_id": "adviser_conflict"}
    name: ClassVar[str] = "adviser_conflict.ended"

    conflict_id: int
