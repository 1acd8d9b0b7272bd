"""A day of each post outside the hall: inspector, department, crew, and the lead of the company that collects. (M-16, M-18, M-20)"""

from __future__ import annotations

from typing import Any

import pytest

from chengguan.cases.models import Case
from chengguan.people.models import Account, GridDuty, Organisation
from tests import small_town
from tests.journeys.clerks import LAMP, Clerk, case_of, number_of, patched, photo
from tests.small_town import walk

pytestmark = [pytest.mark.journey]

FAR, NEXT_GRID = (108.9990, 28.4482), (108.9930, 28.4482)


def case_at(case: Case) -> str:
    return f"/cases/{case.pk}"


def done_by(case: str, name: str) -> list[str]:
    return [step.action for step in case_of(case).steps.filter(who_name=name)]


def test_the_inspectors_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 09:00")
    me, accept = Clerk("inspect"), Clerk("accept")
    assert me.open("/").address == "/field/"
    assert "现在没有任务" in me.open("/field/").text

    # half a minute for a report: what stands under the finger and what is reported here already is shown
    near = me.open(f"/field/near?lon={LAMP[0]}&lat={LAMP[1]}&accuracy=8")
    assert "L-004711" in near.text
    assert "您的责任网格" in near.text
    case = me.new(component=str(town["lamp"].pk), matter_code="01037", description="灯不亮")
    assert case_of(case).component == town["lamp"]
    assert "这里已经报过" in me.open(f"/field/near?lon={LAMP[0]}&lat={LAMP[1]}&accuracy=8").text
    stub = me.new(matter_code="06036", self_handled="1", photos_after=photo(), description="扶起倒了的护栏")
    assert case_of(stub).state == "self_handled"
    accept.decide(stub, "审核通过", "已结案")

    # a confirmation with an hour, a verification with two; both only at the place
    told = Clerk("hotline").register(description="井盖响", matter_code="01003")
    accept.decide(told, "发核实", "核实中", inspector="杨秀英", words="踩一踩，看响不响")
    assert "踩一踩" in me.open(me.task(told)).text
    assert "米以内" in me.looks(told, "属实", FAR, status=422).text
    clock.on(40)
    assert "发出去了" in me.looks(told, "属实").text
    verify = case_at(walk(small_town.dark_lamp(town), "send_to_verify"))
    assert "米以内" in me.looks(verify, "通过", FAR, status=422).text
    clock.on(60)
    me.looks(verify, "通过")
    assert case_of(verify).found_done
    assert "现在没有任务" in me.open("/field/").text

    # a task nobody went to goes back to the desk by itself, and says so
    late = case_at(walk(small_town.dark_lamp(town, description="另一盏"), "send_to_verify"))
    clock.on(151)
    assert case_of(late).state == "awaiting_verification"
    me.open(f"/field/tasks/{number_of(late)}", 404)

    # what must be impossible
    assert "请勾选" in me.new(NEXT_GRID, 422, matter_code="01037").text, "outside the own grid only when asked"
    assert "请先拍一张照片" in refused_without(me).text
    count = Case.objects.count()
    page = me.open("/field/new")
    form = page.form(action="/field/new")
    for _again in range(2):  # the answer was lost in a dead zone, and it was sent again
        me.send(page, form, matter_code="01037", lon=str(LAMP[0]), lat=str(LAMP[1]), accuracy="8", photos=photo())
    assert Case.objects.count() == count + 1
    for slug in ("accept", "close", "dispatch"):
        me.cannot(case, slug)
    other = Clerk("inspect2")
    other.open(f"/field/tasks/{number_of(verify)}", 404)
    other.cannot(verify, "verify", passed="yes")
    assert done_by(verify, "杨秀英") == ["verify"]
    assert done_by(told, "杨秀英") == ["confirm"]


def refused_without(me: Clerk) -> Any:
    page = me.open("/field/new")
    return me.send(page, page.form(action="/field/new"), 422, matter_code="01037", lon=str(LAMP[0]), lat=str(LAMP[1]), accuracy="8")


def test_the_departments_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 09:00")
    me, dispatch = Clerk("lighting"), Clerk("dispatch")
    assert me.open("/").address == "/work"
    mine = [case_at(walk(small_town.dark_lamp(town, description=words), "dispatch")) for words in ("灯不亮", "灯闪", "灯罩掉了")]
    theirs = case_at(walk(small_town.dark_lamp(town, description="井盖响", component=town["cover"], matter_code="01003"), "file"))
    dispatch.decide(theirs, "派遣", "待处置", department="秀山县市政排水管理所")
    assert all(me.listed(each) for each in mine)
    assert not me.listed(theirs)
    me.open(theirs, 404)

    # today's are signed in one go; one is argued, one wants more time, one is done without a crew
    page = me.open("/work")
    marks = [f"{case_of(each).pk}:{case_of(each).version}" for each in mine]
    page = me.send(page, page.form(action="/work/bulk"), 200, "签收", case=marks)
    assert "已办理 3 件" in page.text
    first, second, third = mine
    me.decide(first, "指派", "处置中", crew="路灯抢修一班")
    me.decide(second, "申请延期", "处置中", reason="等备件")
    me.refused(third, "反馈", "请附上", done="已紧固灯罩")
    me.decide(third, "反馈", "已反馈待批转", done="已紧固灯罩", photos=photo())
    assert "路灯抢修一班" in me.open("/loads").text
    Clerk("shift").decide(second, "同意延期", "处置中")
    assert "延期" in me.open("/notices").text
    clock.to("2026-11-10 15:00")
    Clerk("crew").report_back(first)
    assert me.open(first).stage == "已反馈待批转"

    # what must be impossible: closing its own case, or taking another's
    for slug in ("forward", "send_to_verify", "verify", "accept_result", "close", "force_close", "grant_void"):
        me.cannot(third, slug)
    me.cannot(theirs, "receive")
    crew = Organisation.objects.get(code="drainage-crew-1")
    me.refused(second, "指派", "不是本单位的班组", crew=str(crew.pk))
    assert done_by(third, "周明") == ["receive", "report_back"]
    assert done_by(first, "周明") == ["receive", "assign"]


def test_the_crews_day(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    patched(monkeypatch, "2026-11-10 09:00")
    me = Clerk("crew")
    assert me.open("/").address == "/field/"
    case = case_at(walk(small_town.dark_lamp(town), "assign"))
    other = case_at(walk(small_town.dark_lamp(town, description="灯闪"), "receive"))

    # the next job, what it is, and what the lamp itself says
    page = me.open(me.task(case))
    assert "渝秀大道118号附近" in page.text
    assert "灯已亮 86 W" in page.text
    form = page.form(action="/do/")
    assert "请拍照片" in me.send(page, form, 422, done="已更换灯头").text
    assert case_of(case).state == "handling"
    page = me.send(page, form, 200, done="已更换灯头", material="LED 光源 1 只", photos=[photo(), photo()])
    assert "发出去了" in page.text
    assert case_of(case).photos.filter(kind="after").count() == 2
    assert "用料：LED 光源 1 只" in Clerk("lighting").open(case).text

    # what must be impossible: what is another's, and what comes after
    assert me.client.get("/work").status_code == 403
    me.open(f"/field/tasks/{number_of(other)}", 404)
    for slug in ("close", "verify", "assign", "ask_extend"):
        me.cannot(case, slug)
    Clerk("crew2").cannot(case, "report_back", done="我来")
    assert done_by(case, "刘伟") == ["report_back"]


def test_the_day_of_the_collecting_companys_lead(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    patched(monkeypatch, "2026-11-10 08:00")
    me = Clerk("contractor")
    assert me.open("/").address == "/work"
    page = me.open("/administration/duties")
    assert "城中责任网格" in page.text
    assert "杨秀英" in page.text

    # the round of the day: another inspector for the late shift, the first one's ended
    form = next(each for each in page.forms() if each.kinds("responsibility_grid"))
    page = me.send(page, form, 200, responsibility_grid="城中责任网格", account="冉小红", shift="晚班")
    assert "冉小红" in page.text
    gone = GridDuty.objects.get(account__username="inspect", valid_to=None)
    me.send(page, page.form(action=f"/duties/{gone.pk}/end"))
    gone.refresh_from_db()
    assert gone.valid_to is not None, "the record stays"

    # what must be impossible: other companies' people, and the desk's work
    stranger = Account.objects.create(username="stranger", name="外地人", password="x")
    other = Organisation.objects.create(code="other-collection", name="另一家采集公司", kind="contractor")
    post = other.posts.create(role="inspector", name="信息采集员")
    stranger.holdings.create(post=post, valid_from=small_town.SINCE)
    page = me.open("/administration/duties")
    form = next(each for each in page.forms() if each.kinds("responsibility_grid"))
    before = GridDuty.objects.count()
    answer = me.client.post("/administration/duties", form.filled() | {"responsibility_grid": [str(town["grid"].pk)], "account": [str(stranger.pk)], "shift": ["all_day"]})
    assert answer.status_code in (200, 403, 422)
    assert GridDuty.objects.count() == before
    for address in ("/administration/accounts", "/administration/settings", "/administration/responsibilities", "/admin/"):
        assert me.client.get(address).status_code in (302, 403), address
    case = case_at(small_town.dark_lamp(town))
    me.cannot(case, "accept")
    me.open(case, 404)
