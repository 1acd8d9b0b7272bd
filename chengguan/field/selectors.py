"""What a person on foot must do: confirm and verify tasks of an inspector, jobs of a crew; and what is near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan import registry
from chengguan.cases import selectors as cases
from chengguan.cases.models import Case, Step, Task
from chengguan.cases.selectors.running import Running
from chengguan.cases.selectors.timeleft import TimeLeft, shown_of, time_of
from chengguan.observations import selectors as observations
from chengguan.people.models import GridDuty
from chengguan.people.selectors import SYSTEM, Who, on
from chengguan.places.models import GridMembership, UnitGrid
from chengguan.places.selectors import grid_at, responsibility_grid_of
from chengguan.standards import codes
from chengguan.things import selectors as things
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
    time: TimeLeft
    words: str = ""
    task: Task | None = None
    back: Step | None = None
    """What sent the work back, where it is done again."""

    @property
    def name(self) -> str:
        return {"confirm": _("核实"), "verify": _("核查"), "handle": _("处置")}[self.kind]

    @property
    def light(self) -> str:
        return self.time.light


def jobs(who: Who) -> list[Job]:
    """Everything this person has to do, the most urgent first."""
    now, chosen = timezone.now(), cases.settings()
    days = cases.calendar(chosen).for_showing()
    tasks = Task.objects.filter(account__in=who.task_accounts, done_at=None, kind__in=("confirm", "verify"))
    found = [
        Job(task.case, task.kind, task.due, time_of(Running(task.case, now, chosen, days, []), task.clock), task.words, task)
        for task in tasks.select_related("case", "clock")
    ]
    if who.has("crew"):
        crews = [post.organisation_id for post in who.posts if post.role == "crew"]
        mine = list(cases.visible(who).filter(state__in=JOBS, crew_id__in=crews))
        cases.show_times(mine, now)
        back = cases.came_back(mine)
        found += [Job(case, "handle", case.deadline, shown_of(case), case.description, back=back.get(case.pk)) for case in mine]
    far = now + timedelta(days=3650)
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
        told = in_words(device.model, values, device.attributes)
        return Said(device, _(told.text) % told.values, told.well, at)
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


def place(who: Who, point: Point) -> Place:
    """Grid, components under the finger, open cases and likely matters at a point."""
    grid = grid_at(point)
    near = things.nearby_components(who, point, NEAR_METRES, limit=MOST_NEAR)
    components = [(each, round(each.away.m)) for each in near]  # type: ignore[attr-defined]
    known = cases.duplicates(point, "", metres=NEAR_METRES, hours=24 * 14)
    near_cases = [(each, round(each.metres)) for each in known[:5]]  # type: ignore[attr-defined]
    return Place(grid, is_own(who, grid), components, near_cases, likely_matters(who, [each for each, _metres in components]))


def is_own(who: Who, grid: UnitGrid | None) -> bool:
    """Whether the unit grid lies in a responsibility grid of this inspector today."""
    area = responsibility_grid_of(grid) if grid else None
    return area is not None and GridDuty.objects.filter(on(), responsibility_grid=area, account__in=who.task_accounts).exists()


def somewhere(who: Who) -> Point | None:
    """Where the demo lets somebody at a desk stand: at a component in a grid of their own."""
    mine = GridDuty.objects.filter(on(), account__in=who.task_accounts).values("responsibility_grid")
    grids = GridMembership.objects.filter(responsibility_grid__in=mine, valid_to=None).values("unit_grid")
    component = Component.objects.filter(unit_grid__in=grids).order_by("code").first()
    return component.point if component else None


def photos_hint() -> str:
    """How many photos a report takes, before its class is chosen."""
    wanted = cases.settings()["photos.register"]
    most = max(wanted.values(), default=0)
    if most < 2:
        return ""
    return (_("至少 %(n)d 张照片") if set(wanted) == {""} else _("有的类别至少要 %(n)d 张照片")) % {"n": most}


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
