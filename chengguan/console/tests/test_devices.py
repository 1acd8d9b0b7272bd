"""A device page says whether it is well and since when; gaps stay gaps; a dangerous command is asked for twice."""

from datetime import UTC, datetime, timedelta

import pytest

from chengguan.console.selectors import history
from chengguan.console.tests.duty import signed_in
from chengguan.observations import selectors as readings
from chengguan.things.models import Command, Group
from tests.small_town import person

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def told(monkeypatch):
    """The history answers with these points."""
    rows = []
    monkeypatch.setattr(readings, "series", lambda who, device, metric, start, end, points: [row for row in rows if start <= row.t < end])
    return rows


def point(minutes, value):
    return readings.Point(NOON + timedelta(minutes=minutes), value, value, value, 1)


def test_the_page_shows_state_and_last_readings(town):
    page = signed_in("duty").get(f"/devices/{town['device'].pk}").content.decode()
    for words in ("在线", "功率", "86", "L-004711", "单灯控制器"):
        assert words in page


def test_a_device_of_another_department_is_not_found(town):
    assert signed_in("drainage").get(f"/devices/{town['device'].pk}").status_code == 404


def test_silence_is_a_gap_in_the_line(town, told):
    told += [point(0, 80.0), point(5, 81.0), point(60, 82.0), point(65, 83.0)]
    answer = history.chart(person("duty"), town["device"], ["power"], NOON, NOON + timedelta(minutes=70), points=70)
    [line] = answer["lines"]
    values = [value for _t, value, _low, _high in line["points"]]
    assert values == [80.0, 81.0, None, 82.0, 83.0]
    assert [int(NOON.timestamp() * 1000) + 5 * 60_000, int(NOON.timestamp() * 1000) + 60 * 60_000] in answer["gaps"]


def test_comparing_moves_yesterday_under_today(town, told):
    told += [point(0, 80.0), point(-24 * 60, 60.0)]
    answer = history.chart(person("duty"), town["device"], ["power"], NOON, NOON + timedelta(minutes=10), points=10, compare="day")
    today, yesterday = answer["lines"]
    assert today["points"][0][0] == yesterday["points"][0][0]
    assert (today["compare"], yesterday["compare"]) == (False, True)


def test_a_history_that_is_away_is_said(town, monkeypatch):
    def away(*_args):
        raise ConnectionError("away")

    monkeypatch.setattr(readings, "series", away)
    answer = signed_in("duty").get(f"/devices/{town['device'].pk}/series?metric=power")
    assert answer.status_code == 503
    assert "最新状态不受影响" in answer.content.decode()


def test_a_command_is_queued_and_its_life_shown(town):
    client = signed_in("duty")
    answer = client.post(f"/devices/{town['device'].pk}/send", {"command": "on", "scope": "device"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    [command] = Command.objects.all()
    assert command.asked_name == "张晓琴"
    assert "排队" in client.get(f"/devices/{town['device'].pk}/commands").content.decode()


def test_a_command_to_a_whole_circuit_is_asked_for_twice(town):
    device = town["device"]
    device.group = Group.objects.create(subsystem="street_lights", kind="circuit", key="C-012-2", name="12号箱2回路", gateway=town["gateway"])
    device.save()
    client = signed_in("engineer")
    asked = client.post(f"/devices/{device.pk}/send", {"command": "off", "scope": "group"}, headers={"HX-Request": "true"})
    assert 'name="confirmed" value="yes"' in asked.content.decode()
    assert not Command.objects.exists()
    client.post(f"/devices/{device.pk}/send", {"command": "off", "scope": "group", "confirmed": "yes"}, headers={"HX-Request": "true"})
    assert Command.objects.get().group == device.group


def test_a_leader_is_offered_no_command(town):
    client = signed_in("leader")
    assert 'name="command"' not in client.get(f"/devices/{town['device'].pk}").content.decode()
    assert client.post(f"/devices/{town['device'].pk}/send", {"command": "on"}).status_code == 403


def test_the_list_finds_by_label_and_condition(town):
    client = signed_in("duty")
    assert "L-004711" in client.get("/devices?q=004711").content.decode()
    assert "L-004711" not in client.get("/devices?condition=offline").content.decode()
    assert "没有这样的设备" in client.get("/devices?q=nonesuch").content.decode()
