"""What people do to alarms and rules."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from chengguan.alarms import selectors, services
from chengguan.alarms.facts import AlarmDue
from chengguan.alarms.models import Alarm, Rule, RuleRevision
from chengguan.alarms.tests.town import Town
from chengguan.engines import announce
from chengguan.people.models import Account, Holding, Organisation, Post
from chengguan.people.selectors import SYSTEM, HeldPost, Who


def person(role: str, organisation: Organisation | None = None) -> Who:
    of = organisation.pk if organisation else 0
    post = HeldPost(role, role, of, "", "centre", frozenset({of}))
    return Who(None, role, frozenset({role}), frozenset({of}), posts=(post,))


DUTY = person("duty_officer")


@pytest.fixture
def due(monkeypatch):
    facts: list[object] = []
    real = announce.announce

    def remember(*told: object) -> None:
        facts.extend(told)
        real(*(fact for fact in told if not isinstance(fact, AlarmDue)))  # what follows from it is the cases' own test

    monkeypatch.setattr(announce, "announce", remember)
    return lambda: [fact.alarm_id for fact in facts if isinstance(fact, AlarmDue)]


def test_an_alarm_leaves_only_when_normal_and_acknowledged(town: Town):
    town.change("lamp_dark", town.lamps[:1])
    (alarm,) = town.open()
    services.acknowledge(DUTY, alarm, "已看到")
    assert town.open()
    town.change("lamp_dark", town.lamps[:1], active=False)
    assert not town.open()
    town.change("lamp_dark", town.lamps[:1])
    (again,) = town.open()
    assert again.pk != alarm.pk
    town.change("lamp_dark", town.lamps[:1], active=False)
    assert town.open()
    services.acknowledge(DUTY, again)
    assert not town.open()
    steps = list(alarm.steps.values_list("action", "who_name", "words"))
    assert ("acknowledge", "duty_officer", "已看到") in steps


def test_nobody_acknowledges_twice_or_without_the_right(town: Town):
    town.change("lamp_dark", town.lamps[:1])
    (alarm,) = town.open()
    with pytest.raises(PermissionDenied):
        services.acknowledge(person("leader"), alarm)
    services.acknowledge(DUTY, alarm)
    with pytest.raises(ValidationError):
        services.acknowledge(DUTY, alarm)


def test_shelving_needs_a_reason_and_an_end_and_ends_by_itself(town: Town):
    town.change("lamp_dark", town.lamps[:1])
    (alarm,) = town.open()
    now = timezone.now()
    for until, reason in ((now + timedelta(hours=1), " "), (now - timedelta(hours=1), "检修"), (now + timedelta(days=31), "检修")):
        with pytest.raises(ValidationError):
            services.shelve(DUTY, alarm, until, reason)
    services.shelve(DUTY, alarm, now + timedelta(hours=1), "检修")
    assert [a.pk for a in selectors.desk(SYSTEM)] == []
    assert [a.pk for a in selectors.desk(SYSTEM, shelved=True)] == [alarm.pk]
    assert services.expire_shelves() == 0
    Alarm.objects.update(shelved_until=now - timedelta(seconds=1))
    assert services.expire_shelves() == 1
    assert [a.pk for a in selectors.desk(SYSTEM)] == [alarm.pk]
    alarm.refresh_from_db()
    assert alarm.shelve_reason == ""
    assert list(alarm.steps.values_list("action", flat=True)) == ["raise", "shelve", "expire"]


def test_an_alarm_that_stood_its_settling_time_is_due_exactly_once(town: Town, due):
    town.change("lamp_dark", town.lamps[:1])
    (alarm,) = town.open()
    Alarm.objects.update(settle_due=timezone.now() + timedelta(seconds=5))
    assert services.settle() == 0
    Alarm.objects.update(settle_due=timezone.now())
    assert services.settle() == 1
    assert services.settle() == 0
    assert due() == [alarm.pk]


@pytest.mark.parametrize("change", [{"active": False}, {"shelved_until": "later"}, {"auto_register": False}])
def test_what_returned_is_shelved_or_not_for_registering_is_not_due(town: Town, due, change):
    town.change("lamp_dark", town.lamps[:1])
    if "shelved_until" in change:
        change = {"shelved_until": timezone.now() + timedelta(hours=1)}
    Alarm.objects.update(settle_due=timezone.now(), **change)
    assert services.settle() == 0
    assert due() == []


def test_a_member_of_a_greater_cause_is_not_due_itself(town: Town, due):
    town.change("lamp_dark", town.lamps[:4])
    town.change("lamp_dark", town.lamps[4:9])
    Alarm.objects.update(settle_due=timezone.now())
    assert services.settle() == 1
    assert due() == [town.open()[0].pk]


def test_a_failing_handler_keeps_one_alarm_waiting_and_not_the_others(town: Town, monkeypatch):
    town.change("lamp_dark", town.lamps[:2])
    first = town.open()[0].pk
    Alarm.objects.update(settle_due=timezone.now())

    def fail(*facts):
        if any(isinstance(fact, AlarmDue) and fact.alarm_id == first for fact in facts):
            raise RuntimeError("no register today")

    monkeypatch.setattr(announce, "announce", fail)
    assert services.settle() == 1
    assert Alarm.objects.get(pk=first).registered_at is None


def test_the_desk_is_sorted_by_rank_then_age_and_counts_repeats(town: Town):
    town.change("lamp_dark", town.lamps[:1])
    town.change("cover_open", town.covers[:1], value=1)
    town.change("lamp_dark", town.lamps[1:2])
    Alarm.objects.update(raised_at=timezone.now())
    Alarm.objects.filter(cause_key="L-000000").update(raised_at=timezone.now() - timedelta(hours=1))
    first = Alarm.objects.get(cause_key="L-000001")
    for days in (1, 2, 9):
        Alarm.objects.create(
            rule="lamp_dark", subsystem="street_lights", name="x", cause_kind="device", cause_key="L-000001", severity=3,
            raised_at=timezone.now() - timedelta(days=days), reading_at=timezone.now(), active=False, off_desk_at=timezone.now(),
        )
    desk = list(selectors.desk(SYSTEM))
    assert [alarm.cause_key for alarm in desk] == ["MH-000000", "L-000001", "L-000000"]
    assert desk[1].repeat == 3  # type: ignore[attr-defined]
    assert selectors.repeats(first) == 3
    counts = selectors.counts(SYSTEM)
    assert (counts["total"], counts["by_rank"][1], counts["by_rank"][3], counts["unacknowledged"]) == (3, 1, 2, 3)
    points = selectors.map_points(SYSTEM)["features"]
    assert len(points) == 3
    assert points[0]["geometry"]["coordinates"] == [108.98, 28.44]


def test_a_department_sees_its_own_alarms_and_a_stranger_none(town: Town):
    ours = Organisation.objects.create(code="lighting-x", name="路灯所", kind="department")
    component = town.lamps[0].component
    assert component is not None
    component.maintainer = ours
    component.save()
    town.change("lamp_dark", town.lamps[:2])
    assert [alarm.cause_key for alarm in selectors.desk(person("department", ours))] == ["L-000000"]
    assert not selectors.desk(person("inspector"))
    assert selectors.alarm_file(person("inspector"), town.open()[0].pk) is None


ENGINEER = person("trade_engineer")


@pytest.mark.django_db
class TestRules:
    def test_every_declared_rule_has_a_row_and_syncing_again_changes_nothing(self):
        assert Rule.objects.filter(slug__in=["lamp_dark", "cover_open", "stream_filling"]).count() == 3
        services.change_rule(ENGINEER, "cover_tilted", {"hold_s": 7}, "试")
        assert services.sync_rules() == 0
        assert Rule.objects.get(slug="cover_tilted").hold_s == 7

    def test_a_change_is_kept_with_who_and_why_and_undone(self):
        before = selectors.rules_version()
        rule = services.change_rule(ENGINEER, "cover_tilted", {"limits": {"above": "20", "clear_above": 12}}, "井盖普遍松动")
        assert rule.limits == {"above": 20.0, "clear_above": 12.0}
        assert selectors.rules_version() == before + 1
        revision = RuleRevision.objects.get(rule=rule)
        assert (revision.who_name, revision.reason, revision.before["limits"]) == ("trade_engineer", "井盖普遍松动", {"above": 15.0, "clear_above": 10.0})
        undone = services.undo_rule(ENGINEER, "cover_tilted", revision.version)
        assert undone.limits == {"above": 15.0, "clear_above": 10.0}
        assert undone.version == 3

    @pytest.mark.parametrize(
        "slug, changes, word",
        [
            ("cover_tilted", {"limits": {"above": 15, "clear_above": 16}}, "恢复值"),
            ("lamp_undervoltage", {"limits": {"below": 187, "clear_below": 180}}, "恢复值"),
            ("cover_tilted", {"limits": {"above": 500, "clear_above": 10}}, "范围"),
            ("cover_tilted", {"limits": {"above": "高"}}, "数字"),
            ("cover_tilted", {"limits": {"clear_above": 10}}, "缺少"),
            ("cover_tilted", {"limits": {"above": 15, "wrong": 1}}, "不符"),
            ("cover_open", {"limits": {"states": []}}, "至少"),
            ("lamp_dark", {"limits": {"share_of_rated": 0}}, "百分比"),
            ("lamp_silent", {"limits": {"silent_s": 1}}, "失联"),
            ("cover_tilted", {"severity": 5}, "级别"),
            ("cover_tilted", {"hold_s": -1}, "持续时间"),
            ("cover_tilted", {"settle_s": float("nan")}, "稳定时间"),
            ("cover_tilted", {"limits": {"above": 15.0, "clear_above": 10.0}}, "没有改动"),
        ],
    )
    def test_limits_that_make_no_sense_are_refused_in_words(self, slug, changes, word):
        with pytest.raises(ValidationError) as refused:
            services.change_rule(ENGINEER, slug, changes, "试")
        assert word in "".join(refused.value.messages)
        assert Rule.objects.get(slug=slug).version == 1

    def test_a_change_needs_a_reason_and_the_right(self):
        with pytest.raises(ValidationError):
            services.change_rule(ENGINEER, "cover_tilted", {"hold_s": 5}, "")
        with pytest.raises(PermissionDenied):
            services.change_rule(DUTY, "cover_tilted", {"hold_s": 5}, "试")

    def test_the_platforms_own_alarm_stands_once_and_returns(self):
        first = services.raise_platform("stream_filling", "ZHCG_UP", "数据流已用 81 %", 81, 80)
        assert first is not None
        assert services.raise_platform("stream_filling", "ZHCG_UP", "数据流已用 82 %", 82, 80) == first
        assert first.severity == 1
        cleared = services.clear_platform("stream_filling", "ZHCG_UP")
        assert cleared is not None
        assert not cleared.active
        assert services.clear_platform("stream_filling", "ZHCG_UP") is None

    def test_a_stream_four_fifths_full_is_an_alarm_of_the_first_rank(self):
        for percent, active in ((50, []), (80.5, [True]), (75, [True]), (60, [False])):
            services.judge_stream(percent)
            assert list(Alarm.objects.filter(rule="stream_filling").values_list("active", flat=True)) == active
        assert Alarm.objects.get(rule="stream_filling").severity == 1


def test_acknowledging_over_http_needs_the_forms_token(town: Town):
    town.change("lamp_dark", town.lamps[:1])
    (alarm,) = town.open()
    centre = Organisation.objects.create(code="C", name="监督指挥中心", kind="centre")
    account = Account.objects.create(username="duty", name="值班员")
    Holding.objects.create(
        account=account, post=Post.objects.create(organisation=centre, role="duty_officer", name="值班员"), valid_from=date(2020, 1, 1)
    )
    for checked, status in ((True, 403), (False, 200)):
        page = Client(enforce_csrf_checks=checked)
        page.force_login(account, backend="chengguan.people.access.AccountBackend")
        answer = page.post(f"/api/v1/alarms/{alarm.pk}/acknowledge", "{}", content_type="application/json")
        assert answer.status_code == status
