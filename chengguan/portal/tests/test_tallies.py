"""What became of each partner's reports is counted by day: taken, repeated, refused and why; nothing of what they said. (M-16)"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengguan.cases.models import Case
from chengguan.people.models import Account
from chengguan.people.selectors import ANONYMOUS, SYSTEM
from chengguan.portal import selectors, services
from chengguan.portal.models import Partner, Tally
from chengguan.portal.tests.test_public_door import DOOR, send
from tests.small_town import dark_lamp


@pytest.fixture
def key(town: dict[str, Any]) -> str:
    return services.issue_key(SYSTEM, services.create_partner(SYSTEM, name="12345 热线", source="hotline", an_hour=50))


def counted() -> dict[tuple[str, str], int]:
    return {(each.outcome, each.reason): each.reports for each in Tally.objects.all()}


def test_each_repeated_or_refused_report_counts_once_for_its_first_fault(key: str) -> None:
    for _twice in range(2):
        send(key, id="A-1")
    send(key, lon=116.4, lat=39.9, occurred_at="yesterday")
    send(key, matter="99999")
    Client().post(DOOR, "[1, 2]", content_type="application/json", headers={"Authorization": f"Bearer {key}"})
    Client().post(DOOR, "id=1", content_type="text/plain", headers={"Authorization": f"Bearer {key}"})
    Partner.objects.update(an_hour=1)
    send(key)
    assert counted() == {
        ("repeated", ""): 1, ("refused", "place"): 1, ("refused", "matter"): 1, ("refused", "body"): 1,
        ("refused", "type"): 1, ("refused", "too_many"): 1,
    }  # fmt: skip


def test_a_disabled_key_still_in_use_is_counted_and_who_has_none_is_not(key: str) -> None:
    Partner.objects.update(enabled=False)
    assert send(key).status_code == 401
    assert Client().get(DOOR, {"code": "NOSUCH"}, headers={"Authorization": f"Bearer {key}"}).status_code == 401
    send("cg_" + "x" * 43)
    send()
    assert counted() == {("refused", "disabled"): 1}


def test_nonsense_makes_no_more_rows_and_the_days_that_are_past_go(key: str) -> None:
    partner, today = Partner.objects.get(), timezone.localdate()
    for days in (selectors.KEPT_DAYS, selectors.KEPT_DAYS - 1):
        Tally.objects.create(partner=partner, day=today - timedelta(days=days), outcome="repeated", reports=9)
    for n in range(4):
        send(key, **{f"field{n}": "田先生 13800001234"})
    assert sorted(Tally.objects.values_list("day", "outcome", "reason", "reports")) == [
        (today - timedelta(days=selectors.KEPT_DAYS - 1), "repeated", "", 9), (today, "refused", "field", 4),
    ]  # fmt: skip


def test_the_page_of_partners_says_how_many_of_each_and_the_main_reason(town: dict[str, Any], key: str) -> None:
    partner = Partner.objects.get()
    send(key)
    Case.objects.update(reported_at=timezone.now() - timedelta(days=selectors.LATELY_DAYS))
    send(key)
    dark_lamp(town)
    for matter in ("99999", "99998"):
        send(key, matter=matter)
    send(key, lon=116.4, lat=39.9)
    client = Client()
    client.force_login(Account.objects.get(username="admin"))
    page = client.get("/administration/partners")
    ((_one, came),) = page.context["rows"]
    assert (came.taken, came.repeated, came.refused, came.reasons[0]) == (1, 0, 3, ("类别（matter）不对", 2))
    assert "类别（matter）不对" in page.content.decode()
    days = client.get(f"/administration/partners/{partner.pk}").context["days"]
    assert [(day, came.taken, came.refused) for day, came in days] == [(timezone.localdate(), 1, 3), (timezone.localdate() - timedelta(days=7), 1, 0)]
    assert selectors.came_lately(ANONYMOUS) == {}, "only who manages partners"


def test_what_came_is_counted_in_as_many_questions_for_ten_partners_as_for_one(key: str) -> None:
    send(key, id="A-1")
    other = services.issue_key(SYSTEM, services.create_partner(SYSTEM, name="镇街平台", source="upper", an_hour=50))
    for number in (1, 2):
        send(other, id=f"B-{number}", description=f"井盖 {number}")
    for number in range(8):
        services.create_partner(SYSTEM, name=f"系统 {number}", source="upper", an_hour=50)
    with CaptureQueriesContext(connection) as asked:
        came = selectors.came_lately(SYSTEM)
    assert len(asked) <= 3
    assert {partner.name: came[partner.pk].taken for partner in Partner.objects.filter(pk__in=came)} == {"12345 热线": 1, "镇街平台": 2}
