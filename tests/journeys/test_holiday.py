"""A cover is open in the week of the national holiday: its hours run through nights and days off, while the lamp beside it, whose
limit is of working days, stands still until the offices open. (M-18, M-19)"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.journeys.clerks import SHANGHAI, Clerk, Clock, case_of, patched

pytestmark = [pytest.mark.journey]

HOUR = 3600.0
COVER = (108.9912, 28.4482)


def at(words: str) -> datetime:
    return datetime.fromisoformat(f"2026-{words}").replace(tzinfo=SHANGHAI)


def handling(case: str) -> Any:
    return case_of(case).clocks.get(kind="handling")


class Hall:
    """The people of the night, and what they do with every case up to its dispatch and from its report to its closing."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.people = {name: Clerk(name) for name in ("hotline", "accept", "shift", "dispatch", "lighting", "drainage", "crew", "crew2", "inspect", "evaluate")}

    def __getitem__(self, name: str) -> Clerk:
        return self.people[name]

    def brought(self, component: Any, matter: str, condition: str, **told: Any) -> str:
        at = (component.point.x, component.point.y)
        case = self["hotline"].register(at=at, component=str(component.pk), **told)
        self["accept"].decide(case, "受理", "待立案", matter_code=matter, condition_key=condition)
        self["shift"].decide(case, "立案", "待派遣")
        return case

    def closed(self, case: str, at: tuple[float, float]) -> None:
        self["dispatch"].decide(case, "批转", "待发核查")
        self["accept"].decide(case, "发核查", "核查中", inspector="杨秀英")
        self.clock.on(20)
        self["inspect"].looks(case, "通过", at)
        self["accept"].decide(case, "核查批转", "待结案")
        self["shift"].decide(case, "结案", "已结案")


def test_urgent_hours_run_through_the_holiday_and_working_days_stand_still(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-10-02 22:00")  # the second of seven days off
    hall = Hall(clock)
    cover = hall.brought(town["cover"], "01003", "01003-01", description="井盖不见了，有人差点掉下去", urgent="1")
    lamp = hall.brought(town["lamp"], "01037", "01037-03")
    assert "急要件" in hall["accept"].open(cover).text
    clock.to("2026-10-02 22:10")
    for case in (cover, lamp):
        hall["dispatch"].decide(case, "派遣", "待处置")
    assert case_of(cover).handling_deadline == at("10-03 00:10"), "two hours, whatever day and hour it is"
    assert case_of(lamp).handling_deadline == at("10-09 18:00"), "two working days, which begin when the holiday is over"
    text = hall["dispatch"].open("/work?post=dispatcher").text
    assert "眼下没有待办" in text

    # the cover: signed at night, late by a quarter of an hour, done before one
    clock.to("2026-10-02 23:50")
    assert (hall["drainage"].open(cover).light, hall["lighting"].open(lamp).light) == ("yellow", "green")
    hall["drainage"].decide(cover, "签收", "处置中")
    hall["drainage"].decide(cover, "指派", "处置中", crew="排水抢修班")
    clock.to("2026-10-03 00:11")
    assert (hall["drainage"].open(cover).light, hall["lighting"].open(lamp).light) == ("red", "green")
    urge = case_of(cover).tasks.get(kind="reply")
    assert urge.due == at("10-08 18:00"), "the answer has a working day, which is none tonight"
    clock.to("2026-10-03 00:25")
    page = hall["crew2"].report_back(cover, "已换上新井盖")
    assert "发出去了" in page.text
    hall["drainage"].decide(cover, "反馈", "已反馈待批转")
    hall.closed(cover, (town["cover"].point.x, town["cover"].point.y))
    clock.to("2026-10-03 01:30")
    used = handling(cover)
    assert (used.used_s, used.overdue) == (2.25 * HOUR, True)

    # the lamp: five days later not a second of its limit is used
    clock.to("2026-10-07 23:59")
    page = hall["lighting"].open(lamp)
    assert page.light == "green"
    assert "已用 0 " in page.text
    assert not handling(lamp).overdue
    clock.to("2026-10-08 10:00")
    hall["lighting"].decide(lamp, "签收", "处置中")
    hall["lighting"].decide(lamp, "指派", "处置中", crew="路灯抢修一班")
    assert "已用 2 工作时" in hall["lighting"].open(lamp).text
    for moment, light in (("10-09 14:47", "green"), ("10-09 14:49", "yellow")):
        clock.to(f"2026-{moment}")
        assert hall["lighting"].open(lamp).light == light, moment

    # the Saturday after the holiday is a working day
    clock.to("2026-10-09 17:00")
    another = hall.brought(town["lamp"], "01037", "01037-03", description="灯罩松了，风一吹就响")
    hall["dispatch"].decide(another, "派遣", "待处置")
    assert case_of(another).handling_deadline == at("10-12 17:00")

    clock.to("2026-10-09 17:50")
    hall["crew"].report_back(lamp)
    hall.closed(lamp, (town["lamp"].point.x, town["lamp"].point.y))
    used = handling(lamp)
    assert (used.used_s, used.overdue) == (15 * HOUR + 50 * 60, False)
    assert not case_of(lamp).steps.filter(overdue=True).exists()
    assert [step.action for step in case_of(cover).steps.filter(overdue=True)] == ["urge", "submit", "report_back"]
    evaluated(hall)


def evaluated(hall: Hall) -> None:
    """In the figures of the month the one is late, the other in time; the third is not due yet."""
    hall.clock.to("2026-10-10 12:00")
    text = hall["evaluate"].open("/evaluation?by=department&kind=month&day=2026-10-01").text
    assert "秀山县市政排水管理所 0.00% 0 / 1" in text
    assert "秀山县路灯管理所 100.00% 1 / 1" in text
