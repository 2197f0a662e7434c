"""A founder, an adviser, an investor and a provider, and the steps of an introduction between them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.matching import services
from portal.matching.models import Introduction
from portal.partners.models import Partner
from portal.projects.models import FieldGroup, Project
from tests import make


@dataclass(slots=True)
class Stage:
    """Who plays, and one project that a partner fits."""

    session: Session
    founder: Actor
    adviser: Actor
    investor: Actor
    project: Project
    thesis: Partner

    def shortlisted(self, *, at: datetime = make.NOON) -> Introduction:
        """Return an introduction on the shortlist."""
        return services.shortlist(self.session, self.adviser, self.project.id, self.thesis.id, at=at)

    def asked(self) -> Introduction:
        """Return one for which consent is asked."""
        one = self.shortlisted()
        return services.ask_consent(self.session, self.adviser, one.id, version=one.version, at=make.NOON)

    def consented(self, *groups: FieldGroup) -> Introduction:
        """Return one to which the founder has consented."""
        one = self.asked()
        return services.give_consent(
            self.session, self.founder, one.id, groups=groups, version=one.version, at=make.NOON
        )

    def sent(self, *groups: FieldGroup) -> Introduction:
        """Return one whose teaser is out."""
        one = self.consented(*groups)
        return services.send_teaser(self.session, self.adviser, one.id, version=one.version, at=make.NOON)

    def agreed(self, *groups: FieldGroup) -> Introduction:
        """Return one to which both have said yes."""
        one = self.sent(*groups)
        return services.answer_yes(self.session, self.investor, one.id, version=one.version, at=make.NOON)


def stage(session: Session, **thesis: Any) -> Stage:
    """Set the stage; a project in preclinical gene therapy of the brain that seeks 3 to 6 million euro."""
    founder, adviser, investor = make.founder(session), make.adviser(session), make.investor(session)
    project = make.project(
        session,
        session.get_one(Organisation, founder.organisation_id),
        name="Secret Compass",
        teaser="A gene therapy for the brain.",
        needs=["capital", "regulatory"],
        funding_min=3_000_000,
        funding_max=6_000_000,
        funding_currency="EUR",
    )
    stated = {"ticket_min": 1_000_000, "ticket_max": 8_000_000, "ticket_currency": "EUR", **thesis}
    partner = make.partner(session, investor, text="Gene therapy of the brain.", **stated)
    return Stage(session, founder, adviser, investor, project, partner)
