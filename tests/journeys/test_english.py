"""In English, what the platform says itself is English; names of places, people and things stay as they are."""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from chengguan.alarms import services as alarm_services
from chengguan.console.tests.duty import dark, signed_in
from chengguan.people.models import Account
from tests.small_town import dark_lamp, walk

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture
def ruled(town):
    """The town with its alarm rules."""
    alarm_services.sync_rules()
    return town


def english(client: Client, path: str) -> str:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    with translation.override(settings.LANGUAGE_CODE):  # the answer leaves its language behind
        answer = client.get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


def seen(page: str, *tags: str) -> list[str]:
    """The words within these elements."""
    found = re.findall(rf"<({'|'.join(tags)})\b[^>]*>(.*?)</\1>", page, re.DOTALL)
    return [re.sub(r"<[^>]+>", " ", inner) for _tag, inner in found]


def test_the_sign_in_page_is_english(ruled) -> None:
    page = english(Client(), "/signin")
    assert '<html lang="en"' in page
    assert "Sign in" in page
    assert [words for words in seen(page, "h1", "label", "title") if CHINESE.search(words)] == []


@pytest.mark.parametrize(("login", "path"), [("desk", "/work"), ("duty", "/map"), ("duty", "/alarms"), ("duty", "/rules"), ("admin", "/administration")])
def test_navigation_headings_and_buttons_hold_no_chinese(ruled, login: str, path: str) -> None:
    page = english(signed_in(login), path)
    nav = re.search(r'<nav class="topnav".*?</nav>', page, re.DOTALL)
    assert nav and not CHINESE.search(nav[0])
    page = re.sub(r"<form[^>]*language.*?</form>", "", page, flags=re.DOTALL)
    assert [words for words in seen(page, "h1", "h2", "h3", "th", "label", "button", "legend", "title") if CHINESE.search(words)] == []


def test_rules_of_the_trades_are_said_in_english(ruled) -> None:
    page = english(signed_in("duty"), "/rules")
    main = page.split('<main id="main"')[1]
    assert "Lamp voltage too high" in main
    assert CHINESE.findall(re.sub(r"<[^>]+>", " ", main)) == []


def test_an_alarm_is_named_in_english_and_its_device_keeps_its_name(ruled) -> None:
    dark(ruled)
    page = english(signed_in("duty"), "/alarms")
    assert "Street lamp dark" in page
    assert "L-004711" in page


def test_chinese_stays_chinese_without_the_cookie(ruled) -> None:
    page = signed_in("duty").get("/rules").content.decode()
    assert "告警规则" in page
    assert "Lamp voltage" not in page


@pytest.mark.parametrize(("login", "path"), [("accept", "/work"), ("shift", "/work"), ("accept", "/handover"), ("accept", "/handover/new"), ("evaluate", "/evaluation/missed")])
def test_heads_and_buttons_of_the_desk_hold_no_chinese(ruled, login: str, path: str) -> None:
    """With cases in the lists, so that the bar for several of them and the counts of a sheet stand there."""
    walk(dark_lamp(ruled), "accept")
    dark_lamp(ruled, description="又黑了")
    page = re.sub(r"<form[^>]*language.*?</form>", "", english(signed_in(login), path), flags=re.DOTALL)
    page = page.replace(Account.objects.get(username=login).name, "")
    assert [words for words in seen(page, "h1", "h2", "th", "button", "title") if CHINESE.search(words)] == []


def test_clocks_and_what_a_step_took_are_named_in_english(ruled) -> None:
    case = walk(dark_lamp(ruled), "receive")
    page = english(signed_in("dispatch"), f"/cases/{case.pk}")
    clocks = re.findall(r'<strong class="small">(.*?)</strong><span class="ms-auto small muted">', page)
    assert {"Acceptance", "Filing", "Dispatch", "Handling", "Handling · This department"} <= set(clocks)
    assert [name for name in clocks if CHINESE.search(name)] == []
    took = re.findall(r'<div class="small muted number">(.*?)</div>', page.split('<ol class="timeline">')[1], re.DOTALL)
    assert took
    assert [words for words in took if CHINESE.search(words)] == []


def test_a_button_says_what_it_does_not_how_things_stand(ruled) -> None:
    account = Account.objects.get(username="desk")
    buttons = [words.strip() for words in seen(english(signed_in("admin"), f"/administration/accounts/{account.pk}"), "button")]
    assert "Disable" in buttons
    assert "Disabled" not in buttons
