"""抽查: drawn by lot and reproducible, judged once, counted, followed up by the shift leader."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point

from chengguan.cases.models import Case
from chengguan.cases.tests.conftest import HERE
from chengguan.evaluation import services
from chengguan.evaluation.models import CaseFact, SpotCheck
from chengguan.evaluation.selectors import figures
from chengguan.evaluation.selectors import spot_checks as questions
from chengguan.evaluation.services.spot_checks import how_many
from chengguan.evaluation.tests.conftest import MONTH, NOW, World, history, month
from chengguan.people.models import Notice
from chengguan.people.selectors import SYSTEM

VERIFIED = {"kind": "verify", "done_at": NOW, "result": "通过"}


def closed(world: World, n: int = 1, **facts: Any) -> list[Case]:
    return [history(world, "closed", task=VERIFIED, **facts) for _each in range(n)]


def drawn(world: World, wanted: str = "1", **more: Any) -> Any:
    given = {"start": MONTH.start, "end": MONTH.end, "wanted": wanted, "assigned_to": world.accounts["overseer"], "now": NOW}
    return services.draw(world.who("evaluator"), **(given | more))


def overturned(world: World, persists: bool = True) -> SpotCheck:
    closed(world)
    check = drawn(world).checks.get()
    return services.judge(world.who("overseer"), check, "overturned", words="灯还是不亮", photos=[world.photo], persists=persists, now=NOW)


def test_the_same_seed_draws_the_same_cases(world: World) -> None:
    closed(world, 30)
    first = drawn(world, "5")
    again = drawn(world, "5", seed=first.seed)
    other = drawn(world, "5", seed=first.seed + 1)
    cases = [set(sample.checks.values_list("case", flat=True)) for sample in (first, again, other)]
    assert len(cases[0]) == 5
    assert cases[0] == cases[1]
    assert cases[0] != cases[2]
    assert first.population == 30


def test_only_closed_cases_of_the_chosen_period_and_department_are_drawn(world: World) -> None:
    (wanted,) = closed(world)
    closed(world, department=world.drainage)
    closed(world, closed_at=NOW - timedelta(days=60))
    history(world, "handling")
    history(world, "closed", "self_handle")
    assert list(drawn(world, "100%", department=world.lighting).checks.values_list("case", flat=True)) == [wanted.pk]


def test_an_inspectors_own_verifications_can_be_drawn(world: World) -> None:
    other = world.person("second", "inspector", world.centre)
    closed(world)
    mine = history(world, "closed", task={**VERIFIED, "account": other})
    check = drawn(world, "100%", inspector=other).checks.get()
    assert (check.case_id, check.inspector) == (mine.pk, other)


@pytest.mark.parametrize("wanted, of, n", [("20", 300, 20), ("5%", 300, 15), ("5%", 1, 1), ("20", 3, 3), ("100%", 7, 7), ("5％", 300, 15)])
def test_a_sample_is_a_number_or_a_share(wanted: str, of: int, n: int) -> None:
    assert how_many(wanted, of) == n


@pytest.mark.parametrize("wanted", ["", "0", "-3", "101%", "0%", "many", "1.5", "٣"])
def test_a_sample_of_anything_else_is_refused(wanted: str) -> None:
    with pytest.raises(services.Refused):
        how_many(wanted, 100)


def test_nothing_to_draw_is_said(world: World) -> None:
    with pytest.raises(services.Refused, match="没有已结案件"):
        drawn(world)


@pytest.mark.parametrize("role", ["overseer", "leader", "shift_leader", "department", "inspector"])
def test_only_the_evaluator_draws(world: World, role: str) -> None:
    closed(world)
    with pytest.raises(services.Refused):
        services.draw(world.who(role), start=MONTH.start, end=MONTH.end, wanted="1", assigned_to=world.accounts["evaluator"])


def test_whoever_gets_a_sample_hears_of_it(world: World) -> None:
    closed(world)
    sample = drawn(world)
    assert Notice.objects.get(account=world.accounts["overseer"], kind="evaluation").link == f"/evaluation/checks/{sample.pk}"


def test_an_overturned_verification_is_the_inspectors_invalid_one(world: World) -> None:
    check = overturned(world)
    posts = figures(SYSTEM, "post", month())
    assert posts[world.accounts["inspector"].pk].counts["check_overturned"] == 1
    assert CaseFact.objects.get(pk=check.case_id).overturned
    assert services.differing() == []


def test_what_stands_is_not_counted_as_invalid(world: World) -> None:
    closed(world)
    services.judge(world.who("overseer"), drawn(world).checks.get(), "stands", now=NOW)
    counts = figures(SYSTEM, "post", month())[world.accounts["inspector"].pk].counts
    assert (counts["checked"], counts["check_overturned"]) == (1, 0)


def test_to_overturn_asks_for_words_and_a_photo(world: World) -> None:
    closed(world)
    check = drawn(world).checks.get()
    for given in ({"words": "还坏着"}, {"photos": [world.photo]}, {"words": "  ", "photos": [world.photo]}):
        with pytest.raises(services.Refused):
            services.judge(world.who("overseer"), check, "overturned", **given)
    assert SpotCheck.objects.get().verdict == ""


def test_a_verdict_is_given_once_and_by_whom_it_was_given_to(world: World) -> None:
    closed(world)
    check = drawn(world).checks.get()
    with pytest.raises(services.Refused):
        services.judge(world.who("leader"), check, "stands")
    services.judge(world.who("overseer"), check, "stands")
    with pytest.raises(services.Refused, match="已经有结论"):
        services.judge(world.who("evaluator"), check, "overturned", words="看错了", photos=[world.photo])


def test_a_fault_that_persists_calls_the_shift_leader_and_the_inspector(world: World) -> None:
    check = overturned(world)
    links = dict(Notice.objects.filter(title__contains="推翻").values_list("account__username", "link"))
    assert links == {"shift_leader": f"/evaluation/check/{check.pk}", "inspector": f"/cases/{check.case_id}"}


def test_the_shift_leader_opens_the_case_again(world: World) -> None:
    check = overturned(world)
    case = services.follow(world.who("shift_leader"), check, "reopen", now=NOW)
    assert (case.pk, Case.objects.get(pk=case.pk).state) == (check.case_id, "awaiting_dispatch")
    assert case.steps.last().opinion == f"抽查（{check.judged_by.name}）发现问题仍在：灯还是不亮"
    with pytest.raises(services.Refused, match="已经重开"):
        services.follow(world.who("shift_leader"), check, "link")


def test_or_begins_a_linked_case_and_the_old_result_stays(world: World) -> None:
    check = overturned(world)
    Case.objects.filter(pk=check.case_id).update(reporter_name="吴老师", reporter_phone="13900002222", reply_wanted=True)
    case = services.follow(world.who("shift_leader"), check, "link", now=NOW)
    assert (case.reporter_name, case.reporter_phone, case.reply_wanted) == ("", "", False), "nobody who called found it this time"
    assert (case.linked_to_id, case.state) == (check.case_id, "reported")
    assert (case.get_source_display(), case.description) == ("领导交办", f"抽查（{check.judged_by.name}）发现问题仍在：灯还是不亮")
    assert [photo.attachment for photo in case.photos.all()] == [world.photo], "what was seen on the spot goes with it"
    assert Case.objects.get(pk=check.case_id).state == "closed"


def test_the_notice_offers_opening_again_only_while_the_case_can_be_opened_again(world: World) -> None:
    texts = []
    for ended in (NOW - timedelta(days=1), NOW - timedelta(days=300)):
        case = history(world, "archived", task=VERIFIED, closed_at=ended)
        sample = drawn(world, "100%", start=ended - timedelta(days=1), end=ended + timedelta(days=1))
        services.judge(world.who("overseer"), sample.checks.get(case=case), "overturned", words="还坏着", photos=[world.photo], persists=True, now=NOW)
        texts.append(Notice.objects.filter(account=world.accounts["shift_leader"], kind="evaluation").latest("pk").text)
    assert texts == ["问题仍在，请重开或另立关联案件：还坏着", "问题仍在，重开期已过，请另立关联案件：还坏着"]


def test_what_stands_leaves_no_fault_standing(world: World) -> None:
    closed(world)
    check = drawn(world).checks.get()
    with pytest.raises(services.Refused, match="请选“推翻核查”") as refused:
        services.judge(world.who("overseer"), check, "stands", persists=True, now=NOW)
    assert refused.value.field == "persists"
    check.refresh_from_db()
    assert check.verdict == ""


def test_all_that_is_wrong_with_a_conclusion_is_said_at_once(world: World) -> None:
    closed(world)
    with pytest.raises(services.Refused) as refused:
        services.judge(world.who("overseer"), drawn(world).checks.get(), "overturned", now=NOW)
    assert [each.field for each in refused.value.every] == ["words", "photos"]


def test_nothing_follows_from_a_fault_that_is_gone(world: World) -> None:
    check = overturned(world, persists=False)
    with pytest.raises(services.Refused):
        services.follow(world.who("shift_leader"), check, "link")
    with pytest.raises(services.Refused):
        services.follow(world.who("evaluator"), check, "link")


def test_samples_are_not_for_departments(world: World) -> None:
    closed(world)
    sample = drawn(world)
    assert list(questions.samples(world.who("evaluator"))) == [sample]
    assert list(questions.samples(world.who("department"))) == []
    assert list(questions.checks(world.who("department"))) == []


@pytest.mark.parametrize(("lon", "lat", "words"), [(116.4, 39.9, "不在本县"), (500.0, 28.4, "不是一个坐标"), (float("nan"), 28.4, "不是一个坐标")])
def test_where_somebody_looked_again_is_a_place_of_the_county(world: World, lon: float, lat: float, words: str) -> None:
    closed(world)
    check = drawn(world).checks.get()
    with pytest.raises(services.Refused, match=words) as refused:
        services.judge(world.who("overseer"), check, "stands", point=Point(lon, lat, srid=4490), now=NOW)
    assert refused.value.field == "place"
    check.refresh_from_db()
    assert check.verdict == ""
    assert services.judge(world.who("overseer"), check, "stands", point=HERE, now=NOW).point == HERE
