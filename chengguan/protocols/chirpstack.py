"""Events of a ChirpStack v4 network server, JSON form of its protobuf messages.

MQTT topic `application/<application id>/device/<devEui>/event/<event>`. Only the fields that the platform uses are
declared; everything else in a message is skipped. Fields that protobuf's JSON mapping leaves out when they are zero
(`fCnt` 0, `batteryLevel` 0 ...) have those defaults here.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Annotated, Any

import msgspec

EVENTS = ("up", "status", "join", "ack", "txack", "log", "location", "integration")


class _Wire(msgspec.Struct, rename="camel", frozen=True):
    pass


class DeviceInfo(_Wire, frozen=True):
    dev_eui: str
    application_id: str = ""
    device_name: str = ""
    device_profile_name: str = ""
    tags: dict[str, str] = {}


class Location(_Wire, frozen=True):
    latitude: float = 0.0
    longitude: float = 0.0
    altitude: float = 0.0


class Reception(_Wire, frozen=True):
    """How one LoRaWAN gateway heard the frame."""

    gateway_id: str
    rssi: int = 0
    snr: float = 0.0
    location: Location | None = None


class Event(_Wire, frozen=True):
    """What every event carries."""

    device_info: DeviceInfo
    deduplication_id: str = ""
    time: datetime | None = None


Counter = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
"""Of frames: 32 bits in LoRaWAN."""


class Up(Event, frozen=True):
    dev_addr: str = ""
    f_cnt: Counter = 0
    f_port: int = 0
    data: str = ""
    object: dict[str, Any] | None = None
    rx_info: list[Reception] = []
    confirmed: bool = False

    @property
    def raw(self) -> bytes:
        """The frame's own bytes; ValueError when `data` is no base64."""
        return base64.b64decode(self.data, validate=True)

    @property
    def best(self) -> Reception | None:
        return max(self.rx_info, key=lambda each: each.rssi, default=None)


class Status(Event, frozen=True):
    margin: int = 0
    external_power_source: bool = False
    battery_level_unavailable: bool = False
    battery_level: float = 0.0

    @property
    def battery(self) -> float | None:
        """Percent, None when on mains or not told."""
        return None if self.external_power_source or self.battery_level_unavailable else self.battery_level


class Join(Event, frozen=True):
    dev_addr: str = ""


class Ack(Event, frozen=True):
    queue_item_id: str = ""
    acknowledged: bool = False
    f_cnt_down: int = 0


class TxAck(Event, frozen=True):
    downlink_id: int = 0
    queue_item_id: str = ""
    f_cnt_down: int = 0
    gateway_id: str = ""


class Log(Event, frozen=True):
    level: str = "INFO"
    code: str = ""
    description: str = ""


class Position(Event, frozen=True):
    location: Location = msgspec.field(default_factory=Location)


class Integration(Event, frozen=True):
    integration_name: str = ""
    event_type: str = ""
    object: dict[str, Any] | None = None


_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(kind)
    for name, kind in zip(EVENTS, (Up, Status, Join, Ack, TxAck, Log, Position, Integration), strict=True)
}


def decode(event: str, payload: bytes) -> Event:
    """The event's structure. KeyError for an unknown event, msgspec.ValidationError for wrong types,
    msgspec.DecodeError for what is not JSON."""
    return _decoders[event].decode(payload)
