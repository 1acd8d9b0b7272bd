"""A small world: a county of one township, two departments with a crew each, one person for each post."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.db import transaction

from chengguan.cases import workflow
from chengguan.cases.models import Case, Request, Setting, Task
from chengguan.cases.selectors.configuration import calendar, settings
from chengguan.cases.services import set_setting
from chengguan.cases.services.clocks import Clocks
from chengguan.people.models import Account, GridDuty, Holding, Organisation, Post, Responsibility
from chengguan.people.roles import ROLES
from chengguan.people.selectors import SYSTEM, Who, who_is
from chengguan.places.models import Area, GridMembership, ResponsibilityGrid, UnitGrid
from chengguan.standards.switches import DECIDERS
from chengguan.things.models import Attachment, Component

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
"""A Wednesday, 10:00 in Shanghai."""
HERE = Point(108.9916, 28.4482, srid=4490)
SINCE = date(2020, 1, 1)


def box(west: float, south: float, east: float, north: float) -> MultiPolygon:
    polygon = Polygon.from_bbox((west, south, east, north))
    polygon.srid = 4490
    return MultiPolygon(polygon, srid=4490)


class World:
    def __init__(self) -> None:
        self.county = Area.objects.create(level="county", code="500241", name="秀山", geom=box(108.8, 28.3, 109.2, 28.6))
        self.township = Area.objects.create(
            level="township", parent=self.county, code="500241001", name="中和街道", geom=box(108.9, 28.4, 109.1, 28.5)
        )
        self.community = Area.objects.create(
            level="community", parent=self.township, code="500241001001", name="凤凰社区", geom=box(108.9, 28.4, 109.1, 28.5)
        )
        self.grid = UnitGrid.objects.create(
            code="500241001001001", community=self.community, geom=box(108.9, 28.4, 109.1, 28.5), area_m2=1, valid_from=SINCE
        )
        patrol = ResponsibilityGrid.objects.create(code="R1", name="中心网格", geom=box(108.9, 28.4, 109.1, 28.5), valid_from=SINCE)
        GridMembership.objects.create(unit_grid=self.grid, responsibility_grid=patrol, valid_from=SINCE)
        self.centre = Organisation.objects.create(code="C", name="监督指挥中心", kind="centre")
        self.lighting = Organisation.objects.create(code="D1", name="路灯管理所", kind="department")
        self.drainage = Organisation.objects.create(code="D2", name="市政排水", kind="department")
        self.crew = Organisation.objects.create(code="D1-1", name="路灯抢修一班", kind="crew", parent=self.lighting)
        self.other_crew = Organisation.objects.create(code="D2-1", name="排水抢修班", kind="crew", parent=self.drainage)
        self.street = Organisation.objects.create(code="T1", name="中和街道办", kind="township", area=self.township)
        for matter, department in (("01037", self.lighting), ("0100", self.drainage), ("06", self.street)):
            Responsibility.objects.create(matter_code=matter, organisation=department, valid_from=SINCE)
        at = {"department": self.lighting, "crew": self.crew, "township": self.street}
        self.accounts = {role: self.person(role, role, at.get(role, self.centre)) for role in ROLES}
        GridDuty.objects.create(responsibility_grid=patrol, account=self.accounts["inspector"], valid_from=SINCE)
        self.lamp = Component.objects.create(
            code="50024101037004711", class_code="01037", name="路灯", label="L-004711", point=HERE,
            unit_grid=self.grid, address="渝秀大道118号附近", owner=self.lighting,
        )  # fmt: skip
        self.photo = Attachment.objects.create(sha256="a" * 64, content_type="image/jpeg", size=1, name="a.jpg")

    def person(self, username: str, role: str, organisation: Organisation) -> Account:
        account = Account.objects.create(username=username, name=f"{ROLES[role].name}{username}")
        post, _created = Post.objects.get_or_create(organisation=organisation, role=role, name=str(ROLES[role].name))
        Holding.objects.create(account=account, post=post, valid_from=SINCE)
        return account

    def who(self, role: str) -> Who:
        return SYSTEM if role == "system" else who_is(self.accounts[role])

    def case(self, state: str = "reported", now: datetime = NOW, **given: Any) -> Case:
        """A case that stands in `state` with the clocks that belong to it, as if it had travelled there."""
        filed = state in workflow.FILED or state in ("closed", "archived", "voided")
        count = Case.objects.count() + 1
        facts: dict[str, Any] = {
            "state": state, "source": "inspector", "register_number": f"T{count:06d}", "code_set": "gbt47678.5-2026",
            "matter_code": "01037", "matter_name": "路灯异常", "condition_key": "01037-03", "point": HERE,
            "unit_grid": self.grid, "community": self.community, "township": self.township, "address": "渝秀大道118号附近",
            "reported_at": now - timedelta(hours=1), "entered_at": now - timedelta(minutes=5), "description": "灯不亮",
        }  # fmt: skip
        if filed:
            facts |= {"number": f"N{count:06d}", "filed_at": now - timedelta(minutes=50)}
        if filed and state != "awaiting_dispatch":
            facts |= {"department": self.lighting, "crew": self.crew, "dispatched_at": now - timedelta(minutes=40)}
        if state in ("reported_back", "awaiting_verification", "verifying", "verified", "awaiting_closing", "closed"):
            facts |= {"reported_back_at": now - timedelta(minutes=10)}
        if state in ("verified", "awaiting_closing", "closed"):
            facts |= {"found_done": True, "verified_at": now - timedelta(minutes=6)}
        if state == "closed":
            facts |= {"closed_at": now - timedelta(hours=1)}
        if state == "suspended":
            facts |= {"state_before": "handling", "suspended_until": now + timedelta(days=20)}
        if state == "self_handled":
            facts |= {"reporter": self.accounts["inspector"]}
        case = Case.objects.create(**(facts | given))
        self.start_clocks(case, now)
        return case

    def start_clocks(self, case: Case, now: datetime) -> None:
        chosen = settings()
        clocks = Clocks(case, case.entered_at, chosen, calendar(chosen))
        if case.department_id and case.state not in workflow.FINAL:
            clocks.start_handling(since=case.dispatched_at)
            if case.state not in workflow.WITH_DEPARTMENT:
                clocks.pause("处置")
        stage = workflow.STAGES.get(case.state, "")
        if stage and stage != "处置" and case.state != "self_handled":
            clocks.start_stage(stage)
        task = {"confirming": ("confirm", "核实"), "verifying": ("verify", "核查")}.get(case.state)
        if task:
            clocks.pause(stage)
            clock = clocks.start("task", task[1], chosen.stage(task[1]))
            Task.objects.create(
                case=case, kind=task[0], account=self.accounts["inspector"], clock=clock, sent_at=case.entered_at, due=clock.deadline
            )
        clocks.write_columns()
        case.save()

    def ready(self, row: workflow.Row, state: str) -> Case:
        """A case in `state` for which every guard of the row is satisfied."""
        case = self.case(state)
        for guard in row.guards:
            if guard.startswith("request:"):
                details = {"until": (NOW + timedelta(days=30)).isoformat(), "reason_code": "season"}
                reviewed = NOW if "reviewed" in row.guards else None
                Request.objects.create(
                    case=case, kind=guard[8:], asked_at=NOW, reason="理由", details=details, reviewed_at=reviewed,
                    asked_by=self.accounts["department"],
                )  # fmt: skip
            elif guard.startswith("automatic:"):
                Setting.objects.update_or_create(key=guard[10:], defaults={"value": [case.matter_code]})
            elif guard.endswith("on_the_ladder"):
                everybody = [{"times": 1, "days": 0, "who": list(DECIDERS)}]
                Setting.objects.update_or_create(key=f"approval.{row.decides}", defaults={"value": everybody})
            elif guard == "responsibility_open":
                case.responsibility_open = True
            elif guard in ("urge_waiting", "opinion_waiting", "helping"):
                kind = {"urge_waiting": "reply", "opinion_waiting": "opinion", "helping": "help"}[guard]
                Task.objects.create(case=case, kind=kind, organisation=self.lighting, sent_at=NOW)
            elif guard == "somebody_to_call":
                Task.objects.create(case=case, kind="follow_up", role="acceptor", sent_at=NOW)
            elif guard == "consulting":
                Task.objects.create(case=case, kind="consult", account=self.accounts["leader"], sent_at=NOW)
            elif guard == "is_urgent":
                case.urgent = True
            elif guard == "is_important":
                case.important = True
            elif guard == "another_stage":
                case.matter_code, case.condition_key, case.parts = "10999", "10999-01", None
            elif guard == "rework_through_dispatcher":
                Setting.objects.update_or_create(key="handling.rework_through_dispatcher", defaults={"value": True})
            elif guard == "straight_rework":
                Setting.objects.filter(key="handling.rework_through_dispatcher").delete()
            elif guard == "reopen_window" and state == "archived":
                case.closed_at, case.archived_at = NOW - timedelta(days=8), NOW - timedelta(hours=1)
            elif guard == "was_overdue":
                case.handling_overdue = True
            elif guard == "review_wanted":
                Setting.objects.update_or_create(key="handling.crew_review", defaults={"value": [case.matter_code]})
            elif guard == "own_level":
                for key in ("township.accepts", "township.closes"):
                    Setting.objects.update_or_create(key=key, defaults={"value": ["01"]})
                case.level = "township"
            elif guard == "urgent_case":
                case.urgent = True
            elif guard == "evidence_stands":
                case.proven_at, case.proof = NOW, "灯亮了"
            elif guard == "leader_approved":
                Request.objects.create(case=case, kind="force_close", state="granted", asked_at=NOW, decided_at=NOW, reason="理由")
            elif guard == "appeal_over":
                case.closed_at = NOW - timedelta(days=40)
        if row.action == "reply_urge":
            case.department = case.department or self.lighting
        case.save()
        return case

    def given(self, row: workflow.Row, case: Case) -> dict[str, Any]:
        """Something sensible for every field the row asks for."""
        values = {
            "matter_code": "01037", "condition_key": "01037-03", "position": (HERE.x, HERE.y, 8), "place": (HERE.x, HERE.y),
            "inspector": self.accounts["inspector"], "photos": [self.photo], "photos_before": [self.photo],
            "photos_after": [self.photo], "true": "yes", "passed": "yes", "department": self.lighting, "crew": self.crew,
            "until": NOW + timedelta(days=30), "reason_code": "season", "satisfaction": "satisfied", "urge_kind": "daily",
            "level": "2", "helpers": [], "copies": [], "participants": [self.lighting, self.drainage],
            "stages": [["围护", 2, "urgent_hour"], ["修复", 2, "work_day"]],
        }  # fmt: skip
        if row.action == "redirect":
            values["department"] = self.drainage
        found: dict[str, Any] = {}
        for field, required in workflow.offered(row):
            if field.name == "into":
                found["into"] = self.case("handling")
            elif field.name in values:
                found[field.name] = values[field.name]
            elif field.kind == "text":
                found[field.name] = "写几句"
            elif required:
                raise AssertionError(field)
        return found


def own(world: World, key: str, value: Any) -> None:
    """The county says it."""
    set_setting(world.who("administrator"), key, value)


@pytest.fixture(scope="module")
def _founded(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    """The world once per module; each test works in a savepoint inside this transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield World()
        transaction.set_rollback(True)


@pytest.fixture
def world(_founded: World, db: Any) -> World:
    return _founded


@pytest.fixture
def lasting(transactional_db: Any) -> World:
    """A world whose rows are committed: other sessions of the database see them."""
    return World()
