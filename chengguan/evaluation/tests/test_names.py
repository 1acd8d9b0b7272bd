"""What towns and vendors count and divide is here under its name, by the same formula, or is set aside for a written reason. (M-21)"""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import pytest
from django.conf import settings

from chengguan.evaluation.models import CaseFact
from chengguan.evaluation.selectors import COUNTS
from chengguan.evaluation.selectors.elsewhere import ALSO, ALSO_RATIOS, ASIDE, MEANS, SAME, SENT_BY_CHOICE
from chengguan.standards.ratios import OPEN, RATIOS

DOMAIN = settings.REPOSITORY.parent / "shared" / "domain"
elsewhere = pytest.mark.skipif(not DOMAIN.exists(), reason="../shared/domain is not there")


def offered() -> dict[str, set[str]]:
    """name -> the counts of that name, of cases and of posts."""
    found: dict[str, set[str]] = {}
    for slug, count in COUNTS.items():
        found.setdefault(str(count.name), set()).add(slug)
    for name, slug in (*ALSO.items(), *SENT_BY_CHOICE.items()):
        found.setdefault(name, set()).add(slug)
    return found


def rows(name: str) -> list[dict[str, str]]:
    with (DOMAIN / "evaluation" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def told() -> Any:
    return json.loads((DOMAIN / "evaluation.json").read_text(encoding="utf-8"))


def test_another_name_leads_to_what_is_here_and_is_no_count_itself() -> None:
    names = {str(count.name) for count in COUNTS.values()}
    assert set(ALSO) & names == set()
    assert {*ALSO.values(), *SENT_BY_CHOICE.values()} <= set(COUNTS)
    assert set(ALSO_RATIOS.values()) <= set(RATIOS)
    assert set(SAME.values()) <= names
    assert set(MEANS.values()) <= {field.name for field in CaseFact._meta.get_fields()}
    assert all(ASIDE.values()), "each for a reason"


@elsewhere
def test_no_count_of_the_others_is_missing() -> None:
    names = {*told()["counts"]} | {each.strip() for key in told()["definitions"]["counts used by ratios and not listed above"] for each in key.split("/")}
    for row in rows("counts_more.csv"):
        plain = re.sub(r"[(（].*|[a-z].*", "", row["count"].replace(" and ", "/").replace(";", "/"))
        names |= {each.strip() for each in plain.split("/") if each.strip()}
    assert sorted(names - set(offered())) == []
    assert len(names) > 90


def formulas() -> dict[str, str]:
    """name -> formula, where one is published; "" where the place leaves it open."""
    found = {each["name"]: each["formula"] for each in told()["ratios"]}
    for row in rows("ratios.csv"):
        named = [row["name"]] if row["name"] in ALSO_RATIOS else [each.strip() for each in re.split(r"[,/]", row["name"])]
        found |= {name: row["formula"] if len(named) == 1 else found.get(name, "") for name in named}
    return found


def divides_alike(name: str, formula: str) -> bool:
    """Whether some ratio of ours of that name divides the same counts."""
    over, _by, under = re.sub(r" \(.*", "", formula).partition("/")
    sides = [side.strip("() ") for side in (over, under)]
    wanted = [[offered().get(each, set()) for each in SAME.get(side, side).split("+")] for side in sides]
    ours = [RATIOS[ALSO_RATIOS[name]]] if name in ALSO_RATIOS else [ratio for ratio in RATIOS.values() if ratio.name == name]
    return any(
        all(len(mine) == len(side) and all(any(slug in slugs for slugs in side) for slug in mine) for mine, side in zip((ratio.over, ratio.unders), wanted, strict=True))
        for ratio in ours
    )


@elsewhere
def test_no_ratio_of_the_others_is_missing_or_divides_otherwise() -> None:
    found = formulas()
    names = {ratio.name for ratio in RATIOS.values()} | set(ALSO_RATIOS) | set(MEANS)
    assert sorted(set(found) - names) == []
    published = {name: formula for name, formula in found.items() if "/" in formula and name not in MEANS}
    assert {name: formula for name, formula in published.items() if not divides_alike(name, formula)} == {}
    left_open = {name for name, formula in found.items() if not formula} - set(MEANS)
    assert left_open and left_open <= {ratio.name for ratio in OPEN.values()}, "left open there, a setting here"
    assert len(published) > 25


@elsewhere
def test_what_a_post_is_looked_at_for_is_here_or_set_aside() -> None:
    indicators = {each for named in told()["post_indicators"].values() for each in named}
    indicators = indicators - {"发核实/发核查及时率"} | {"核实按时派发率", "核查按时派发率"}
    names = set(offered()) | {ratio.name for ratio in RATIOS.values()} | set(ASIDE)
    assert sorted(indicators - names) == []
