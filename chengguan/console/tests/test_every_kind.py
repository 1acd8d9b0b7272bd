"""Every kind of what the county sets has a sheet that comes in again without a change, a history with reasons, and can be set back; a new
kind has to say here how. (M-22)"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from openpyxl import load_workbook

from chengguan.cases import services
from chengguan.cases.models import CalendarDay, Change, FilingLimit, StagedLimit
from chengguan.cases.selectors.settings_in_words import kind_of_setting
from chengguan.cases.services.administration import SETTERS
from chengguan.cases.services.calendar import set_calendar_days
from chengguan.cases.services.limits import set_area_class, set_limit
from chengguan.cases.services.stages import set_stages
from chengguan.console.tests.duty import signed_in
from chengguan.people.models import AuditEntry, Organisation, Responsibility
from chengguan.people.selectors import SYSTEM
from chengguan.people.services import end_dated, set_responsibility
from chengguan.people.services.organisations import set_responsibility_for
from chengguan.places.models import Area, UnitGrid
from chengguan.standards.limits import SETTINGS, Limit
from chengguan.standards.ratios import COUNTABLE
from chengguan.standards.staging import Part
from chengguan.standards.switches import NOTICE, WORDS

ADMIN = "/administration"
TODAY = timezone.localdate()


@dataclass(frozen=True)
class Kind:
    """`change` says something of it with that reason, `now` reads how it stands; sheet and import are addresses."""

    change: Callable[[str], Any]
    now: Callable[[], Any]
    sheet: str
    read_in: str


PARTS = [Part("设警示", Limit(2, "urgent_hour")), Part("更换", Limit(3, "work_day"))]
KINDS: dict[str, Kind] = {
    "setting": Kind(
        lambda why: services.set_setting(SYSTEM, "dispatch.automatic", ["01037"], reason=why), lambda: services.administration.chosen.settings()["dispatch.automatic"],
        f"{ADMIN}/settings.xlsx", f"{ADMIN}/settings/import",
    ),
    "day": Kind(
        lambda why: set_calendar_days(SYSTEM, date(2026, 11, 19), date(2026, 11, 20), False, "停电", reason=why),
        lambda: list(CalendarDay.objects.values_list("day", "working", "note")), f"{ADMIN}/calendar?year=2026&as=xlsx", f"{ADMIN}/calendar/import",
    ),
    "limit": Kind(
        lambda why: set_limit(SYSTEM, "01037-03", "B", date(2026, 1, 1), Limit(6, "work_day"), Limit(3, "work_hour"), reason=why),
        lambda: list(FilingLimit.objects.values_list("condition_key", "value", "verify_value")), f"{ADMIN}/limits?major=01&as=xlsx", f"{ADMIN}/limits/import",
    ),
    "area_class": Kind(
        lambda why: (set_area_class(SYSTEM, "500241001", "B", reason=why), set_area_class(SYSTEM, UnitGrid.objects.latest("pk").code, "C", reason=why)),
        lambda: [*Area.objects.values_list("area_class", flat=True), *UnitGrid.objects.values_list("area_class", flat=True)],
        f"{ADMIN}/limits/areas?as=xlsx", f"{ADMIN}/limits/areas/import",
    ),
    "stages": Kind(
        lambda why: (set_stages(SYSTEM, "01037-03", PARTS, reason=why), set_stages(SYSTEM, "10999-01", [], reason=why)),
        lambda: list(StagedLimit.objects.values_list("condition_key", "parts")), f"{ADMIN}/stages?as=xlsx", f"{ADMIN}/stages/import",
    ),
}  # fmt: skip
ELSEWHERE = {"mapping": "a mapping of another system's columns is a file of its own, kept with the takeover it belongs to"}


@pytest.fixture
def admin(town: dict[str, Any]) -> Any:
    return signed_in("admin")


def test_every_kind_of_change_says_here_how_it_goes_out_comes_in_and_is_set_back():
    assert {kind for kind, _name in Change.KINDS} == set(SETTERS) == {*KINDS, *ELSEWHERE}


def read_in(admin: Any, kind: Kind) -> tuple[int, list[Any]]:
    """(how many changes the sheet as it is brings, what is refused)."""
    content = admin.get(kind.sheet).content
    answer = admin.post(kind.read_in, {"file": SimpleUploadedFile("a.xlsx", content), "valid_from": TODAY.isoformat()})
    if "plan" in answer.context:
        return len(answer.context["plan"].changes), answer.context["plan"].refused
    report = answer.context["report"]
    assert report.same > 0
    return report.created + report.changed, report.refused


@pytest.mark.parametrize("name", list(KINDS))
def test_what_goes_out_comes_in_again_without_a_change(admin, name):
    kind = KINDS[name]
    kind.change("会议决定")
    stood, last = kind.now(), Change.objects.latest("pk").pk
    assert read_in(admin, kind) == (0, [])
    assert kind.now() == stood and Change.objects.latest("pk").pk == last


@pytest.mark.parametrize("name", list(KINDS))
def test_each_change_stands_in_the_history_with_its_reason_and_can_be_set_back(admin, name):
    kind = KINDS[name]
    before = kind.now()
    kind.change("会议决定")
    assert kind.now() != before
    page = admin.get(f"{ADMIN}/changes?kind={name}")
    assert "会议决定" in page.content.decode()
    for told in page.context["told"]:
        if told.change.reason == "会议决定":
            assert admin.post(f"{ADMIN}/changes/{told.change.pk}/undo", {"reason": "改错了"}).status_code == 302
    assert kind.now() == before
    assert Change.objects.filter(kind=name, reason="改错了").exists()


VALUES: dict[str, Any] = {
    "limit": {"value": 7, "clock": "work_hour"}, "number": 5, "hours": [["09:00", "12:00"], ["13:00", "17:00"]],
    "seasons": [{"from": "2026-06-01", "hours": [["08:30", "12:00"], ["14:30", "18:00"]]}], "matters": ["01037", "02"], "numbers": {"": 1, "01037": 3},
    "ladder": [{"times": 1, "days": 0, "who": ["dispatcher"]}, {"times": 2, "days": 30, "cases": 4, "who": ["leader", "shift_leader"]}],
    "notice": {**NOTICE, "on": False, "title": "催 {matter}"}, "by_department": {"lighting": ["01037", "02"], "drainage": []}, "text": "500240",
}  # fmt: skip


def other(key: str) -> Any:
    """A value of the setting that is not its default."""
    setting, kind = SETTINGS[key], kind_of_setting(SETTINGS[key])
    if kind == "yes":
        return not setting.default
    if kind == "choice":
        return next(each for each in setting.choices if each != setting.default)
    if kind == "word":
        return WORDS[key][1][-1]
    if kind == "ratio":
        one, two, *_rest = next(iter(COUNTABLE.values()))
        return {"over": [two], "under": [one, two]}
    return 0.6 if key == "lights.yellow" else VALUES[kind]


def test_every_setting_with_a_word_of_the_countys_own_goes_out_and_in(admin):
    """Steps that are skipped, ladders, photos, what the platform does by itself, texts of notices, words on screen: all of them."""
    for key in SETTINGS:
        services.set_setting(SYSTEM, key, other(key))
    content = admin.get(f"{ADMIN}/settings.xlsx").content
    plan = admin.post(f"{ADMIN}/settings/import", {"file": SimpleUploadedFile("a.xlsx", content)}).context["plan"]
    assert ([each.key for each in plan.changes], plan.refused, plan.same) == ([], [], len(SETTINGS))
    for key in SETTINGS:
        services.set_setting(SYSTEM, key, None)
    answer = admin.post(f"{ADMIN}/settings/import", {"file": SimpleUploadedFile("a.xlsx", content)})
    assert {each.key: each.value for each in answer.context["plan"].changes} == {key: other(key) for key in SETTINGS}


# ---- who answers for what: dated rows, not words of the configuration ----------------------------
DUTIES = Kind(lambda why: None, lambda: list(Responsibility.objects.order_by("pk").values_list("matter_code", "area", "owner", "organisation", "valid_from", "valid_to")),
              f"{ADMIN}/responsibilities?past=1&as=xlsx", f"{ADMIN}/responsibilities/import")  # fmt: skip


def answered() -> list[Organisation]:
    return [Organisation.objects.get(code=code) for code in ("lighting", "drainage", "municipal")]


def test_responsibilities_by_area_owner_and_day_go_out_and_come_in_without_a_change(admin):
    lighting, drainage, municipal = answered()
    street = Area.objects.get(code="500241001")
    set_responsibility(SYSTEM, "01037", drainage, street, lighting)
    set_responsibility(SYSTEM, "01037", municipal, valid_from=TODAY + timedelta(days=9))
    end_dated(SYSTEM, set_responsibility(SYSTEM, "01003", municipal, street), TODAY + timedelta(days=3))
    stood = DUTIES.now()
    assert read_in(admin, DUTIES) == (0, [])
    assert DUTIES.now() == stood
    page = load_workbook(io.BytesIO(admin.get(DUTIES.sheet).content)).active
    assert ("01037", "500241001", "lighting", "drainage") in {(line[0], line[2], line[3], line[4]) for line in page.iter_rows(values_only=True)}


def test_the_last_word_on_who_answers_is_taken_back_with_a_reason_and_the_one_before_holds(admin):
    lighting, drainage, municipal = answered()
    first = set_responsibility(SYSTEM, "01037", lighting, owner=municipal, valid_from=date(2026, 1, 1))
    second = set_responsibility(SYSTEM, "01037", drainage, owner=municipal)
    third = set_responsibility(SYSTEM, "01037", municipal, owner=municipal)

    def undo(row: Responsibility, reason: str = "设错了") -> None:
        admin.post(f"{ADMIN}/responsibilities/{row.pk}/undo", {"reason": reason})
        for each in (first, second, third):
            each.refresh_from_db()

    undo(second)
    undo(third, reason="")
    assert third.valid_to is None, "not before the later one, not without a reason"
    undo(third)
    assert (second.valid_to, third.valid_to) == (None, third.valid_from), "also what was set the same day"
    undo(second)
    assert (first.valid_to, second.valid_to) == (None, second.valid_from)
    end_dated(SYSTEM, first)
    undo(first)
    assert first.valid_to is None
    end_dated(SYSTEM, first)
    fourth = set_responsibility(SYSTEM, "01037", drainage, owner=municipal)
    undo(fourth)
    assert first.valid_to == TODAY, "what had been ended before the next was set stays ended"
    undo(first)
    passed = set_responsibility_for(SYSTEM, date(2025, 1, 1), date(2025, 6, 1), matter_code="01037", organisation=municipal, area=None, owner=municipal)
    fifth = set_responsibility(SYSTEM, "01037", drainage, owner=municipal)
    undo(fifth)
    assert first.valid_to is None, "the row it took the place of, though a sheet told of other days since"
    undo(passed)
    passed.refresh_from_db()
    assert (passed.valid_to, first.valid_to) == (passed.valid_from, None), "days that were read in are taken back as if they had not been"
    again = set_responsibility_for(SYSTEM, date(2024, 12, 1), date(2025, 2, 1), matter_code="01037", organisation=drainage, area=None, owner=municipal)
    assert again.pk, "what was taken back is in nobody's way"
    assert set(AuditEntry.objects.filter(object_type="people.responsibility", summary="设错了").values_list("action", flat=True)) == {"responsibility.take_back", "responsibility.reopen"}


def test_a_row_of_a_sheet_sets_ends_and_refuses_by_its_days(admin):
    lighting, drainage, _municipal = answered()
    Responsibility.objects.filter(matter_code="01037").delete()
    set_responsibility(SYSTEM, "01037", lighting, valid_from=date(2026, 1, 1))
    from chengguan.people.pages.administration.answering import HEADERS
    from chengguan.people.spreadsheets import sheet

    def taken(*rows: tuple[Any, ...]) -> Any:
        file = SimpleUploadedFile("a.xlsx", sheet(HEADERS, rows))
        return admin.post(DUTIES.read_in, {"file": file}).context["report"]

    report = taken(("01037", "", "", "", "lighting", "2026-02-02", ""), ("01037", "", "", "", "drainage", "", "2026-12-31"), ("01037", "", "", "nobody", "drainage", "", ""), ("01037", "", "", "", "drainage", "soon", ""))
    assert (report.changed, [line for line, _why in report.refused]) == (0, [2, 3, 4, 5])
    later = (TODAY + timedelta(days=5)).isoformat()
    assert taken(("01037", "", "", "lighting", "drainage", later, "")).changed == 1
    assert Responsibility.objects.get(organisation=drainage, owner=lighting).valid_from.isoformat() == later
    assert taken(("01037", "", "", "", "lighting", "2026-01-01", later)).changed == 1
    assert Responsibility.objects.get(matter_code="01037", organisation=lighting).valid_to.isoformat() == later
    assert taken(("01037", "", "", "", "drainage", "2025-01-01", "2026-01-01"), ("01037", "", "", "", "drainage", "2025-06-01", "2025-07-01")).changed == 1
    before = Responsibility.objects.get(matter_code="01037", owner=None, organisation=drainage)
    assert (before.valid_from.isoformat(), before.valid_to.isoformat()) == ("2025-01-01", "2026-01-01"), "days that are over, as a fresh county reads them in"
    upside_down = taken(("01037", "", "", "", "drainage", "2026-03-01", "2026-01-01"), ("01037", "", "", "lighting", "drainage", "2027-03-01", "2026-02-01"), ("01037", "", "", "lighting", "drainage", "", "2026-02-01"))
    assert (upside_down.changed, [line for line, _why in upside_down.refused]) == (0, [2, 3, 4])
    assert Responsibility.objects.get(organisation=drainage, owner=lighting).valid_to is None, "what stands is not ended by a slip"
