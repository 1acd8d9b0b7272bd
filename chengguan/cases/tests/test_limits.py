"""Limits by filing condition and class of area: which word holds, from when, for whom, and how it is taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from chengguan.cases import services
from chengguan.cases.models import Case, Change, Clock, FilingLimit
from chengguan.cases.selectors.own_limits import OwnLimits
from chengguan.cases.services import limits
from chengguan.cases.services.administration import open_deadlines_follow
from chengguan.cases.tests.conftest import NOW, World
from chengguan.places.models import Area, UnitGrid
from chengguan.standards import filing
from chengguan.standards.limits import Limit

TODAY = date(2026, 11, 18)
KEY = "01037-03"


def given(world: World, klass: str, value: float | None, clock: str = "work_day", since: date = TODAY, verify: Limit | None = None) -> None:
    limits.set_limit(world.who("administrator"), KEY, klass, since, Limit(value, clock) if value else None, verify)


def dispatched(world: World, **facts: Any) -> Clock:
    case = world.case("awaiting_dispatch", **facts)
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.lighting)
    return case.clocks.get(kind="handling")


def limit_of(clock: Clock) -> tuple[float, str]:
    return clock.limit_value, clock.limit_clock


def test_condition_in_its_class_then_condition_then_list_then_default(world: World) -> None:
    listed = filing.condition(KEY)
    assert limit_of(dispatched(world)) == (listed.limit, listed.clock)
    given(world, "", 7)
    assert limit_of(dispatched(world)) == (7, "work_day")
    given(world, "B", 9)
    assert limit_of(dispatched(world)) == (7, "work_day"), "the county's areas are of class A while nobody says otherwise"
    limits.set_area_class(world.who("administrator"), world.township.code, "B")
    assert limit_of(dispatched(world)) == (9, "work_day")
    limits.set_area_class(world.who("administrator"), world.grid.code, "C")
    assert limit_of(dispatched(world)) == (7, "work_day"), "the grid's own class before the area's"
    assert limit_of(dispatched(world, condition_key="strange")) == (3, "work_day")


def test_a_limit_holds_from_its_day_on_and_may_go_back_to_the_list(world: World) -> None:
    listed = filing.condition(KEY)
    given(world, "", 7, since=TODAY + timedelta(days=1))
    assert limit_of(dispatched(world)) == (listed.limit, listed.clock)
    given(world, "", 5, since=TODAY - timedelta(days=30))
    assert limit_of(dispatched(world)) == (5, "work_day")
    given(world, "", None, since=TODAY)
    assert limit_of(dispatched(world)) == (listed.limit, listed.clock)


def test_a_condition_may_have_its_own_time_to_verify(world: World) -> None:
    given(world, "", None, verify=Limit(6, "urgent_hour"))
    case = world.case("awaiting_verification")
    services.act(world.who("acceptor"), case, "send_to_verify", now=NOW, inspector=world.accounts["inspector"])
    assert case.clocks.get(kind="task").deadline == NOW + timedelta(hours=6)
    assert case.tasks.get().due == NOW + timedelta(hours=6)


def test_open_deadlines_follow_from_the_day_the_word_holds_and_ended_ones_keep_theirs(world: World) -> None:
    open_one, ended, before = dispatched(world), dispatched(world), dispatched(world)
    Clock.objects.filter(pk=ended.pk).update(ended_at=NOW, overdue=False)
    long_ago = NOW - timedelta(days=3)
    Clock.objects.filter(pk=before.pk).update(started_at=long_ago)
    old = open_one.deadline
    given(world, "", 9)
    open_deadlines_follow()
    for clock in (open_one, ended, before):
        clock.refresh_from_db()
    assert limit_of(open_one) == (9, "work_day")
    assert old is not None
    assert open_one.deadline is not None
    assert open_one.deadline > old
    assert Case.objects.get(pk=open_one.case_id).deadline == open_one.deadline
    assert limit_of(ended) == limit_of(before) == (filing.condition(KEY).limit, filing.condition(KEY).clock)


def test_a_verifying_task_follows_and_its_due_time_with_it(world: World) -> None:
    case = world.case("awaiting_verification")
    services.act(world.who("acceptor"), case, "send_to_verify", now=NOW, inspector=world.accounts["inspector"])
    given(world, "", None, verify=Limit(6, "urgent_hour"))
    open_deadlines_follow()
    assert case.tasks.get().due == case.clocks.get(kind="task").deadline == NOW + timedelta(hours=6)


def test_clocks_of_conditions_the_county_never_spoke_of_keep_the_limit_they_came_with(world: World) -> None:
    clock = dispatched(world)
    Clock.objects.filter(pk=clock.pk).update(limit_value=40)
    limits.set_limit(world.who("administrator"), "01001-01", "", TODAY, Limit(1, "urgent_hour"))
    open_deadlines_follow()
    clock.refresh_from_db()
    assert clock.limit_value == 40


def test_each_change_is_kept_and_set_back(world: World) -> None:
    administrator = world.who("administrator")
    given(world, "B", 7)
    given(world, "B", 8)
    first, last = Change.objects.filter(kind="limit").order_by("pk")
    with pytest.raises(services.Refused, match="后来又改过"):
        services.undo(administrator, first)
    services.undo(administrator, last)
    assert FilingLimit.objects.get().value == 7
    limits.drop_limit(administrator, KEY, "B", TODAY)
    assert not FilingLimit.objects.exists()
    services.undo(administrator, Change.objects.latest("pk"))
    assert FilingLimit.objects.get().value == 7
    limits.set_area_class(administrator, world.community.code, "C")
    services.undo(administrator, Change.objects.latest("pk"))
    assert Area.objects.get(pk=world.community.pk).area_class == ""


@pytest.mark.parametrize(
    ("key", "klass", "limit", "words"),
    [
        ("nothing", "", Limit(1, "work_day"), "没有这个立案条件"), (KEY, "D", Limit(1, "work_day"), "区域等级应为"),
        (KEY, "", Limit(0, "work_day"), "大于零"), (KEY, "", Limit(1, "fortnight"), "没有这种计时方式"),
        (KEY, "", Limit(400, "work_day"), "不能超过一年"), (KEY, "", Limit(1.5, "natural_day"), "自然日应为整数"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(world: World, key: str, klass: str, limit: Limit, words: str) -> None:
    with pytest.raises(services.Refused, match=words):
        limits.set_limit(world.who("administrator"), key, klass, TODAY, limit)
    assert not Change.objects.exists()


def test_only_an_administrator_says_limits_and_classes(world: World) -> None:
    for act in (
        lambda: limits.set_limit(world.who("shift_leader"), KEY, "", TODAY, Limit(1, "work_day")),
        lambda: limits.set_area_class(world.who("shift_leader"), world.community.code, "B"),
        lambda: limits.import_limits(world.who("shift_leader"), [], TODAY),
    ):
        with pytest.raises(services.Refused):
            act()


def row(key: str = KEY, klass: str = "", value: str = "", clock: str = "", since: str = "", verify: str = "", verify_clock: str = "") -> dict[str, str]:
    return dict(zip(limits.LIMIT_HEADERS, (key, "", "", klass, value, clock, verify, verify_clock, since), strict=True))


def test_a_sheet_of_limits_names_every_row_it_refuses_and_a_dry_run_writes_nothing(world: World) -> None:
    listed = filing.condition(KEY)
    rows = [
        row(value=f"{listed.limit:g}", clock=listed.clock),
        row(klass="b", value="6", clock="工作日", since="2026-12-01"),
        row(klass="C", value="six", clock="工作日"),
        row(key="99999-99", value="6", clock="工作日"),
        row(klass="B", value="7", clock="工作日", since="2026/12/01"),
        row(klass="A", value="6", clock="星期"),
        row(klass="A", value="6", clock="工作日", since="明年"),
        row(key="01001-01", value="2", clock="紧急工作时", verify="30", verify_clock="分钟"),
    ]
    dry = limits.import_limits(world.who("administrator"), rows, TODAY, dry=True)
    assert not FilingLimit.objects.exists()
    assert not Change.objects.exists()
    report = limits.import_limits(world.who("administrator"), rows, TODAY)
    assert dry == report
    assert (report.created, report.changed, report.same) == (2, 0, 1)
    assert [line for line, _reason in report.refused] == [4, 5, 6, 7, 8]
    own = OwnLimits()
    assert own.handling(KEY, "B", date(2026, 12, 2)) == Limit(6, "work_day")
    assert own.verify("01001-01", "A", TODAY) == Limit(30, "minute")
    again = limits.import_limits(world.who("administrator"), rows, TODAY)
    assert (again.created, again.changed, again.same) == (0, 0, 3)


def test_a_sheet_of_classes(world: World) -> None:
    def line(code: str, klass: str) -> dict[str, str]:
        return dict(zip(limits.CLASS_HEADERS, (code, "", "", klass), strict=True))

    rows = [line(world.community.code, "B"), line(world.grid.code, "c"), line("1", "A"), line(world.township.code, "X"), line(world.county.code, "")]
    report = limits.import_area_classes(world.who("administrator"), rows)
    assert (report.changed, report.same, [number for number, _reason in report.refused]) == (2, 1, [4, 5])
    assert UnitGrid.objects.get(pk=world.grid.pk).area_class == "C"


def test_what_came_by_sheet_lets_deadlines_follow_once(world: World) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    waiting = ProcrastinateJob.objects.filter(task_name="chengguan.cases.jobs.recompute_open")
    before = waiting.count()
    limits.import_limits(world.who("administrator"), [row(value="6", clock="工作日"), row(klass="B", value="8", clock="工作日")], timezone.localdate())
    assert waiting.count() == before + 1
