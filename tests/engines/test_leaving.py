"""A role that is told to end does end, even when it waits for an engine that will not answer again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

STUCK = """
import signal, time
from chengguan.engines import processes
signal.signal(signal.SIGTERM, lambda *_: processes.leave_within(0.3))
print("waiting", flush=True)
while True:
    time.sleep(60)
"""


@pytest.mark.timeout(30)
def test_what_still_waits_is_left_after_the_given_time() -> None:
    with subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, text=True) as stuck:
        assert stuck.stdout is not None
        assert stuck.stdout.readline() == "waiting\n"
        began = time.monotonic()
        stuck.send_signal(signal.SIGTERM)
        assert stuck.wait(20) == 1
        assert time.monotonic() - began >= 0.25
