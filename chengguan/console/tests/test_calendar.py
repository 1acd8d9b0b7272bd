"""The working calendar: each day says what it is; days are set one by one, in a row, by sheet, and set back."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from chengguan.cases import selectors
from chengguan.cases.models import CalendarDay, Change
from chengguan.cases.services.calendar import DAY_HEADERS
from chengguan.console.tests.duty import signed_in
from chengguan.people.spreadsheets import sheet

HOME = "/administration/calendar"
pytestmark = pytest.mark.usefixtures("town")


def kinds(answer):
    return {each["day"]: each["kind"] for month in answer.context["months"] for week in month["weeks"] for each in week if each}


def test_every_day_says_what_it_is():
    CalendarDay.objects.all().delete()
    signed_in("admin").post(HOME, {"first": "2026-11-19", "last": "2026-11-20", "working": "free", "reason": "停电"})
    signed_in("admin").post(HOME, {"first": "2026-11-21", "working": "work", "reason": "补班"})
    shown = kinds(signed_in("admin").get(HOME + "?year=2026"))
    assert len(shown) == 365
    expected = {(2, 13): "work", (2, 14): "made-up", (2, 15): "holiday", (2, 17): "holiday", (3, 1): "rest", (11, 19): "own-free", (11, 20): "own-free", (11, 21): "own-work"}
    assert {day: shown[date(2026, *day)] for day in expected} == expected


def test_days_in_a_row_are_set_and_each_can_be_set_back():
    admin = signed_in("admin")
    admin.post(HOME, {"first": "2026-11-19", "last": "2026-11-20", "working": "free", "note": "停电", "reason": "检修"})
    assert CalendarDay.objects.filter(note="停电").count() == 2
    assert not selectors.calendar().is_working(date(2026, 11, 20))
    change = Change.objects.get(kind="day", key="2026-11-20")
    admin.post(f"{HOME}/undo/{change.pk}", {"reason": "改错了"})
    assert selectors.calendar().is_working(date(2026, 11, 20))
    assert "最后一天不能早于" in admin.post(HOME, {"first": "2026-11-19", "last": "2026-11-01", "working": "free", "reason": "x"}).content.decode()


def test_a_year_nobody_published_says_so_and_is_taken_in_as_a_sheet():
    admin = signed_in("admin")
    assert "还没有公布" in admin.get(HOME + "?year=2030").content.decode()
    rows = [("2030-01-01", "放假", "元旦"), ("2030-02-02", "上班", "调休"), ("2030-13-01", "放假", ""), ("2030-01-02", "睡觉", ""), ("2030/01/01", "放假", "")]

    def taken(**more):
        content = sheet(DAY_HEADERS, rows)
        return admin.post(f"{HOME}/import", {"file": SimpleUploadedFile("a.xlsx", content), **more}).context["report"]

    dry = taken(dry="on")
    assert not CalendarDay.objects.filter(day__year=2030).exists()
    report = taken()
    assert (report.created, [line for line, _reason in report.refused]) == (dry.created, [4, 5, 6]) == (2, [4, 5, 6])
    assert selectors.calendar().knows(2030)
    assert "还没有公布" not in admin.get(HOME + "?year=2030").content.decode()
    out = load_workbook(io.BytesIO(admin.get(HOME + "?year=2030&as=xlsx").content)).active
    assert [line[1:] for line in out.iter_rows(min_row=2, values_only=True)] == [("放假", "元旦"), ("上班", "调休")]


def test_nobody_but_an_administrator_comes_in():
    assert signed_in("dispatch").get(HOME).status_code == 403
