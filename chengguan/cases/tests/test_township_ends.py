"""A township verifies, closes, redirects and hands over what the county gave it whole, and nothing of anybody else. (M-45)"""

from __future__ import annotations

import io
import re
import zipfile
from importlib import import_module
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.utils import timezone

from chengguan.cases import selectors, services, workflow
from chengguan.cases.models import Case, Setting, Task
from chengguan.cases.selectors.levels import has_desk, level_of
from chengguan.cases.tests.conftest import HERE, NOW, SINCE, World, box
from chengguan.people.models import Account, GridDuty, Holding, Notice, Organisation
from chengguan.people.selectors import Who, who_is
from chengguan.places.models import Area, GridMembership, ResponsibilityGrid, UnitGrid

MATTER = "01037"


@pytest.fixture
def whole(world: World) -> World:
    """The county gave these matters to the townships from the report to the end."""
    for key in ("township.accepts", "township.closes"):
        Setting.objects.create(key=key, value=["01"])
    return world


@pytest.fixture
def colleague(whole: World) -> Who:
    return who_is(whole.person("street-2", "township", whole.street))


def slugs(who: Who, case: Case) -> set[str]:
    return {action.slug for action in selectors.actions_for(who, Case.objects.get(pk=case.pk), NOW)}


def waits_for(who: Who, case: Case, post: str) -> bool:
    return case in selectors.worklist(who, post=post).cases


def act(who: Who, case: Case, action: str, **given: Any) -> None:
    services.act(who, case, action, now=NOW, **given)
    case.refresh_from_db()


def test_a_township_takes_a_case_from_report_to_its_end_and_no_desk_of_the_centre_has_it(whole: World, colleague: Who) -> None:
    who = whole.who("township")
    case = services.register(whole.who("hotline_operator"), source="hotline", point=HERE, description="灯不亮", matter_code=MATTER, now=NOW)
    act(who, case, "accept", matter_code=MATTER, condition_key="01037-03")
    act(who, case, "file")
    act(who, case, "dispatch", department=whole.street, opinion="本街道处理")
    act(who, case, "receive")
    act(who, case, "report_back", done="修好了", photos=[whole.photo])
    steps: tuple[tuple[str, dict[str, Any]], ...] = (("forward", {}), ("send_to_verify", {"inspector": whole.accounts["inspector"]}))
    for action, given in steps:
        assert waits_for(who, case, "township")
        assert not any(waits_for(whole.who(post), case, post) for post in ("acceptor", "dispatcher", "shift_leader"))
        act(who, case, action, **given)
    act(whole.who("inspector"), case, "verify", passed="yes", photos=[whole.photo], position=(HERE.x, HERE.y, 8))
    assert Notice.objects.filter(account=whole.accounts["township"], title__contains="核查").exists()
    act(who, case, "accept_result")
    with pytest.raises(services.Refused, match="反馈是您做的"):
        services.act(who, case, "close", now=NOW)
    act(colleague, case, "close", closing_note="已修好")
    assert case.state == "closed"
    assert {step.role for step in case.steps.filter(action__in=("forward", "accept_result", "close"))} == {"township"}


@pytest.mark.parametrize("state", workflow.OWN_END)
def test_what_the_county_kept_for_itself_ends_with_the_county(world: World, state: str) -> None:
    Setting.objects.create(key="township.accepts", value=["01"])
    case = world.case(state, level="township", department=world.street)
    assert not slugs(world.who("township"), case) & {"forward", "send_to_verify", "recall", "accept_result", "close", "hand_up", "send_back"}
    assert not waits_for(world.who("township"), case, "township")
    post = workflow.ANSWERS[state]
    assert waits_for(world.who(post), case, post)
    with pytest.raises(services.Refused, match="由县中心核查、结案"):
        services.act(world.who("township"), case, "hand_up", now=NOW, reason="x")


@pytest.mark.parametrize("state", workflow.OWN_END)
def test_it_hands_up_what_it_cannot_end_and_the_centre_goes_on(whole: World, state: str) -> None:
    case = whole.case(state, level="township", department=whole.street)
    assert waits_for(whole.who("township"), case, "township")
    act(whole.who("township"), case, "hand_up", reason="只有一人经办")
    post = workflow.ANSWERS[state]
    assert (case.state, case.level) == (state, "county")
    assert waits_for(whole.who(post), case, post)
    assert not waits_for(whole.who("township"), case, "township")


@pytest.mark.parametrize("state", workflow.OWN_LEVEL)
def test_the_county_hands_down_with_a_reason_what_a_township_can_do_itself(world: World, state: str) -> None:
    case = world.case(state, matter_code="06001", matter_name="")
    post = workflow.DESK_OF.get(state, "acceptor")
    with pytest.raises(services.Refused):
        services.act(world.who(post), case, "hand_down", now=NOW)
    act(world.who(post), case, "hand_down", reason="街道自己能办")
    assert (case.state, case.level) == (state, "township")
    assert case.steps.last().receiver == world.township.name
    assert waits_for(world.who("township"), case, "township")
    assert not waits_for(world.who(post), case, post)
    assert Notice.objects.filter(account=world.accounts["township"]).exists()
    assert "hand_down" not in slugs(world.who(post), case)


def test_what_was_handed_down_may_be_accepted_as_what_it_is_and_as_nothing_else(world: World) -> None:
    case = world.case("reported", matter_code="06001", matter_name="")
    act(world.who("acceptor"), case, "hand_down", reason="街道自己能办")
    with pytest.raises(services.Refused, match="不归镇街受理"):
        services.act(world.who("township"), case, "accept", now=NOW, matter_code="07001", condition_key="07001-01")
    act(world.who("township"), case, "accept", matter_code="06001", condition_key="06001-01")
    assert case.level == "township"


def test_nothing_is_handed_down_where_nobody_would_see_it(world: World) -> None:
    case = world.case("reported")
    assert has_desk(world.township.pk) and not has_desk(None) and not has_desk(world.county.pk)
    Organisation.objects.filter(pk=world.street.pk).update(enabled=False)
    assert "hand_down" not in slugs(world.who("acceptor"), case)
    with pytest.raises(services.Refused, match="没有经办岗位"):
        services.act(world.who("acceptor"), case, "hand_down", now=NOW, reason="x")


def test_a_post_that_nobody_holds_is_no_desk(world: World) -> None:
    case = world.case("reported", level="county")
    Holding.objects.filter(post__role="township").update(valid_to=timezone.localdate())
    assert not has_desk(world.township.pk)
    assert "hand_down" not in slugs(world.who("acceptor"), case)
    Setting.objects.create(key="township.accepts", value=["01"])
    assert level_of(case, selectors.settings()) == "county"


def test_whoever_reported_back_in_any_round_does_not_close(whole: World, colleague: Who) -> None:
    who = whole.who("township")
    case = whole.case("handling", level="township", department=whole.street)
    for teller, passed in ((who, "no"), (colleague, "yes")):
        act(teller, case, "report_back", done="修好了", photos=[whole.photo])
        act(who, case, "forward")
        act(who, case, "send_to_verify", inspector=whole.accounts["inspector"])
        act(whole.who("inspector"), case, "verify", passed=passed, words="看过了", photos=[whole.photo], position=(HERE.x, HERE.y, 8))
        act(who, case, "rework" if passed == "no" else "accept_result", **({"reason": "没好"} if passed == "no" else {}))
    for each in (who, colleague):
        with pytest.raises(services.Refused, match="反馈是您做的"):
            services.act(each, case, "close", now=NOW)


def test_a_desk_that_reported_back_itself_reads_why_it_may_not_close_and_another_does_not(client: Client, whole: World, colleague: Who) -> None:
    case = whole.case("handling", level="township", department=whole.street)
    act(whole.who("township"), case, "report_back", done="修好了", photos=[whole.photo])
    Case.objects.filter(pk=case.pk).update(state="awaiting_closing", found_done=True)
    for username, told in (("township", True), ("street-2", False)):
        client.force_login(Account.objects.get(username=username))
        page = client.get(f"/cases/{case.pk}").content.decode()
        assert ("反馈是您做的，要由另一个人结案" in page, 'id="act-close"' in page) == (told, not told)


def test_what_is_closed_by_townships_and_not_accepted_by_them_is_told_where_it_is_set(client: Client, world: World) -> None:
    client.force_login(world.accounts["administrator"])
    Setting.objects.create(key="township.accepts", value=["06001", "0203"])
    Setting.objects.create(key="township.closes", value=["06", "02031", MATTER])
    for key in ("township.accepts", "township.closes"):
        page = client.get(f"/administration/settings/{key}")
        assert page.context["idle"].startswith("路灯") or MATTER in page.context["idle"]
        assert "0203" not in page.context["idle"] and "、" not in page.context["idle"]
    Setting.objects.filter(key="township.accepts").update(value=["06", "0203", "01"])
    assert client.get("/administration/settings/township.closes").context["idle"] == ""


def test_it_redirects_within_itself_and_what_the_county_sends_elsewhere_is_the_countys(whole: World) -> None:
    station = Organisation.objects.create(code="T1-1", name="中和环卫站", kind="department", parent=whole.street)
    case = whole.case("dispatched", level="township", department=whole.street)
    who = whole.who("township")
    with pytest.raises(services.Refused, match="只能派给本单位"):
        services.act(who, case, "redirect", now=NOW, department=whole.lighting, reason="x")
    act(who, case, "redirect", department=station, reason="环卫站的事")
    assert case.level == "township"
    act(whole.who("dispatcher"), case, "redirect", department=whole.lighting, reason="要专业队伍")
    assert case.level == "county"
    assert "redirect" not in slugs(who, case)


def test_what_the_dispatcher_takes_back_from_a_township_does_not_fall_back_to_it(whole: World) -> None:
    case = whole.case("dispatched", level="township", department=whole.street)
    act(whole.who("township"), case, "ask_return", reason="不是街道的事")
    act(whole.who("dispatcher"), case, "grant_return")
    assert (case.state, case.level) == ("awaiting_dispatch", "county")
    assert waits_for(whole.who("dispatcher"), case, "dispatcher")


def test_it_transfers_its_own_and_not_the_countys(whole: World) -> None:
    own, county = whole.case("reported", level="township"), whole.case("reported")
    act(whole.who("township"), own, "transfer", receiver="供电公司")
    assert own.state == "transferred"
    assert "transfer" not in slugs(whole.who("township"), county)


def test_it_sends_only_inspectors_who_walk_its_area_and_sees_no_others(whole: World) -> None:
    area = Area.objects.create(level="township", parent=whole.county, code="500241002", name="乌杨街道", geom=box(108.8, 28.3, 108.9, 28.4))
    community = Area.objects.create(level="community", parent=area, code="500241002001", name="新村", geom=area.geom)
    grid = UnitGrid.objects.create(code="500241002001001", community=community, geom=area.geom, area_m2=1, valid_from=SINCE)
    patrol = ResponsibilityGrid.objects.create(code="R2", name="乌杨网格", geom=area.geom, valid_from=SINCE)
    GridMembership.objects.create(unit_grid=grid, responsibility_grid=patrol, valid_from=SINCE)
    far = whole.person("far", "inspector", whole.centre)
    GridDuty.objects.create(responsibility_grid=patrol, account=far, valid_from=SINCE)
    case = whole.case("awaiting_verification", level="township", department=whole.street)
    form = next(action for action in selectors.actions_for(whole.who("township"), case, NOW) if action.slug == "send_to_verify")
    offered = next(field for field in form.fields if field.name == "inspector").options
    assert [value for value, _label in offered] == [str(whole.accounts["inspector"].pk)]
    with pytest.raises(services.Refused, match="本辖区巡查的采集员"):
        services.act(whole.who("township"), case, "send_to_verify", now=NOW, inspector=far)


@pytest.mark.parametrize("state", workflow.OWN_END)
def test_the_neighbour_has_nothing_of_its_end(whole: World, state: str) -> None:
    area = Area.objects.create(level="township", parent=whole.county, code="500241002", name="乌杨街道", geom=box(108.8, 28.3, 108.9, 28.4))
    office = Organisation.objects.create(code="T2", name="乌杨街道办", kind="township", area=area)
    neighbour = who_is(whole.person("township2", "township", office))
    case = whole.case(state, level="township", department=whole.street)
    assert slugs(neighbour, case) == set()
    assert not waits_for(neighbour, case, "township")
    assert selectors.waiting_at(neighbour, ["township"]) == {"township": 0}
    assert not selectors.visible(neighbour).exists()


def test_the_upgrade_gives_the_county_what_was_sent_outside_a_township(whole: World) -> None:
    station = Organisation.objects.create(code="T1-1", name="中和环卫站", kind="department", parent=whole.street)
    cases = {each: whole.case("handling", level="township", department=each) for each in (whole.street, station, whole.lighting)}
    waiting = whole.case("reported", level="township")
    with connection.cursor() as cursor:
        cursor.execute(import_module("chengguan.cases.migrations.0026_level_where_it_was_sent").SENT_OUT)
    found = {each: Case.objects.get(pk=case.pk).level for each, case in cases.items()}
    assert found == {whole.street: "township", station: "township", whole.lighting: "county"}
    assert Case.objects.get(pk=waiting.pk).level == "township"


def test_an_empty_desk_says_what_will_come_to_it(client: Client, world: World) -> None:
    client.force_login(world.accounts["township"])
    assert "待结案" not in client.get("/work?post=township").content.decode()
    Setting.objects.create(key="township.closes", value=["01"])
    assert "待结案" in client.get("/work?post=township").content.decode()


def test_an_urge_on_what_it_ends_is_owed_there(whole: World) -> None:
    case = whole.case("awaiting_closing", level="township", department=whole.street)
    act(whole.who("leader"), case, "urge", urge_kind="leader", level="1", words="请抓紧")
    assert Task.objects.get(case=case, kind="reply").organisation == whole.street


def test_a_place_outside_every_township_stays_with_the_county(whole: World) -> None:
    case = services.register(whole.who("hotline_operator"), source="hotline", point=Point(109.19, 28.59, srid=4490), description="灯不亮", matter_code=MATTER, now=NOW)
    assert case.level == "county"
    assert "hand_down" not in slugs(whole.who("acceptor"), case)


def _told(content: bytes) -> str:
    """What an answer says, a workbook unpacked."""
    if not content.startswith(b"PK"):
        return content.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return "".join(packed.read(name).decode(errors="replace") for name in packed.namelist())


def test_no_door_tells_a_township_of_the_neighbours_cases(client: Client, whole: World) -> None:
    area = Area.objects.create(level="township", parent=whole.county, code="500241002", name="乌杨街道", geom=box(108.8, 28.3, 108.9, 28.4))
    office = Organisation.objects.create(code="T2", name="乌杨街道办", kind="township", area=area)
    neighbour = whole.person("township2", "township", office)
    case = whole.case("handling", level="township", department=whole.street, component=whole.lamp, urge_count=1, description="杆子倒在陈家门口")
    number = case.register_number
    shut = {
        f"/cases/{case.pk}", f"/cases/{case.pk}/file.pdf", f"/cases/{case.pk}/file.zip", f"/cases/{case.pk}/forms/registration.pdf",
        f"/cases/{case.pk}/act/redirect", f"/api/v1/cases/{case.pk}",
    }  # fmt: skip
    open_ = {
        "/work", "/work?post=township", f"/work?text={number}", f"/cases?text={number}", "/cases", "/api/v1/cases", "/recurrence", "/round", "/round.pdf",
        "/urges", "/handover", "/evaluation?by=township", "/evaluation?by=township&as=xlsx", "/notices", "/map", f"/map/search.json?q={number}",
    }  # fmt: skip
    client.force_login(neighbour)
    for address in sorted(shut):
        assert client.get(address).status_code in (403, 404), address
    for address in sorted(open_):
        answer = client.get(address)
        assert answer.status_code == 200, (address, answer.status_code)
        told = _told(b"".join(answer) if answer.streaming else answer.content)
        told = re.sub(r"<option[^>]*>[^<]*</option>", "", told)  # what a search can be narrowed to are units, and no cases of theirs
        for word in (number, case.description, f"/cases/{case.pk}\"", whole.street.name):
            assert word not in told or word in address, (address, word)
    client.force_login(whole.accounts["township"])
    assert case.description in client.get("/work?post=township").content.decode(), "its own desk sees it"
