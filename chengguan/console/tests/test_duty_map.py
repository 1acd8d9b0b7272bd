"""The duty map reads everything once and then only what changed; it shows each person their own."""

import json

from chengguan.alarms import services as alarms
from chengguan.console.tests.duty import dark, signed_in
from tests.small_town import dark_lamp, person


def test_the_page_names_every_layer_of_every_trade(town):
    page = signed_in("duty").get("/map")
    config = page.context["config"]
    assert {trade["slug"] for trade in config["trades"]} >= {"street_lights", "manholes"}
    for trade in config["trades"]:
        for layer in trade["layers"]:
            assert f'data-layer="{trade["slug"]}/{layer["slug"]}"' in page.content.decode()


def test_an_inspector_has_no_duty_map(town):
    assert signed_in("inspect").get("/map").status_code == 403


def test_alarms_come_whole_first_and_then_in_steps(town):
    client = signed_in("duty")
    empty = client.get("/map/alarms.json").json()
    assert empty["full"]
    assert empty["alarms"] == []
    alarm = dark(town)
    step = client.get("/map/alarms.json", {"since": empty["cursor"]}).json()
    assert not step["full"]
    [row] = step["alarms"]
    assert (row["id"], row["label"], row["severity"], row["active"], row["acked"]) == (alarm.pk, "L-004711", 3, True, False)
    assert abs(row["lon"] - town["lamp"].point.x) < 1e-5


def test_what_left_the_desk_is_named_as_gone(town):
    client = signed_in("duty")
    alarm = dark(town)
    cursor = client.get("/map/alarms.json").json()["cursor"]
    alarms.acknowledge(person("duty"), alarm)
    dark(town, active=False)
    step = client.get("/map/alarms.json", {"since": cursor}).json()
    assert step["gone"] == [alarm.pk]
    assert step["alarms"] == []


def test_a_shelved_alarm_is_marked_not_hidden(town):
    from datetime import timedelta

    from django.utils import timezone

    alarm = dark(town)
    alarms.shelve(person("duty"), alarm, timezone.now() + timedelta(hours=2), "检修")
    [row] = signed_in("duty").get("/map/alarms.json").json()["alarms"]
    assert row["shelved"]


def test_a_department_sees_alarms_on_its_own_things_only(town):
    dark(town)
    assert len(signed_in("lighting").get("/map/alarms.json").json()["alarms"]) == 1
    assert signed_in("drainage").get("/map/alarms.json").json()["alarms"] == []


def test_the_alarm_card_offers_the_duty_officer_what_they_may_do(town):
    alarm = dark(town)
    page = signed_in("duty").get(f"/map/card/alarm/{alarm.pk}").content.decode()
    for address in ("acknowledge", "register"):
        assert f"/alarms/{alarm.pk}/{address}" in page
    assert "L-004711" in page
    leader = signed_in("leader").get(f"/map/card/alarm/{alarm.pk}").content.decode()
    assert f"/alarms/{alarm.pk}/acknowledge" not in leader


def test_a_component_with_one_device_opens_as_that_device_with_its_open_case(town):
    case = dark_lamp(town)
    page = signed_in("duty").get(f"/map/card/component/{town['lamp'].code}").content.decode()
    assert "L-004711" in page
    assert f"/cases/{case.pk}" in page
    assert "86" in page  # its last power reading


def test_what_another_department_owns_is_not_found(town):
    page = signed_in("drainage").get(f"/map/card/device/{town['device'].pk}").content.decode()
    assert "找不到了" in page


def test_states_are_those_inside_the_box(town):
    client = signed_in("duty")
    inside = client.get("/map/states.json", {"bbox": "108.99,28.447,108.993,28.449"}).json()["devices"]
    assert ("L-004711", "ok") in [(each["label"], each["state"]) for each in inside]
    assert client.get("/map/states.json", {"bbox": "108.95,28.44,108.96,28.45"}).json()["devices"] == []
    assert client.get("/map/states.json", {"bbox": "here"}).status_code == 400


def test_search_finds_by_label_and_by_address(town):
    client = signed_in("duty")
    by_label = client.get("/map/search.json", {"q": "L-004711"}).json()["results"]
    assert by_label[0]["select"] == f"component-{town['lamp'].code}"
    by_address = client.get("/map/search.json", {"q": "渝秀大道118号"}).json()["results"]
    assert any(found["kind"] == "address" and "118号" in found["title"] for found in by_address)
    assert json.loads(client.get("/map/search.json", {"q": ""}).content) == {"results": []}
