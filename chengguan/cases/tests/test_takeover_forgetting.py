"""Who reported stands in the case alone, not in samples, tables and raw rows; and a file is kept no longer than it is worked with."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chengguan.cases import services
from chengguan.cases.models import Report, TakeoverBatch
from chengguan.cases.services import takeover_batches as verbs
from chengguan.cases.services import takeover_forgetting as forgetting
from chengguan.cases.tests.conftest import World
from chengguan.cases.tests.test_takeover_batches import HEADER, MAPPING, ROWS, ran, received

CALLERS = ("王大明,13800001111", "李小红,13900002222", "赵老六,13700003333")
TOLD = MAPPING | {"fields": MAPPING["fields"] | {"reporter_name": {"column": "举报人"}, "reporter_phone": {"column": "电话"}}}


@pytest.fixture(autouse=True)
def own_files(tmp_path: Path, settings: Any) -> None:
    settings.FILES_FOLDER = str(tmp_path / "files")


def called(world: World) -> TakeoverBatch:
    lines = [f"{HEADER},举报人,电话", *(f"{row},{caller}" for row, caller in zip(ROWS, CALLERS, strict=True))]
    return received(world, SimpleUploadedFile("案卷.csv", "\n".join(lines).encode()))


def went(world: World, batch: TakeoverBatch, state: str) -> TakeoverBatch:
    return ran(verbs.begin(world.who("administrator"), batch.pk, state))


def applied(world: World) -> TakeoverBatch:
    batch = called(world)
    verbs.set_mapping(world.who("administrator"), batch.pk, TOLD)
    went(world, batch, "trying")
    return went(world, batch, "applying")


def test_who_reported_is_kept_in_the_case_alone(world: World) -> None:
    batch = applied(world)
    with verbs.files.open(batch.table.sha256) as kept:
        table = kept.read().decode("utf-8-sig")
    assert "不知道" in table
    kept_beside = f"{table}{batch.look}{batch.result}{list(Report.objects.values_list('said', flat=True))}"
    for word in ",".join(CALLERS).split(","):
        assert word not in kept_beside, word
    assert set(Report.objects.values_list("reporter_name", flat=True)) == {"王大明", "李小红"}


def test_the_same_rows_again_are_the_same_also_those_kept_whole_before(world: World) -> None:
    applied(world)
    TakeoverBatch.objects.update(sha256="")
    again = called(world)
    verbs.set_mapping(world.who("administrator"), again.pk, TOLD)
    assert went(world, again, "trying").result["unchanged"] == 2


def test_a_withdrawn_batch_keeps_its_counts_only(world: World) -> None:
    batch = went(world, applied(world), "withdrawing")
    assert (batch.state, batch.table, batch.file, batch.look) == ("withdrawn", None, None, {"rows": 3})


def test_an_applied_batch_is_forgotten_after_a_while_and_one_left_lying_discarded(world: World) -> None:
    batch, lying = applied(world), received(world)
    assert forgetting.forget_old() == 0
    later = timezone.now() + forgetting.KEPT_FOR + timedelta(days=1)
    assert (forgetting.forget_old(later), forgetting.forget_old(later)) == (2, 0)
    batch.refresh_from_db()
    lying.refresh_from_db()
    assert (batch.state, batch.table, batch.look, batch.result["accepted"]) == ("applied", None, {"rows": 3}, 2)
    assert (lying.state, lying.file) == ("discarded", None)


def test_what_is_abandoned_or_unreadable_is_discarded_and_may_come_again(world: World) -> None:
    admin = world.who("administrator")
    batch = received(world, SimpleUploadedFile("案卷.csv", HEADER.encode()))
    assert batch.state == "unreadable"
    with pytest.raises(services.Refused, match="管理员"):
        verbs.discard(world.who("leader"), batch.pk)
    assert verbs.discard(admin, batch.pk).file is None
    mapped = received(world)
    verbs.discard(admin, mapped.pk)
    assert received(world).state == "ready"
    with pytest.raises(services.Refused, match="不能这样办"):
        verbs.discard(admin, batch.pk)


def test_a_nul_deep_in_the_file_is_left_out(world: World) -> None:
    rows = [*ROWS, *(f"B{n},2025-03-03 08:00:00,,受理,描述{'长' * 60},,108.9916,28.4482" for n in range(200)), "C1,2025-03-03 08:00:00,,受\0理,井\0盖,,,"]
    batch = received(world, SimpleUploadedFile("案卷.csv", "\n".join([HEADER, *rows]).encode()))
    assert (batch.state, batch.rows) == ("ready", 204)
    assert "\\u0000" not in str(batch.look)


def test_what_cannot_be_kept_leaves_the_batch_where_it_stood(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verbs, "look_at", lambda path, say: {"rows": 1, "columns": [{"name": "a\0", "samples": [], "words": None}]})
    batch = received(world)
    assert (batch.state, "程序出错" in batch.words) == ("unreadable", True)
