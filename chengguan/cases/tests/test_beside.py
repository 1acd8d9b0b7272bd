"""Beside the stage: notices and their answers, consultations, helpers and copies, who is told. (M-18, M-19)"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import selectors, services
from chengguan.cases.models import Setting
from chengguan.cases.services import rounds
from chengguan.cases.services.administration import open_deadlines_follow
from chengguan.cases.tests.beside import HOUR, rung, slugs, urge
from chengguan.cases.tests.conftest import NOW, World
from chengguan.people.models import Account
from chengguan.people.selectors import Who, who_is


@pytest.fixture
def drainage(world: World) -> Who:
    return who_is(world.person("drain", "department", world.drainage))


# ---- 督办 ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("state", "owes"), [
    ("handling", "department"), ("reported", "acceptor"), ("verifying", "acceptor"), ("awaiting_filing", "shift_leader"), ("reported_back", "dispatcher"),
])  # fmt: skip
def test_whoever_has_the_case_owes_the_answer_and_finds_it_among_what_waits(world: World, state: str, owes: str) -> None:
    case = world.case(state)
    task = urge(world, case)
    assert (str(task.organisation or ""), task.role) == (("路灯管理所", "") if owes == "department" else ("", owes))
    for role in ("department", "acceptor", "shift_leader", "dispatcher"):
        assert ("reply_urge" in slugs(world.who(role), case)) == (role == owes), role
    assert selectors.urge_counts(world.who(owes), "owed", NOW)["waiting"] == 1


def test_an_answer_owed_stays_in_the_list_of_a_post_whose_desk_the_case_has_left(world: World) -> None:
    case = world.case("reported")
    urge(world, case)
    services.act(world.who("acceptor"), case, "accept", now=NOW, matter_code="01037", condition_key="01037-03")
    assert [each.pk for each in selectors.worklist(world.who("acceptor"), post="acceptor", now=NOW).cases] == [case.pk]
    services.act(world.who("acceptor"), case, "reply_urge", now=NOW, words="已受理")
    assert selectors.worklist(world.who("acceptor"), post="acceptor", now=NOW).cases == []


def test_one_answer_is_for_all_notices_it_owes_and_says_whether_it_came_in_time(world: World) -> None:
    case = world.case("handling")
    first = urge(world, case, until=NOW + HOUR)
    second = urge(world, case, role="overseer", until=NOW + 5 * HOUR)
    services.act(world.who("department"), case, "reply_urge", now=NOW + 2 * HOUR, words="备件到了")
    for task, result in ((first, "逾期回复"), (second, "按时回复")):
        task.refresh_from_db()
        assert (task.result, task.reply) == (result, "备件到了")
    assert selectors.urge_counts(world.who("leader"), "sent", NOW)["answered_late"] == 1
    assert selectors.urge_counts(world.who("overseer"), "all", NOW)["answered"] == 1
    for sender in ("leader", "overseer"):
        assert any(title.startswith("回复督办") for title in rung(world.accounts[sender])), sender


def test_an_answer_is_due_in_the_future(world: World) -> None:
    with pytest.raises(services.Refused) as refused:
        urge(world, world.case("handling"), until=NOW - HOUR)
    assert refused.value.field == "until"


@pytest.mark.parametrize(("level", "told"), [("1", {"leader", "shift_leader"}), ("2", {"shift_leader"}), ("3", set())])
def test_the_level_says_whom_a_notice_reaches_besides_the_one_who_answers(world: World, level: str, told: set[str]) -> None:
    urge(world, world.case("handling"), role="dispatcher", level=level)
    reached = {role for role in ("leader", "shift_leader", "department") if rung(world.accounts[role])}
    assert reached == told | {"department"}


def test_an_answer_past_its_time_is_told_once_to_both_sides(world: World) -> None:
    case = world.case("handling")
    urge(world, case, until=NOW + HOUR)
    assert rounds.tell_late_answers(NOW) == 0
    assert rounds.tell_late_answers(NOW + 2 * HOUR) == 1
    assert rounds.tell_late_answers(NOW + 3 * HOUR) == 0
    for role in ("leader", "department"):
        assert len([title for title in rung(world.accounts[role]) if title.startswith("督办回复逾期")]) == 1, role
    mark = next(mark for mark in selectors.marks_of([case], NOW + 2 * HOUR)[case.pk] if mark.slug == "reply")
    assert mark.late


def test_the_system_urges_once_for_a_clock_also_when_a_setting_took_the_mark_back_for_a_while(world: World) -> None:
    case = world.case("handling", condition_key="", dispatched_at=NOW)
    late = NOW + timedelta(days=9)
    rounds.mark_overdue(late)
    Setting.objects.create(key="handling.default", value={"value": 9, "clock": "natural_day"})
    clock = case.clocks.get(kind="handling")
    clock.limit_value = 20
    clock.save()
    open_deadlines_follow()
    clock.refresh_from_db()
    assert not clock.overdue
    rounds.mark_overdue(late + timedelta(days=60))
    clock.refresh_from_db()
    assert clock.overdue
    assert case.steps.filter(action="urge").count() == 1


def test_a_notice_to_a_department_ends_when_the_case_goes_to_another_one_or_is_over(world: World) -> None:
    case = world.case("handling")
    task = urge(world, case)
    services.act(world.who("dispatcher"), case, "redirect", now=NOW, department=world.drainage, reason="线路泡水")
    task.refresh_from_db()
    assert task.result == "已转出"
    over = world.case("awaiting_closing")
    task = urge(world, over)
    services.act(world.who("shift_leader"), over, "close", now=NOW)
    task.refresh_from_db()
    assert task.result == "案件已结束"
    assert selectors.urge_counts(world.who("leader"), "all", NOW)["unanswered"] == 2


# ---- 会商 ----------------------------------------------------------------------------------------
def test_a_consultation_asks_departments_that_never_had_the_case_and_ends_with_a_conclusion(world: World, drainage: Who) -> None:
    case = world.case("handling")
    assert not selectors.visible(drainage).filter(pk=case.pk).exists()
    services.act(
        world.who("dispatcher"), case, "consult", now=NOW, participants=[world.drainage.pk, world.street.pk], words="谁来挖路面", until=NOW + HOUR
    )
    assert selectors.visible(drainage).filter(pk=case.pk).exists()
    assert "answer_consult" in slugs(drainage, case) & slugs(world.who("township"), case)
    assert "answer_consult" not in slugs(world.who("department"), case)
    assert [each.pk for each in selectors.worklist(drainage, post="department", now=NOW).cases] == [case.pk]
    assert any(title.startswith("会商") for title in rung(Account.objects.get(username="drain")))
    with pytest.raises(services.Refused, match="还没有结束"):
        services.act(world.who("leader"), case, "consult", now=NOW, participants=[world.drainage], words="再商量")
    services.act(drainage, case, "answer_consult", now=NOW + 2 * HOUR, words="我们挖，路灯所配合断电")
    assert "answer_consult" not in slugs(drainage, case)
    assert [mark.slug for mark in selectors.marks_of([case], NOW)[case.pk]] == ["consult"]
    services.act(world.who("dispatcher"), case, "end_consult", now=NOW + 3 * HOUR, conclusion="排水挖，路灯配合")
    assert selectors.marks_of([case], NOW)[case.pk] == []
    assert {task.organisation: task.result for task in case.tasks.filter(kind="opinion")} == {world.drainage: "逾期答复", world.street: "未答复"}
    assert any(title.startswith("结束会商") for title in rung(Account.objects.get(username="drain")))


def test_who_was_not_asked_gives_no_opinion(world: World, drainage: Who) -> None:
    case = world.case("handling")
    services.act(world.who("leader"), case, "consult", now=NOW, participants=[world.street], words="占道")
    with pytest.raises(services.Refused):
        services.act(drainage, case, "answer_consult", now=NOW, words="插一句")


# ---- 协办, 抄告 ------------------------------------------------------------------------------------
def test_helpers_and_copies_are_told_find_the_case_in_a_list_of_theirs_and_helpers_report(world: World, drainage: Who) -> None:
    case = world.case("awaiting_dispatch")
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.lighting, helpers=[world.drainage], copies=[world.street])
    for who, post, part in ((drainage, "department", "helper"), (world.who("township"), "township", "copy")):
        assert rung(Account.objects.get(pk=who.account_id)), part
        assert [each.pk for each in selectors.worklist(who, post=post, part=part, now=NOW).cases] == [case.pk]
        assert selectors.beside_counts(who, post)[part] == 1
    assert selectors.worklist(world.who("department"), post="department", part="helper", now=NOW).cases == []
    assert [each.pk for each in selectors.worklist(drainage, post="department", now=NOW).cases] == [case.pk], "its part waits for it"
    services.act(drainage, case, "report_help", now=NOW, done="积水抽完了")
    assert selectors.worklist(drainage, post="department", now=NOW).cases == []
    assert any(title.startswith("协办反馈") for title in rung(world.accounts["department"]))
    assert "report_help" not in slugs(drainage, case)


def test_a_department_is_sent_a_case_in_one_part_only(world: World) -> None:
    case = world.case("awaiting_dispatch")
    given = {"department": world.lighting, "helpers": [world.lighting, world.drainage], "copies": [world.drainage, world.lighting]}
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("dispatcher"), case, "dispatch", now=NOW, **given)
    told = [(each.field, each.words) for each in refused.value.every]
    assert told == [
        ("helpers", f"{world.lighting}已是主办单位，不能又是协办单位"), ("copies", f"{world.drainage}已是协办单位，不用再抄告"),
        ("copies", f"{world.lighting}已是主办单位，不用再抄告"),
    ]  # fmt: skip
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.lighting, helpers=[world.drainage, world.drainage])
    assert case.tasks.filter(kind="help").count() == 1


def test_who_loses_a_case_is_told(world: World) -> None:
    case = world.case("handling")
    services.act(world.who("dispatcher"), case, "redirect", now=NOW, department=world.drainage, reason="线路泡水")
    assert any(title.startswith("改派") for title in rung(world.accounts["department"]))
