"""Each process is killed in turn while readings and alarms pass; afterwards everything is there once.

The first run sends 200,000 readings with 200 alarms and takes one and a half minutes on a quiet machine of two cores,
two on a busy one; both end by their limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = [pytest.mark.engines, pytest.mark.timeout(420)]


def run(*arguments: str) -> dict:
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "NATS_URL", "HISTORY_URL"}}
    program = settings.REPOSITORY / "tests" / "engines" / "faults_run.py"
    done = subprocess.run([sys.executable, str(program), *arguments], env=environment, capture_output=True, text=True, timeout=400)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    print(done.stdout)
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_after_killing_each_process_in_turn_every_reading_alarm_and_case_is_there_once():
    found = run("--readings", "200000", "--alarms", "200", "--rate", "2500", "--limit", "330", "--settle", "4")
    assert found["sent"] >= 199_900
    assert found["different"] == found["sent"], "readings lost"
    assert found["rows"] == found["different"], "readings twice"
    assert found["asked"] >= found["resent"] > 0, "what got lost on the way was asked for"
    assert found["alarms"] == found["alarm_subjects"] == 200
    assert found["raised_twice"] == 0
    assert found["cases"] == found["alarms_in_cases"] == found["cases_of_one"] == 200
    assert found["quarantined"] == 0
    assert found["web"] == "ok"


def test_ingest_killed_again_and_again_takes_nothing_twice():
    found = run(
        "--readings", "30000", "--alarms", "20", "--rate", "1500", "--kills", "ingest,ingest,ingest", "--limit", "200", "--settle", "0"
    )  # fmt: skip
    assert found["rows"] == found["different"] == found["sent"]
    assert found["alarms"] == found["cases"] == 20
