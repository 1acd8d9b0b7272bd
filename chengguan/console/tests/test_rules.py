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


def test_every_rule_is_a_sentence_with_quantity_limit_unit_and_time(rules):
    said = {row["rule"].slug: row["words"] for trade in signed_in("duty").get("/rules").context["trades"] for row in trade["rows"]}
    assert said["phase_lost"] == "三相中有一相电压低于 100 V，而另有一相不低于 100 V，持续 30 秒"
    assert said["lamp_dark"] == "已开灯，而功率不到额定功率（按调光折算）的 20 %，持续 20 秒"
    assert said["lamp_overvoltage"] == "电压高于 242 V，持续 1 分钟"
    assert said["cabinet_door_open"] == "箱门为“开着”，持续 10 秒"
    assert said["cabinet_silent"] == "网关超过 5 分钟没有通信"
    assert said["lamp_silent"] == "单灯控制器超过 30 分钟没有通信"
    assert said["cover_battery_low"] == "电量低于 20 %"
    assert said["stream_filling"] == "上行数据流占用高于 80 %"
    for slug, words in said.items():
        rule = Rule.objects.get(slug=slug)
        assert words and "{" not in words
        for name, limit in rule.limits.items():
            if isinstance(limit, float | int) and not name.startswith("clear_") and name != "silent_s":
                assert f"{limit:g}" in words, slug


def test_a_changed_limit_changes_the_sentence(rules):
    signed_in("engineer").post("/rules/lamp_overvoltage", CHANGE)
    assert "电压高于 250 V，持续 1 分钟" in signed_in("duty").get("/rules/lamp_overvoltage").content.decode()


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
    assert Rule.objects.get(slug="lamp_overvoltage").limits["above"] == 250.0, "not without a reason"
    client.post("/rules/lamp_overvoltage/undo/2", {"reason": "改回国标"})
    assert Rule.objects.get(slug="lamp_overvoltage").limits["above"] == 242.0
    assert "改回国标" in client.get("/rules/lamp_overvoltage").content.decode()


def test_of_two_at_one_rule_the_second_is_shown_what_the_first_changed_and_keeps_what_was_typed(rules):
    first, second = signed_in("engineer"), signed_in("admin")
    assert 'name="version" value="1"' in second.get("/rules/lamp_overvoltage").content.decode()
    first.post("/rules/lamp_overvoltage", {**CHANGE, "version": "1"})
    typed = {**CHANGE, "limit_above": "255", "hold_s": "90", "reason": "我的理由", "version": "1"}
    answer = second.post("/rules/lamp_overvoltage", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("已经改过这条规则（供电所确认本路段偏高）", "242 → 250", 'value="255', 'value="90"', "我的理由", 'name="version" value="2"'):
        assert words in page, words
    assert Rule.objects.get(slug="lamp_overvoltage").limits["above"] == 250.0
    assert second.post("/rules/lamp_overvoltage", {**typed, "version": "2"}).status_code == 302
    assert Rule.objects.get(slug="lamp_overvoltage").limits["above"] == 255.0
    first.post("/rules/lamp_overvoltage/undo/2", {"reason": "撤销", "version": "2"})
    assert Rule.objects.get(slug="lamp_overvoltage").limits["above"] == 255.0, "changed again since the page was read"


@pytest.mark.parametrize("wrong", [{"reason": ""}, {"reason": "长" * 201}, {"limit_above": "many"}, {"limit_clear_above": "260"}, {"severity": "9"}])
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
