"""Working days with holidays and make-up days; loud beyond the published years."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from chengguan.standards.calendars import (
    SHANGHAI,
    CalendarUnknown,
    WorkCalendar,
    last_published_year,
    read_hours,
    read_seasons,
)
from chengguan.standards.limits import SETTINGS, Settings, check

CALENDAR = WorkCalendar()


def test_spring_festival_with_its_make_up_days() -> None:
    assert not CALENDAR.is_working(date(2026, 2, 17))
    assert CALENDAR.is_working(date(2026, 2, 14)), "a Saturday made up"
    assert CALENDAR.is_working(date(2026, 2, 28)), "a Saturday made up"
    assert not CALENDAR.is_working(date(2026, 3, 1))


def test_year_nobody_published_is_refused_until_an_administrator_has_looked() -> None:
    year = last_published_year() + 1
    monday = next(date(year, 3, day) for day in range(1, 8) if date(year, 3, day).weekday() == 0)
    with pytest.raises(CalendarUnknown, match=str(year)):
        CALENDAR.is_working(monday)
    looked = WorkCalendar(overrides={date(year, 1, 1): False, monday: False})
    assert not looked.is_working(monday)
    assert looked.is_working(monday.replace(day=monday.day + 1))


def test_own_day_wins_over_the_published_one() -> None:
    own = WorkCalendar(overrides={date(2026, 11, 18): False})
    assert CALENDAR.is_working(date(2026, 11, 18))
    assert own.spans(date(2026, 11, 18)) == []


def test_noon_is_free_and_a_day_has_eight_hours() -> None:
    def at(hour: int, minute: int = 0) -> datetime:
        return datetime(2026, 11, 18, hour, minute, tzinfo=SHANGHAI)

    assert CALENDAR.day_seconds(date(2026, 11, 18)) == 8 * 3600
    assert CALENDAR.seconds_between(at(11, 30), at(14, 30)) == 3600
    assert CALENDAR.seconds_between(at(14, 30), at(11, 30)) == 0
    assert CALENDAR.after(at(11, 30), 1800) == at(12)
    assert CALENDAR.after(at(11, 30), 1801).hour == 14


def test_hours_that_overlap_are_refused() -> None:
    assert len(read_hours(SETTINGS["calendar.hours"].default)) == 2
    for bad in ([], [["12:00", "08:00"]], [["08:00", "12:00"], ["11:00", "18:00"]]):
        with pytest.raises(ValueError):
            read_hours(bad)


def test_settings_have_defaults_and_own_values_win() -> None:
    assert Settings().stage("受理").clock == "minute"
    assert Settings({"handling.extensions": 3})["handling.extensions"] == 3
    with pytest.raises(KeyError):
        Settings()["no.such"]


def test_every_default_passes_its_own_check() -> None:
    for key, setting in SETTINGS.items():
        check(key, setting.default)


@pytest.mark.parametrize(
    ("key", "bad"),
    [
        ("stage.受理", {"value": 0, "clock": "minute"}), ("stage.受理", {"value": 5, "clock": "hours"}), ("stage.受理", 15),
        ("handling.starts", "never"), ("handling.extensions", True), ("lights.yellow", 1.5), ("filing.automatic", "01"),
        ("calendar.hours", [["18:00", "08:00"]]), ("number.area", "5002"), ("urge.automatic", "yes"), ("duplicates.metres", -1),
    ],
)  # fmt: skip
def test_value_of_another_shape_is_refused_in_words(key: str, bad: object) -> None:
    with pytest.raises(ValueError):
        check(key, bad)


def test_hours_hold_from_their_day_on_and_two_sets_on_one_day_are_refused() -> None:
    summer = {"from": "2026-06-01", "hours": [["08:30", "12:00"], ["15:00", "18:00"]]}
    calendar = WorkCalendar(seasons=read_seasons([summer]))
    assert calendar.day_seconds(date(2026, 5, 31)) == 8 * 3600
    assert calendar.day_seconds(date(2026, 6, 1)) == 6.5 * 3600
    for bad in ([summer, summer], [{"from": "2026-06-01"}], [{"from": "June", "hours": [["08:30", "12:00"]]}], "summer"):
        with pytest.raises(ValueError):
            check("calendar.seasons", bad)
