"""On the alarm desk nothing vanishes without a hand, and every hand is on record."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chengguan.alarms import services as alarms
from chengguan.alarms.models import Alarm
from chengguan.cases.models import Case
from chengguan.console.tests.duty import dark, signed_in
from tests.small_town import person


def test_an_empty_desk_says_what_would_appear(town):
    assert "台上没有告警" in signed_in("duty").get("/alarms").content.decode()


def test_a_new_alarm_stands_with_its_place_and_rank(town):
    dark(town)
    page = signed_in("duty").get("/alarms").content.decode()
    for words in ("L-004711", "severity-3", "新"):
        assert words in page


def test_acknowledging_says_who_did_it(town):
    alarm = dark(town)
    client = signed_in("duty")
    answer = client.post(f"/alarms/{alarm.pk}/acknowledge", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert "live:alarms" in answer["HX-Trigger"]
    assert "张晓琴" in client.get(f"/alarms/{alarm.pk}").content.decode()


def test_the_panel_that_asked_is_answered_with_the_new_state(town):
    alarm = dark(town)
    client = signed_in("duty")
    asks = {"HX-Request": "true", "HX-Target": "alarm-panel"}
    shelved = client.post(f"/alarms/{alarm.pk}/shelve", {"hours": "8", "reason": "计划检修"}, headers=asks)
    page = shelved.content.decode()
    assert shelved.status_code == 200
    assert "live:alarms" in shelved["HX-Trigger"]
    assert "取消搁置" in page
    assert "搁置至" in page
    assert "计划检修" in page[page.index("timeline") :], "the story of the alarm tells it"
    again = client.post(f"/alarms/{alarm.pk}/unshelve", headers=asks).content.decode()
    assert "取消搁置</button>" not in again
    assert "搁置至" not in again


def test_shelving_is_told_only_while_the_alarm_stands_on_the_desk(town):
    alarm = dark(town)
    client = signed_in("duty")
    alarms.acknowledge(person("duty"), alarm)
    alarms.shelve(person("duty"), alarm, timezone.now() + timedelta(hours=8), "计划检修")
    assert "搁置至" in client.get(f"/alarms/{alarm.pk}").content.decode()
    dark(town, active=False)
    assert Alarm.objects.get(pk=alarm.pk).off_desk_at is not None
    page = client.get(f"/alarms/{alarm.pk}").content.decode()
    assert "已离台" in page
    assert "搁置至" not in page
    assert "<dt>搁置</dt>" not in page
    assert "搁置至" not in client.get("/alarms?show=past").content.decode()


@pytest.mark.parametrize(("n", "status"), [(200, 302), (201, 422)])
def test_a_reason_is_refused_in_words_when_nobody_would_read_it(town, n, status):
    alarm = dark(town)
    answer = signed_in("duty").post(f"/alarms/{alarm.pk}/shelve", {"hours": "8", "reason": "长" * n})
    assert answer.status_code == status
    alarm.refresh_from_db()
    assert len(alarm.shelve_reason) == (200 if status == 302 else 0)
    if status == 422:
        assert "理由最多 200 字，现在有 201 字" in answer.content.decode()


def test_a_leader_may_look_but_not_acknowledge(town):
    alarm = dark(town)
    client = signed_in("leader")
    assert client.get("/alarms").status_code == 200
    assert client.post(f"/alarms/{alarm.pk}/acknowledge").status_code == 403
    alarm.refresh_from_db()
    assert alarm.acknowledged_at is None


def test_several_are_acknowledged_at_once_and_the_refused_are_counted(town):
    first, second = dark(town), dark(town, rule="lamp_overvoltage", value=250.0)
    alarms.acknowledge(person("duty"), first)
    answer = signed_in("duty").post("/alarms/acknowledge", {"alarm": [first.pk, second.pk]}, headers={"HX-Request": "true"})
    second.refresh_from_db()
    assert second.acknowledged_at is not None
    import json

    assert "1" in json.loads(answer["HX-Trigger"])["toast"]


def test_shelving_needs_a_reason_and_an_end(town):
    alarm = dark(town)
    client = signed_in("duty")
    assert client.post(f"/alarms/{alarm.pk}/shelve", {"hours": "8", "reason": " "}).status_code == 422
    assert client.post(f"/alarms/{alarm.pk}/shelve", {"reason": "检修"}).status_code == 422
    assert client.post(f"/alarms/{alarm.pk}/shelve", {"hours": "8", "reason": "检修"}).status_code == 302
    alarm.refresh_from_db()
    assert timedelta(hours=7) < alarm.shelved_until - timezone.now() <= timedelta(hours=8)
    assert "检修" in client.get("/alarms?show=shelved").content.decode()
    assert "L-004711" not in client.get("/alarms").content.decode()


def test_a_person_may_register_what_the_policy_has_not(town):
    alarm = dark(town)
    client = signed_in("duty")
    assert client.post(f"/alarms/{alarm.pk}/register", headers={"HX-Request": "true"}).status_code == 204
    [case] = Case.objects.all()
    assert (case.source, case.component) == ("alarm", town["lamp"])
    again = client.post(f"/alarms/{alarm.pk}/register", headers={"HX-Request": "true"})
    assert again.status_code == 422
    assert Case.objects.count() == 1
    assert str(case) in client.get("/alarms").content.decode()


def test_alarms_of_one_device_stand_together(town):
    dark(town)
    dark(town, rule="lamp_overvoltage", value=250.0)
    groups = signed_in("duty").get("/alarms").context["groups"]
    assert [len(group["rows"]) for group in groups] == [2]


def test_filters_show_as_chips_that_can_be_taken_away(town):
    dark(town)
    page = signed_in("duty").get("/alarms?rank=1&q=nothing")
    assert [chip["name"] for chip in page.context["chips"]] == ["一级", "“nothing”"]
    assert "这些条件下没有告警" in page.content.decode()


def test_what_left_the_desk_can_be_looked_up(town):
    alarm = dark(town)
    alarms.acknowledge(person("duty"), alarm)
    dark(town, active=False)
    assert Alarm.objects.get(pk=alarm.pk).off_desk_at is not None
    assert "L-004711" in signed_in("duty").get("/alarms?show=past").content.decode()
    assert "已离台" in signed_in("duty").get(f"/alarms/{alarm.pk}").content.decode()


def test_another_departments_alarm_is_not_found(town):
    alarm = dark(town)
    assert signed_in("drainage").get(f"/alarms/{alarm.pk}").status_code == 404


@pytest.mark.parametrize(
    ("until", "words"),
    [("2030-01-01T08:00:00", "要写明时区"), ("2020-01-01T08:00:00+08:00", "须晚于现在"), ("2099-01-01T08:00:00Z", "最长"), ("明天", "")],
)
def test_an_end_of_shelving_that_makes_no_sense_is_refused_over_the_api(town, until, words):
    alarm = dark(town)
    answer = signed_in("duty").post(f"/api/v1/alarms/{alarm.pk}/shelve", {"until": until, "reason": "检修"}, content_type="application/json")
    assert answer.status_code == 422
    assert words in answer.json()["detail"] if words else answer.json()["detail"]
    alarm.refresh_from_db()
    assert alarm.shelved_until is None
