"""What could not be taken is readable, can be sent in again, and is never lost by looking."""

import pytest
from django.utils import timezone

from chengguan.console.tests.duty import signed_in
from chengguan.observations.models import Quarantine


def hold(n: int, payload: bytes = b'{"seq": 1, "v": {"power": 1e9}}', reason: str = "out_of_range") -> Quarantine:
    return Quarantine.objects.create(
        received_at=timezone.now(), incarnation="one", sequence=n, subject="zhcg.up.C-012.street_lights.L-004711", payload=payload,
        size=len(payload), gateway_key="C-012", device_key="L-004711", reason=reason, detail="power 1e9",
    )  # fmt: skip


def test_an_empty_quarantine_says_what_would_be_there(town):
    assert "隔离区是空的" in signed_in("duty").get("/quarantine").content.decode()


def test_text_is_shown_as_text_and_bytes_as_hexadecimal(town):
    text, binary = hold(1), hold(2, b"\xff\xfe\x00\x01", "not_json")
    client = signed_in("duty")
    assert "power" in client.get(f"/quarantine/{text.pk}").content.decode()
    assert "ff fe 00 01" in client.get(f"/quarantine/{binary.pk}").content.decode()


def test_a_row_does_not_inherit_what_the_list_picks_from_its_own_answer(town):
    hold(1)
    page = signed_in("duty").get("/quarantine").content.decode()
    assert 'hx-select="#quarantine-list" hx-swap="outerHTML" hx-disinherit="hx-select hx-swap"' in page
    assert 'hx-target="#entry-panel" hx-swap="innerHTML"' in page  # and not the form's wish to swap nothing in


def test_markup_in_a_payload_stays_text(town):
    entry = hold(1, b"<script>alert(1)</script>", "not_json")
    assert b"<script>alert(1)" not in signed_in("duty").get(f"/quarantine/{entry.pk}").content


def test_the_filter_by_reason_counts_and_limits(town):
    hold(1)
    hold(2, b"x", "not_json")
    page = signed_in("duty").get("/quarantine?reason=not_json")
    assert [entry.reason for entry in page.context["page"]] == ["not_json"]


def test_discarding_keeps_the_message_and_says_who(town):
    entry = hold(1)
    client = signed_in("duty")
    client.post("/quarantine/discard", {"entry": entry.pk})
    entry.refresh_from_db()
    assert entry.state == "discarded"
    assert "张晓琴" in client.get("/quarantine?state=discarded").content.decode()


def test_discarding_all_is_limited_to_the_filter(town):
    hold(1)
    hold(2, b"x", "not_json")
    signed_in("duty").post("/quarantine/discard", {"all": "1", "reason": "not_json"})
    assert set(Quarantine.objects.filter(state="waiting").values_list("reason", flat=True)) == {"out_of_range"}


def test_a_broker_that_is_away_loses_nothing(town, monkeypatch):
    from chengguan.engines import nats

    def away(*_args, **_more):
        raise TimeoutError

    monkeypatch.setattr(nats, "store", away)
    entry = hold(1)
    assert signed_in("duty").post("/quarantine/redrive", {"entry": entry.pk}).status_code == 503
    entry.refresh_from_db()
    assert entry.state == "waiting"


def test_what_comes_back_after_it_was_sent_again_names_the_one_it_was(town, monkeypatch):
    import json

    from chengguan.engines import nats

    monkeypatch.setattr(nats, "store", lambda *_args, **_more: None)
    first, client = hold(1), signed_in("duty")
    told = client.post("/quarantine/redrive", {"entry": first.pk}, headers={"HX-Request": "true"})
    assert json.loads(told["HX-Trigger"])["toast"] == "已再次送入 1 条，结果稍后在这里可见"
    assert "已再次送入，结果稍后在这里可见" in client.get(f"/quarantine/{first.pk}").content.decode()
    second, third = hold(2), hold(3)
    Quarantine.objects.filter(pk=second.pk).update(again_of=first.pk)
    Quarantine.objects.filter(pk=third.pk).update(again_of=second.pk)
    assert f'<a href="/quarantine/{third.pk}">第 {third.pk} 号</a>' in client.get(f"/quarantine/{first.pk}").content.decode()
    page = client.get(f"/quarantine/{third.pk}").content.decode()
    assert f'<a href="/quarantine/{second.pk}">第 {second.pk} 号</a>重放后仍未被接收' in page
    assert f"第 {second.pk} 号重放后仍未被接收" in client.get("/quarantine").content.decode()


@pytest.mark.parametrize("path", ["/quarantine", "/operations"])
def test_others_have_no_business_there(town, path):
    assert signed_in("accept").get(path).status_code == 403
