"""Topics of devices: what an MQTT topic, or the NATS subject the broker makes of it, says about its message.

The broker turns `/` into `.` and a dot inside a level into `//`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["reading", "gateway", "chirpstack"]
UP = "zhcg.up."
CHIRPSTACK = "application."
OWN = "_"
"""Stands for the gateway itself where a subsystem would stand."""


@dataclass(frozen=True)
class Topic:
    kind: Kind
    gateway: str = ""  # key of the gateway; the application's id for ChirpStack
    subsystem: str = ""
    device: str = ""  # key of the device; devEui in lower case for ChirpStack
    what: str = ""  # the event of ChirpStack; "status" ... of a gateway's own message


def parse(subject: str) -> Topic | None:
    """Meaning of a subject beginning with `zhcg.up.` or `application.`; None when it has another form."""
    levels = [level.replace("\0", ".") for level in subject.replace("//", "\0").split(".")]
    if levels[:2] == ["zhcg", "up"] and len(levels) == 5 and all(levels):
        gateway, subsystem, device = levels[2:]
        if subsystem == OWN:
            return Topic("gateway", gateway, what=device)
        return Topic("reading", gateway, subsystem, device)
    if levels[0] == "application" and len(levels) == 6 and levels[2] == "device" and levels[4] == "event":
        return Topic("chirpstack", levels[1], device=levels[3].lower(), what=levels[5])
    return None


def down_subject(gateway: str, *levels: str) -> str:
    """Subject of a message to a gateway: `zhcg.down.<gateway>.<levels>`."""
    return ".".join(["zhcg.down", *(level.replace(".", "//") for level in (gateway, *levels))])


def published(subject: str) -> str:
    """The subject a message was published to, of the one it is stored under: `up.<partition>.` is in front."""
    return subject.split(".", 2)[2] if subject.startswith("up.") else subject
