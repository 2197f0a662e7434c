"""The verbs of campaigns and runs: each loads, asks the rules, changes and records."""

from portal.campaigns.services.campaigns import add_links, begin_campaign, order_link, remove_link
from portal.campaigns.services.chains import (
    Choice,
    approve_part,
    choose_windows,
    move_chain,
    reject_part,
    release_chain,
    request_chain,
)
from portal.campaigns.services.runs import attach_file, certify_run, close_run, correct_run, record_run

__all__ = [
    "Choice",
    "add_links",
    "approve_part",
    "attach_file",
    "begin_campaign",
    "certify_run",
    "choose_windows",
    "close_run",
    "correct_run",
    "move_chain",
    "order_link",
    "record_run",
    "reject_part",
    "release_chain",
    "remove_link",
    "request_chain",
]
