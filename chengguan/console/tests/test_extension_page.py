"""The pages of an extension: the asker names a time within reach, who decides sees it and may shorten it. (M-18)"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from chengguan.cases.models import Case
from chengguan.console.tests.duty import signed_in
from tests.small_town import dark_lamp, walk


def typed(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


@pytest.fixture
def case(town: dict[str, Any]) -> Case:
    """Handled against a clock that elapses, so that the test may run at any hour of any day."""
    case = walk(dark_lamp(town), "receive")
    case.clocks.filter(ended_at=None).update(limit_value=10, limit_clock="urgent_hour", deadline=timezone.now() + timedelta(hours=10))
    return case


def send(username: str, case: Case, slug: str, **given: str) -> Any:
    case.refresh_from_db()
    return signed_in(username).post(f"/cases/{case.pk}/do/{slug}", {"version": case.version, **given})


def test_a_time_within_reach_is_asked_for_shown_shortened_and_told(case):
    page = signed_in("lighting").get(f"/cases/{case.pk}?act=ask_extend").content.decode()
    latest = next(line for line in page.splitlines() if 'type="datetime-local"' in line).partition('value="')[2][:16]
    assert "最晚延到" in page and latest
    now = timezone.now()
    answer = send("lighting", case, "ask_extend", extended_to=typed(now + timedelta(hours=30)), reason="等配件")
    assert answer.status_code == 422
    assert "最晚 " + latest.replace("T", " ") in answer.content.decode() and "等配件" in answer.content.decode()
    asked, granted = typed(now + timedelta(hours=15)), typed(now + timedelta(hours=12))
    assert send("lighting", case, "ask_extend", extended_to=asked, reason="等配件").status_code == 302
    page = signed_in("shift").get(f"/cases/{case.pk}?act=grant_extend").content.decode()
    assert f"到 {asked.replace('T', ' ')}" in page and f'value="{asked}"' in page
    assert send("shift", case, "grant_extend", extended_to=latest).status_code == 422
    assert send("shift", case, "grant_extend", extended_to=granted).status_code == 302
    case.refresh_from_db()
    assert case.deadline is not None and typed(case.deadline) == granted
    assert f"延期到 {granted.replace('T', ' ')}" in signed_in("lighting").get(f"/cases/{case.pk}").content.decode()


def test_a_form_left_as_it_came_asks_for_all_and_one_left_empty_too(case):
    for given in ({"extended_to": ""}, {}):
        assert send("lighting", case, "ask_extend", reason="等配件", **given).status_code == 302
        assert "extended_to" not in case.requests.latest("pk").details
        assert send("shift", case, "deny_extend", reason="不必").status_code == 302
