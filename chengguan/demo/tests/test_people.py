import pytest

from chengguan.demo.people import ACCOUNTS, INSPECTORS, ORGANISATIONS, RESPONSIBILITIES, load_people
from chengguan.people.models import Account, Organisation
from chengguan.people.roles import ROLES
from chengguan.people.selectors import accounts_with_role, responsible_department
from chengguan.standards import codes


def test_the_demos_people_exist_in_demo_mode_only(db, settings):
    settings.DEMO = False
    with pytest.raises(RuntimeError):
        load_people()
    assert not Account.objects.exists()


def test_loading_twice_changes_nothing_and_all_is_labelled(db, settings):
    settings.DEMO = True
    first = load_people()
    assert load_people() == first
    assert not Organisation.objects.filter(synthetic=False).exists()
    assert not Account.objects.filter(demo=False).exists()


def test_every_role_has_an_account_to_show_it_but_the_township_which_needs_the_places(db, settings):
    settings.DEMO = True
    load_people()
    assert [slug for slug in ROLES if slug != "township" and not accounts_with_role(slug)] == []
    assert len(INSPECTORS) + 1 == 20
    for matter, department in (("01037", "lighting"), ("01006", "lighting"), ("01060", "lighting"), ("01002", "drainage"), ("06010", "sanitation")):
        assert responsible_department(matter)[0].code == department


def test_responsibilities_cover_every_matter_in_force_with_known_organisations():
    book, known = codes.in_force(), {code for code, *_ in ORGANISATIONS}
    assert set(RESPONSIBILITIES.values()) <= known
    assert all(code in book.matters or code in book.majors["matter"] for code in RESPONSIBILITIES)
    assert all(matter[:2] in RESPONSIBILITIES for matter in book.matters)
    assert {code for _name, _full, posts in ACCOUNTS for code, _role in posts} <= known
