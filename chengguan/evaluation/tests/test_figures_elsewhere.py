"""Figures that places published and scores that were worked out by hand, read from the files they are collected in: ours are the same. (M-21)

The files lie beside the project, not in it; without them `test_ratios.py` and `standards/tests/test_scoring.py` hold the same rules."""

from __future__ import annotations

import csv
import re

import pytest
from django.conf import settings

from chengguan.evaluation.selectors import COUNTS
from chengguan.evaluation.selectors.shares import Share
from chengguan.standards.ratios import RATIOS, Ratio
from chengguan.standards.scoring import PRESETS

FOLDER = settings.REPOSITORY.parent / "shared" / "domain" / "evaluation"
PRESET_OF = {"区域": "area", "部门": "department", "监督员": "inspector", "受理员": "acceptor", "值班长": "shift_leader", "派遣员": "dispatcher"}
ALSO = {"应发核实": "post_confirm_sent", "应发核查": "post_verify_sent"}
"""What should be sent out is what was sent, for that is the acceptor's to say."""


def rows(name: str) -> list[dict[str, str]]:
    if not (FOLDER / name).exists():
        pytest.skip(f"../shared/domain/evaluation/{name} is not there")
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def numbers(text: str) -> dict[str, int]:
    """受理1054 立案数=996 of 2000 -> {受理: 1054, 立案: 996, whole: 2000}, the 数 at the end of a name left out."""
    named = re.sub(r"of (\d)", r"whole\1", text)
    return {name.removesuffix("数"): int(n) for name, n in re.findall(r"([^\d\s=]+)=?(\d+)", named)}


def name_of(slug: str) -> str:
    return str(COUNTS[slug].name).removesuffix("数")


def test_every_worked_score_comes_out_with_its_grade() -> None:
    scored = set()
    for row in rows("worked_examples.csv"):
        slug = PRESET_OF[re.sub(r"[(（].*", "", row["object"])]
        given = numbers(row["input"])
        items = PRESETS[slug].items
        asked = {each for item in items for each in ((item.count,) if item.count else (*RATIOS[item.ratio].over, *RATIOS[item.ratio].unders))}
        figures: dict[str, int | None] = {each: given[name_of(each)] for each in asked if name_of(each) in given}
        figures |= {each: given[name] for name, each in ALSO.items() if name in given}
        if "作废" in given:
            figures["post_file_right"] = given["立案"] - given["作废"]
        score = PRESETS[slug].score(figures)
        assert (str(score.value), score.grade) == (row["score_2dp"], row["grade"]), row["object"]
        assert set(figures) == asked, "every figure of the preset was given"
        scored.add(slug)
    assert scored == set(PRESETS)


def ratio_named(name: str) -> Ratio:
    """Of cases, not of a post."""
    return next(ratio for ratio in RATIOS.values() if ratio.name == name and COUNTS[ratio.under].of == "case")


def computed(ratio: str, figures: dict[str, int]) -> float | None:
    """A ratio by its formula here; a share of a whole as the page of a figure says it."""
    if "占比" in ratio:
        part, whole = figures.values()
        return Share("", "", part, whole).value
    ours = ratio_named(re.split(r"[ (（=]", ratio)[0])
    return ours.of({slug: figures[name_of(slug)] for slug in (*ours.over, *ours.unders)})


def test_every_published_figure_comes_out() -> None:
    """None is set aside: with each of them the numbers it was made of were published."""
    told = rows("published_figures.csv")
    figures: dict[str, int] = {}
    for row in told:
        figures = figures if row["inputs"] == "同上" else numbers(row["inputs"])
        value = computed(row["ratio"], figures)
        digits = len(row["published"].rstrip("%").partition(".")[2])
        assert value is not None, row
        assert f"{100 * value:.{digits}f}%" == row["published"], (row["place_period"], row["ratio"])
    assert len(told) >= 10
