"""Limits are changed with a reason, kept with who and why, and undone as easily."""

import pytest

from chengguan.alarms import services
from chengguan.alarms.models import Rule
from chengguan.console.tests.duty import signed_in

CHANGE = {
    "enabled": "on", "auto_register": "", "severity": "2", "hold_s": "60", "clear_hold_s": "60", "settle_s": "600", "limit_above": "250",
    "limit_clear_above": "245", "reason": "供电所确认本路段偏高",
}  # fmt: skip


@pytest.fixture
def rules(town):
    services.sync_rules()
    return town


def test_every_rule_says_when_it_alarms(rules):
    page = signed_in("duty").get("/rules").content.decode()
    for rule in Rule.objects.all():
        assert rule.name in page


def test_a_change_is_kept_with_who_and_why(rules):
    client = signed_in("engineer")
    assert client.post("/rules/lamp_overvoltage", CHANGE).status_code == 302
    rule = Rule.objects.get(slug="lamp_overvoltage")
    assert (rule.limits["above"], rule.severity, rule.version) == (250.0, 2, 2)
    page = client.get("/rules/lamp_overvoltage").content.decode()
    assert "供电所确认本路段偏高" in page
    assert "242" in page


def test_a_change_can_be_undone(rules):
    client = signed_in("engineer")
    client.post("/rules/lamp_overvoltage", CHANGE)
    client.post("/rules/lamp_overvoltage/undo/2")
    assert Rule.objects.get(slug="lamp_overvoltage").limits["above"] == 242.0


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"limit_above": "many"}, {"limit_clear_above": "260"}, {"severity": "9"}])
def test_what_makes_no_sense_is_said_and_nothing_is_kept(rules, wrong):
    answer = signed_in("engineer").post("/rules/lamp_overvoltage", {**CHANGE, **wrong})
    assert answer.status_code == 422
    assert Rule.objects.get(slug="lamp_overvoltage").version == 1


def test_the_duty_officer_reads_rules_and_does_not_change_them(rules):
    client = signed_in("duty")
    assert "可以看，不能改" in client.get("/rules/lamp_overvoltage").content.decode()
    assert client.post("/rules/lamp_overvoltage", CHANGE).status_code == 403


def test_the_preview_counts_what_would_alarm_now(rules):
    client = signed_in("engineer")
    state = rules["device"].latest
    state.values = {"voltage": 247.0}
    state.save()
    assert "<strong>1</strong>" in client.get("/rules/lamp_overvoltage/preview?limit_above=245").content.decode()
    assert "<strong>0</strong>" in client.get("/rules/lamp_overvoltage/preview?limit_above=250").content.decode()
