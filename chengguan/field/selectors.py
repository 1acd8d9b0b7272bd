"""What a person on foot must do: confirm and verify tasks of an inspector, jobs of a crew; and what is near."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan import registry
from chengguan.cases import selectors as cases
from chengguan.cases.models import Case, Task
from chengguan.observations import selectors as observations
from chengguan.people.models import GridDuty
from chengguan.people.selectors import SYSTEM, Who, on
from chengguan.places.models import UnitGrid
from chengguan.places.selectors import grid_at, responsibility_grid_of
from chengguan.standards import codes
from chengguan.things.models import Component, Device

NEAR_METRES = 40
MOST_NEAR = 8
RECENT_DAYS = 30
JOBS = ("dispatched", "handling")


@dataclass(frozen=True)
class Job:
    """One thing to do on the street."""

    case: Case
    kind: str  # confirm | verify | handle
    due: datetime | None
    words: str = ""
    task: Task | None = None

    @property
    def name(self) -> str:
        return {"confirm": _("核实"), "verify": _("核查"), "handle": _("处置")}[self.kind]

    @property
    def light(self) -> str:
        now = timezone.now()
        if self.due is None:
            return "grey"
        if now >= self.due:
            return "red"
        yellow = self.case.yellow_at if self.kind == "handle" else self._task_yellow()
        return "yellow" if yellow and now >= yellow else "green"

    def _task_yellow(self) -> datetime | None:
        return self.due - (self.due - self.task.sent_at) * 0.2 if self.task and self.due else None

    @property
    def percent(self) -> int:
        start = self.task.sent_at if self.task else self.case.dispatched_at
        if start is None or self.due is None or self.due <= start:
            return 0
        return max(2, min(100, round(100 * (timezone.now() - start) / (self.due - start))))


def jobs(who: Who) -> list[Job]:
    """Everything this person has to do, the most urgent first."""
    found = [
        Job(task.case, task.kind, task.due, task.words, task)
        for task in Task.objects.filter(account=who.account_id, done_at=None, kind__in=("confirm", "verify")).select_related("case")
    ]
    if who.has("crew"):
        crews = [post.organisation_id for post in who.posts if post.role == "crew"]
        mine = cases.visible(who).filter(state__in=JOBS, crew_id__in=crews)
        found += [Job(case, "handle", case.deadline, case.description) for case in mine]
    far = timezone.now() + timedelta(days=3650)
    return sorted(found, key=lambda job: (job.due or far, job.case.pk))


def job(who: Who, case_id: int) -> Job | None:
    """This person's job at a case; None when there is none (any more)."""
    return next((each for each in jobs(who) if each.case.pk == case_id), None)


@dataclass(frozen=True)
class Said:
    """What a device's newest reading says, in words. `well` is None when it cannot tell."""

    device: Device
    words: str
    well: bool | None
    at: datetime | None


def readings(who: Who, job: Job | None) -> list[Said]:
    """The newest reading of each device on the component of this person's job, as its trade would say it. The job itself
    gives the right to look: a crew has no devices of its own."""
    if job is None or job.case.component_id is None:
        return []
    devices = list(Device.objects.filter(component=job.case.component_id, enabled=True))
    latest = observations.latest(SYSTEM, [device.pk for device in devices])
    return [_said(device, latest.get(device.pk)) for device in devices]


def _said(device: Device, state: observations.Latest | None) -> Said:
    if state is None or not state.values:
        return Said(device, _("还没有收到读数"), None, None)
    values, at = state.values, state.measured_at
    trade = registry.present().get(device.subsystem)
    if trade is None:
        return Said(device, "", None, at)
    in_words = trade.conditions.get("rules.in_words")
    if in_words is not None:
        well, words = in_words(device.model, values, device.attributes)
        return Said(device, words, well, at)
    metrics = {metric.slug: metric for metric in trade.manifest.metrics}
    words = [
        f"{_(metrics[slug].name)} {_(metrics[slug].states.get(int(value), f'{value:g}')) if metrics[slug].states else f'{value:g} {metrics[slug].unit}'}"
        for slug, value in values.items()
        if slug in metrics
    ]
    return Said(device, " · ".join(words[:3]), None, at)


@dataclass(frozen=True)
class Place:
    """What stands and what is known at a point."""

    grid: UnitGrid | None
    own: bool
    components: Sequence[tuple[Component, int]] = field(default_factory=tuple)
    cases: Sequence[tuple[Case, int]] = field(default_factory=tuple)
    matters: Sequence[tuple[str, str]] = field(default_factory=tuple)


def metres_between(a: Point, b: Point) -> float:
    east = math.radians(b.x - a.x) * math.cos(math.radians((a.y + b.y) / 2))
    return 6_371_008.8 * math.hypot(east, math.radians(b.y - a.y))


def place(who: Who, point: Point) -> Place:
    """Grid, components under the finger, open cases and likely matters at a point."""
    grid = grid_at(point)
    near = Component.objects.filter(point__dwithin=(point, NEAR_METRES / 95_000)).exclude(status="removed")
    components = sorted(((each, round(metres_between(point, each.point))) for each in near[:200]), key=lambda row: row[1])[:MOST_NEAR]
    known = cases.duplicates(point, "", metres=NEAR_METRES, hours=24 * 14)
    near_cases = [(each, round(metres_between(point, each.point))) for each in known[:5] if each.point is not None]
    return Place(grid, is_own(who, grid), components, near_cases, likely_matters(who, [each for each, _metres in components]))


def is_own(who: Who, grid: UnitGrid | None) -> bool:
    """Whether the unit grid lies in a responsibility grid of this inspector today."""
    area = responsibility_grid_of(grid) if grid else None
    return area is not None and GridDuty.objects.filter(on(), responsibility_grid=area, account=who.account_id).exists()


def likely_matters(who: Who, components: Sequence[Component] = ()) -> list[tuple[str, str]]:
    """Codes and names of matters: those of the components near, then those this person reported lately, then the commonest."""
    book = codes.in_force()
    found: dict[str, str] = {}
    for component in components:
        _take(found, book, component.class_code)
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    lately = Case.objects.filter(reported_at__gte=since).exclude(matter_code="").values_list("matter_code")
    for mine in (Q(reporter_id=who.account_id), Q()):
        for (code,) in lately.filter(mine).annotate(n=Count("id")).order_by("-n").values_list("matter_code")[:8]:
            _take(found, book, code)
    return list(found.items())[:MOST_NEAR]


def _take(found: dict[str, str], book: codes.CodeSet, code: str) -> None:
    try:
        found.setdefault(code, book.matter(code).name)
    except KeyError:
        return
