"""接管 on the page: a file is received, looked at, mapped, tried, applied, and withdrawn as one batch, each as a job with its progress.
Only a mapping that was tried on this very file is applied."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copyfileobj
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from chengguan.cases.models import TakeoverBatch
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.administration import administrator_only
from chengguan.cases.services.takeover import take_over
from chengguan.cases.services.takeover_forgetting import LEFT_LYING, forget, without_reporters
from chengguan.cases.services.takeover_looking import check_kind, look_at
from chengguan.cases.services.takeover_mapping import BadMapping, mapping_of
from chengguan.cases.services.takeover_withdrawing import withdraw
from chengguan.engines import files
from chengguan.people.selectors import SYSTEM, Who, who_is
from chengguan.people.services import audit
from chengguan.places.services import Unreadable, remember_loading
from chengguan.things.models import Attachment
from chengguan.things.services import storing

log = logging.getLogger(__name__)
MOST_BYTES = 100 * 1024 * 1024
LONG_WORK = "cases.long_work"
"""Lock of jobs that take minutes: one of them at a time, so that those of the clock always find a place."""
SILENT = timedelta(minutes=5)
"""A job that said nothing for so long was ended with its process."""


class SameFile(Refused):
    """The very same file is here: `batch` is its course so far."""

    def __init__(self, batch: TakeoverBatch) -> None:
        told = {"when": f"{timezone.localtime(batch.created_at):%Y-%m-%d %H:%M}", "who": batch.who, "state": batch.get_state_display()}
        super().__init__(_("同一个文件 %(who)s 在 %(when)s 已经传过（%(state)s），没有再收一次。") % told)
        self.batch = batch


def receive(who: Who, upload: Any) -> TakeoverBatch:
    """Keep the file and have it looked at. Refused, in words, when it is too large, no spreadsheet, or here already."""
    administrator_only(who)
    name = str(upload.name or "").replace("\\", "/").rsplit("/", 1)[-1][-160:]
    if upload.size > MOST_BYTES:
        raise Refused(_("文件超过 %(most)d MB。请按年份分成几个文件。") % {"most": MOST_BYTES >> 20})
    try:
        check_kind(name, upload.read(8192))
    except Unreadable as wrong:
        raise Refused(str(wrong)) from wrong
    upload.seek(0)
    digest = files.sha256_of(upload)
    upload.seek(0)
    with storing():
        earlier = TakeoverBatch.objects.filter(sha256=digest).exclude(state__in=("withdrawn", "unreadable", "discarded")).first()
        if earlier is not None:
            raise SameFile(earlier)
        try:
            _digest, size = files.put(upload)
        except OSError as error:
            log.error("a file to take over was not kept: %s", error)
            raise Refused(_("文件的存储暂时不可用，这次没有保存。请稍后再传。")) from error
        kept = Attachment.objects.create(sha256=digest, content_type="application/octet-stream", size=size, name=name, uploaded_by_id=who.account_id)
        batch = TakeoverBatch.objects.create(name=name, size=size, sha256=digest, file=kept, account_id=who.account_id, who=who.name[:80])
        audit(who, "cases.takeover", batch, name, None, {"state": "looking", "size": size})
        send(batch)
    return batch


def send(batch: TakeoverBatch) -> None:
    app.configure_task("chengguan.cases.jobs.take_over", lock=LONG_WORK).defer(batch_id=batch.pk)


def set_mapping(who: Who, batch_id: int, mapping: dict[str, Any]) -> TakeoverBatch:
    """What was tried before was another mapping: it has to be tried again."""
    administrator_only(who)
    with transaction.atomic():
        batch = _held(batch_id, "ready", "tried")
        batch.mapping, batch.state, batch.words, batch.heard_at = mapping, "ready", "", timezone.now()
        without_reporters(batch)
        batch.save()
    return batch


def begin(who: Who, batch_id: int, state: str) -> TakeoverBatch:
    """Try it, apply it, or withdraw it: `trying`, `applying`, `withdrawing`."""
    administrator_only(who)
    with transaction.atomic():
        batch = _held(batch_id, *{"trying": ("ready", "tried"), "applying": ("tried",), "withdrawing": ("applied",)}[state])
        if state != "withdrawing":
            try:
                mapping_of(batch.mapping)
            except BadMapping as wrong:
                raise Refused(str(wrong)) from wrong
        audit(who, "cases.takeover", batch, batch.name, {"state": batch.state}, {"state": state})
        batch.state, batch.words, batch.rows_done, batch.heard_at = state, "", 0, timezone.now()
        batch.account_id, batch.who = who.account_id, who.name[:80]
        batch.save()
        send(batch)
    return batch


def discard(who: Who, batch_id: int) -> TakeoverBatch:
    """One that will not be applied: unreadable, or given up."""
    administrator_only(who)
    with transaction.atomic():
        batch = _held(batch_id, *LEFT_LYING)
        audit(who, "cases.takeover", batch, batch.name, {"state": batch.state}, {"state": "discarded"})
        batch.state, batch.words = "discarded", ""
        forget(batch)
        batch.save()
    return batch


def _held(batch_id: int, *states: str) -> TakeoverBatch:
    batch = TakeoverBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)
    if batch.state not in states:
        raise Refused(_("这批现在是“%(state)s”，不能这样办。没有改动。") % {"state": batch.get_state_display()})
    return batch


BACK = {"looking": "unreadable", "trying": "ready", "applying": "tried", "withdrawing": "applied"}


def run(batch_id: int) -> None:
    """The job: what the batch waits for. What goes wrong is told on the batch, which stands as it stood before."""
    batch = TakeoverBatch.objects.select_related("account", "file").get(pk=batch_id)
    state = batch.state
    if state not in BACK:
        return
    try:
        {"looking": _look, "trying": _take, "applying": _take, "withdrawing": _withdraw}[state](batch)
        batch.heard_at = timezone.now()
        with transaction.atomic():
            batch.save()
        return
    except (Unreadable, BadMapping, Refused) as wrong:
        words = str(wrong)[:500].replace("\0", "")
    except Exception:
        log.exception("taking over %s: %s failed", batch_id, state)
        words = _("程序出错，已记在日志里。已写入的行不会重复，可以再试一次。")
    TakeoverBatch.objects.filter(pk=batch_id).update(state=BACK[state], words=words, heard_at=timezone.now())


def go_on() -> int:
    """Those whose job was ended with its process go on: rows that are here already stay as they are."""
    silent = TakeoverBatch.objects.filter(state__in=BACK, heard_at__lt=timezone.now() - SILENT)
    for batch in silent:
        TakeoverBatch.objects.filter(pk=batch.pk).update(heard_at=timezone.now())
        send(batch)
    return len(silent)


@contextmanager
def _at_hand(batch: TakeoverBatch) -> Iterator[Path]:
    """The content as a file, under its ending."""
    if batch.file is None:
        raise Unreadable(_("文件已不在，请重新上传。"))
    with tempfile.NamedTemporaryFile(suffix=Path(batch.name).suffix.lower()) as here:
        try:
            with files.open(batch.file.sha256) as kept:
                copyfileobj(kept, here)
        except FileNotFoundError as gone:
            raise Unreadable(_("文件已不在，请重新上传。")) from gone
        here.flush()
        yield Path(here.name)


def _say(batch: TakeoverBatch) -> Any:
    return lambda rows: TakeoverBatch.objects.filter(pk=batch.pk).update(rows_done=rows, heard_at=timezone.now())


def _look(batch: TakeoverBatch) -> None:
    with _at_hand(batch) as path:
        batch.look = look_at(path, _say(batch))
    batch.state, batch.words, batch.rows_done = "ready", "", batch.look["rows"]


def _take(batch: TakeoverBatch) -> None:
    apply = batch.state == "applying"
    who = who_is(batch.account) if batch.account else SYSTEM
    with _at_hand(batch) as path:
        mapping = mapping_of(batch.mapping)
        report = take_over(who, path, mapping, apply=apply, source=batch.name, progress=_say(batch), batch_id=batch.pk if apply else None)
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        report.write_csv(table)
        with storing(), table.open("rb") as content:
            digest, size = files.put(content)
            batch.table = Attachment.objects.create(
                sha256=digest, content_type="text/csv", size=size, name=_report_name(batch, apply), uploaded_by_id=batch.account_id
            )
    batch.result, batch.rows_done, batch.words = report.as_data(), report.rows, ""
    batch.state = "applied" if apply else "tried"
    if apply:
        batch.applied_at, batch.file = timezone.now(), None
        remember_loading(f"cases:batch:{batch.pk}:{batch.applied_at.isoformat()}"[:120], "cases", batch.name, report.accepted, report.refused)


def _report_name(batch: TakeoverBatch, apply: bool) -> str:
    """Of which file, which run and when: it lies among many in somebody's downloads."""
    run = _("接管结果") if apply else _("试运行结果")
    return f"{Path(batch.name).stem[:100]}-{run}-{timezone.localtime():%Y%m%d-%H%M}.csv"


def _withdraw(batch: TakeoverBatch) -> None:
    who = who_is(batch.account) if batch.account else SYSTEM
    gone = withdraw(who, batch)
    batch.state, batch.words = "withdrawn", _("已撤回 %(n)d 件。") % {"n": gone}
    forget(batch)
