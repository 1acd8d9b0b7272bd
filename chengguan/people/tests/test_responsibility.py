"""Who answers for a matter at a place, why, and where nobody does. (M-18)"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.utils import timezone, translation

from chengguan.people.models import Organisation, Responsibility
from chengguan.people.selectors import coverage, covered, explained
from chengguan.places.models import Area

SHAPE = MultiPolygon(Polygon(((0, 0), (0, 1), (1, 1), (0, 0)), srid=4490), srid=4490)
MATTER, MAJOR = "01037", "01"


@pytest.fixture
def areas(db: None) -> dict[str, Area]:
    rows = {"county": Area.objects.create(level="county", code="500241", name="秀山", geom=SHAPE)}
    for code, level, parent in (("500241001", "township", "county"), ("500241002", "township", "county"), ("500241001001", "community", "500241001")):
        rows[code] = Area.objects.create(level=level, code=code, name=code, parent=rows[parent], geom=SHAPE)
    return rows


def row(matter: str, organisation: Organisation, **more: Any) -> Responsibility:
    since = timezone.localdate() + timedelta(days=more.pop("since", -100))
    until = more.pop("until", None)
    until = None if until is None else timezone.localdate() + timedelta(days=until)
    return Responsibility.objects.create(matter_code=matter, organisation=organisation, valid_from=since, valid_to=until, **more)


def test_the_longest_code_wins_then_the_owner_then_the_smallest_area(office, areas):
    lighting, drainage, town = office["lighting"], office["drainage"], office["town"]
    row(MAJOR, town, area=areas["500241001001"], owner=lighting)
    assert explained(MATTER, "500241001001", lighting).organisation == town
    row(MATTER, drainage)
    assert explained(MATTER, "500241001001", lighting).organisation == drainage, "a longer code beats owner and area"
    row(MATTER, town, area=areas["500241001"])
    assert explained(MATTER, "500241001001").organisation == town, "a smaller area beats the county"
    assert explained(MATTER, "500241002").organisation == drainage
    row(MATTER, lighting, owner=lighting)
    assert explained(MATTER, "500241001001", lighting).organisation == lighting, "the owner beats the area"
    assert explained(MATTER, "500241001001", drainage).organisation == town, "only for the owner's own components"


def test_a_row_counts_from_its_first_day_until_its_last(office):
    row(MATTER, office["lighting"], until=0)
    row(MATTER, office["drainage"], since=1)
    row(MAJOR, office["town"])
    assert explained(MATTER).organisation == office["town"]
    assert explained(MATTER, day=timezone.localdate() + timedelta(days=1)).organisation == office["drainage"]


def test_of_two_rows_of_one_rank_the_later_answers_and_the_other_is_named(office):
    row(MATTER, office["lighting"], since=-10, until=400)
    row(MATTER, office["drainage"], since=-5, until=400)
    answer = explained(MATTER)
    assert answer.organisation == office["drainage"]
    assert [each.words for each in answer.weighed if not each.wins] == ["与采用的重复，采用的生效更晚"]


def test_the_reason_names_the_row_the_owner_and_all_that_was_weighed(office, areas):
    office["crew"].enabled = False
    office["crew"].save()
    row(MATTER, office["lighting"], owner=office["lighting"])
    row(MAJOR, office["drainage"])
    row(MATTER, office["crew"])
    row(MATTER, office["town"], area=areas["500241002"])
    answer = explained(MATTER, "500241001001", office["lighting"])
    assert "权属 lighting" in answer.words
    assert "按部件权属" in answer.words
    assert answer.lines[0] == "部件权属单位：lighting"
    why = dict(zip((each.row.organisation.code for each in answer.weighed), (each.words for each in answer.weighed), strict=True))
    assert why["lighting"].startswith("采用")
    assert why["drainage"] == "类别不如采用的细"
    assert why["crew"] == "责任单位已停用"
    assert why["town"] == "不是这个区域"


def test_in_english_the_reason_has_english_commas(office, areas):
    row(MATTER, office["lighting"])
    with translation.override("en"):
        answer = explained(MATTER, "500241001001")
        assert "by the minor class, for every area, since" in answer.weighed[0].words


def test_nobody_answering_is_said_with_the_rows_that_do_not_fit(office, areas):
    row(MATTER, office["town"], area=areas["500241002"])
    answer = explained(MATTER, "500241001")
    assert answer.organisation is None
    assert [each.words for each in answer.weighed] == ["不是这个区域"]


def _state(found: Any, who: Any, township: str) -> str:
    return next(each.state for item, each in covered(who, found, MAJOR, township) if item.code == MATTER)


def test_holes_are_found_by_township_and_say_what_kind(who, office, areas):
    admin = who("boss", "administrator")
    assert _state(coverage(admin), admin, "500241001") == "none"
    owned = row(MATTER, office["lighting"], owner=office["lighting"])
    assert _state(coverage(admin), admin, "500241001") == "owner"
    part = row(MATTER, office["town"], area=areas["500241001001"])
    assert _state(coverage(admin), admin, "500241001") == "part"
    assert _state(coverage(admin), admin, "500241002") == "owner"
    later = row(MATTER, office["drainage"], since=3)
    owned.delete()
    part.delete()
    assert _state(coverage(admin), admin, "500241001") == "later"
    later.delete()
    row(MAJOR, office["drainage"], area=areas["500241001"])
    assert _state(coverage(admin), admin, "500241001") == "whole"
    assert _state(coverage(admin), admin, "500241002") == "none"
    office["drainage"].enabled = False
    office["drainage"].save()
    found = coverage(admin)
    assert _state(found, admin, "500241001") == "disabled"
    assert [each.organisation for each in found.disabled] == [office["drainage"]]


def test_rows_that_contradict_each_other_and_rows_that_end_are_named(who, office):
    one, other = row(MATTER, office["lighting"], until=400), row(MATTER, office["drainage"])
    ending, followed = row("02", office["town"], until=10), row("03", office["town"], until=10)
    row("03", office["lighting"], since=10)
    found = coverage(who("boss", "administrator"))
    assert [{each.pk for each in pair} for pair in found.contradictions] == [{one.pk, other.pk}]
    assert list(found.ending) == [ending], "what is followed by another row is no gap"
    assert followed not in found.ending


def test_the_whole_matrix_is_read_in_a_few_queries(who, office, areas, django_assert_max_num_queries):
    for code in range(1, 11):
        row(f"{code:02d}", office["lighting"])
    admin = who("boss", "administrator")
    with django_assert_max_num_queries(3):
        found = coverage(admin)
    assert found.holes == 0
    assert coverage(who("clerk", "acceptor")).matters == 0, "only for those who set responsibilities"


def test_a_hole_is_mended_where_it_is_seen(client, person, office, areas):
    client.force_login(person("boss", "administrator"))
    address = f"/administration/responsibilities/holes?major={MAJOR}&township=500241001"
    page = client.get(address)
    assert "没有责任单位" in page.content.decode()
    given = {"matter_code": MATTER, "area": areas["500241001"].pk, "organisation": office["lighting"].pk}
    assert client.post(address, given).status_code == 302
    made = Responsibility.objects.get()
    assert (made.matter_code, made.area, made.organisation) == (MATTER, areas["500241001"], office["lighting"])


def test_the_page_of_holes_is_the_administrators(client, person):
    client.force_login(person("clerk", "acceptor"))
    assert client.get("/administration/responsibilities/holes").status_code == 403


def test_without_a_hole_the_matrix_still_leads_to_who_answers(client, person, office, areas):
    for code in range(1, 11):
        row(f"{code:02d}", office["lighting"])
    client.force_login(person("boss", "administrator"))
    page = client.get(f"/administration/responsibilities/holes?major={MAJOR}&township=500241001").content.decode()
    assert "?major=02&amp;township=500241002" in page
    assert "每个小类在每个镇街都有责任单位" in page
    assert "01 · 全县 → lighting" in page
