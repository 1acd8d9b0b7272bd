"""Ratios whose denominator the field leaves open: ours by default, the county's by a setting with its history, and each side opens to its cases. (M-21)"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.utils import translation

from chengguan.cases import services as cases
from chengguan.cases.models import Change
from chengguan.cases.selectors.ratios_in_words import in_words, label, read
from chengguan.evaluation.selectors import COUNTS, cases_behind, cases_of_ratio, figures, table
from chengguan.evaluation.tests.conftest import LATE, NOW, ON_TIME, World, history, month
from chengguan.people.selectors import SYSTEM
from chengguan.standards.limits import SETTINGS, check
from chengguan.standards.ratios import COUNTABLE, OPEN


def said(over: list[str], under: list[str]) -> dict[str, list[str]]:
    return {"over": over, "under": under}


def ratio(slug: str, by: str = "all", key: Any = "") -> float | None:
    return figures(SYSTEM, by, month())[key].ratio(slug)


def a_month(world: World) -> None:
    """Six cases reported: one by a citizen and still unaccepted, one accepted, one filed, one handled, two closed."""
    history(world, "reported", source="citizen")
    history(world, "awaiting_filing", accepted_at=NOW)
    history(world, "awaiting_dispatch", accepted_at=NOW)
    history(world, "reported_back", ("report_back", ON_TIME), accepted_at=NOW)
    history(world, "closed", ("report_back", LATE), accepted_at=NOW, satisfaction="satisfied")
    history(world, "closed", ("report_back", ON_TIME), accepted_at=NOW, satisfaction="fair")


def test_by_default_they_divide_as_we_think_sensible_and_say_that_it_is_ours(world: World) -> None:
    a_month(world)
    history(world, "verifying", task={"kind": "verify", "done_at": NOW, "result": "属实"}, source="upper", reported_at=NOW.replace(year=2020))
    found = {slug: ratio(slug) for slug in OPEN if slug != "verifying"}
    assert found == {"accepting": 5 / 6, "dispatching": 3 / 4, "rectifying": 2 / 4, "reported_by_public": 1 / 6, "satisfaction": 1 / 2}
    assert ratio("verifying", "post", world.accounts["inspector"].pk) == 1.0
    assert {each.confidence for each in OPEN.values()} == {"ours"}
    assert {SETTINGS[f"ratio.{slug}"].source for slug in OPEN} == {"ours"}


def test_the_county_says_what_is_divided_by_what_and_can_take_it_back(world: World) -> None:
    a_month(world)
    cases.set_setting(world.who("administrator"), "ratio.rectifying", said(["handled_on_schedule", "forced"], ["handled"]), reason="县里定的")
    assert ratio("rectifying") == 2 / 3
    assert month().rules.ratios["rectifying"].confidence == "county"
    change = Change.objects.get(key="ratio.rectifying")
    assert (change.reason, change.after) == ("县里定的", said(["handled_on_schedule", "forced"], ["handled"]))
    cases.undo(world.who("administrator"), change, "改错了")
    assert ratio("rectifying") == 2 / 4
    assert month().rules.ratios["rectifying"].confidence == "ours"


def test_a_ratio_stands_where_its_counts_are_counted(world: World) -> None:
    a_month(world)

    def ranked(by: str) -> set[str]:
        return {each.slug for each in table(SYSTEM, by, month(), "inspector").ratios} & set(OPEN)

    assert ranked("township") == ranked("unit_grid") == set(OPEN) - {"verifying"}
    assert ranked("department") == {"rectifying", "satisfaction"}
    assert ranked("post") == {"verifying"}
    cases.set_setting(SYSTEM, "ratio.verifying", said(["sent_to_verify"], ["handled"]), reason="按案件算")
    assert "verifying" in ranked("township")
    assert ranked("post") == set()


def test_each_side_opens_to_exactly_its_cases(world: World) -> None:
    a_month(world)
    history(world, "closed", ("report_back", LATE), exempt=True)
    cases.set_setting(SYSTEM, "ratio.satisfaction", said(["satisfied", "closed_late"], ["closed"]), reason="试")
    for slug in ("satisfaction", "closing", "accepting"):
        rule = month().rules.ratios[slug]
        for side, slugs in (("over", rule.over), ("under", rule.unders)):
            behind = set(cases_of_ratio(SYSTEM, slug, side, month(), "township", world.township.pk))
            assert behind == {each for count in slugs for each in cases_behind(SYSTEM, count, month(), scored=True)}, (slug, side)
            if len(slugs) == 1:
                place = 0 if side == "over" else 1
                assert len(behind) == figures(SYSTEM, "all", month())[""].parts(slug)[place]


def test_a_posts_ratio_opens_to_the_cases_of_that_person(world: World) -> None:
    """Its sides may be counted of different things: reports of steps, misses of verdicts."""
    inspector = world.accounts["inspector"].pk
    reported = history(world, "awaiting_dispatch", ("register", {"role": "inspector"}))
    missed = history(world, "awaiting_dispatch", missed="missed", source="citizen")
    verified = history(world, "verifying", task={"kind": "verify", "done_at": NOW, "result": "属实"})
    opened = {slug: [set(cases_of_ratio(SYSTEM, slug, side, month(), "post", inspector)) for side in ("over", "under")] for slug in ("post_missing", "verifying")}
    assert opened == {"post_missing": [{missed}, {reported, missed}], "verifying": [{verified}, {verified}]}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"over": ["closed"]}, "至少选一个数"),
        (said([], ["closed"]), "至少选一个数"),
        (said(["closed"], [["filed"]]), "至少选一个数"),
        (said(["closed"], ["nonsense"]), "没有这个数"),
        (said(["closed"], ["rework_times"]), "没有这个数"),
        (said(["closed", "closed"], ["filed"]), "选了两次"),
        (said(["verify_done"], ["filed"]), "不能混"),
        (said(["filed", "closed"], ["closed", "filed"]), "永远是 100%"),
    ],
)
def test_a_ratio_of_nothing_of_two_kinds_or_of_itself_is_refused(value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check("ratio.rectifying", value)


def test_what_may_be_chosen_is_counted_under_that_name_and_for_one_kind_of_object() -> None:
    for kind, known in COUNTABLE.items():
        assert {slug: str(COUNTS[slug].name) for slug in known} == known
        assert {COUNTS[slug].of == "case" for slug in known} == {kind == "case"}
        assert not [slug for slug in known if COUNTS[slug].times or COUNTS[slug].backlog]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_ratio_in_words_is_read_back(language: str) -> None:
    with translation.override(language):
        labels = Counter(label(slug) for known in COUNTABLE.values() for slug in known)
        assert [each for each, times in labels.items() if times > 1] == []
        for value in (said(["closed"], ["filed"]), said(["very_satisfied", "satisfied"], ["suspended", "closed"]), said(["verify_done"], ["verify_due"])):
            assert read(in_words(value)) == value
        for wrong in ("结案数", "结案数 ÷ 好看数", "÷ 结案数"):
            with pytest.raises(ValueError, match=r"."):
                read(wrong)
