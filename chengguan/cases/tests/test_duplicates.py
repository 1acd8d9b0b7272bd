"""Possible duplicates are laid beside the report; both reporters hear what became of it, and not of each other. (M-17)"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Photo
from chengguan.cases.selectors import nearby
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.people.models import Notice
from chengguan.places.projection import edges_around


@pytest.mark.parametrize("state", ["reported", "awaiting_filing"])
def test_before_accepting_and_before_filing_they_lie_beside_it(world: World, state: str) -> None:
    main, case = world.case("handling"), world.case(state)
    Photo.objects.create(case=main, attachment=world.photo, kind="report")
    (near,) = selectors.near_of(world.who("acceptor"), case)
    assert (near.case, near.metres) == (main, 0)
    assert near.photo is not None
    assert selectors.near_of(world.who("acceptor"), world.case("awaiting_dispatch")) == [], "filed: it is a case of its own"


def test_the_shift_leader_merges_before_filing(world: World) -> None:
    main, case = world.case("handling"), world.case("awaiting_filing")
    services.act(world.who("shift_leader"), case, "merge", now=NOW, into=main)
    case.refresh_from_db()
    assert (case.state, case.merged_into) == ("merged", main)
    assert not case.clocks.filter(ended_at=None).exists()


def test_the_page_points_the_form_at_the_other_case_and_the_form_merges(client: Client, world: World) -> None:
    Case.objects.update(reported_at=timezone.now())
    main = world.case("handling", reported_at=timezone.now())
    case = world.case("reported", reported_at=timezone.now())
    client.force_login(world.accounts["acceptor"])
    page = client.get(f"/cases/{case.pk}").content.decode()
    assert "是同一件，并入" in page
    assert "相距 0 米" in page
    assert f"/cases/{case.pk}/do/merge" not in page, "nothing merges at one press: nobody can take it back"
    form = client.get(f"/cases/{case.pk}?act=merge&into={main.pk}").content.decode()
    assert f"/cases/{case.pk}/do/merge" in form and f'name="into" value="{main.pk}" checked' in form
    assert client.post(f"/cases/{case.pk}/do/merge", {"into": main.pk, "version": case.version}).status_code == 302
    case.refresh_from_db()
    assert case.merged_into == main


def test_staff_who_reported_hear_of_the_merge_and_of_the_end(world: World) -> None:
    inspector, operator = world.accounts["inspector"], world.accounts["hotline_operator"]
    main = services.register(world.who("inspector"), source="inspector", point=HERE, matter_code="01037", description="灯不亮", now=NOW)
    case = services.register(world.who("hotline_operator"), source="hotline", point=HERE, matter_code="01037", description="灯灭了", reporter_name="王大爷", now=NOW)
    services.act(world.who("acceptor"), case, "merge", now=NOW, into=main)
    assert Notice.objects.filter(account=operator, title__contains="已并入").exists()
    Notice.objects.all().delete()
    services.act(world.who("acceptor"), main, "answer", now=NOW, answer="已处理")
    told = Notice.objects.filter(title__contains="已有结果")
    assert {notice.account for notice in told} == {inspector, operator}
    assert not any("王大爷" in notice.text + notice.title or str(case) in notice.text for notice in told)


def test_a_case_that_nothing_was_merged_into_ends_without_more_bells(world: World) -> None:
    case = services.register(world.who("inspector"), source="inspector", point=HERE, matter_code="01037", description="灯不亮", now=NOW)
    services.act(world.who("acceptor"), case, "answer", now=NOW, answer="已处理")
    assert not Notice.objects.filter(title__contains="已有结果").exists()


def test_what_is_open_near_a_place_is_found_by_an_index_of_open_cases_only(world: World) -> None:
    main, closed = world.case("handling", reported_at=timezone.now()), world.case("closed", reported_at=timezone.now())
    assert main.point == closed.point
    assert len(selectors.open_beside(HERE, main.matter_code)) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'cases_case' AND indexdef LIKE '%gist (point)'")
        for (of_all_cases,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {of_all_cases}")
        values = [*edges_around(HERE.x, HERE.y, 50), timezone.now(), main.matter_code]
        cursor.execute(f"EXPLAIN {nearby._OPEN_BESIDE}", values)
        plan = " ".join(line for (line,) in cursor.fetchall())
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'case_open_point'")
        (definition,) = cursor.fetchone()
    assert "using case_open_point" in plan
    assert "WHERE" in definition
