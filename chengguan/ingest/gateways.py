"""What the platform tells gateways about their numbers: send these again, these are recorded.

Both go out on the down topic of our documented protocol and may be lost: they are said again.

    zhcg/down/<gateway>/_/resend    {"from": 12, "to": 15, "epoch": 1}
    zhcg/down/<gateway>/_/recorded  {"recorded": 4711, "epoch": 1}
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from chengguan.ingest.sequences import Counter, Sequences
from chengguan.ingest.stream import Feed
from chengguan.observations.models import GatewaySequence
from chengguan.protocols.topics import down_subject

PATIENCE_MS = 1500
"""A number may be on its way by another path for this long before it counts as missing."""
ASK_AGAIN_MS = 10_000
RECORDED_EVERY_MS = 5_000
MOST_RANGES = 20


class Outbox:
    """Remembers what was said when, so that it is not said at every batch."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.asked: dict[tuple[str, int], int] = {}
        self.told: dict[str, tuple[int, int]] = {}

    def send(self, sequences: Sequences, now: int) -> None:
        asked = [counter for counter in sequences.all() if counter.gaps and self._ask(counter, now)]
        if asked:
            GatewaySequence.objects.filter(gateway__in=[each.gateway for each in asked]).update(
                asked_at=datetime.fromtimestamp(now / 1000, UTC)
            )
        for counter in sequences.all():
            self._tell_recorded(counter, now)

    def _ask(self, counter: Counter, now: int) -> bool:
        key = counter.gateway, counter.epoch
        due = [gap for gap in counter.gaps if now - gap[2] > PATIENCE_MS]
        if not due or now - self.asked.get(key, 0) < ASK_AGAIN_MS:
            return False
        self.asked[key] = now
        for first, last, _ in due[:MOST_RANGES]:
            body = {"from": first, "to": last, "epoch": counter.epoch}
            self.feed.publish(down_subject(counter.gateway, "_", "resend"), json.dumps(body).encode())
        return True

    def _tell_recorded(self, counter: Counter, now: int) -> None:
        recorded, at = self.told.get(counter.gateway, (-1, 0))
        if counter.recorded == recorded or now - at < RECORDED_EVERY_MS:
            return
        self.told[counter.gateway] = (counter.recorded, now)
        body = {"recorded": counter.recorded, "epoch": counter.epoch}
        self.feed.publish(down_subject(counter.gateway, "_", "recorded"), json.dumps(body).encode())
