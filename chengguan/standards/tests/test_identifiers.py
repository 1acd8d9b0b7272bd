"""17-digit component codes, 15-digit grid codes, case numbers."""

from __future__ import annotations

from datetime import date

import pytest

from chengguan.standards import identifiers

ON = date(2026, 11, 1)


def test_component_code_is_issued_and_read_back() -> None:
    code = identifiers.component_code("500241", "01037", 4711, ON)
    assert code == "50024101037004711"
    assert len(code) == 17
    read = identifiers.check_component_code(code, ON)
    assert (read.area, read.class_code, read.running, str(read)) == ("500241", "01037", 4711, code)


@pytest.mark.parametrize("bad", ["", "5002410103700471", "50024101016000001", "50024101037000000", "5002410103700471x", "５" * 17])
def test_malformed_component_code_is_refused_in_words(bad: str) -> None:
    with pytest.raises(identifiers.Malformed):
        identifiers.check_component_code(bad, ON)


@pytest.mark.parametrize(("area", "klass", "running"), [("50024", "01037", 1), ("500241", "01016", 1), ("500241", "01037", 0), ("500241", "01037", 10**6)])
def test_code_that_cannot_be_is_not_issued(area: str, klass: str, running: int) -> None:
    with pytest.raises(identifiers.Malformed):
        identifiers.component_code(area, klass, running, ON)


def test_sixteen_digits_of_the_older_standard_become_seventeen() -> None:
    assert identifiers.from_older_component_code("5002410137004711") == "50024101037004711"
    assert identifiers.from_older_component_code("5002410501000001") is None
    with pytest.raises(identifiers.Malformed):
        identifiers.from_older_component_code("50024101037004711")


def test_unit_grid_code_holds_its_community() -> None:
    code = identifiers.unit_grid_code("500241001001", 7)
    assert code == "500241001001007"
    assert identifiers.check_unit_grid_code(code).community_code == "500241001001"
    for bad in ("500241001001000", "50024100100100", "x" * 15):
        with pytest.raises(identifiers.Malformed):
            identifiers.check_unit_grid_code(bad)
    with pytest.raises(identifiers.Malformed):
        identifiers.unit_grid_code("500241001001", 1000)


def test_case_number_is_area_day_and_running_number() -> None:
    assert identifiers.case_number("500241", date(2026, 11, 22), 1) == "5002412026112200001"
    with pytest.raises(identifiers.Malformed):
        identifiers.case_number("500241", date(2026, 11, 22), 100_000)
