"""What people type about the catalogue, roadmaps and readiness."""

from portal.roadmap.forms.catalogue import ConfirmForm, ReasonForm, ReviseForm

__all__ = ["ConfirmForm", "ReasonForm", "ReviseForm"]
