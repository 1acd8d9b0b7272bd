"""Who may speak: devices, gateways and metrics as arrays, and what every subject heard so far means.

Subjects are looked up in a dictionary; only a subject heard for the first time is taken apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection

from chengguan.observations.models import Metric
from chengguan.observations.reasons import DROPPED, REASONS
from chengguan.protocols.topics import parse, published
from chengguan.things.models import Device, Gateway

CODES: dict[str, int] = {reason: code for code, reason in enumerate([*REASONS, *DROPPED], start=1)}
NAMES: dict[int, str] = {code: reason for reason, code in CODES.items()}
READING, GATEWAY, CHIRPSTACK, REFUSED = range(4)
LARGEST_CACHE = 200_000
"""Subjects remembered; a device can invent topics below its own, so there is an end to it."""


@dataclass(frozen=True)
class Heard:
    """A device as far as a batch needs to know it."""

    pk: int
    subsystem: str
    key: str
    model: str
    gateway: int  # dense index
    enabled: bool


class Directory:
    """The register of things as it stood when this was made. Devices and gateways have dense indexes."""

    def __init__(self) -> None:
        self.gateways = list(Gateway.objects.order_by("pk").values_list("pk", "key", "kind", "enabled", "subsystem", "applications"))
        self.gateway_of_key = {row[1]: index for index, row in enumerate(self.gateways)}
        self.gateway_of_application = {
            each: index for index, row in enumerate(self.gateways) if row[2] == Gateway.Kind.CHIRPSTACK for each in row[5]
        }
        self.gateway_pk = np.array([row[0] for row in self.gateways], np.int64)
        of_pk = {row[0]: index for index, row in enumerate(self.gateways)}
        self.devices = [
            Heard(pk, subsystem, key, model, of_pk.get(gateway, -1), enabled)
            for pk, subsystem, key, model, gateway, enabled in Device.objects.order_by("pk").values_list(
                "pk", "subsystem", "key", "model", "gateway_id", "enabled"
            )
        ]
        self.device_pk = np.array([each.pk for each in self.devices], np.int64)
        self.device_gateway = np.array([each.gateway for each in self.devices], np.int32)
        self.subsystems = sorted({each.subsystem for each in self.devices})
        number = {slug: at for at, slug in enumerate(self.subsystems)}
        self.device_subsystem = np.array([number[each.subsystem] for each in self.devices], np.int64)
        self.index_of_pk = {each.pk: index for index, each in enumerate(self.devices)}
        self.of_key = {(each.subsystem, each.key): index for index, each in enumerate(self.devices)}
        self.of_eui = {
            each.key.lower(): index
            for index, each in enumerate(self.devices)
            if each.gateway >= 0 and self.gateways[each.gateway][2] == "chirpstack"
        }
        self._load_metrics()
        self._forget()

    def _load_metrics(self) -> None:
        metrics = list(Metric.objects.order_by("pk").values_list("pk", "subsystem", "slug", "low", "high"))
        top = max((row[0] for row in metrics), default=0) + 1
        self.low, self.high = np.full(top, -np.inf), np.full(top, np.inf)
        self.slot = np.zeros(top, np.int32)
        self.metric_of: dict[str, dict[str, int]] = {}
        self.slugs: dict[str, list[str]] = {}
        self.metric_slug: dict[int, str] = {}
        for pk, subsystem, slug, low, high in metrics:
            self.metric_of.setdefault(subsystem, {})[slug] = pk
            self.metric_slug[pk] = slug
            slots = self.slugs.setdefault(subsystem, [])
            self.slot[pk] = len(slots)
            slots.append(slug)
            self.low[pk] = -np.inf if low is None else low
            self.high[pk] = np.inf if high is None else high
        self.slots = max((len(slots) for slots in self.slugs.values()), default=1)

    def _forget(self) -> None:
        self._route: dict[str, int] = {}
        self._rows: list[tuple[int, int, int, int]] = []
        self._texts: list[tuple[str, str, str, str]] = []
        self._table = np.zeros((0, 4), np.int32)

    def identify(self, subjects: Sequence[str]) -> tuple[np.ndarray, list[int]]:
        """Rows of (kind, device, gateway, reason code) for each subject, and its route number for `told`."""
        if len(self._route) > LARGEST_CACHE:
            self._forget()
        known = self._route
        try:
            routes = [known[subject] for subject in subjects]
        except KeyError:
            routes = [known[subject] if subject in known else self._add(subject) for subject in subjects]
        if len(self._rows) != len(self._table):
            self._table = np.array(self._rows, np.int32).reshape(-1, 4)
        return self._table[routes], routes

    def told(self, route: int) -> tuple[str, str, str, str]:
        """(gateway key, subsystem, device key, event) as the subject says."""
        return self._texts[route]

    def _add(self, subject: str) -> int:
        row, texts = self._understand(subject)
        self._rows.append(row)
        self._texts.append(texts)
        self._route[subject] = len(self._rows) - 1
        return len(self._rows) - 1

    def _understand(self, subject: str) -> tuple[tuple[int, int, int, int], tuple[str, str, str, str]]:
        topic = parse(published(subject))
        if topic is None:
            return (REFUSED, -1, -1, CODES["unknown_topic"]), ("", "", "", "")
        texts = (topic.gateway, topic.subsystem, topic.device, topic.what)
        if topic.kind == "chirpstack":
            gateway = self.gateway_of_application.get(topic.gateway, -1)
        else:
            gateway = self.gateway_of_key.get(topic.gateway, -1)
        if gateway < 0:
            return (REFUSED, -1, -1, CODES["unknown_gateway"]), texts
        if topic.kind == "chirpstack":
            return self._row(CHIRPSTACK, self.of_eui.get(topic.device, -1), gateway), texts
        if topic.kind == "gateway":
            return (GATEWAY, -1, gateway, 0), texts
        return self._row(READING, self.of_key.get((topic.subsystem, topic.device), -1), gateway), texts

    def _row(self, kind: int, device: int, gateway: int) -> tuple[int, int, int, int]:
        if device < 0:
            return (REFUSED, -1, gateway, CODES["unknown_device"])
        known = self.devices[device]
        if known.gateway != gateway:
            return (REFUSED, -1, gateway, CODES["foreign_gateway"])
        if not known.enabled or not self.gateways[gateway][3]:
            return (REFUSED, device, gateway, CODES["disabled"])
        return (kind, device, gateway, 0)


FINGERPRINT = """
SELECT (SELECT count(*)::text || ':' || coalesce(sum(hashtextextended(concat_ws('|',
            id, subsystem, key, model, gateway_id, group_id, component_id, enabled, attributes), 0)), 0) FROM things_device),
       (SELECT count(*)::text || ':' || coalesce(sum(hashtextextended(concat_ws('|',
            id, key, kind, subsystem, enabled, applications), 0)), 0) FROM things_gateway),
       (SELECT count(*)::text || ':' || coalesce(sum(hashtextextended(concat_ws('|',
            id, subsystem, slug, low, high), 0)), 0) FROM observations_metric)
"""


def fingerprint() -> tuple[str, ...]:
    """Changes when a directory made now would differ."""
    with connection.cursor() as cursor:
        cursor.execute(FINGERPRINT)
        return tuple(cursor.fetchone())
