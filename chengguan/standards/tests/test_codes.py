"""Code sets, their mapping and the three keystrokes to a class. (M-06, M-11)"""

from __future__ import annotations

from datetime import date

import pytest

from chengguan.standards import codes, filing, limits


def test_set_in_force_has_153_components_and_250_matters() -> None:
    current = codes.code_set("gbt47678.5-2026")
    assert len(current.components) == 153
    assert len(current.matters) == 250


def test_every_component_has_its_matter_with_the_same_code() -> None:
    current = codes.code_set("gbt47678.5-2026")
    for code, component in current.components.items():
        assert current.matter(code).name == f"{component.name}异常"
        assert current.matter(code).component_class == code
    assert current.matter("06010").component_class == ""


def test_sets_follow_their_dates() -> None:
    assert codes.in_force(date(2026, 6, 30)).slug == "gbt30428.2-2013"
    assert codes.in_force(date(2026, 7, 1)).slug == "gbt47678.5-2026"


def test_county_extension_joins_the_set_in_force_and_leaves_the_standard_as_it_is() -> None:
    assert codes.in_force(date(2026, 8, 1)).matter("10999").name == "供水管道破裂"
    assert "10999" not in codes.code_set("gbt47678.5-2026").matters
    assert "10999" not in codes.in_force(date(2026, 1, 1)).matters
    assert len(codes.code_set("county-extension").matters) == 11


def test_older_set_says_of_each_row_how_sure_it_is() -> None:
    old = codes.code_set("gbt30428.2-2013")
    assert len(old.components) == 121
    sure = {item.confidence for item in (*old.components.values(), *old.matters.values())}
    assert sure == {"seen", "inferred", "memory", "unknown"}


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("component", "0137", "01037"),
        ("matter", "0110", "06010"),
        ("matter", "0501", "10999"),
        ("matter", "0507", "10001"),
        ("component", "0507", "01070"),
        ("matter", "0602", "09013"),
    ],
)
def test_mapping_goes_both_ways(kind: codes.Kind, old: str, new: str) -> None:
    there, back = codes.newer(old, kind), codes.older(new, kind)
    assert there is not None
    assert back is not None
    assert (there.newer, back.older) == (new, old)
    assert there.since == date(2026, 7, 1)


def test_dropped_class_maps_to_nothing() -> None:
    dropped = codes.newer("0407", "matter")
    assert dropped is not None
    assert dropped.newer == ""
    assert codes.newer("9999", "matter") is None


def test_every_mapped_code_exists_on_both_sides() -> None:
    old, new = codes.code_set("gbt30428.2-2013"), codes.in_force(date(2026, 7, 1))
    for row in codes.mappings():
        assert row.older in old.items(row.kind)
        assert not row.newer or row.newer in new.items(row.kind)


@pytest.mark.parametrize(
    ("typed", "first"),
    [("ldy", "路灯异常"), ("01037", "路灯异常"), ("路灯", "路灯异常"), ("路灯不亮", "路灯异常"), ("bll", "暴露垃圾"), ("yjtp", ""), ("ludengyi", "路灯异常")],
)
def test_three_keys_find_a_class(typed: str, first: str) -> None:
    found = codes.in_force(date(2026, 7, 1)).search(typed)
    assert (found[0].name if found else "") == first


def test_search_of_nothing_finds_nothing_and_never_more_than_asked() -> None:
    current = codes.in_force(date(2026, 7, 1))
    assert current.search("  ") == []
    assert len(current.search("井盖", limit=5)) == 5


def test_every_matter_has_a_filing_condition_with_limit_and_source() -> None:
    keys = set()
    for code in codes.in_force(date(2026, 7, 1)).matters:
        for condition in filing.conditions(code):
            assert condition.limit > 0
            assert condition.clock in limits.CLOCKS
            assert condition.text
            assert condition.closing
            assert condition.source
            assert condition.confidence in {"seen", "inferred", "ours"}
            assert condition.key not in keys
            keys.add(condition.key)
        assert filing.conditions(code), code


def test_dark_lamp_open_cover_and_dark_circuit_find_their_conditions() -> None:
    lamp = filing.condition_for("01037", "dark_lamp")
    assert lamp is not None
    assert (lamp.text, lamp.limit, lamp.clock) == ("单盏不亮", 2, "work_day")
    circuit = filing.condition_for("01037", "dark_circuit")
    assert circuit is not None
    assert circuit.hint == "dark_many"
    for cover in (code for code, item in codes.in_force(date(2026, 7, 1)).components.items() if "井盖" in item.name):
        for hint in ("open", "tilted", "lost"):
            condition = filing.condition_for(cover, hint, 1)
            assert condition is not None
            assert (condition.limit, condition.clock) == (2, "urgent_hour"), cover


def test_first_rank_without_a_hint_takes_the_shortest_urgent_limit() -> None:
    condition = filing.condition_for("01002", severity=1)
    assert condition is not None
    assert condition.urgent
    plain = filing.condition_for("06010")
    assert plain is not None
    assert plain == filing.conditions("06010")[0]
    assert filing.condition_for("99999", "open") is None
