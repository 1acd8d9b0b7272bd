"""构成: 开州区, February 2022, as published: of 1,974 accepted 1,831 by inspectors and 89 by telephone, of 1,788 matters 1,443 of one major class. (M-21)"""

from __future__ import annotations

from collections import Counter

import pytest

from chengguan.cases.models import Case
from chengguan.evaluation import services
from chengguan.evaluation.selectors import cases_behind
from chengguan.evaluation.selectors.shares import DIMENSIONS, of_part, shares
from chengguan.evaluation.tests.conftest import NOW, World, month
from chengguan.people.selectors import SYSTEM
from chengguan.standards import codes


@pytest.fixture
def kaizhou(world: World) -> World:
    sources = ["inspector"] * 1831 + ["hotline"] * 89 + ["video"] * 22 + ["citizen"] * 32
    matters = ["06001"] * 1443 + ["07001"] * 345 + ["01037"] * 186
    Case.objects.bulk_create(
        Case(
            register_number=f"KZ{n}", state="awaiting_filing", source=source, matter_code=matter, kind="component" if matter == "01037" else "matter",
            reported_at=NOW, accepted_at=NOW, entered_at=NOW, township=world.township,
        )
        for n, (source, matter) in enumerate(zip(sources, matters, strict=True))
    )  # fmt: skip
    services.rebuild()
    return world


def percent(value: float | None) -> float:
    assert value is not None
    return round(100 * value, 2)


def test_the_published_shares_come_out(kaizhou: World) -> None:
    by_source = {each.key: each for each in shares(SYSTEM, "accepted", "source", month())}
    assert (by_source["inspector"].n, percent(by_source["inspector"].value)) == (1831, 92.76)
    assert (by_source["hotline"].n, percent(by_source["hotline"].value)) == (89, 4.51)
    majors = {each.key: each for each in shares(SYSTEM, "accepted", "major", month())}
    assert (majors["matter06"].n, majors["matter06"].whole, percent(majors["matter06"].value)) == (1443, 1788, 80.70)
    assert codes.in_force().majors["matter"]["06"] in majors["matter06"].name
    assert Counter({each.key: each.n for each in shares(SYSTEM, "accepted", "kind", month())}) == {"matter": 1788, "component": 186}


@pytest.mark.parametrize("dimension", sorted(DIMENSIONS))
def test_each_part_opens_to_exactly_its_cases(kaizhou: World, dimension: str) -> None:
    whole = cases_behind(SYSTEM, "accepted", month())
    parts = shares(SYSTEM, "accepted", dimension, month(), "township", kaizhou.township.pk)
    assert sum(each.n for each in parts) == 1974
    for each in parts:
        assert whole.filter(of_part(dimension, each.key)).count() == each.n


def test_what_is_no_count_of_cases_has_no_parts(world: World) -> None:
    for slug, dimension in (("post_accepted", "source"), ("accepted", "colour")):
        with pytest.raises(KeyError):
            shares(SYSTEM, slug, dimension, month())
    assert shares(SYSTEM, "accepted", "source", month()) == []
