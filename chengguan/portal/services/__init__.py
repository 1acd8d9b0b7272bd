"""What the public door takes in, and what it keeps out: a robot, a flood, a place that is not ours, nothing at all."""

from chengguan.portal.services.door import take
from chengguan.portal.services.partners import (
    change_partner,
    create_partner,
    issue_key,
    partner_of,
    set_partner_enabled,
)
from chengguan.portal.services.refusals import Rejected, TooMany, UnknownKey, Unreadable
from chengguan.portal.services.reporting import MOST_PHOTOS, Said, issue_ticket, point_of, receive
from chengguan.portal.services.tallies import OF_STATUS, count_refused, count_rejected, count_repeated

__all__ = [
    "MOST_PHOTOS", "OF_STATUS", "Rejected", "Said", "TooMany", "UnknownKey", "Unreadable", "change_partner", "count_refused", "count_rejected",
    "count_repeated", "create_partner", "issue_key", "issue_ticket", "partner_of", "point_of", "receive", "set_partner_enabled", "take",
]  # fmt: skip
