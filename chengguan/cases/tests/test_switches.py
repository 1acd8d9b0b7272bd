"""Stages a matter skips, steps the platform takes by itself, ladders of approval, photos asked for: each by a setting of the
county, from the next step on. (M-22)"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Setting
from chengguan.cases.services.administration import open_deadlines_follow
from chengguan.cases.tests.conftest import HERE, NOW, SINCE, World, own
from chengguan.people.models import Holding, Notice, Post, Responsibility
from chengguan.people.selectors import SYSTEM, who_is
from chengguan.standards import filing
from chengguan.standards.limits import SETTINGS, check


def actions(case: Case) -> list[str]:
    return list(case.steps.values_list("action", flat=True))


def plain_condition() -> str:
    return next(each.key for each in filing.conditions("01037") if not each.urgent)


# ---- stages skipped -----------------------------------------------------------------------------


def test_a_matter_that_never_needs_confirming_is_not_sent_to_be_confirmed(world: World) -> None:
    case = world.case("reported")
    assert "send_to_confirm" in {each.slug for each in selectors.actions_for(world.who("acceptor"), case, NOW)}
    own(world, "confirm.never", ["0103"])
    assert "send_to_confirm" not in {each.slug for each in selectors.actions_for(world.who("acceptor"), case, NOW)}
    with pytest.raises(services.Refused, match="不必核实"):
        services.act(world.who("acceptor"), case, "send_to_confirm", now=NOW, inspector=world.accounts["inspector"])


def test_forwarding_and_skipping_verification_are_done_by_the_platform_where_set_and_stand_in_the_history(world: World) -> None:
    own(world, "forward.automatic", ["01037"])
    own(world, "verify.automatic", ["01"])
    case = world.case("handling")
    services.act(world.who("department"), case, "report_back", now=NOW, done="换了灯", photos=[world.photo])
    case.refresh_from_db()
    assert actions(case) == ["report_back", "forward", "skip"]
    assert case.state == "awaiting_closing"
    forwarded, skipped = case.steps.filter(role="system")
    assert "按设置" in forwarded.opinion
    assert "不必核查" in skipped.opinion
    services.act(world.who("shift_leader"), case, "close", now=NOW)


def test_what_was_reworked_or_sent_back_is_looked_at_by_a_person(world: World) -> None:
    own(world, "verify.automatic", ["01"])
    for rework, expected in ((0, "awaiting_closing"), (1, "awaiting_verification")):
        case = world.case("reported_back", rework_count=rework)
        services.act(world.who("dispatcher"), case, "forward", now=NOW)
        case.refresh_from_db()
        assert case.state == expected
    back = world.case("awaiting_closing")
    services.act(world.who("shift_leader"), back, "send_back", now=NOW, reason="再看一次")
    back.refresh_from_db()
    assert back.state == "awaiting_verification"


@pytest.mark.parametrize(("state", "action", "key"), [("reported_back", "forward", "forward.automatic"), ("dispatched", "receive", "receive.automatic"), ("awaiting_dispatch", "dispatch", "dispatch.automatic")])
def test_the_platform_takes_no_such_step_for_a_matter_that_is_not_set(world: World, state: str, action: str, key: str) -> None:
    own(world, key, ["02"])
    given = {"department": world.lighting} if action == "dispatch" else {}
    with pytest.raises(services.Refused, match="没有设为由系统办理"):
        services.act(SYSTEM, world.case(state), action, now=NOW, **given)


# ---- filing and dispatching ---------------------------------------------------------------------


def test_a_plain_case_is_filed_dispatched_and_received_by_the_platform_with_the_reason(world: World) -> None:
    for key in ("filing.automatic", "dispatch.automatic", "receive.automatic"):
        own(world, key, ["01037"])
    case = world.case("reported", condition_key="")
    services.act(world.who("acceptor"), case, "accept", now=NOW, matter_code="01037", condition_key=plain_condition())
    case.refresh_from_db()
    assert actions(case) == ["accept", "file", "dispatch", "receive"]
    assert (case.state, case.department) == ("handling", world.lighting)
    assert "责任表" in case.steps.get(action="dispatch").opinion
    assert case.clocks.filter(kind="handling", ended_at=None).exists()


def test_what_is_urgent_doubtful_or_has_no_single_department_waits_for_the_dispatcher(world: World) -> None:
    own(world, "dispatch.automatic", ["01037"])
    plain = plain_condition()

    def filed(**more: Any) -> str:
        case = world.case("awaiting_filing", **({"condition_key": plain} | more))
        services.act(world.who("shift_leader"), case, "file", now=NOW)
        case.refresh_from_db()
        Case.objects.filter(pk=case.pk).update(state="refused")  # no duplicate of the next one
        return case.state

    assert filed() == "dispatched"
    assert filed(urgent=True) == "awaiting_dispatch"
    world.case("handling", point=HERE, reported_at=NOW)
    near = world.case("awaiting_filing", condition_key=plain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chengguan.cases.selectors.nearby.timezone.now", lambda: NOW)
        services.act(world.who("shift_leader"), near, "file", now=NOW)
    near.refresh_from_db()
    assert near.state == "awaiting_dispatch"
    Case.objects.exclude(pk=near.pk).update(state="refused")
    Case.objects.filter(pk=near.pk).update(state="refused")
    Responsibility.objects.create(matter_code="01037", organisation=world.drainage, valid_from=SINCE, valid_to=date(2999, 1, 1))
    assert filed() == "awaiting_dispatch"


def test_a_case_that_came_back_from_a_department_is_not_dispatched_by_itself_again(world: World) -> None:
    own(world, "dispatch.automatic", ["01037"])
    case = world.case("dispatched")
    services.act(world.who("department"), case, "ask_return", now=NOW, reason="不是我们的")
    services.act(world.who("dispatcher"), case, "grant_return", now=NOW)
    case.refresh_from_db()
    assert case.state == "awaiting_dispatch"


# ---- ladders of approval ------------------------------------------------------------------------

LADDER = [{"times": 1, "days": 0, "who": ["dispatcher", "shift_leader"]}, {"times": 2, "days": 0, "who": ["leader"]}]


def ask_extend(world: World, case: Case) -> None:
    services.act(world.who("department"), case, "ask_extend", now=NOW, reason="等材料")


def test_the_second_extension_is_decided_a_rung_higher(world: World) -> None:
    own(world, "approval.extend", LADDER)
    first, second = world.case("handling"), world.case("handling", extend_count=1)
    for case in (first, second):
        ask_extend(world, case)
    for role in ("dispatcher", "shift_leader"):
        with pytest.raises(services.Refused, match="由领导审批"):
            services.act(world.who(role), second, "grant_extend", now=NOW)
    with pytest.raises(services.Refused, match="由派遣员或值班长审批"):
        services.act(world.who("leader"), first, "deny_extend", now=NOW, reason="不行")
    assert services.act(world.who("dispatcher"), first, "grant_extend", now=NOW).role == "dispatcher"
    assert services.act(world.who("leader"), second, "grant_extend", now=NOW).role == "leader"
    second.refresh_from_db()
    assert second.extend_count == 2


def test_the_request_waits_in_the_list_and_rings_the_bell_of_who_decides_it(world: World) -> None:
    own(world, "approval.extend", LADDER)
    case = world.case("handling", extend_count=1)
    ask_extend(world, case)
    assert case in selectors.waiting(world.who("leader"), "leader")
    assert case not in selectors.waiting(world.who("shift_leader"), "shift_leader")
    told = set(Notice.objects.values_list("account__username", flat=True))
    assert "leader" in told
    assert "shift_leader" not in told


def test_the_form_says_who_must_decide(world: World) -> None:
    def said(case: Case, slug: str) -> str:
        return next(each.why for each in selectors.actions_for(world.who("department"), case, NOW) if each.slug == slug)

    own(world, "approval.extend", LADDER)
    assert "由派遣员或值班长审批" in said(world.case("handling"), "ask_extend")
    assert "由领导审批" in said(world.case("handling", extend_count=1), "ask_extend")
    own(world, "approval.suspend", [{"times": 1, "days": 0, "who": ["shift_leader"]}, {"times": 1, "days": 30, "who": ["leader"]}])
    assert "30 天及以上：领导" in said(world.case("handling"), "ask_suspend")


@pytest.mark.parametrize(("days", "decider"), [(20, "shift_leader"), (40, "leader")])
def test_a_long_suspension_is_decided_a_rung_higher(world: World, days: int, decider: str) -> None:
    own(world, "approval.suspend", [{"times": 1, "days": 0, "who": ["shift_leader"]}, {"times": 1, "days": 30, "who": ["leader"]}])
    case = world.case("handling")
    until = NOW + timedelta(days=days)
    services.act(world.who("department"), case, "ask_suspend", now=NOW, reason="等开春", reason_code="season", until=until)
    services.act(world.who("dispatcher"), case, "review_suspend", now=NOW)
    other = {"leader": "shift_leader", "shift_leader": "leader"}[decider]
    assert case in selectors.waiting(world.who(decider), decider)
    if other == "shift_leader":
        assert case not in selectors.waiting(world.who(other), other)
    with pytest.raises(services.Refused, match="审批"):
        services.act(world.who(other), case, "grant_suspend", now=NOW)
    services.act(world.who(decider), case, "grant_suspend", now=NOW)


def test_an_old_case_is_voided_by_a_higher_post(world: World) -> None:
    own(world, "approval.void", [{"times": 1, "days": 0, "who": ["shift_leader"]}, {"times": 1, "days": 10, "who": ["leader"]}])
    old = world.case("handling", filed_at=NOW - timedelta(days=12))
    services.act(world.who("dispatcher"), old, "ask_void", now=NOW, reason="立错了")
    with pytest.raises(services.Refused, match="由领导审批"):
        services.act(world.who("shift_leader"), old, "grant_void", now=NOW)
    services.act(world.who("leader"), old, "grant_void", now=NOW)


def test_requests_that_wait_follow_a_changed_ladder(world: World) -> None:
    case = world.case("handling")
    ask_extend(world, case)
    assert case in selectors.waiting(world.who("shift_leader"), "shift_leader")
    own(world, "approval.extend", [{"times": 1, "days": 0, "who": ["leader"]}])
    open_deadlines_follow()
    assert case not in selectors.waiting(world.who("shift_leader"), "shift_leader")
    assert case in selectors.waiting(world.who("leader"), "leader")


def test_who_holds_several_posts_decides_with_the_one_the_ladder_names(world: World) -> None:
    own(world, "approval.extend", [{"times": 1, "days": 0, "who": ["leader"]}])
    both = world.person("both", "shift_leader", world.centre)
    Holding.objects.create(account=both, post=Post.objects.get(organisation=world.centre, role="leader"))
    case = world.case("handling")
    ask_extend(world, case)
    assert services.act(who_is(both), case, "grant_extend", now=NOW).role == "leader"


# ---- photos -------------------------------------------------------------------------------------


def test_as_many_photos_as_the_county_wants_and_the_longest_code_counts(world: World) -> None:
    own(world, "photos.report_back", {"": 2, "01037": 3})
    case = world.case("handling")
    field = next(each for action in selectors.actions_for(world.who("department"), case, NOW) if action.slug == "report_back" for each in action.fields if each.name == "photos")
    assert "3 张" in field.why
    with pytest.raises(services.Refused, match="至少要 3 张照片，现在有 1 张") as refused:
        services.act(world.who("department"), case, "report_back", now=NOW, done="好了", photos=[world.photo])
    assert refused.value.field == "photos"
    services.act(world.who("department"), case, "report_back", now=NOW, done="好了", photos=[world.photo] * 3)


def test_the_inspectors_report_and_verification_ask_for_theirs(world: World) -> None:
    own(world, "photos.register", {"": 2})
    own(world, "photos.verify", {"01": 2})
    report: dict[str, Any] = {"source": "inspector", "point": HERE, "matter_code": "01037", "now": NOW}
    with pytest.raises(services.Refused, match="至少要 2 张照片"):
        services.register(world.who("inspector"), photos=[world.photo], **report)
    services.register(world.who("inspector"), photos=[world.photo] * 2, **report)
    services.register(world.who("acceptor"), source="hotline", point=HERE, description="灯不亮", now=NOW)
    verified: dict[str, Any] = {"now": NOW, "passed": "yes", "position": (HERE.x, HERE.y, 5)}
    with pytest.raises(services.Refused, match="至少要 2 张照片"):
        services.act(world.who("inspector"), world.case("verifying"), "verify", photos=[world.photo], **verified)
    services.act(world.who("inspector"), world.case("verifying"), "verify", photos=[world.photo] * 2, **verified)


# ---- values that make no sense ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("dispatch.automatic", ["99"], "没有代码以 99 开头"),
        ("dispatch.automatic", ["01037", "01037"], "两次"),
        ("photos.verify", {"01037": 7}, "0 到 6"),
        ("photos.verify", {"x": 1}, "没有代码"),
        ("approval.extend", [], "1 到 6 级"),
        ("approval.extend", [{"times": 2, "days": 0, "who": ["leader"]}], "第一级应从第 1 次"),
        ("approval.extend", [{"times": 1, "days": 0, "who": ["crew"]}], "至少选一个审批岗位"),
        ("approval.extend", [*LADDER, LADDER[0]], "由低到高"),
        ("notice.urged", {"on": True, "title": "{nobody}", "text": ""}, "不认识的占位 {nobody}"),
        ("notice.urged", {"on": True, "title": "{case", "text": ""}, "大括号"),
        ("notice.urged", {"on": True, "title": " ", "text": ""}, "标题不能空着"),
        ("notice.urged", {"on": True, "title": "{case.state}", "text": ""}, "不认识的占位"),
        ("word.department", "<b>", "尖括号"),
        ("word.department", "", "1 到 12 个字"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_in_words(world: World, key: str, value: Any, words: str) -> None:
    with pytest.raises(services.Refused) as refused:
        own(world, key, value)
    assert words in refused.value.words
    assert not Setting.objects.filter(key=key).exists()


def test_every_default_is_a_value_that_may_be_set() -> None:
    for key, setting in SETTINGS.items():
        check(key, setting.default)
