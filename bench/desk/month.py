"""Run inside a town's Django: the month's counts, and what makes them cold."""

from __future__ import annotations

import json
import os
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from chengguan.engines import postgres
from chengguan.evaluation.selectors import Question, figures, period
from chengguan.people.selectors import SYSTEM

OTHER = "cases_step"
"""Far larger than PostgreSQL's buffers, and nothing the counts read."""


def forget() -> None:
    """PostgreSQL's buffers hold another table afterwards, and the operating system nothing of the cluster's files: {"forgotten_mb"}."""
    cluster = postgres.cluster()
    with postgres.connect(cluster, "chengguan") as superuser:
        superuser.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        superuser.commit()
        superuser.autocommit = True
        superuser.execute("CHECKPOINT")
        superuser.execute("SELECT pg_prewarm(%s, 'buffer', 'main', 0, least(40000, pg_relation_size(%s) / 8192 - 1))", [OTHER, OTHER])
    os.sync()
    size = 0
    for path in Path(cluster.data).rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            size += os.fstat(handle).st_size
            os.close(handle)
    print(json.dumps({"forgotten_mb": round(size / 1e6)}))


def count() -> None:
    """Every count of cases and turns of the last whole month, for each department and each township."""
    began = time.monotonic()
    month = period("month", timezone.localdate().replace(day=1) - timedelta(days=1), None)
    question = Question(month, timezone.now())
    departments, townships = (figures(SYSTEM, by, question) for by in ("department", "township"))
    told = {
        "seconds": round(time.monotonic() - began, 2), "departments": len(departments), "townships": len(townships),
        "reported": sum(one.counts["reported"] for one in townships.values()),
    }  # fmt: skip
    print(json.dumps(told))
