"""Cases over HTTP: signed in only, within the scope, stale and refused moves said in words."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from chengguan.cases import services
from chengguan.cases.models import CalendarDay
from chengguan.cases.tests.conftest import HERE, World


def client(world: World, role: str, **kind: Any) -> Client:
    found = Client(**kind)
    found.force_login(world.accounts[role], backend="chengguan.people.access.AccountBackend")
    return found


def post(page: Client, url: str, body: dict[str, Any]) -> Any:
    return page.post(url, json.dumps(body), content_type="application/json")


def test_list_and_detail_for_the_one_who_acts(world: World) -> None:
    case = world.case("awaiting_filing")
    page = client(world, "shift_leader")
    found = page.get("/api/v1/cases", {"post": "shift_leader"}).json()
    assert [row["id"] for row in found["cases"]] == [case.pk]
    detail = page.get(f"/api/v1/cases/{case.pk}").json()
    assert detail["actions"][0]["slug"] == "file"
    assert detail["condition"] == "单盏不亮"


def test_stranger_and_other_department_see_nothing(world: World) -> None:
    case = world.case("handling", department=world.drainage, crew=None)
    assert Client().get(f"/api/v1/cases/{case.pk}").status_code in (401, 302)
    assert client(world, "department").get(f"/api/v1/cases/{case.pk}").status_code == 404


def test_move_refused_and_stale(world: World) -> None:
    case = world.case("awaiting_filing")
    page = client(world, "shift_leader")
    refused = post(page, f"/api/v1/cases/{case.pk}/decline", {"version": 1, "given": {}})
    assert refused.status_code == 422
    assert refused.json()["field"] == "reason"
    assert post(page, f"/api/v1/cases/{case.pk}/file", {"version": 1, "given": {"now": "2020-01-01"}}).status_code == 422
    moved = post(page, f"/api/v1/cases/{case.pk}/file", {"version": 1, "given": {}})
    assert moved.status_code == 200
    assert moved.json()["to_state"] == "awaiting_dispatch"
    assert post(client(world, "dispatcher"), f"/api/v1/cases/{case.pk}/send_back", {"version": 1, "given": {"reason": "x"}}).status_code == 409


def test_what_no_database_takes_is_refused_in_words(world: World) -> None:
    case = world.case("awaiting_filing")
    for given in ({"reason": "\ud800"}, {"\ud800": "x"}, {"reason": "a\0"}, {"words": [{"x": "\udfff"}]}):
        answer = post(client(world, "shift_leader"), f"/api/v1/cases/{case.pk}/decline", {"version": 1, "given": given})
        assert (answer.status_code, "不能保存" in answer.json()["detail"]) == (422, True)


def test_move_without_the_forms_token_is_refused(world: World) -> None:
    case = world.case("awaiting_filing")
    page = client(world, "shift_leader", enforce_csrf_checks=True)
    assert post(page, f"/api/v1/cases/{case.pk}/file", {"version": 1, "given": {}}).status_code == 403


def test_administrator_sets_a_limit_in_the_back_office_and_nonsense_is_refused(world: World) -> None:
    from chengguan.cases.models import Setting

    page = client(world, "administrator")
    good = page.post("/admin/cases/setting/add/", {"key": "stage.受理", "value": '{"value": 30, "clock": "minute"}'})
    assert good.status_code == 302
    assert Setting.objects.get().value == {"value": 30, "clock": "minute"}
    bad = page.post("/admin/cases/setting/add/", {"key": "stage.立案", "value": '{"value": -1, "clock": "minute"}'})
    assert bad.status_code == 200
    assert Setting.objects.count() == 1
    assert client(world, "acceptor").get("/admin/cases/setting/add/").status_code in (302, 403)


def test_a_holiday_entered_in_the_back_office_leaves_the_deadlines_to_a_job_that_is_committed_with_it(world: World) -> None:
    """The back office keeps one transaction open for the whole view: no case may be locked in it."""
    case, page = world.case("handling"), client(world, "administrator")
    assert case.deadline is not None
    before, jobs = case.deadline, ProcrastinateJob.objects.filter(task_name="chengguan.cases.jobs.recompute_open")
    with CaptureQueriesContext(connection) as asked:
        answer = page.post("/admin/cases/calendarday/add/", {"day": "2026-11-19", "working": "False", "note": "停电"}, follow=True)
    assert "正在后台重算" in answer.content.decode()
    assert not [query for query in asked.captured_queries if "cases_clock" in query["sql"]]
    case.refresh_from_db()
    assert (case.deadline, jobs.count()) == (before, 1)
    app.tasks[jobs.get().task_name]()
    case.refresh_from_db()
    assert case.deadline == before + timedelta(days=3), "from Friday to Monday"
    day = CalendarDay.objects.get()
    page.post(f"/admin/cases/calendarday/{day.pk}/delete/", {"post": "yes"})
    assert jobs.count() == 2
    with transaction.atomic():
        services.set_calendar_day(world.who("administrator"), day.day, False)
        transaction.set_rollback(True)
    assert jobs.count() == 2, "a word that was not kept moves nothing"


def test_the_back_office_does_not_tell_an_administrator_who_reported(world: World) -> None:
    case = services.register(world.who("acceptor"), source="hotline", point=HERE, description="灯不亮", reporter_name="田某", reporter_phone="13900001111")
    page = client(world, "administrator")
    for address in (f"/admin/cases/case/{case.pk}/change/", f"/admin/cases/report/{case.reports.get().pk}/change/"):
        told = page.get(address).content.decode()
        assert "灯不亮" in told
        assert "13900001111" not in told
        assert "田某" not in told


def test_an_end_that_has_passed_is_refused_over_the_api_as_on_the_page(world: World) -> None:
    for role, action, given in (
        ("department", "ask_suspend", {"reason_code": "season", "reason": "等天气"}),
        ("leader", "urge", {"urge_kind": "leader", "level": "1", "words": "快一点"}),
        ("leader", "consult", {"participants": [world.lighting.pk], "words": "商量一下"}),
    ):
        case = world.case("handling")
        for until in ("2020-01-01T08:00:00+08:00", "2020-01-01T08:00", "明天", 7):
            answer = post(client(world, role), f"/api/v1/cases/{case.pk}/{action}", {"version": 1, "given": {**given, "until": until}})
            assert (answer.status_code, answer.json()["field"]) == (422, "until"), (action, until)
        case.refresh_from_db()
        assert case.version == 1
