"""A year whose holidays nobody has entered: moves that need it are refused in words, pages and the platform's own work go on."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from chengguan.cases import selectors, services
from chengguan.cases.models import CalendarDay
from chengguan.cases.selectors import missing_year
from chengguan.cases.services import moving, rounds
from chengguan.cases.services.administration import open_deadlines_follow
from chengguan.cases.tests.conftest import World
from chengguan.people.models import Notice
from chengguan.people.selectors import SYSTEM
from chengguan.standards.calendars import SHANGHAI, last_published_year

YEAR = last_published_year() + 1
LAST_DAY = datetime(YEAR - 1, 12, 31, 17, 0, tzinfo=SHANGHAI)


def dispatch(world: World, case: object) -> object:
    return services.act(world.who("dispatcher"), case, "dispatch", now=LAST_DAY, department=world.lighting)  # type: ignore[arg-type]


def test_a_limit_that_reaches_into_it_is_refused_in_words_and_goes_through_once_a_day_is_entered(world: World) -> None:
    case = world.case("awaiting_dispatch", LAST_DAY)
    with pytest.raises(services.Refused, match=f"{YEAR} 年的节假日"):
        dispatch(world, case)
    case.refresh_from_db()
    assert case.state == "awaiting_dispatch"
    assert not case.clocks.filter(stage="处置").exists()
    services.set_calendar_day(SYSTEM, date(YEAR, 1, 1), False)
    dispatch(world, case)
    case.refresh_from_db()
    assert case.deadline is not None
    assert case.deadline.year == YEAR


def test_pages_and_notes_go_on_in_it(world: World) -> None:
    case = world.case("handling", LAST_DAY - timedelta(days=20))
    inside = LAST_DAY + timedelta(days=5)
    file = selectors.case_file(world.who("dispatcher"), case.pk, now=inside)
    assert file["clocks"]
    assert selectors.actions_for(world.who("department"), case, now=inside) is not None
    [step] = moving.note_all("record_evidence", {case.pk: "灯亮了"}, inside)
    assert step.used_s > 0


def test_a_recount_of_deadlines_leaves_what_reaches_into_it_and_moves_the_others(world: World) -> None:
    plain, reaching = world.case("handling", LAST_DAY - timedelta(days=20)), world.case("handling", LAST_DAY - timedelta(days=20))
    reaching.clocks.update(started_at=LAST_DAY - timedelta(hours=1))

    def deadlines() -> list[datetime | None]:
        return [case.clocks.get(kind="handling").deadline for case in (plain, reaching)]

    before = deadlines()
    assert before[0] is not None
    services.set_calendar_day(SYSTEM, before[0].date(), False)
    open_deadlines_follow()
    after = deadlines()
    assert after[0] is not None
    assert after[0] > before[0]
    assert after[1] == before[1]


def test_administrators_are_told_ahead_once_a_week_and_no_more_when_it_is_entered(world: World) -> None:
    world.person("root", "administrator", world.lighting)
    soon = LAST_DAY - timedelta(days=30)
    assert rounds.warn_of_calendar(LAST_DAY - timedelta(days=60)) == 0
    assert rounds.warn_of_calendar(soon) >= 1
    assert str(YEAR) in Notice.objects.latest("id").title
    Notice.objects.update(created_at=soon)
    assert rounds.warn_of_calendar(soon + timedelta(days=1)) == 0
    assert rounds.warn_of_calendar(soon + timedelta(days=8)) >= 1
    CalendarDay.objects.create(day=date(YEAR, 1, 1), working=False)
    assert rounds.warn_of_calendar(soon + timedelta(days=20)) == 0


def test_the_overview_of_the_administration_asks_for_the_year_that_is_missing(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.force_login(world.accounts["administrator"])
    asked = f"/administration/calendar?year={YEAR}"
    monkeypatch.setattr(missing_year, "LOOK_AHEAD", timedelta())
    assert asked not in client.get("/administration").content.decode()
    monkeypatch.setattr(missing_year, "LOOK_AHEAD", LAST_DAY - timezone.now() + timedelta(days=20))
    assert asked in client.get("/administration").content.decode()
    CalendarDay.objects.create(day=date(YEAR, 1, 1), working=False)
    assert asked not in client.get("/administration").content.decode()
