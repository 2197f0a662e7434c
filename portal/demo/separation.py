"""What QA of the demo's facilities has said of the rules of segregation: adopted, all but one, which still warns."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from portal.core.actors import Role
from portal.demo.cast import Cast
from portal.reference import shipped
from portal.segregation.rules import Stance
from portal.segregation.services import decide_rule
from portal.signatures.rules import Method, Proof

UNDECIDED = "vector_with_nonvector_shared_air"
AGO = timedelta(days=200)


def adopt_all(session: Session, cast: Cast, *, at: datetime) -> None:
    """Let QA of every facility that has QA adopt the rules before anything else happens."""
    then = at - AGO
    for actor in cast.people.values():
        for facility_id in sorted(actor.facilities_as(Role.QA)):
            for rule_id in shipped.record_ids("segregation_rules"):
                if rule_id == UNDECIDED:
                    continue
                decide_rule(
                    session,
                    actor,
                    facility_id,
                    rule_id,
                    stance=Stance.ADOPTED,
                    reason="Demo: read, and adopted as it stands.",
                    proof=Proof(user_id=actor.user_id, method=Method.DEMO, at=then),
                    at=then,
                )
