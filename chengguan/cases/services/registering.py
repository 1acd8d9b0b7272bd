"""登记: every arrival becomes one unchanging report and one case; the same arrival twice is the same case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.facts import CaseRegistered
from chengguan.cases.models import Case, Report
from chengguan.cases.selectors import configuration as chosen
from chengguan.cases.selectors.levels import set_levels
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.photos import refuse_too_few
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services import given, habits, numbers, placing, telling
from chengguan.cases.services.clocks import Clocks
from chengguan.cases.services.steps import new_step, put_photos_of
from chengguan.engines import announce, prepared
from chengguan.people.selectors import SYSTEM, Who, may
from chengguan.places import selectors as places
from chengguan.places.models import UnitGrid
from chengguan.standards import codes, filing
from chengguan.things.models import Attachment, Component


def register(
    who: Who,
    *,
    source: str,
    point: Point | None = None,
    unit_grid: UnitGrid | None = None,
    description: str = "",
    matter_code: str = "",
    condition_key: str = "",
    hint: str = "",
    severity: int | None = None,
    component: Component | None = None,
    address: str = "",
    reporter_name: str = "",
    reporter_phone: str = "",
    reply_wanted: bool = False,
    secret: bool = False,
    photos: Sequence[Attachment] = (),
    occurred_at: datetime | None = None,
    source_key: str | None = None,
    urgent: bool = False,
    linked_to: Case | None = None,
    followed: bool = False,
    said: dict[str, Any] | None = None,
    synthetic: bool = False,
    looked_up: bool = False,
    now: datetime | None = None,
) -> Case:
    """登记. The same source_key twice gives the same case. `unit_grid` is that of the point, where it is known already; `followed`: with a
    code to ask by, as a citizen has one anyway. `hint` and `severity` choose the filing condition when an alarm
    brings the report. `looked_up`: the caller has just found no case with that source_key. A place outside the county is refused for people. `reply_wanted` and `secret`: what the
    caller asked for."""
    role = _role(who, source)
    if point is None and component is None and not description.strip():
        raise Refused(_("请写几句话，或在地图上点出位置"), "description")
    if point is not None and unit_grid is None and not who.is_system and not places.inside_county(point):
        raise Refused(_("位置不在本县范围内"), "place")
    if matter_code and matter_code not in codes.in_force().matters:
        raise Refused(_("没有这个案件类别：%(code)s") % {"code": matter_code}, "matter_code")
    known = None if looked_up else known_by(source_key)
    if known is not None:
        return known
    case = Case(
        source=source, description=description.strip(), component=component, address=address[:200],
        reporter_name=reporter_name[:60], reporter_phone=reporter_phone[:30], reporter_id=who.account_id,
        occurred_at=occurred_at, source_key=source_key, urgent=urgent, linked_to=linked_to, synthetic=synthetic,
        reply_wanted=reply_wanted, secret=secret,
    )  # fmt: skip
    _classify(case, matter_code, condition_key, hint, severity)
    if role == "inspector":
        refuse_too_few(chosen.settings(), "register", matter_code, len(photos))
    _locate(case, point, address, unit_grid)
    move_given: dict[str, Any] = {"photos": list(photos), "words": case.description}
    try:
        with transaction.atomic():
            _store(who, role, [Arrival(case, move_given, said or {}, followed)], "register", "reported", now or timezone.now())
    except IntegrityError:
        known = known_by(source_key)
        if known is None:
            raise
        return known
    return case


def self_handle(
    who: Who,
    *,
    matter_code: str,
    point: Point,
    photos_before: Sequence[Attachment],
    photos_after: Sequence[Attachment],
    description: str = "",
    component: Component | None = None,
    source_key: str | None = None,
    now: datetime | None = None,
) -> Case:
    """自行处置: found and done on the spot by an inspector, with photos before and after."""
    row = workflow.row_for(workflow.NEW, "self_handle")
    assert row is not None
    if not who.has("inspector") or who.is_system:
        raise Refused(_("只有信息采集员可以自行处置"))
    found = given.read(
        row,
        {
            "matter_code": matter_code, "place": point, "words": description,
            "photos_before": list(photos_before), "photos_after": list(photos_after),
        },
    )  # fmt: skip
    if not places.inside_county(point):
        raise Refused(_("位置不在本县范围内"), "place")
    known = known_by(source_key)
    if known is not None:
        return known
    case = Case(source="inspector", description=description.strip(), component=component, source_key=source_key)
    case.reporter_id = who.account_id
    case.inspector_id = who.account_id
    _classify(case, matter_code, "", "", None)
    _locate(case, point, "")
    with transaction.atomic():
        _store(who, "inspector", [Arrival(case, found, {})], "self_handle", "self_handled", now or timezone.now())
    return case


def _role(who: Who, source: str) -> str:
    if source not in dict(Case._meta.get_field("source").choices or ()):
        raise Refused(_("没有这种来源：%(source)s") % {"source": source}, "source")
    if who.is_system:
        return "system"
    if who.is_anonymous:
        if source != "citizen":
            raise Refused(_("请先登录"))
        return "citizen"
    if not may(who, "cases.register"):
        raise Refused(_("您的岗位不能登记案件"))
    preferred = {"inspector": ("inspector",), "hotline": ("hotline_operator", "acceptor"), "leader": ("leader",)}.get(source, ())
    post = who.post_as(*preferred) if preferred else None
    post = post or next((each for each in who.posts if each.role in workflow.ANYONE), None)
    return post.role if post else "citizen"


def known_by(source_key: str | None) -> Case | None:
    """The case that came with that key. Most are asked for in vain, so the row is read only when it is there."""
    known = prepared.row("SELECT id FROM cases_case WHERE source_key = %s", [source_key]) if source_key else None
    return Case.objects.get(pk=known[0]) if known else None


def _classify(case: Case, matter_code: str, condition_key: str, hint: str, severity: int | None) -> None:
    current = codes.in_force()
    case.code_set = current.slug
    if not matter_code:
        return
    case.matter_code = matter_code
    case.matter_name = current.matter(matter_code).name
    case.kind = "component" if current.matter(matter_code).component_class else "matter"
    fitting = None
    if condition_key:
        fitting = next((each for each in filing.conditions(matter_code) if each.key == condition_key), None)
        if fitting is None:
            raise Refused(_("这个立案条件不属于所选类别"), "condition_key")
    elif hint or severity is not None:
        fitting = filing.condition_for(matter_code, hint, severity)
    case.condition_key = fitting.key if fitting else ""


def _locate(case: Case, point: Point | None, address: str, unit_grid: UnitGrid | None = None) -> None:
    if case.component_id is not None and point is None:
        placing.place_at_component(case)
    elif point is not None:
        placing.place(case, point, address, unit_grid)


@dataclass(frozen=True)
class Arrival:
    """A case about to be stored: what was given with it, and what its report keeps of how it came."""

    case: Case
    given: dict[str, Any]
    said: dict[str, Any]
    followed: bool = False


@dataclass(frozen=True)
class Reported:
    """What an alarm says of a case to be made."""

    source_key: str
    matter_code: str
    hint: str
    severity: int
    description: str
    component: Component | None
    point: Point | None
    address: str
    unit_grid: UnitGrid | None
    occurred_at: datetime
    said: dict[str, Any]


def register_reported(reports: Sequence[Reported], now: datetime) -> list[Case]:
    """登记 of what devices report, all at once and in their order, by the platform itself. The caller holds the locks that
    keep two processes from the same alarm; a source_key that is taken all the same is an IntegrityError."""
    known = {case.source_key: case for case in Case.objects.filter(source_key__in=[each.source_key for each in reports])}
    found, fresh = [], []
    for each in reports:
        case = known.get(each.source_key)
        if case is None:
            if each.matter_code and each.matter_code not in codes.in_force().matters:
                raise Refused(_("没有这个案件类别：%(code)s") % {"code": each.matter_code}, "matter_code")
            case = Case(
                source="alarm", description=each.description.strip(), component=each.component, occurred_at=each.occurred_at,
                source_key=each.source_key, urgent=each.severity == 1,
            )  # fmt: skip
            _classify(case, each.matter_code, "", each.hint, each.severity)
            if each.component is not None:
                placing.place_at_component(case)
            elif each.point is not None:
                placing.place(case, each.point, each.address, each.unit_grid)
            else:
                case.address = each.address[:200]
            fresh.append(Arrival(case, {"photos": [], "words": case.description}, each.said))
        found.append(case)
    _store(SYSTEM, "system", fresh, "register", "reported", now)
    return found


def _store(who: Who, role: str, arrivals: Sequence[Arrival], action: str, state: str, now: datetime) -> None:
    """The cases, their reports, first steps and first clocks, each kind in one insert."""
    if not arrivals:
        return
    row = workflow.row_for(workflow.NEW, action)
    assert row is not None
    settings = chosen.settings()
    calendar = chosen.calendar(settings)
    set_levels([arrival.case for arrival in arrivals], settings)
    moves = []
    for arrival, number in zip(arrivals, numbers.register_numbers(now, len(arrivals)), strict=True):
        case = arrival.case
        case.state, case.reported_at, case.entered_at = state, now, now
        case.register_number = number
        case.follow_code = numbers.follow_code() if case.source == "citizen" or arrival.followed else None
        clocks = Clocks(case, now, settings, calendar)
        if action == "register":
            clocks.new("stage", "受理", settings.stage("受理"))
            clocks.write_columns()
        moves.append(Move(who, role, case, row, arrival.given, now, settings, calendar, clocks, workflow.NEW))
    cases = [arrival.case for arrival in arrivals]
    _insert(cases)
    steps = [new_step(move, state, None) for move in moves]
    _insert([_report(arrival, now) for arrival in arrivals], steps, [clock for move in moves for clock in move.clocks.open])
    for move, step in zip(moves, steps, strict=True):
        put_photos_of(move, step)
    habits.remember_classes(who, [case.matter_code for case in cases], now)
    announce.announce(*(CaseRegistered(case.pk) for case in cases))
    telling.tell_all(list(zip(moves, steps, strict=True)))


def _insert(*kinds: Sequence[Any]) -> None:
    """Rows of one kind or of several; of one case, as most come, all kinds in one statement."""
    if all(len(rows) < 2 for rows in kinds):
        prepared.append(*(row for rows in kinds for row in rows))
    else:
        for rows in filter(None, kinds):
            type(rows[0]).objects.bulk_create(rows)


def _report(arrival: Arrival, now: datetime) -> Report:
    case = arrival.case
    return Report(
        case=case, source=case.source, source_key=case.source_key, arrived_at=now, occurred_at=case.occurred_at,
        matter_code=case.matter_code, description=case.description, point=case.point, address=case.address,
        reporter_name=case.reporter_name, reporter_phone=case.reporter_phone, reporter_id=case.reporter_id, said=arrival.said,
    )  # fmt: skip


def link_case(who: Who, case: Case, words: str, now: datetime, *, source: str = "", photos: Sequence[Attachment] = ()) -> Case:
    """A new case about the same matter at the same place, linked to the old one whose result stays. `source`: where somebody
    else found it than told of the old one, who is then not its reporter."""
    reporter = {name: getattr(case, name) for name in ("reporter_name", "reporter_phone", "reply_wanted", "secret")} if not source else {}
    return register(
        who, source=source or case.source, photos=photos, point=case.point, description=words or case.description, matter_code=case.matter_code,
        component=case.component, address=case.address, linked_to=case, now=now, **reporter,
    )  # fmt: skip
