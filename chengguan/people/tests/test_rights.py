"""Who may do what, and where. (M-01)"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from chengguan.people import permissions, roles
from chengguan.people.models import Holding
from chengguan.people.selectors import ANONYMOUS, SYSTEM, may, reach, who_is


def test_the_table_names_known_roles_only():
    for permission in permissions.PERMISSIONS.values():
        assert set(permission.scopes) <= set(roles.ROLES), permission.action
        assert permission.scopes, f"nobody may {permission.action}"


def test_the_page_about_permissions_says_what_the_table_says():
    assert (settings.REPOSITORY / "docs/reference/permissions.md").read_text() == permissions.as_markdown()


def test_a_department_reaches_itself_and_its_crews_and_no_other(who, office):
    lighting = who("light", "department@lighting")
    assert may(lighting, "cases.see", office["lighting"])
    assert may(lighting, "cases.see", office["crew"])
    assert not may(lighting, "cases.see", office["drainage"])
    assert reach(lighting, "cases.see").organisation_ids == {office["lighting"].pk, office["crew"].pk}


def test_a_crew_does_not_reach_its_department(who, office):
    crew = who("crew1", "crew@crew")
    assert may(crew, "cases.see", office["crew"])
    assert not may(crew, "cases.see", office["lighting"])


def test_a_scope_belongs_to_the_post_it_comes_with(who, office):
    """Someone at two departments may not command with one post what only the other reaches."""
    both = who("both", "department@lighting", "crew@drainage")
    assert may(both, "things.command", office["lighting"])
    assert not may(both, "things.command", office["drainage"])


def test_a_township_sees_its_own_area_only(who, office):
    from django.contrib.gis.geos import MultiPolygon, Polygon

    from chengguan.places.models import Area

    shape = MultiPolygon(Polygon(((0, 0), (0, 1), (1, 1), (0, 0)), srid=4490), srid=4490)
    office["town"].area = Area.objects.create(level="township", code="500241001", name="中和街道", geom=shape)
    office["town"].save()
    desk = who("town1", "township@town")
    assert desk.area_codes == {"500241001"}
    assert may(desk, "cases.see", area="500241001005")
    assert not may(desk, "cases.see", area="500241002001")


def test_one_account_may_hold_several_posts(who):
    desk = who("desk", "acceptor", "shift_leader", "dispatcher")
    assert desk.roles == {"acceptor", "shift_leader", "dispatcher"}
    assert desk.post_as("shift_leader").role == "shift_leader"


@pytest.mark.parametrize(("start", "end", "held"), [(-10, None, True), (-10, 0, False), (1, None, False), (-10, 1, True), (0, 0, False)])
def test_a_post_counts_from_its_first_day_until_its_last(person, start, end, held):
    account, today = person("somebody", "acceptor"), timezone.localdate()
    Holding.objects.update(valid_from=today + timedelta(days=start), valid_to=None if end is None else today + timedelta(days=end))
    assert who_is(account).has("acceptor") is held


def test_posts_at_a_disabled_organisation_do_not_count(person, office):
    account = person("somebody", "department@lighting")
    office["lighting"].enabled = False
    office["lighting"].save()
    assert who_is(account).roles == frozenset()


def test_nobody_may_nothing_and_the_system_everything():
    for action in permissions.PERMISSIONS:
        assert not may(ANONYMOUS, action)
        assert may(SYSTEM, action)


def test_an_unknown_action_is_a_mistake_and_not_a_no(who):
    with pytest.raises(KeyError):
        may(who("somebody", "acceptor"), "cases.tpyo")
