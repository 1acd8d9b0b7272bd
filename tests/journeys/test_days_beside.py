"""Short days of the two posts that work beside the cases: the trade's engineer and the overseer. (M-09, M-18, M-22)"""

from __future__ import annotations

from typing import Any

import pytest

from chengguan.alarms.models import Alarm, Rule
from chengguan.cases.models import Case
from chengguan.console.tests.duty import dark
from tests import small_town
from tests.journeys.clerks import Clerk, case_of, patched
from tests.small_town import walk

pytestmark = [pytest.mark.journey]


def case_at(case: Case) -> str:
    return f"/cases/{case.pk}"


def test_the_trade_engineers_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 09:00")
    me = Clerk("engineer")
    assert me.open("/").address == "/map"
    alarm = dark(town, rule="lamp_overvoltage", value=243.0)

    # the alarm is looked at with its device, and its limit found too low for this street: changed with a reason
    assert "灯端电压过高" in me.open("/alarms").text
    page = me.open(f"/alarms/{alarm.pk}")
    me.send(page, page.form(action="/acknowledge"))
    assert Alarm.objects.get(pk=alarm.pk).acknowledged_at is not None
    assert "L-004711" in me.open(f"/devices/{town['device'].pk}").text
    page = me.open("/rules/lamp_overvoltage")
    form = next(each for each in page.forms() if each.kinds("limit_above"))
    me.send(page, form, 422, limit_above="250", reason="")
    assert Rule.objects.get(slug="lamp_overvoltage").limits["above"] == 242.0, "why is not left out"
    page = me.send(page, form, limit_above="250", reason="本路段首端偏高")
    assert "电压高于 250 V" in page.text
    assert "本路段首端偏高" in Clerk("duty").open("/rules/lamp_overvoltage").text

    # and set back the day after
    clock.to("2026-11-11 09:00")
    page = me.open("/rules/lamp_overvoltage")
    me.send(page, page.form(action="/undo/"), reason="变压器已调档")
    assert Rule.objects.get(slug="lamp_overvoltage").limits["above"] == 242.0

    # what must be impossible: the desks' work, and the county's settings
    case = case_at(walk(small_town.dark_lamp(town), "dispatch"))
    for slug in ("receive", "report_back", "close", "urge"):
        me.cannot(case, slug)
    for address in ("/administration/accounts", "/administration/settings", "/evaluation"):
        me.open(address, 403)


def test_the_overseers_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 09:00")
    me, lighting = Clerk("oversee"), Clerk("lighting")
    assert me.open("/").address == "/work"
    case = case_at(walk(small_town.dark_lamp(town), "assign"))
    clock.to("2026-11-13 09:00")
    assert case_of(case).handling_overdue

    # what is late is urged and made important; the answer comes back in time
    assert me.listed(case, "/cases?overdue=1")
    page = me.decide(case, "督办", "处置中", urge_kind="日常督办", level="二级", words="两天了，今天说明原因")
    assert "两天了" in page.text
    me.decide(case, "列为重点", "处置中", reason="学校门口")
    assert lighting.listed(case, "/urges?side=owed")
    clock.on(60)
    lighting.decide(case, "回复督办", "处置中", words="下午三点前修好")
    assert "下午三点前修好" in me.open("/urges?side=sent&show=answered").text
    assert "学校门口" in lighting.open(case).text
    assert "秀山县路灯管理所" in me.open("/evaluation").text

    # what must be impossible: to do what it watches over
    for slug in ("accept", "dispatch", "report_back", "close", "force_close", "instruct"):
        me.cannot(case, slug)
    me.open("/administration/settings", 403)
    assert [step.action for step in case_of(case).steps.filter(who_name="罗正清")] == ["urge", "mark_important"]
