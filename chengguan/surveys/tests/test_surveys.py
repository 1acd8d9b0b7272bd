"""A survey has its own reports; what it finds becomes a case at the one door there is, or is only counted. (M-16)"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengguan.cases.facts import CaseEmptied
from chengguan.cases.models import Case
from chengguan.cases.tests.conftest import NOW, SINCE, box
from chengguan.engines import announce
from chengguan.people.models import Notice
from chengguan.places.models import UnitGrid
from chengguan.surveys import selectors, services
from chengguan.surveys.models import Finding, Survey
from chengguan.surveys.services.deciding import near_in_hand
from chengguan.surveys.tests.conftest import FAR, HERE, THERE, Surveyed
from chengguan.things.models import Component


def test_a_survey_is_walked_by_the_inspectors_on_duty_unless_others_are_named(surveyed: Surveyed) -> None:
    patch = surveyed.survey.patches.get()
    assert list(patch.walkers.all()) == [surveyed.world.accounts["inspector"]]
    assert patch.grids.count() == 2
    other = surveyed.world.person("walker2", "inspector", surveyed.world.centre)
    named = surveyed.open(walkers=[other])
    assert list(named.patches.get().walkers.all()) == [other]
    assert Notice.objects.get(account=other).link == f"/field/surveys/{named.pk}"


def test_a_unit_grid_that_lies_in_two_chosen_areas_is_walked_once(surveyed: Surveyed) -> None:
    with pytest.raises(services.Refused, match="都已算在"):
        surveyed.open(communities=[surveyed.world.community])
    assert surveyed.open(grids=[], communities=[surveyed.world.community]).patches.get().grids.count() == 2


@pytest.mark.parametrize(("given", "field"), [
    ({"name": " "}, "name"), ({"matters": []}, "matters"), ({"matters": ["99999"]}, "matters"), ({"grids": []}, "grids"),
    ({"last_day": date(2026, 10, 1)}, "last_day"), ({"last_day": date(2029, 1, 1)}, "last_day"),
])  # fmt: skip
def test_what_is_missing_is_refused_and_nothing_is_opened(surveyed: Surveyed, given, field: str) -> None:
    with pytest.raises(services.Refused) as refused:
        surveyed.open(**given)
    assert refused.value.field == field


@pytest.mark.parametrize("role", ["acceptor", "dispatcher", "inspector", "department", "leader"])
def test_only_the_shift_leader_opens_and_closes(surveyed: Surveyed, role: str) -> None:
    who = surveyed.world.who(role)
    with pytest.raises(services.Refused):
        services.open_survey(who, name="普查", matters=["01037"], first_day=date(2026, 11, 1), last_day=date(2026, 12, 1), grids=[surveyed.grid])
    with pytest.raises(services.Refused):
        services.close_survey(who, surveyed.survey)


def test_nothing_found_counts_as_looked_at_and_so_does_a_finding(surveyed: Surveyed) -> None:
    who = surveyed.world.who("inspector")
    services.look_at(who, surveyed.survey, THERE, NOW)
    surveyed.find()
    line = selectors.lines(surveyed.world.who("shift_leader"), surveyed.survey)[0]
    assert (line.grids, line.looked, line.found["all"], line.found["waiting"]) == (2, 2, 1, 1)


@pytest.mark.parametrize(("given", "words"), [
    ({"position": FAR}, "不在普查范围"), ({"position": None}, "还没有取到位置"), ({"position": (*HERE[:2], 400.0)}, "误差"),
    ({"matter_code": "01003"}, "不在这次普查的类别"), ({"matter_code": ""}, "请选一个类别"), ({"photos": []}, "请先拍"),
    ({"now": NOW - timedelta(days=60)}, "才开始"), ({"now": NOW + timedelta(days=90)}, "为止"),
])  # fmt: skip
def test_a_finding_is_taken_on_the_place_in_time_with_a_photo_of_what_is_looked_for(surveyed: Surveyed, given, words: str) -> None:
    with pytest.raises(services.Refused, match=words):
        surveyed.find(**given)
    assert not Finding.objects.exists()


def test_a_patch_of_somebody_else_is_not_reported_in(surveyed: Surveyed) -> None:
    other = surveyed.world.person("walker2", "inspector", surveyed.world.centre)
    services.set_walkers(surveyed.world.who("shift_leader"), surveyed.survey.patches.get(), [other])
    with pytest.raises(services.Refused, match="不是派给您"):
        surveyed.find()
    assert selectors.walks(surveyed.world.who("inspector")) == []
    with pytest.raises(services.Refused):
        services.look_at(surveyed.world.who("acceptor"), surveyed.survey, HERE, NOW)


def test_the_same_finding_sent_twice_is_one(surveyed: Surveyed) -> None:
    assert surveyed.find() == surveyed.find()
    assert Finding.objects.count() == 1


def test_a_finding_becomes_a_case_at_the_ordinary_door(surveyed: Surveyed) -> None:
    found = surveyed.find(component_id=surveyed.world.lamp.pk, description="灯杆倾斜")
    done = services.decide(surveyed.world.who("acceptor"), found, "case", now=NOW)
    case = Case.objects.get()
    assert done.case == case
    assert (case.source, case.state, case.matter_code, case.component) == ("survey", "reported", "01037", surveyed.world.lamp)
    assert case.occurred_at == found.found_at and case.deadline is not None, "the acceptor's clock runs as for any report"
    assert case.photos.count() == 1 and case.reports.get().said["finding"] == found.pk
    with pytest.raises(services.Refused, match="已经处理过了"):
        services.decide(surveyed.world.who("acceptor"), found, "counted")


def test_to_refuse_asks_for_a_reason_and_the_finder_is_told(surveyed: Surveyed) -> None:
    found = surveyed.find()
    with pytest.raises(services.Refused, match="原因"):
        services.decide(surveyed.world.who("acceptor"), found, "refused", " ")
    services.decide(surveyed.world.who("acceptor"), found, "refused", "照片看不清")
    assert Notice.objects.filter(account=surveyed.world.accounts["inspector"], text="照片看不清").exists()
    assert not Case.objects.exists()
    with pytest.raises(services.Refused, match="受理员或值班长"):
        services.decide(surveyed.world.who("dispatcher"), surveyed.find("k2"), "case")


def test_in_bulk_what_is_refused_holds_up_no_other_and_is_named(surveyed: Surveyed) -> None:
    here, there = surveyed.find("k1"), surveyed.find("k2", position=THERE)
    surveyed.world.case("handling", now=NOW)  # the same matter is in hand here
    done = surveyed.find("k3", position=THERE)
    services.decide(surveyed.world.who("acceptor"), done, "counted", now=NOW)
    said = services.decide_each(surveyed.world.who("acceptor"), surveyed.survey, [here.pk, there.pk, done.pk], "case", now=NOW)
    assert [each.pk for each in said.done] == [there.pk]
    assert [(each.pk, words[:4]) for each, words in said.left] == [(here.pk, "附近已有"), (done.pk, "已经处理")]
    assert services.decide(surveyed.world.who("acceptor"), here, "case", now=NOW).case is not None, "looked at by itself it may go"


def test_a_patch_not_walked_to_its_end_is_finished_with_words_and_the_opener_hears_of_the_last(surveyed: Surveyed) -> None:
    who, patch = surveyed.world.who("inspector"), surveyed.survey.patches.get()
    with pytest.raises(services.Refused, match="还有 2 个单元网格"):
        services.finish_patch(who, patch, now=NOW)
    services.finish_patch(who, patch, "其余是山地", now=NOW)
    assert Notice.objects.filter(account=surveyed.world.accounts["shift_leader"], title__startswith="普查走完了").count() == 1


def test_a_survey_closes_with_everything_decided_and_keeps_its_counts(surveyed: Surveyed) -> None:
    shift, found = surveyed.world.who("shift_leader"), surveyed.find()
    with pytest.raises(services.Refused, match="还有 1 条发现"):
        services.close_survey(shift, surveyed.survey, "完")
    services.decide(shift, found, "counted", now=NOW)
    with pytest.raises(services.Refused, match="没有走完"):
        services.close_survey(shift, surveyed.survey)
    closed = services.close_survey(shift, surveyed.survey, "下雪，其余开春再走")
    assert closed.summary["totals"] | {"counted": 1, "all": 1, "looked": 1} == closed.summary["totals"]
    assert closed.summary["matters"][0]["name"] == "路灯异常"
    surveyed.survey = Survey.objects.get(pk=closed.pk)
    for again in (lambda: surveyed.find("k9"), lambda: services.prolong(shift, closed, date(2026, 12, 30)), lambda: services.close_survey(shift, closed, "再来")):
        with pytest.raises(services.Refused, match="已经结束"):
            again()


def test_who_sees_what_of_a_survey(surveyed: Surveyed) -> None:
    found = surveyed.find()
    for role, sees in (("leader", True), ("acceptor", True), ("inspector", True), ("department", False), ("crew", False), ("township", False)):
        who = surveyed.world.who(role)
        assert selectors.visible(who).exists() is sees, role
        assert selectors.findings(who).filter(pk=found.pk).exists() is sees, role
    assert not selectors.visible(surveyed.world.who("contractor_lead")).filter(patches__name="别处").exists()


def test_the_workbook_holds_patches_matters_and_every_finding(surveyed: Surveyed) -> None:
    surveyed.find(description="=1+1")
    patches, matters, findings = [(title, list(rows)) for title, _headers, rows in selectors.sheets(surveyed.world.who("leader"), surveyed.survey)]
    assert patches[1][0][0] == "中心网格" and matters[1] == [["01037", "路灯异常", 1, 1, 0, 0, 0]]
    assert findings[1][0][10] == "=1+1"


def test_what_was_found_goes_with_the_contents_of_its_case(surveyed: Surveyed) -> None:
    found = surveyed.find(description="灯杆倾斜，在王家门口")
    case = services.decide(surveyed.world.who("acceptor"), found, "case", now=NOW).case
    announce.announce(CaseEmptied(case.pk))
    found.refresh_from_db()
    assert (found.description, found.address, found.photos.count()) == ("", "", 0)
    assert (found.outcome, found.matter_code) == ("case", "01037"), "it stays counted"


def test_a_finding_names_no_component_that_stands_elsewhere_or_in_another_patch(surveyed: Surveyed) -> None:
    lamp = surveyed.world.lamp
    far = Component.objects.create(code="far", class_code="01037", name="路灯", point=Point(*THERE[:2], srid=4490), unit_grid=UnitGrid.objects.get(code="500241001001002"))
    with pytest.raises(services.Refused, match="走到跟前") as refused:
        surveyed.find(component_id=far.pk)
    assert refused.value.field == "component" and not Finding.objects.exists()
    Component.objects.filter(pk=lamp.pk).update(unit_grid=UnitGrid.objects.create(
        code="500241001001009", community=surveyed.world.community, geom=box(109.3, 28.4, 109.4, 28.5), area_m2=1, valid_from=SINCE))  # fmt: skip
    with pytest.raises(services.Refused, match="不在您的片区"):
        surveyed.find(component_id=lamp.pk)


def test_a_thing_across_the_line_is_found_in_its_own_unit_grid(surveyed: Surveyed) -> None:
    second = UnitGrid.objects.get(code="500241001001002")
    Component.objects.filter(pk=surveyed.world.lamp.pk).update(unit_grid=second)
    found = surveyed.find(component_id=surveyed.world.lamp.pk)
    assert found.unit_grid == second
    assert surveyed.survey.grids.get(unit_grid=second).looked_at == NOW


def test_a_page_of_surveys_findings_or_walks_is_asked_of_all_rows_at_once(surveyed: Surveyed) -> None:
    surveyed.world.case("handling", now=NOW)
    found = [surveyed.find(f"k{number}") for number in range(4)]
    surveyed.open(name="又一次"), surveyed.open(name="再一次")
    who, inspector = surveyed.world.who("acceptor"), surveyed.world.who("inspector")
    assert {key: len(near) for key, near in near_in_hand(who, found, NOW).items()} == {each.pk: 1 for each in found}
    asks: tuple[tuple[Callable[[], Any], int], ...] = (
        (lambda: near_in_hand(who, found, NOW), 3),
        (lambda: selectors.lines_of_each(who, Survey.objects.all()), 6),
        (lambda: selectors.walks(inspector, NOW.date()), 6),
    )
    for ask, most in asks:
        with CaptureQueriesContext(connection) as asked:
            assert len(ask()) >= 3
        assert len(asked) <= most, [each["sql"][:90] for each in asked]
