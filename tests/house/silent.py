"""What happens without a handler: nobody is told, or a letter goes out in the very transaction of the change."""

TOLD_BY_LETTER = {
    "organisation.invitation_sent_again",
    "organisation.member_invited",
    "organisation.role_approved",
    "organisation.role_given",
    "organisation.role_refused",
    "organisation.role_requested",
    "person.address_changed",
    "person.assistance_began",
    "person.authenticator_added",
    "person.authenticator_removed",
    "person.new_device_used",
    "person.passkey_added",
    "person.passkey_removed",
    "person.password_changed",
    "person.recovery_codes_made",
    "person.registered",
    "person.second_factor_dropped",
}
"""The rooms' own views post these mails, because the token or the reader's words are known only there."""

ACCOUNTS = {
    "organisation.invitation_accepted",
    "organisation.invitation_revoked",
    "organisation.registered",
    "person.assistance_ended",
    "person.confirmed",
    "person.deactivated",
    "person.edited",
    "person.reactivated",
    "person.recovery_code_used",
    "person.sign_in_ended",
    "person.signed_out_everywhere",
}
"""What people did themselves, or find where they look: on a page's head, in a history, or at the door."""

FACILITIES = {
    "cleanroom.added",
    "cleanroom.changeover_changed",
    "cleanroom.edited",
    "cleanroom.equipment_validity_changed",
    "cleanroom.qualification_changed",
    "cleanroom.rate_added",
    "cleanroom.rate_withdrawn",
    "cleanroom.reopened",
    "cleanroom.retired",
    "cleanroom.trained_needed_changed",
    "cleanroom.training_changed",
    "facility.added",
    "facility.duty_ended",
    "facility.duty_given",
    "facility.edited",
    "facility.holiday_changed",
    "facility.licence_changed",
    "facility.operator_changed",
    "facility.run_limit_changed",
    "facility.shipped_facts_loaded",
}
"""The catalogue shows them; what is agreed already stays as it is."""

BOOKINGS = {
    "facility.subsidy_ended",
    "facility.subsidy_granted",
    "booking.started",
    "booking.subsidy_given_back",
    "booking.subsidy_taken",
    "closure.lifted",
    "closure.made",
    "closure.moved",
    "request.discarded",
    "request.drafted",
}
"""The facility's own doing, which moves nobody, and drafts, of which the facility knows nothing."""

FILES = {"file.stored"}
"""What the file belongs to tells of it."""

SIGNATURES = {"signature.given", "signature.refused"}
"""What was signed tells of it; a refused try is told to whoever made it, and kept for the administrators."""

FACTS = {"fact.confirmed", "fact.restored", "fact.revised"}
"""Shipped facts show their source and standing wherever they are shown."""

PROJECTS = {
    "project.access_ended",
    "project.archived",
    "project.group_granted",
    "project.put_on_hold",
    "project.resumed",
    "project.team_member_added",
    "project.team_member_edited",
    "project.team_member_removed",
}
"""The owner's own doing, on the project's page."""

LONG_WORK = {"job.asked", "job.cancelled"}
"""The owner's own doing; its page shows how far it is."""

ROADMAP = {
    "market_access.stated",
    "readiness.assessed",
    "readiness.confirmed",
    "right.added",
    "right.edited",
    "right.freedom_stated",
    "right.removed",
    "roadmap.baseline_set",
    "roadmap.catalogue_taken",
    "roadmap.made",
    "roadmap.own_step_added",
    "roadmap.own_step_edited",
    "roadmap.own_step_removed",
    "roadmap.questions_answered",
    "roadmap.step_marked",
    "roadmap.step_skipped",
    "roadmap.step_taken_up",
    "roadmap.steps_reported",
}
"""The team's own doing, in the roadmap's history; the plan is computed in the same transaction."""

PARTNERS = {
    "partner.closed",
    "partner.confirmed",
    "partner.edited",
    "partner.entered",
    "partner.reopened",
    "programme_call.noted",
    "programme_call.removed",
    "rate.entered",
}
"""Partners' own doing, on their own page."""

INTRODUCTIONS = {
    "adviser_conflict.declared",
    "adviser_conflict.ended",
    "adviser_note.done",
    "adviser_note.written",
    "adviser_weights.kept",
    "introduction.document_opened",
    "introduction.document_removed",
    "introduction.free_time_dropped",
    "introduction.free_time_stated",
    "introduction.in_discussion",
    "introduction.meeting_accepted",
    "introduction.outcome",
    "introduction.shortlisted",
    "introduction.teaser_renewed",
    "match_round.applied",
    "match_round.asked",
    "match_round.pair_added",
    "match_round.proposed",
    "needs.stated",
}
"""What advisers do themselves, or find on the board with the count of what waits."""

GATES = {"gate.dossier_opened"}
"""The founder's own doing; the facility sees it in its matrix."""

SEGREGATION = {
    "segregation.rule_decided",
    "segregation.sharing_declared",
}
"""The facility's page of segregation shows what holds, and its history who decided; nothing that is booked changes."""

CALENDARS = {
    "calendar.feed_made",
    "calendar.feed_revoked",
    "calendar.invitations_chosen",
}
"""What people choose for themselves on their own page."""
CAMPAIGNS = {
    "campaign.approved",
    "campaign.begun",
    "campaign.link_removed",
    "campaign.links_added",
    "campaign.moved",
    "campaign.part_approved",
    "campaign.part_rejected",
    "campaign.released",
    "campaign.requested",
}
"""Each link's request and booking tell their own sides."""

RUNS = {"run.file_added"}
"""The record's page shows where it stands and what was said."""

SILENT: set[str] = {
    *CALENDARS,
    *SEGREGATION,
    *TOLD_BY_LETTER,
    *ACCOUNTS,
    *FACILITIES,
    *BOOKINGS,
    *FILES,
    *SIGNATURES,
    *GATES,
    *CAMPAIGNS,
    *RUNS,
    *FACTS,
    *PROJECTS,
    *LONG_WORK,
    *ROADMAP,
    *PARTNERS,
    *INTRODUCTIONS,
}
