"""The engineer's pages. (M-26)"""

from __future__ import annotations

from chengguan.subsystems.street_lights.models import Schedule
from chengguan.things.models import Command


def test_the_overview_says_how_many_burn(lights, signed_in):
    page = signed_in("trade_engineer").get("/lights").content.decode()
    assert "亮灯率" in page
    assert "渝秀大道" in page


def test_switching_a_circuit_off_asks_twice_and_tells_how_many_lamps(lights, signed_in):
    client = signed_in("trade_engineer")
    asked = client.post("/lights/circuits/C-012-2/command", {"name": "off"}).content.decode()
    assert "作用于 3 盏灯" in asked
    assert not Command.objects.exists()
    client.post("/lights/circuits/C-012-2/command", {"name": "off", "confirmed": "yes"})
    assert Command.objects.get().name == "off"
    assert "12号箱2回路" in client.get("/lights/circuits/C-012-2").content.decode()


def test_a_circuit_is_watched_lamp_by_lamp_and_switched_on_the_same_page(lights, signed_in):
    client = signed_in("trade_engineer")
    page = client.get("/lights/circuits/C-012-1").content.decode()
    assert [f"L-1{m}" in page for m in range(3)] == [True] * 3
    assert "228" in page, "what the lamp said last"
    assert "还没有下达过指令" in page
    client.post("/lights/circuits/C-012-1/command", {"name": "on", "confirmed": "yes"})
    client.post("/lights/circuits/C-012-1/command", {"name": "off", "lamp": "L-11", "confirmed": "yes"})
    circuit, lamp = Command.objects.order_by("id")
    assert (circuit.name, circuit.group.key) == ("on", "C-012-1")
    assert (lamp.name, lamp.device.key) == ("off", "L-11")
    assert "还没有下达过指令" not in client.get("/lights/circuits/C-012-1").content.decode()


def test_a_leader_cannot_switch(lights, signed_in):
    assert signed_in("leader").post("/lights/circuits/C-012-2/command", {"name": "on"}).status_code == 403


def test_tonight_is_seen_before_a_schedule_is_kept(lights, signed_in):
    client = signed_in("trade_engineer")
    given = {"circuit": "", "mode": "sun", "on_offset_min": "30", "off_offset_min": "-30"}
    seen = client.post("/lights/schedules", given | {"do": "preview"}).content.decode()
    assert "改后，今晚" in seen
    assert "6 盏灯" in seen
    assert not Schedule.objects.exists()
    client.post("/lights/schedules", given | {"do": "save"})
    assert Schedule.objects.get().on_offset_min == 30
    refused = client.post("/lights/schedules", given | {"do": "save", "on_offset_min": "500"}).content.decode()
    assert "60 分钟之内" in refused
