"""Storing what was taken over: cases, reports, the one step of each, and clocks, each kind in one insert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import shapely
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from chengguan.cases import timing, workflow
from chengguan.cases.models import Case, Clock, Report, Step, TakenOver
from chengguan.cases.selectors import configuration as chosen
from chengguan.cases.selectors.running import HANDLING
from chengguan.cases.services import numbers
from chengguan.cases.services.clocks import Clocks
from chengguan.cases.services.takeover_mapping import ENDED_STATES
from chengguan.cases.services.takeover_reading import LENGTHS, STATE_LENGTH, old_state
from chengguan.people.selectors import Who
from chengguan.places.models import UnitGrid
from chengguan.standards import codes
from chengguan.standards.calendars import WorkCalendar
from chengguan.standards.limits import Limit, Settings

if TYPE_CHECKING:
    from chengguan.cases.services.takeover_mapping import Mapping
    from chengguan.cases.services.takeover_reading import Said

STEP = "take_over"


class Grids:
    """The unit grids in force, for many points: as places.selectors.grid_at finds them for one."""

    def __init__(self, grids: list[UnitGrid]) -> None:
        self.grids = grids
        self.tree = shapely.STRtree([shapely.from_wkb(bytes(grid.geom.wkb)) for grid in grids])

    def at(self, point: Point) -> UnitGrid | None:
        found = self.tree.query(shapely.Point(point.x, point.y), predicate="covered_by")
        return self.grids[int(found.min())] if len(found) else None


def grid_index() -> Grids:
    held = UnitGrid.objects.filter(valid_to=None).select_related("community__parent").order_by("code")
    shapes = ("community__geom", "community__geom_3857", "community__parent__geom", "community__parent__geom_3857")
    return Grids(list(held.defer(*shapes)))


@dataclass
class Taken:
    """A row that is accepted: where it goes on, and its place."""

    said: Said
    state: str
    grid: UnitGrid | None
    department: int | None
    source_key: str

    @property
    def old_on_time(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.said.texts.get("on_time", ""))

    @property
    def limit(self) -> Limit | None:
        """The other system's, in minutes that elapse from the report to its deadline."""
        deadline, reported = self.said.times.get("deadline"), self.said.times["reported_at"]
        return Limit((deadline - reported).total_seconds() / 60, "minute") if deadline is not None and deadline > reported else None

    @property
    def on_time(self) -> bool | None:
        """By our clock; None unless it was closed and had a limit. No calendar matters, for these minutes elapse."""
        closed = self.said.times.get("closed_at")
        if closed is None or self.limit is None:
            return None
        end = timing.deadline(self.said.times["reported_at"], self.limit, WorkCalendar())
        return end is not None and closed <= end


def write(who: Who, mapping: Mapping, taken: list[Taken], now: datetime, batch_id: int | None = None) -> None:
    """All of them in the caller's transaction. Nobody is told: these are old cases, and the lists show the open ones."""
    if not taken:
        return
    settings = chosen.settings()
    calendar = chosen.calendar(settings)
    made = numbers.register_numbers(now, len(taken))
    area = settings["number.area"]
    cases = Case.objects.bulk_create(_case(each, number, area, now) for each, number in zip(taken, made, strict=True))
    pairs = list(zip(taken, cases, strict=True))
    Report.objects.bulk_create(_report(each, case, now) for each, case in pairs)
    Step.objects.bulk_create(_step(who, mapping, each, case, now) for each, case in pairs)
    clocks = [clock for each, case in pairs if (clock := _clock(each, case, now, settings, calendar))]
    Clock.objects.bulk_create(clocks)
    Case.objects.bulk_update([clock.case for clock in clocks if clock.ended_at is None], ["deadline", "yellow_at"])
    TakenOver.objects.bulk_create(_beside(mapping, each, case, now, batch_id) for each, case in pairs)


def _case(each: Taken, register_number: str, area: str, now: datetime) -> Case:
    said, texts, times = each.said, each.said.texts, each.said.times
    ended = each.state in ENDED_STATES
    current, matter = codes.in_force(), texts.get("matter_code", "")
    community = each.grid.community if each.grid else None
    return Case(
        register_number=register_number, source_key=each.source_key, state=each.state, source=texts.get("source") or "upper",
        number=numbers.case_number(area, now) if each.state == "awaiting_dispatch" else None,
        code_set=current.slug, matter_code=matter, matter_name=current.matter(matter).name if matter else "",
        kind="component" if matter and current.matter(matter).component_class else "matter",
        point=said.point, unit_grid=each.grid, community=community, township=community.parent if community else None,
        address=texts.get("address", "")[: LENGTHS["address"]], description=texts.get("description", ""), closing_note=texts.get("closing_note", ""),
        reporter_name=texts.get("reporter_name", ""), reporter_phone=texts.get("reporter_phone", ""),
        department_id=each.department if ended else None, occurred_at=times.get("occurred_at"), reported_at=times["reported_at"],
        filed_at=times.get("filed_at") or (now if each.state == "awaiting_dispatch" else None), dispatched_at=times.get("dispatched_at") if ended else None,
        reported_back_at=times.get("reported_back_at") if ended else None, verified_at=times.get("verified_at") if ended else None,
        closed_at=times["closed_at"] if ended else None, entered_at=times["closed_at"] if ended else now,
        handling_deadline=times.get("deadline") if ended else None, handling_overdue=ended and each.on_time is False,
    )  # fmt: skip


def _report(each: Taken, case: Case, now: datetime) -> Report:
    return Report(
        case=case, source=case.source, source_key=case.source_key, arrived_at=case.reported_at, occurred_at=case.occurred_at,
        matter_code=case.matter_code, description=case.description, point=case.point, address=case.address,
        reporter_name=case.reporter_name, reporter_phone=case.reporter_phone, said=each.said.raw,
    )  # fmt: skip


def _step(who: Who, mapping: Mapping, each: Taken, case: Case, now: datetime) -> Step:
    words = _("接管自%(system)s：原编号 %(number)s，原状态 %(state)s") % {
        "system": mapping.name, "number": each.said.key, "state": old_state(each.said, mapping)
    }  # fmt: skip
    return Step(
        case=case, from_state=workflow.NEW, to_state=case.state, action=STEP, opinion=words, who_id=who.account_id,
        who_name=(who.name or "系统")[:60], role="system", received_at=now, acted_at=now,
    )  # fmt: skip


def _clock(each: Taken, case: Case, now: datetime, settings: Settings, calendar: WorkCalendar) -> Clock | None:
    """Of an ended case the other system's limit, ended with it. An open case starts the clock of the desk it now waits on:
    its old deadline is told beside, for our desk could not have kept it."""
    limit = each.limit
    if each.state not in ENDED_STATES:
        clocks = Clocks(case, now, settings, calendar, running=[])
        stage = workflow.STAGES[each.state]
        clock = clocks.new("stage", stage, settings.stage(stage))
        clocks.write_columns()
        return clock
    if limit is None:
        return None
    assert case.closed_at is not None
    return Clock(
        case=case, kind="handling", stage=HANDLING, department_id=case.department_id, started_at=case.reported_at,
        limit_value=limit.value, limit_clock=limit.clock, used_s=timing.used(case.reported_at, case.closed_at, limit, calendar),
        deadline=timing.deadline(case.reported_at, limit, calendar), ended_at=case.closed_at, overdue=each.on_time is False,
    )  # fmt: skip


def _beside(mapping: Mapping, each: Taken, case: Case, now: datetime, batch_id: int | None) -> TakenOver:
    return TakenOver(
        case=case, batch_id=batch_id, system=mapping.system, old_number=each.said.key, old_state=old_state(each.said, mapping)[:STATE_LENGTH],
        old_deadline=each.said.times.get("deadline"), old_on_time=each.old_on_time, on_time=each.on_time, flags=each.said.flags, taken_at=now,
    )  # fmt: skip
