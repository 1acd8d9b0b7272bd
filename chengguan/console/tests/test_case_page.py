"""The page of a case shows each person only what that person may do, and loses nothing that was typed. (M-18, M-19)"""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chengguan.cases import services, workflow
from chengguan.cases.models import Request, Step
from chengguan.cases.services import register_alarm
from chengguan.console.pages import case_forms
from chengguan.console.pages.case_beside import facts_of, who_says
from chengguan.console.selectors.history import alarms_with_chart
from chengguan.console.tests.duty import dark
from chengguan.people.models import Account, Organisation, Post
from chengguan.people.selectors import ANONYMOUS, SYSTEM
from tests.small_town import PATH, dark_lamp, move, photo_file, walk


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def test_only_this_persons_actions_are_offered_and_the_main_one_first(town):
    case = dark_lamp(town)
    page = signed_in("accept").get(f"/cases/{case.pk}").content.decode()
    assert "确定受理" in page
    assert page.index("/act/accept") < page.index("/act/refuse")
    other = signed_in("dispatch").get(f"/cases/{case.pk}").content.decode()
    assert "/act/accept" not in other


def test_each_step_of_the_main_path_is_made_through_its_own_form(town):
    case = dark_lamp(town)
    for username, slug in PATH:
        case.refresh_from_db()
        if slug in ("submit", "verify"):  # made on the phone
            move(case, username, slug)
            continue
        client = signed_in(username)
        form = client.get(f"/cases/{case.pk}/act/{slug}").context["form"]
        data = {"version": str(case.version)}
        for field in form:
            if field.kind == "photos":
                data[field.name] = photo_file()
            elif field.value:
                data[field.name] = field.value
            elif field.required:
                chosen = next((option.value for option in field.options if option.chosen), None)
                data[field.name] = chosen or (field.options[0].value if field.options else "已办妥")
        answer = client.post(f"/cases/{case.pk}/do/{slug}", data)
        assert answer.status_code == 302, f"{slug}: {answer.context.get('errors') if answer.context else answer.content[:300]}"
    case.refresh_from_db()
    assert case.state == "closed"
    page = signed_in("shift").get(f"/cases/{case.pk}").content.decode()
    for _username, slug in PATH:
        assert workflow.ACTIONS[slug] in page


@pytest.mark.parametrize("until, username, slug, data, state", [
    ("", "accept", "refuse", {"reason": "不属城市管理"}, "refused"),
    ("accept", "shift", "decline", {"reason": "够不上立案条件"}, "declined"),
])  # fmt: skip
def test_refusing_and_declining_have_their_forms(town, until, username, slug, data, state):
    case = dark_lamp(town)
    if until:
        walk(case, until)
        case.refresh_from_db()
    answer = signed_in(username).post(f"/cases/{case.pk}/do/{slug}", {"version": case.version, **data})
    case.refresh_from_db()
    assert (answer.status_code, case.state) == (302, state)


def test_merging_lists_the_near_duplicates_and_takes_a_number(town):
    first, second = dark_lamp(town), dark_lamp(town, description="灯不亮")
    page = signed_in("accept").get(f"/cases/{second.pk}/act/merge").content.decode()
    assert f'value="{first.pk}"' in page
    answer = signed_in("accept").post(f"/cases/{second.pk}/do/merge", {"version": second.version, "into_number": first.register_number})
    second.refresh_from_db()
    assert (answer.status_code, second.state, second.merged_into_id) == (302, "merged", first.pk)


def test_the_chosen_action_is_the_marked_one(town):
    case = dark_lamp(town)
    for address in (f"/cases/{case.pk}?act=refuse", f"/cases/{case.pk}/act/refuse"):
        page = signed_in("accept").get(address).content.decode()
        assert re.findall(r'<a class="btn btn-primary" id="act-([a-z_]+)"[^>]* aria-current="true"', page) == ["refuse"]


def test_a_department_is_suggested_with_its_reason_and_found_among_many(town, monkeypatch):
    monkeypatch.setattr(case_forms, "MANY", 1)
    walk(dark_lamp(town), "dispatch")
    case = walk(dark_lamp(town), "file")
    answer = signed_in("dispatch").get(f"/cases/{case.pk}/act/dispatch")
    field = next(field for field in answer.context["form"] if field.name == "department")
    assert field.many and field.why
    assert [option.suggested for option in field.options] == [True] + [False] * (len(field.options) - 1)
    lighting = field.options[0]
    assert (lighting.words, lighting.limit) == ("秀山县路灯管理所 xsxldgls", "在办 1")
    page = answer.content.decode()
    assert page.index("sift-first") < page.index("在全部")
    assert page.count(f'name="department" value="{lighting.value}"') == 1


def test_only_those_that_handle_are_offered_as_crews(town):
    lighting = Organisation.objects.get(code="lighting")
    own = Organisation.objects.create(code="lc", name="路灯养护公司", kind="contractor", parent=lighting)
    hired = Organisation.objects.create(code="hc", name="县养护公司", kind="contractor")
    Post.objects.create(organisation=hired, role="crew", name="班组")
    collecting = Organisation.objects.create(code="cc", name="信息采集公司", kind="contractor")
    Post.objects.create(organisation=collecting, role="inspector", name="采集员")
    elsewhere = Organisation.objects.create(code="dc", name="排水养护公司", kind="contractor", parent=Organisation.objects.get(code="drainage"))
    Post.objects.create(organisation=elsewhere, role="crew", name="班组")
    case = walk(dark_lamp(town), "receive")
    form = signed_in("lighting").get(f"/cases/{case.pk}/act/assign").context["form"]
    offered = {option.label for field in form if field.name == "crew" for option in field.options}
    assert {own.name, hired.name} <= offered
    assert not offered & {collecting.name, elsewhere.name}
    refused = signed_in("lighting").post(f"/cases/{case.pk}/do/assign", {"version": case.version, "crew": collecting.pk})
    assert (refused.status_code, "不是本单位的班组" in refused.content.decode()) == (422, True)


def test_the_reading_around_a_linked_alarm_stands_beside_it(town):
    alarm = dark(town)
    case = register_alarm(alarm, alarm.raised_at)
    curve = f"/alarms/{alarm.pk}/series"
    assert curve in signed_in("accept").get(f"/cases/{case.pk}").content.decode()
    assert case.description == f"{alarm.device}：路灯不亮，持续 20 秒。"
    assert alarms_with_chart(ANONYMOUS, [alarm]) == set()


def test_voiding_and_returning_are_asked_and_decided(town):
    case = walk(dark_lamp(town), "dispatch")
    signed_in("lighting").post(f"/cases/{case.pk}/do/ask_return", {"version": case.version, "reason": "不是我们的灯"})
    page = signed_in("dispatch").get(f"/cases/{case.pk}").content.decode()
    assert "回退待审" in page
    case.refresh_from_db()
    signed_in("dispatch").post(f"/cases/{case.pk}/do/grant_return", {"version": case.version})
    case.refresh_from_db()
    assert case.state == "awaiting_dispatch"
    signed_in("dispatch").post(f"/cases/{case.pk}/do/ask_void", {"version": case.version, "reason": "立错了案"})
    case.refresh_from_db()
    signed_in("shift").post(f"/cases/{case.pk}/do/grant_void", {"version": case.version})
    case.refresh_from_db()
    assert case.state == "voided"


@pytest.mark.parametrize("steps, state", [
    ([("lighting", "ask_extend", {"reason": "缺配件"}), ("shift", "grant_extend", {})], "handling"),
    ([("lighting", "ask_suspend", {"reason_code": "season", "until": "2027-03-01", "reason": "等枯水期"}), ("dispatch", "review_suspend", {}),
      ("shift", "grant_suspend", {})], "suspended"),
    ([("leader", "urge", {"urge_kind": "leader", "level": "1", "words": "今天修好"}), ("lighting", "reply_urge", {"words": "下午到场"})], "handling"),
], ids=["extend", "suspend", "urge"])  # fmt: skip
def test_what_goes_beside_the_main_path_has_its_forms_too(town, steps, state):
    case = walk(dark_lamp(town), "receive")
    for username, slug, data in steps:
        case.refresh_from_db()
        client = signed_in(username)
        assert f"/act/{slug}" in client.get(f"/cases/{case.pk}").content.decode(), slug
        assert set(data) <= {field.name for field in client.get(f"/cases/{case.pk}/act/{slug}").context["form"]}
        assert client.post(f"/cases/{case.pk}/do/{slug}", {**data, "version": case.version}).status_code == 302, slug
    case.refresh_from_db()
    assert case.state == state
    assert [step.action for step in case.steps.order_by("id")][-len(steps):] == [slug for _who, slug, _data in steps]


def test_a_missing_answer_is_said_and_what_was_typed_stays(town):
    case = walk(dark_lamp(town), "receive")
    answer = signed_in("lighting").post(f"/cases/{case.pk}/do/report_back", {"version": case.version, "done": "换了光源"})
    assert answer.status_code == 422
    assert "请附上“照片”。" in answer.content.decode()
    assert "换了光源" in answer.content.decode()


def test_a_case_that_moved_meanwhile_is_said_and_what_was_typed_stays(town):
    case = dark_lamp(town)
    seen = case.version
    walk(case, "accept")
    answer = signed_in("accept").post(f"/cases/{case.pk}/do/refuse", {"version": seen, "reason": "重复来电"})
    assert answer.status_code == 409
    assert "李敏" in answer.content.decode()


def test_a_case_of_another_department_is_not_there(town):
    case = walk(dark_lamp(town), "dispatch")
    assert signed_in("lighting").get(f"/cases/{case.pk}").status_code == 200
    assert signed_in("drainage").get(f"/cases/{case.pk}").status_code == 404
    assert Client().get(f"/cases/{case.pk}").status_code in (302, 401)


def test_the_callers_number_is_for_the_desk_only(town):
    case = walk(dark_lamp(town), "dispatch")
    assert "13800001234" in signed_in("accept").get(f"/cases/{case.pk}").content.decode()
    assert "13800001234" not in signed_in("lighting").get(f"/cases/{case.pk}").content.decode()


def test_an_open_page_learns_that_the_case_moved(town):
    case = dark_lamp(town)
    client = signed_in("accept")
    assert client.get(f"/cases/{case.pk}/live?version={case.version}").status_code == 204
    walk(case, "accept")
    assert "受理" in client.get(f"/cases/{case.pk}/live?version={case.version - 1}").content.decode()


def test_the_platforms_own_note_beside_the_stage_is_no_conflict(town):
    case = dark_lamp(town)
    seen = case.version
    services.act(SYSTEM, case, "record_evidence", words="读数已恢复")
    answer = signed_in("accept").post(f"/cases/{case.pk}/do/refuse", {"version": seen, "reason": "重复来电"})
    case.refresh_from_db()
    assert case.version > seen
    assert (answer.status_code, case.state) == (302, "refused")


def test_the_keys_of_the_actions_are_told_apart_in_small_type():
    from chengguan.console.pages.case import ACTION_KEYS

    assert len(set(ACTION_KEYS)) == len(ACTION_KEYS)
    assert not {"g", "q"} <= set(ACTION_KEYS)


def test_a_request_that_no_ladder_decides_says_whose_word_it_waits_for(town):
    case = walk(dark_lamp(town), "dispatch")
    move(case, "lighting", "ask_return", reason="不归我们")
    assert "由派遣员审批" in signed_in("lighting").get(f"/cases/{case.pk}").content.decode()
    assert who_says(Request(kind="appeal")) == ["由派遣员初审", "由受理员审批"]
    assert who_says(Request(kind="appeal", reviewed_at=timezone.now())) == ["由受理员审批"]


def test_whoever_decides_reads_until_when_why_and_what_the_first_review_said_and_then_until_when_it_stands_still(town):
    case = walk(dark_lamp(town), "assign")
    until = timezone.now() + timedelta(days=24)
    move(case, "lighting", "ask_suspend", reason_code="conditions", until=until, reason="作业面下月交还")
    told = f"{timezone.localtime(until):%Y-%m-%d %H:%M}"
    page = signed_in("dispatch").get(f"/cases/{case.pk}").content.decode()
    assert "待初审" in page and f"到 {told}" in page and "条件不具备" in page and "作业面下月交还" in page
    assert "由派遣员初审 · 由值班长审批" in page
    case.refresh_from_db()
    move(case, "dispatch", "review_suspend", opinion="已核实")
    page = signed_in("shift").get(f"/cases/{case.pk}").content.decode().split('id="case-act"')[0]
    assert "初审已过" in page and "初审：已核实" in page and "由派遣员初审" not in page
    case.refresh_from_db()
    move(case, "shift", "grant_suspend", opinion="同意")
    assert f"挂账到 {told}" in signed_in("lighting").get(f"/cases/{case.pk}").content.decode()


def test_a_step_says_which_requests_lapsed_with_it():
    step = Step(action="report_back", given={"lapsed": ["extend", "void"], "until": ""})
    assert facts_of(step) == ["申请延期随之失效", "申请作废随之失效"]
