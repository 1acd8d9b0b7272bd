"""The year whose holidays somebody has to enter soon: without them no limit in working days reaches into it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chengguan.cases.selectors.configuration import calendar

LOOK_AHEAD = timedelta(days=45)


def missing_year(now: datetime) -> int | None:
    """The year that limits will soon reach and nobody has published or entered."""
    days = calendar()
    year = (now + LOOK_AHEAD).astimezone(days.zone).year
    return None if days.knows(year) else year


def asked_for(year: int) -> tuple[str, str, str]:
    """What an administrator reads of it: title, why, and where it is entered."""
    return (
        _("请录入 %(year)d 年的节假日和调休日") % {"year": year},
        _("没有录入之前，跨入 %(year)d 年的工作日时限算不出来，派遣等步骤会被拒绝。") % {"year": year},
        f"/administration/calendar?year={year}",
    )


def to_mend(now: datetime) -> tuple[str, str, str] | None:
    year = missing_year(now)
    return asked_for(year) if year else None
