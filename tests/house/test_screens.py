"""No page without a picture and a journey: each name in the URL conf is on the list of screens, or is none, for a reason that holds. (M-43)"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import get_resolver

from chengguan.people.selectors import ANONYMOUS
from tests.journeys import picture_page, screens
from tests.journeys.screens import SCREENS

PAGES = dict(screens.pages_of_the_url_conf())


def test_every_page_is_on_the_list_of_screens_or_is_excused() -> None:
    listed = {screen.view for screen in SCREENS}
    assert sorted(set(PAGES) - listed - screens.EXCUSED) == []
    assert sorted(listed & screens.EXCUSED) == []


def test_no_excuse_outlives_its_page() -> None:
    assert sorted(screens.EXCUSED - set(PAGES)) == []
    names = {screen.name for screen in SCREENS}
    assert sorted(set(screens.PIECES.values()) - names) == []


def test_a_screen_has_one_name() -> None:
    names = [screen.name for screen in SCREENS]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", sorted(screens.POSTED))
def test_what_is_excused_as_a_form_s_target_shows_nothing_when_it_is_only_opened(name: str) -> None:
    view = next(each.callback for each in get_resolver().url_patterns if getattr(each, "name", None) == name)
    request = RequestFactory().get("/")
    request.who, request.user = ANONYMOUS, SimpleNamespace(is_authenticated=True)
    given = dict.fromkeys(get_resolver().reverse_dict.getlist(name)[0][0][0][1], "1")
    assert view(request, **given).status_code in (302, 405), "led to the page of the form, or refused"


def test_the_page_of_pictures_shows_the_screens_on_the_list() -> None:
    """`make pictures` takes them anew and writes the page; the test of links finds a picture that is missing."""
    assert picture_page.PAGE.read_text() == picture_page.page_of_pictures()
