"""The ceiling: the same consumer, decoder and insert as the river, without checks, rules, state, alarms or positions.

    python bench/bare.py FILE      (started by ingest.py; writes its backlog into FILE every second)
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import deque
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chengguan.config.settings")


def main() -> None:
    import django

    django.setup()
    from chengguan.ingest.batch import Batch
    from chengguan.ingest.decode import decode, identify
    from chengguan.ingest.directory import Directory
    from chengguan.ingest.inserting import insert
    from chengguan.ingest.now import BATCH_S, MOST
    from chengguan.ingest.piece import Piece, join
    from chengguan.ingest.stream import Feed

    directory, feed = Directory(), Feed("bare")
    pieces: deque[Piece] = deque()

    def write() -> None:
        while True:
            time.sleep(3.0)
            ready = [pieces.popleft() for _ in range(len(pieces))]
            if ready:
                insert(join(ready))

    threading.Thread(target=write, daemon=True).start()
    feed.start(0)
    told = last = 0.0
    while True:
        began = time.monotonic()
        feed.arrived.wait(0.5)
        messages = feed.take(MOST)
        if messages:
            batch = Batch(messages)
            identify(batch, directory)
            decode(batch, directory)
            device = directory.device_pk[batch.device[batch.owner]]
            span = messages[0].position - 1, messages[-1].position
            pieces.append(Piece("bare", *span, messages[-1].stamp, device, batch.metric, batch.t[batch.owner], batch.value))
            last = messages[-1].stamp / 1e9
        if time.monotonic() - told > 1:
            told = time.monotonic()
            age = max(time.time() - last, 0.0) if feed.backlog else 0.0
            Path(sys.argv[1]).write_text(json.dumps({"age_s": age, "backlog": feed.backlog}))
        time.sleep(max(BATCH_S - (time.monotonic() - began), 0) if len(feed.items) < MOST else 0)


if __name__ == "__main__":
    main()
