"""Several cases at once, row by row of what may be done so: one word for all, and each says what became of it. (M-17, M-18, M-22)"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chengguan.cases import services, workflow
from chengguan.cases.models import Case, Setting
from chengguan.console.pages.together import KEYS, PLAIN, TYPED, moves_beside, moves_of, offered
from chengguan.console.pages.work import working_posts
from chengguan.console.tests.duty import signed_in
from chengguan.people.models import Organisation
from chengguan.people.roles import ROLES
from tests.small_town import dark_lamp, person, walk

WHERE: dict[str, tuple[str, str, dict[str, str], str]] = {
    "accept": ("accept", "", {}, ""), "file": ("shift", "accept", {}, "awaiting_dispatch"), "dispatch": ("dispatch", "file", {}, "dispatched"),
    "receive": ("lighting", "dispatch", {}, "handling"), "forward": ("dispatch", "report_back", {}, "awaiting_verification"),
    "send_to_confirm": ("accept", "", {}, "confirming"), "send_to_verify": ("accept", "forward", {}, "verifying"),
    "accept_result": ("accept", "verify", {}, "awaiting_closing"), "close": ("shift", "accept_result", {}, "closed"), "approve": ("accept", "", {}, ""),
    "refuse": ("accept", "", {"reason": "不属城管"}, "refused"), "decline": ("shift", "accept", {"reason": "够不上"}, "declined"),
    "merge": ("accept", "", {}, "merged"), "rework": ("accept", "verify", {"reason": "没做好"}, "handling"),
    "assign": ("lighting", "receive", {"crew": "lighting-1"}, "handling"), "ask_extend": ("lighting", "receive", {"reason": "等料"}, "handling"),
    "grant_extend": ("shift", "receive", {"opinion": "可以"}, "handling"), "deny_extend": ("shift", "receive", {"reason": "不行"}, "handling"),
    "ask_void": ("dispatch", "file", {"reason": "立错了"}, "awaiting_dispatch"),
    "urge": ("dispatch", "receive", {"urge_kind": "daily", "level": "3", "words": "抓紧"}, "handling"),
    "mark_urgent": ("dispatch", "receive", {"reason": "有危险"}, "handling"), "mark_important": ("shift", "receive", {"reason": "市民关注"}, "handling"),
}  # fmt: skip
"""action -> who does it, how far the cases have come, what is typed once, and where they stand then; "" where the form asks for more."""


def stand(town: dict[str, Any], until: str) -> Case:
    case = dark_lamp(town)
    return walk(case, until) if until else case


def marks(*cases: Case) -> list[str]:
    for case in cases:
        case.refresh_from_db()
    return [f"{case.pk}:{case.version}" for case in cases]


def test_every_move_for_several_is_in_the_table_and_tried_here():
    assert set(WHERE) == {*PLAIN, *TYPED} <= set(workflow.ACTIONS)
    for slug, asked in TYPED.items():
        rows = [row for row in workflow.TABLE if row.action == slug]
        for row in rows:
            fields = {field.name: required for field, required in workflow.offered(row)}
            assert set(asked) <= set(fields), slug
            assert {name for name, required in fields.items() if required} <= set(asked), f"{slug}: nothing else has to be given"


@pytest.mark.parametrize("slug", [slug for slug in WHERE if slug not in ("accept", "approve", "merge")])
def test_two_are_moved_and_one_that_cannot_stays_with_its_reason(town, slug):
    username, until, typed, state = WHERE[slug]
    good, gone = [stand(town, until) for _ in range(2)], stand(town, until)
    if slug in ("grant_extend", "deny_extend"):
        for case in good:
            services.act(person("lighting"), case, "ask_extend", reason="等料")
    if slug == "assign":
        typed = {"crew": str(Organisation.objects.filter(kind="crew", parent__code="lighting").first().pk)}
    ticked = [*marks(*good, gone)[:2], f"{gone.pk}:{gone.version - 1}" if slug not in ("grant_extend", "deny_extend") else marks(gone)[0]]
    answer = signed_in(username).post("/work/bulk", {"action": slug, "case": ticked, **typed, **({"sure": "1"} if slug in TYPED else {})})
    assert answer.status_code == 200
    told = {line.case.pk: line for line in answer.context["lines"]}
    assert [told[case.pk].state for case in (*good, gone)] == ["done", "done", "left"], [line.words for line in told.values()]
    assert told[gone.pk].words
    assert {Case.objects.get(pk=case.pk).state for case in good} == {state}
    assert all(case.steps.filter(action=slug).count() == 1 for case in good)
    assert not gone.steps.filter(action=slug).exists()


def test_several_are_urged_with_one_time_for_the_answer(town):
    cases, desk = [stand(town, "receive") for _ in range(2)], signed_in("dispatch")
    sent = {"action": "urge", "case": marks(*cases), "sure": "1", "urge_kind": "daily", "level": "3", "words": "抓紧"}
    assert 'name="until"' in desk.post("/work/bulk", {"action": "urge", "case": marks(*cases)}).content.decode()
    for wrong, words in (("2026-01-01T08:00", "截止时间：这个时间已经过去了。"), ("明天", "截止时间：时间没有写对。")):
        answer = desk.post("/work/bulk", sent | {"until": wrong})
        assert (answer.status_code, words in answer.content.decode(), "抓紧</textarea>" in answer.content.decode()) == (422, True, True)
    until = timezone.localtime(timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    desk.post("/work/bulk", sent | {"until": f"{until:%Y-%m-%dT%H:%M}"})
    assert [case.tasks.get(kind="reply").due for case in cases] == [until, until]


@pytest.mark.parametrize("slug", list(TYPED))
def test_what_has_to_be_said_is_asked_once_before_anything_moves(town, slug):
    username, until, _typed, _state = WHERE[slug]
    cases = [stand(town, until) for _ in range(2)]
    client, given = signed_in(username), {"action": slug, "case": marks(*cases), "back": "?post=x"}
    page = client.post("/work/bulk", given)
    assert page.status_code == 200
    assert {field.name for field in page.context["form"]} == set(TYPED[slug])
    required = [field.name for field in page.context["form"] if field.required]
    if required:
        refused = client.post("/work/bulk", {**given, "sure": "1"})
        assert refused.status_code == 422
        assert "请填写" in refused.content.decode()
    assert not any(case.steps.filter(action=slug).exists() for case in cases)


def test_several_reports_of_one_thing_are_merged_into_the_chosen_one(town):
    main, *others = (dark_lamp(town) for _ in range(3))
    client = signed_in("accept")
    page = client.post("/work/bulk", {"action": "merge", "case": marks(main, *others)}).content.decode()
    assert all(f'value="{case.pk}"' in page for case in (main, *others))
    answer = client.post("/work/bulk", {"action": "merge", "case": marks(main, *others), "into": str(main.pk), "sure": "1", "back": "?post=acceptor"})
    assert answer.status_code == 302 and answer.url == "/work?post=acceptor"
    assert {Case.objects.get(pk=case.pk).merged_into_id for case in others} == {main.pk}
    main.refresh_from_db()
    assert main.state == "reported"


def test_a_mistyped_number_leaves_the_form_as_it_was_filled_in(town):
    cases = [dark_lamp(town) for _ in range(2)]
    answer = signed_in("accept").post("/work/bulk", {"action": "merge", "case": marks(*cases), "into_number": "500241209912310001", "reason": "同一盏灯", "sure": "1"})
    page = answer.content.decode()
    assert (answer.status_code, "没有找到所选的并入案件" in page, "同一盏灯</textarea>" in page, 'value="500241209912310001"' in page) == (422, True, True, True)
    assert not Case.objects.filter(state="merged").exists()


def test_a_report_without_a_filing_condition_is_left_for_a_person(town):
    case = dark_lamp(town)
    answer = signed_in("accept").post("/work/bulk", {"action": "accept", "case": marks(case)})
    assert "需打开填写：立案条件" in answer.content.decode()
    assert [line.state for line in answer.context["lines"]] == ["left"]


def test_only_what_may_be_done_for_several_is_done_so(town):
    case = dark_lamp(town)
    for slug in ("answer", "transfer", "grant_void", "force_close", "archive", ""):
        assert signed_in("desk").post("/work/bulk", {"action": slug, "case": marks(case)}).status_code == 403


def test_each_post_is_offered_its_own_and_a_decision_only_where_one_waits(town):
    plain, typed = offered("acceptor")
    assert [each["slug"] for each in plain] == ["accept", "send_to_confirm", "send_to_verify", "accept_result", "approve"]
    assert [each["slug"] for each in typed] == ["refuse", "merge", "rework", "ask_void", "mark_urgent"]
    assert "receive" in moves_of("township")["dispatched"].split()
    for role in ROLES:
        keys = [each["key"] for each in offered(role)[0]]
        assert len(set(keys)) == len(keys) and "" not in keys
    assert moves_beside("grant_extend ask_extend urge", {"extend"}) == "grant_extend urge"
    assert moves_beside("grant_extend ask_extend urge", ()) == "ask_extend urge"
    assert set(KEYS) == set(PLAIN)
    assert working_posts(person("leader")) == ["leader"] and "urge" in {each["slug"] for each in offered("leader")[1]}


def test_a_batch_that_reaches_a_higher_rung_waits_for_the_leader(town):
    Setting.objects.create(key="approval.extend", value=[{"times": 1, "days": 0, "who": ["shift_leader"]}, {"times": 1, "days": 0, "cases": 2, "who": ["leader"]}])
    cases = [stand(town, "receive") for _ in range(2)]
    signed_in("lighting").post("/work/bulk", {"action": "ask_extend", "case": marks(*cases), "reason": "等料", "sure": "1"})
    answer = signed_in("shift").post("/work/bulk", {"action": "grant_extend", "case": marks(*cases), "sure": "1"})
    assert [line.state for line in answer.context["lines"]] == ["left", "left"]
    assert "由领导审批" in answer.content.decode()
    assert signed_in("leader").post("/work/bulk", {"action": "grant_extend", "case": marks(*cases), "sure": "1"}).status_code == 302
    assert {case.extend_count for case in Case.objects.filter(pk__in=[case.pk for case in cases])} == {1}
