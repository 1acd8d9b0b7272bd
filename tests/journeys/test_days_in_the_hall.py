"""A day of each post in the hall: who signs in sees what waits, does what the day brings, cannot do what must be impossible, and what
was done is found in the case file. (M-16, M-17, M-18, M-20)"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import Point

from chengguan.cases import services
from chengguan.cases.models import Case
from chengguan.people.models import Organisation
from chengguan.people.selectors import ANONYMOUS
from tests import small_town
from tests.journeys.clerks import LAMP, Clerk, case_of, patched
from tests.small_town import walk

pytestmark = [pytest.mark.journey]

LIGHTING, DRAINAGE = "秀山县路灯管理所", "秀山县市政排水管理所"


def case_at(case: Case) -> str:
    return f"/cases/{case.pk}"


def citizen(words: str) -> str:
    return case_at(services.register(ANONYMOUS, source="citizen", point=Point(*LAMP, srid=4490), description=words))


def actions(case: str) -> list[str]:
    return [step.action for step in case_of(case).steps.all()]


def onward(address: str, *slugs: str) -> None:
    """Others take these steps of the main path."""
    for username, slug in small_town.PATH:
        if slug in slugs:
            small_town.move(case_of(address), username, slug)


def test_the_acceptors_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 08:30")
    me, hotline, inspect = Clerk("accept"), Clerk("hotline"), Clerk("inspect")
    assert me.open("/").address == "/work"
    assert "眼下没有待办" in me.open("/work").text

    # every source comes to one list
    called = hotline.register(component=str(town["lamp"].pk), description="路灯不亮", reporter_phone="13800001234")
    told, asked = citizen("好像有个井盖响"), citizen("路灯几点开")
    seen = inspect.new(matter_code="01037", description="灯杆歪了")
    page = me.open("/work")
    for words in ("热线举报", "市民上报", "采集员上报"):
        assert words in page.text
    assert all(me.listed(each) for each in (called, told, asked, seen))

    # the second report of the same lamp is shown beside the first, and joins it
    again = hotline.register(component=str(town["lamp"].pk), description="渝秀大道的灯灭了", matter_code="01037", reporter_phone="13900005678")
    me.decide(called, "受理", "待立案", matter_code="01037", condition_key="01037-03")
    page = me.open(again)
    assert "可能重复" in page.text
    page = me.open(f"{again}?act=merge&into={case_of(called).pk}")
    page = me.send(page, page.form(action="/do/merge"))
    assert page.stage == "已并案"
    assert "13900005678" in me.open(called).text, "who reported it later is known to the case that goes on"

    # a question is answered on the spot; a doubtful report is looked at first, and is not true
    me.decide(asked, "当即办结", "当即办结", answer="十一月起十七点四十分开灯")
    me.refused(told, "受理", "案件类别")
    me.decide(told, "发核实", "核实中", inspector="杨秀英", words="看看井盖是不是响")
    clock.on(20)
    inspect.looks(told, "不属实")
    me.decide(told, "不予受理", "不予受理", reason="现场井盖完好")
    me.decide(seen, "受理", "待立案", matter_code="01037", condition_key="01037-01")
    clock.on(30)
    assert "眼下没有待办" in me.open("/work").text

    # what must be impossible: filing, and filing without class or place
    nowhere = case_at(services.register(small_town.person("hotline"), source="hotline", description="有个灯不亮，说不清在哪"))
    me.refused(nowhere, "受理", "事发位置", matter_code="01037", condition_key="01037-03")
    me.cannot(nowhere, "file")
    me.cannot(called, "file")
    me.cannot(called, "dispatch", department=str(town["lamp"].owner_id))
    me.cannot(called, "close")

    assert actions(told) == ["register", "send_to_confirm", "confirm", "refuse"]
    assert actions(again) == ["register", "merge"]
    assert actions(asked) == ["register", "answer"]
    mine = [step.action for step in case_of(called).steps.filter(who_name="李敏")]
    assert mine == ["accept"]


def test_the_hotline_operators_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-09 09:00")
    me = Clerk("hotline")
    assert me.open("/").address == "/work"
    earlier = me.register(component=str(town["lamp"].pk), matter_code="01037", reporter_phone="13800001234", reporter_name="田先生")
    walk(case_of(earlier), "close")

    # the caller's earlier case pops up while the telephone is at the ear; the place shows what stands there
    clock.to("2026-11-10 09:00")
    said = me.open("/work/caller?reporter_phone=13800001234").text
    assert "这位来电人以前反映过" in said
    assert "已结案" in said
    assert "L-004711" in me.open(f"/work/here?lon={LAMP[0]}&lat={LAMP[1]}").text
    assert "01037" in me.open("/work/classes?q=ld").html
    case = me.register(component=str(town["lamp"].pk), matter_code="01037", description="又灭了", reporter_phone="13800001234")
    assert me.listed(case)
    assert "同一来电人的案件" in me.open(case).text
    question = me.register(description="垃圾车几点来", reporter_phone="13700000000")
    me.decide(question, "当即办结", "当即办结", answer="早上七点")

    # calling back: who is not satisfied gets a new case beside the old one, whose result stays
    me.decide(earlier, "回访", "已结案", satisfaction="不满意", words="亮了两天又灭了", linked="是")
    linked = Case.objects.get(linked_to=case_of(earlier))
    assert (linked.state, case_of(earlier).satisfaction) == ("reported", "unsatisfied")
    assert str(linked) in me.open(earlier).text

    # what must be impossible: a call without a place is kept, not lost; and deciding is for others
    page = me.open("/work/new")
    page = me.send(page, page.form(action="/work/new"), 422, description="我家门口的灯不亮")
    assert "请在地图上点一下位置" in page.text
    assert page.form(action="/work/new").filled()["description"] == ["我家门口的灯不亮"]
    for slug in ("accept", "refuse", "file", "send_to_confirm", "urge"):
        me.cannot(case, slug)
    assert actions(earlier)[-2:] == ["close", "follow_up"]


def test_the_shift_leaders_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 08:30")
    me, accept, leader = Clerk("shift"), Clerk("accept"), Clerk("leader")
    assert me.open("/").address == "/work"
    plain, other, doubtful, wrong = (case_at(walk(small_town.dark_lamp(town, description=words), "accept")) for words in ("灯不亮", "灯又不亮", "好像暗了", "灯杆"))

    # the plain ones in one go, the doubtful one opened
    page = me.open("/work")
    marks = [f"{case_of(each).pk}:{case_of(each).version}" for each in (plain, other)]
    page = me.send(page, page.form(action="/work/bulk"), 200, "立案", case=marks)
    assert "已办理 2 件" in page.text
    me.decide(doubtful, "不予立案", "不予立案", reason="照片里灯是亮的")
    me.decide(wrong, "退回受理", "待受理", reason="类别选错了，是灯杆倾斜")
    accept.decide(wrong, "受理", "待立案", matter_code="01037", condition_key="01037-01")
    me.decide(wrong, "立案", "待派遣")

    # a void is asked for and granted, with both reasons in the file
    Clerk("dispatch").decide(wrong, "申请作废", "待派遣", reason="与另一件重复立案")
    assert me.listed(wrong)
    me.decide(wrong, "同意作废", "作废", opinion="情况属实")

    # what was not verified is closed only by the leader's leave, and carries the mark for ever
    onward(plain, "dispatch", "receive", "assign", "report_back", "forward", "send_to_verify", "verify")
    accept.decide(plain, "核查批转", "待结案")
    me.decide(plain, "结案", "已结案", closing_note="已修好")
    onward(other, "dispatch", "receive", "assign", "report_back")
    for slug in ("close", "force_close"):
        me.cannot(other, slug, reason="反正修好了")
    me.decide(other, "申请强制结案", "已反馈待批转", reason="道路封闭，进不去")
    me.cannot(other, "force_close", reason="等不及了")
    clock.on(30)
    leader.decide(other, "同意强制结案", "已反馈待批转", opinion="同意，开放后补看")
    page = me.decide(other, "强制结案", "已结案", reason="道路封闭，县领导同意")
    assert "强制结案" in page.text
    assert case_of(other).forced
    assert actions(other)[-3:] == ["ask_force_close", "grant_force_close", "force_close"]
    assert actions(wrong) == ["register", "accept", "send_back", "accept", "file", "ask_void", "grant_void"]
    assert "中位" in me.open("/work").text, "how long the hall takes"


def test_the_dispatchers_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 09:00")
    me, lighting = Clerk("dispatch"), Clerk("lighting")
    assert me.open("/").address == "/work"
    first, second, third = (case_at(walk(small_town.dark_lamp(town, description=words), "file")) for words in ("灯不亮", "灯灭了", "灯闪"))

    # the suggestion says why; how much each has in hand stands beside it; plain ones go in one go
    form = me.open(first)
    assert any("路灯管理所" in each and "建议" in each for each in form.form("action-form").choices("department"))
    me.decide(first, "派遣", "待处置", copies=[DRAINAGE])
    page = me.open("/work")
    case = case_of(second)
    page = me.send(page, page.form(action="/work/bulk"), 200, "派遣", case=[f"{case.pk}:{case.version}"])
    assert "已办理 1 件" in page.text
    assert "路灯管理所" in me.open("/loads").text
    assert "在办 2" in me.open(third).text
    assert Clerk("drainage").listed(first, "/work?post=department&part=copy")

    # what departments ask is judged: one returned, one not
    lighting.decide(first, "签收", "处置中")
    lighting.decide(second, "签收", "处置中")
    lighting.decide(first, "申请回退", "处置中", reason="不是我们的灯")
    lighting.decide(second, "申请回退", "处置中", reason="人手不够")
    assert me.listed(first, "/work?post=dispatcher&asked=1")
    me.decide(second, "不同意回退", "处置中", reason="权责清单写明是路灯所")
    me.decide(first, "同意回退", "待派遣")
    clock.to("2026-11-12 09:01")
    assert case_of(second).handling_overdue, "from Tuesday morning two working days are over"
    me.decide(second, "督办", "处置中", urge_kind="日常督办", level="二级", words="今天必须到场")
    assert lighting.listed(second, "/urges?side=owed")

    # what must be impossible
    me.refused(third, "派遣", "仍要派遣请写明意见", department=DRAINAGE)
    crew = str(Organisation.objects.get(code="lighting-crew-1").pk)
    me.refused(third, "派遣", "不是可以派遣的责任单位", department=crew, opinion="直接派班组")
    for slug in ("receive", "report_back", "close", "verify"):
        me.cannot(second, slug)
    assert me.client.get("/admin/cases/step/").status_code in (302, 403), "history is out of reach"
    before = actions(second)
    me.cannot(second, "deny_return", reason="改主意了")
    assert actions(second) == before
