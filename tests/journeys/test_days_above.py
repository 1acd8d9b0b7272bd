"""A day of each post that watches, judges and sets up: duty officer, evaluator, leader, administrator. (M-18, M-19, M-21, M-22)"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chengguan.alarms.models import Alarm
from chengguan.cases.models import Case
from chengguan.console.tests.duty import dark
from chengguan.evaluation.models import SpotCheck
from chengguan.people.models import Account
from tests import small_town
from tests.journeys.clerks import Clerk, case_of, patched, photo
from tests.small_town import walk

pytestmark = [pytest.mark.journey]


def case_at(case: Case) -> str:
    return f"/cases/{case.pk}"


def test_the_duty_officers_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    patched(monkeypatch, "2026-11-10 20:00")
    me = Clerk("duty")
    assert me.open("/").address == "/map"
    first, second = dark(town), dark(town, rule="lamp_overvoltage", value=251.0)
    page = me.open("/alarms")
    assert "路灯不亮" in page.text
    assert "灯端电压过高" in page.text

    # seen, made a case, and watched until it is well; planned work is shelved with its reason
    page = me.open(f"/alarms/{first.pk}")
    page = me.send(page, page.form(action="/register"))
    page = me.send(page, page.form(action="/acknowledge"))
    assert "张晓琴" in page.text
    case = Case.objects.get(source="alarm")
    assert str(case) in page.text
    assert "仍在告警" in Clerk("accept").open(case_at(case)).text
    page = me.open(f"/alarms/{second.pk}")
    shelve = page.form(action="/shelve")
    token = {name: value for name, value in shelve.filled().items() if name == "csrfmiddlewaretoken"}
    assert me.client.post(shelve.action, token | {"hours": "4", "reason": ""}).status_code == 422, "why is not left out"
    me.send(page, shelve, reason="今晚计划检修")
    assert "灯端电压过高" not in me.open("/alarms").text
    assert "今晚计划检修" in me.open(f"/alarms/{second.pk}").text

    # an alarm never vanishes without anyone's hand: back to normal but unseen it stays
    third = dark(town, rule="lamp_undervoltage", value=150.0)
    dark(town, active=False, rule="lamp_undervoltage", value=221.0)
    assert Alarm.objects.get(pk=third.pk).off_desk_at is None
    page = me.open(f"/alarms/{third.pk}")
    me.send(page, page.form(action="/acknowledge"))
    assert Alarm.objects.get(pk=third.pk).off_desk_at is not None
    for slug in ("accept", "file", "dispatch", "close"):
        me.cannot(case_at(case), slug)
    me.decide(case_at(case), "标为急要件", "待受理", reason="学校放学路")
    assert "急要件" in Clerk("accept").open(case_at(case)).text


def test_the_evaluators_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-02 09:00")
    me, shift = Clerk("evaluate"), Clerk("shift")
    for words in ("灯不亮", "灯闪"):
        walk(small_town.dark_lamp(town, description=words), "close")
    clock.to("2026-11-10 09:00")
    assert me.open("/").address == "/work"

    # every figure opens to its cases and says its formula
    page = me.open("/evaluation")
    assert "秀山县路灯管理所 100.00% 2 / 2" in page.text
    opened = me.open(page.link("路灯管理所"))
    assert "÷" in opened.text
    address = re.search(r'href="(/evaluation/cases\?[^"]*count=handled_on_schedule[^"]*)"', page.html)
    assert address is not None
    listed = me.open(address[1].replace("&amp;", "&")).text
    assert listed.count("路灯异常") >= 2

    # drawn by lot, looked at again; what was wrongly verified goes to the shift leader and is counted
    page = me.open("/evaluation/checks")
    form = next(each for each in page.forms() if each.kinds("wanted"))
    page = me.send(page, form, first="2026-11-01", last="2026-11-10", wanted="1", seed="7")
    assert "已从 2 件中抽出 1 件" in page.text
    check = SpotCheck.objects.get()
    page = me.open(f"/evaluation/check/{check.pk}")
    judge = page.form(action="/judge")
    assert "要有现场照片" in me.send(page, judge, 422, verdict="overturned", words="灯还是黑的").text
    check.refresh_from_db()
    assert check.verdict == ""
    me.send(page, judge, verdict="overturned", words="灯还是黑的", persists="1", photos=photo())
    check.refresh_from_db()
    assert check.verdict == "overturned"
    assert not [form for form in me.open(f"/evaluation/check/{check.pk}").forms() if "/judge" in form.action], "said once"
    page = shift.open(f"/evaluation/check/{check.pk}")
    page = shift.send(page, page.form(action="/follow"), 200, "重开")
    assert page.stage == "待派遣"
    assert "灯还是黑的" in page.text

    # what must be impossible
    for slug in ("close", "dispatch", "accept", "reopen"):
        me.cannot(case_at(check.case), slug)
    assert me.client.get("/administration/settings").status_code == 403
    Clerk("lighting").open(f"/evaluation/check/{check.pk}", 404)


def test_the_leaders_ten_minutes(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 09:00")
    me = Clerk("leader")
    assert me.open("/").address == "/map"
    late = case_at(walk(small_town.dark_lamp(town), "assign"))
    clock.to("2026-11-13 09:00")
    assert case_of(late).handling_overdue

    # who is late, urged and instructed; the answer comes back
    assert me.listed(late, "/cases?overdue=1")
    me.decide(late, "督办", "处置中", urge_kind="领导督办", level="一级", words="今天修好")
    page = me.decide(late, "批示", "处置中", words="举一反三，把这条路都查一遍")
    assert "举一反三" in Clerk("lighting").open(late).text
    Clerk("lighting").decide(late, "回复督办", "处置中", words="下午到场")
    page = me.open("/urges?side=sent&show=answered")
    assert "下午到场" in page.text
    assert "路灯管理所" in me.open("/evaluation").text

    # several together: opinions and a conclusion
    until = timezone.localtime(timezone.now() + timedelta(days=1))
    me.decide(late, "会商", "处置中", participants=["秀山县市政排水管理所", "秀山县供电公司"], words="电缆沟积水怎么办", until=f"{until:%Y-%m-%dT%H:%M}")
    Clerk("drainage").decide(late, "会商意见", "处置中", words="先抽水")
    page = me.decide(late, "结束会商", "处置中", conclusion="排水先抽，路灯后修")
    assert "没有答复" in page.text, "who kept silent is named"

    # what must be impossible
    for slug in ("accept", "dispatch", "assign", "report_back", "close", "force_close"):
        me.cannot(late, slug)
    assert me.client.get("/administration/accounts").status_code == 403
    assert [step.action for step in case_of(late).steps.filter(who_name="县领导")] == ["urge", "instruct", "consult", "end_consult"]


def test_the_administrators_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 09:00")
    me = Clerk("admin")
    assert me.open("/").address == "/administration"
    case = case_at(small_town.dark_lamp(town))

    # a setting is changed with a reason, holds at once, and is set back
    address = "/administration/settings/stage.立案"
    page = me.open(address)
    assert "请写明为什么改" in me.send(page, page.form("setting-form"), 422, value="30").text
    page = me.send(page, page.form("setting-form"), 200, value="30", reason="值班长一人两岗")
    assert "已保存" in page.text
    Clerk("accept").decide(case, "受理", "待立案", matter_code="01037", condition_key="01037-03")
    assert case_of(case).clocks.get(stage="立案").limit_value == 30
    clock.on(5)
    page = me.open(address)
    me.send(page, page.form(action="/undo"))
    assert "15 分钟" in me.open(address).text
    assert "值班长一人两岗" in me.open("/administration/changes").text

    # a new colleague: the first password is shown once
    page = me.open("/administration/accounts")
    form = page.form(action="/accounts/new")
    page = me.send(page, form, username="newcomer", name="新同事", organisation="监督中心", role="acceptor")
    assert Account.objects.get(username="newcomer").name == "新同事"
    assert "新同事" in me.open("/administration/audit").text

    # what must be impossible: locking oneself out, and the desks' work
    own = Account.objects.get(username="admin")
    page = me.open(f"/administration/accounts/{own.pk}")
    page = me.send(page, page.form(action="/disable"))
    assert "最后一名管理员" in page.text
    page = me.send(page, next(each for each in page.forms() if each.kinds("holding")))
    assert "最后一名管理员" in page.text
    own.refresh_from_db()
    assert own.is_active
    for slug in ("file", "dispatch", "close", "force_close"):
        me.cannot(case, slug)
    assert me.client.get("/admin/cases/step/add/").status_code in (302, 403, 404), "history is written by moves alone"
