"""The pipeline without a broker, for tests: takes messages as the *now* sink would."""

from __future__ import annotations

import json

from chengguan.ingest.batch import Batch
from chengguan.ingest.commit import commit
from chengguan.ingest.ledger import NOW, Place, set_place
from chengguan.ingest.now import Now
from chengguan.ingest.situation import Situation
from chengguan.ingest.tests.town import captured
from chengguan.observations.models import LatestState

LAMP = "L-01-001"
UP = "application.app.device.0101010101010101.event.up"


class River:
    """Takes messages as the *now* sink would, each call one batch."""

    def __init__(self):
        self.place = Place("test", {0: 0})
        set_place(NOW, self.place)
        self.situation = Situation()
        self.at = 0

    def take(self, *messages, at=None, restart=False):
        if restart:
            self.situation = Situation()
        first = self.place.highest + 1
        batch = Batch(captured(*messages, first=first, at=at))
        for _, step in self.situation.steps:
            step(batch)
        outcome = self.situation.watch.judge(Now._columns(None, batch, self.situation))
        touched = self.situation.state.take(batch)
        self.place = commit(batch, self.situation, outcome, touched, self.place)
        return batch


def reasons(batch):
    return [reason for _, reason in batch.refused()]


def latest(key=LAMP):
    return LatestState.objects.get(device__key=key)


def uplink(**more):
    told = {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "deviceInfo": {"devEui": "0101010101010101"},
        "fPort": 2,
        "fCnt": 10,
        "data": "AQUAHjIA0g==",
        "rxInfo": [{"gatewayId": "0016c001f153a14c", "rssi": -36, "snr": 10.5}],
    }
    return json.dumps(told | more).encode()
