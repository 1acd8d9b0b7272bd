"""How long handling and verifying may take: the county's own word for the condition in this class of area, for the
condition anywhere, the list's, the default. The day on which the clock starts says which word holds."""

from __future__ import annotations

from datetime import date, datetime

from chengguan.cases.models import Case, Change, FilingLimit
from chengguan.places.selectors import area_class
from chengguan.standards import filing
from chengguan.standards.calendars import SHANGHAI
from chengguan.standards.limits import Limit, Settings


class OwnLimits:
    """The county's rows, of one condition or of all, read once."""

    def __init__(self, condition_key: str | None = None) -> None:
        rows = FilingLimit.objects.order_by("-valid_from")
        self.rows: dict[tuple[str, str], list[FilingLimit]] = {}
        for row in rows if condition_key is None else rows.filter(condition_key=condition_key):
            self.rows.setdefault((row.condition_key, row.area_class), []).append(row)

    def row(self, condition_key: str, klass: str, day: date) -> FilingLimit | None:
        """The word that holds on that day in exactly this class ("" for every class)."""
        return next((row for row in self.rows.get((condition_key, klass), ()) if row.valid_from <= day), None)

    def handling(self, condition_key: str, klass: str, day: date) -> Limit | None:
        for row in (self.row(condition_key, klass, day), self.row(condition_key, "", day)):
            if row is not None and row.value is not None:
                return Limit(row.value, row.clock)
        return None

    def verify(self, condition_key: str, klass: str, day: date) -> Limit | None:
        for row in (self.row(condition_key, klass, day), self.row(condition_key, "", day)):
            if row is not None and row.verify_value is not None:
                return Limit(row.verify_value, row.verify_clock)
        return None


def listed(condition_key: str, settings: Settings) -> Limit:
    """Of the list of filing conditions; the default for what it does not hold."""
    try:
        condition = filing.condition(condition_key)
    except KeyError:
        return settings.limit("handling.default")
    return Limit(condition.limit, condition.clock)


def class_of(case: Case, settings: Settings) -> str:
    return area_class(case.unit_grid_id, case.community_id) or str(settings["limits.area_class"])


def handling_limit(case: Case, began: datetime, settings: Settings, own: OwnLimits | None = None) -> Limit:
    own = own or OwnLimits(case.condition_key)
    found = own.handling(case.condition_key, class_of(case, settings), _day(began)) if own.rows else None
    return found or listed(case.condition_key, settings)


def verify_limit(case: Case, began: datetime, settings: Settings, own: OwnLimits | None = None) -> Limit:
    own = own or OwnLimits(case.condition_key)
    found = own.verify(case.condition_key, class_of(case, settings), _day(began)) if own.rows else None
    return found or settings.stage("核查")


def _day(moment: datetime) -> date:
    return moment.astimezone(SHANGHAI).date()


def ever_set() -> set[str]:
    """Conditions for which the county has said something once: the clocks of no other follow its limits."""
    keys = Change.objects.filter(kind="limit").values_list("key", flat=True).distinct()
    return {key.split("|")[0] for key in keys}
