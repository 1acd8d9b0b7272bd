"""All that is wrong with a form is said at once; what stands against the step itself is said alone."""

from __future__ import annotations

import pytest

from chengguan.cases import services
from chengguan.cases.models import Request
from chengguan.cases.tests.conftest import NOW, World


def test_every_missing_field_and_every_objection_to_the_rest_is_told(world: World) -> None:
    case = world.case("reported", point=None, unit_grid=None)
    with pytest.raises(services.Refused) as refused:
        services.act(world.who("acceptor"), case, "accept", now=NOW)
    assert [each.field for each in refused.value.every] == ["matter_code", "condition_key", "place"]
    assert all(each.words in refused.value.words for each in refused.value.every)


def test_a_field_is_not_found_fault_with_twice(world: World) -> None:
    services.set_setting(world.who("administrator"), "photos.report_back", {"": 2})
    case = world.case("handling")
    faults = services.objections(world.who("department"), case, "report_back", now=NOW)
    assert [each.field for each in faults] == ["done", "photos"]
    faults = services.objections(world.who("department"), case, "report_back", now=NOW, photos=[world.photo])
    assert [each.field for each in faults] == ["done", "photos"], "words are missing and one photo is too few"
    case.refresh_from_db()
    assert (case.state, case.version) == ("handling", 1)


def test_what_stands_against_the_step_is_told_before_the_form(world: World) -> None:
    case = world.case("handling")
    Request.objects.create(case=case, kind="extend", asked_at=NOW, reason="等材料", asked_by=world.accounts["department"])
    faults = services.objections(world.who("department"), case, "ask_suspend", now=NOW)
    assert [each.field for each in faults] == [""]
