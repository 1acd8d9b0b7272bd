"""漏报 is judged by a person, of what others reported first where an inspector was on duty, and counted from then on."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengguan.evaluation import services
from chengguan.evaluation.models import MissedReport, SpotCheck
from chengguan.evaluation.selectors import cases_behind, figures
from chengguan.evaluation.selectors.missed import candidates, on_duty_of
from chengguan.evaluation.tests.conftest import MONTH, NOW, World, history, month
from chengguan.people.models import AuditEntry, GridDuty, Holding, Leave, Notice
from chengguan.people.selectors import SYSTEM


def other(world: World, state: str = "awaiting_dispatch", **facts: Any) -> Any:
    return history(world, state, **({"source": "citizen"} | facts))


def test_only_what_others_reported_and_was_filed_waits_for_a_verdict(world: World) -> None:
    case = other(world)
    other(world, "reported"), other(world, source="inspector"), other(world, "voided"), other(world, unit_grid=None)
    assert list(candidates(world.who("evaluator"), MONTH)) == [case]
    assert not candidates(world.who("department"), MONTH)


def test_a_case_begun_by_a_spot_check_is_nobodys_miss(world: World) -> None:
    old, new, reopened = other(world, "closed", verdict="overturned"), other(world, source="leader"), other(world, verdict="overturned")
    SpotCheck.objects.filter(case=old).update(followed_by=new)
    SpotCheck.objects.filter(case=reopened).update(followed_by=reopened)
    assert set(candidates(world.who("evaluator"), MONTH)) == {old, reopened}
    with pytest.raises(services.Refused, match="别人先报"):
        services.judge_missed(world.who("evaluator"), new, True, world.accounts["inspector"], "该看见")
    MissedReport.objects.create(case=new, verdict="missed", inspector=world.accounts["inspector"], judged_at=NOW)
    assert new in candidates(world.who("evaluator"), MONTH, "missed"), "what was said before the spot check can be turned over"
    services.judge_missed(world.who("evaluator"), new, False)
    assert MissedReport.objects.get(case=new).verdict == "not_missed"


def test_a_miss_counts_for_the_inspector_and_the_area(world: World) -> None:
    case, inspector = other(world), world.accounts["inspector"]
    history(world, "awaiting_dispatch", ("register", {"role": "inspector"}))
    services.judge_missed(world.who("evaluator"), case, True, inspector, "天天走过的路口")
    assert figures(SYSTEM, "post", month())[inspector.pk].parts("post_missing") == (1, 2)
    assert figures(SYSTEM, "township", month())[world.township.pk].ratio("missing") == 0.5
    assert list(cases_behind(SYSTEM, "post_missed", month(), "post", inspector.pk)) == [case]
    assert Notice.objects.filter(account=inspector, kind="evaluation").count() == 1
    assert services.differing() == []
    assert list(candidates(world.who("evaluator"), MONTH, "missed")) == [case]


def test_a_verdict_may_be_changed_and_the_trail_keeps_both(world: World) -> None:
    case, inspector = other(world), world.accounts["inspector"]
    services.judge_missed(world.who("evaluator"), case, True, inspector, "该看见")
    services.judge_missed(world.who("overseer"), case, False, None, "夜里发生的")
    assert MissedReport.objects.get().verdict == "not_missed"
    assert figures(SYSTEM, "all", month())[""].counts["missed"] == 0
    trail = AuditEntry.objects.filter(action="evaluation.missed")
    assert trail.count() == 2
    assert "该看见" not in str(list(trail.values())), "words go with the case, the trail does not"


@pytest.mark.parametrize(
    ("role", "facts", "inspector", "words", "why"),
    [
        ("acceptor", {}, "inspector", "该看见", "不能判"),
        ("evaluator", {"source": "inspector"}, "inspector", "该看见", "别人先报"),
        ("evaluator", {"state": "reported"}, "inspector", "该看见", "别人先报"),
        ("evaluator", {}, "leader", "该看见", "没有这个人"),
        ("evaluator", {}, "inspector", " ", "理由"),
    ],
)
def test_what_is_no_miss_is_refused(world: World, role: str, facts: dict[str, Any], inspector: str, words: str, why: str) -> None:
    case = other(world, **facts)
    with pytest.raises(services.Refused, match=why):
        services.judge_missed(world.who(role), case, True, world.accounts[inspector], words)


def test_where_nobody_was_on_duty_nothing_waits_for_a_verdict(world: World) -> None:
    case = other(world)
    GridDuty.objects.all().delete()
    assert not candidates(world.who("evaluator"), MONTH)
    assert list(candidates(world.who("evaluator"), MONTH, "nobody")) == [case]


def test_who_is_blamed_and_who_no_longer_is_are_both_told_in_words_they_can_read(world: World) -> None:
    case, first = other(world), world.accounts["inspector"]
    second = world.person("walker2", "inspector", world.centre)
    GridDuty.objects.create(responsibility_grid=GridDuty.objects.get().responsibility_grid, account=second, valid_from=GridDuty.objects.get().valid_from)
    services.judge_missed(world.who("evaluator"), case, True, first, "该看见")
    services.judge_missed(world.who("evaluator"), case, True, first, "还是该看见")
    services.judge_missed(world.who("evaluator"), case, True, second, "那天是他走")
    services.judge_missed(world.who("evaluator"), case, False, None, "夜里发生的")
    said = {account: list(Notice.objects.filter(account=account, kind="evaluation").order_by("id").values_list("title", flat=True)) for account in (first, second)}
    assert {account: [title[:4] for title in titles] for account, titles in said.items()} == {first: ["判为漏报", "不再算您"], second: ["判为漏报", "不再算您"]}
    told = Notice.objects.filter(account=first).latest("id")
    assert told.link == "" and "那天是他走" in told.text, "they cannot open a case that others reported"


def test_who_walked_where_is_asked_of_all_at_once_with_stand_ins(world: World) -> None:
    cases = [other(world) for _n in range(4)]
    stand_in = world.person("walker2", "inspector", world.centre)
    leave = Leave.objects.create(account=world.accounts["inspector"], stand_in=stand_in, valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1))
    leave.posts.set(Holding.objects.filter(account=world.accounts["inspector"]).values_list("post", flat=True))
    with CaptureQueriesContext(connection) as asked:
        walked = on_duty_of(cases)
    assert set(map(tuple, walked.values())) == {(stand_in,)}
    assert len(asked) <= 4
