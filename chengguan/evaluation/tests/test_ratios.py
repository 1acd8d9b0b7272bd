"""The ratios divide as published, and leave out what is not scored."""

from __future__ import annotations

import pytest

from chengguan.evaluation.selectors import COUNTS, figures
from chengguan.evaluation.tests.conftest import LATE, ON_TIME, World, history, month
from chengguan.people.selectors import SYSTEM
from chengguan.standards.ratios import RATIOS

PUBLISHED = [
    # place and month, ratio, its counts, per cent as published
    ("天门市 2016-12", "closing", {"closed": 911, "close_due": 972}, 93.72),
    ("天门市 2016-12", "closing_on_schedule", {"closed_on_schedule": 737, "close_due": 972}, 75.82),
    ("天门市 2016-12 事件", "closing", {"closed": 902, "close_due": 956}, 94.35),
    ("天门市 2016-12 部件", "closing", {"closed": 9, "close_due": 16}, 56.25),
    ("福州市 2015-05", "filing", {"filed": 33928, "accepted": 36314}, 93.43),
    ("开州区 2022-02 视频监控", "closing", {"closed": 5, "close_due": 22}, 22.73),
]
WORKED = [
    # the inputs of the worked examples, one post or object after the other
    ("区域", "found_by_public", {"public_confirmed": 2, "filed": 4}, 50.0),
    ("区域", "closing", {"closed": 4, "close_due": 4}, 100.0),
    ("区域", "closing_on_schedule", {"closed_on_schedule": 3, "close_due": 4}, 75.0),
    ("部门", "closing", {"closed": 108, "close_due": 115}, 93.91),
    ("部门", "handling_on_schedule", {"handled_on_schedule": 98, "handle_due": 112}, 87.5),
    ("部门", "rework", {"reworked": 6, "close_due": 115}, 5.22),
    ("监督员", "post_valid_reports", {"post_valid_reports": 270, "post_reported": 300}, 90.0),
    ("监督员", "post_confirming_on_time", {"confirm_on_time": 48, "confirm_due": 50}, 96.0),
    ("监督员", "post_verifying_on_time", {"verify_on_time": 88, "verify_due": 95}, 92.63),
    ("监督员", "missing", {"missed": 6, "filed": 280}, 2.14),
    ("监督员，一地的算法", "post_missing", {"post_missed": 6, "post_valid_reports": 270}, 2.17),
    ("受理员", "post_sending_to_confirm", {"post_confirm_sent_on_time": 57, "post_confirm_sent": 60}, 95.0),
    ("受理员", "post_sending_to_verify", {"post_verify_sent_on_time": 410, "post_verify_sent": 430}, 95.35),
    ("值班长", "post_filing_on_time", {"post_file_on_time": 600, "post_filed": 620}, 96.77),
    ("值班长", "post_filing_right", {"post_file_right": 620 - 6, "post_filed": 620}, 99.03),
    ("值班长", "post_closing_on_time", {"post_close_on_time": 560, "post_closed": 590}, 94.92),
    ("派遣员", "dispatch_on_time", {"dispatch_on_time": 590, "dispatch_due": 615}, 95.93),
    ("派遣员", "dispatch_right", {"dispatch_right": 596, "dispatch_due": 615}, 96.91),
]


@pytest.mark.parametrize("place, slug, counts, percent", PUBLISHED + WORKED)
def test_published_ratio_comes_out(place: str, slug: str, counts: dict[str, int], percent: float) -> None:
    assert round(RATIOS[slug].of(counts) * 100, 2) == percent


def test_every_ratio_divides_counts_that_exist() -> None:
    assert [ratio.slug for ratio in RATIOS.values() for slug in (*ratio.over, *ratio.unders) if slug not in COUNTS] == []


def test_an_empty_denominator_is_blank() -> None:
    assert RATIOS["closing"].of({"closed": 0, "close_due": 0}) is None
    assert RATIOS["closing"].of({}) is None


def test_a_granted_appeal_keeps_the_fact_and_leaves_the_score(world: World) -> None:
    history(world, "closed", ("report_back", LATE), exempt=True)
    history(world, "closed", ("report_back", ON_TIME))
    found = figures(SYSTEM, "all", month())[""]
    assert (found.counts["closed"], found.counts["closed_late"]) == (2, 1)
    assert found.ratio("closing_on_schedule") == 1.0
    assert found.parts("closing_on_schedule") == (1, 1)


def test_what_was_sent_out_first_is_not_scored_until_responsibility_is_fixed(world: World) -> None:
    history(world, "reported_back", ("report_back", LATE), responsibility_open=True)
    found = figures(SYSTEM, "all", month())[""]
    assert found.counts["handle_due"] == 1
    assert found.ratio("handling_on_schedule") is None


def test_due_to_be_closed_has_three_definitions(world: World) -> None:
    history(world, "closed")
    history(world, "reported_back", ("report_back", LATE))
    history(world, "awaiting_closing", ("report_back", ON_TIME))
    history(world, "awaiting_closing", ("report_back", ON_TIME))
    due = {name: figures(SYSTEM, "all", month(closing_due=name))[""].counts["close_due"] for name in ("overdue", "waiting", "reported_back")}
    assert due == {"overdue": 2, "waiting": 3, "reported_back": 4}
