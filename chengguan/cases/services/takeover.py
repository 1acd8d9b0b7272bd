"""接管: another system's cases become ours. Each row that is accepted is a case with its report and one step that says it was
taken over; what the other system did before is told, never acted out again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.models import Report
from chengguan.cases.services.takeover_mapping import ENDED_STATES, Mapping
from chengguan.cases.services.takeover_reading import RowRefused, Said, rows_of, understood
from chengguan.cases.services.takeover_report import Takeover
from chengguan.cases.services.takeover_writing import Taken, grid_index, write
from chengguan.people.models import Organisation
from chengguan.people.selectors import Who
from chengguan.places import selectors as places

AT_ONCE = 500
FUTURE = timedelta(hours=1)
"""How far a clock of another system may go ahead of ours."""


def take_over(
    who: Who, path: Path, mapping: Mapping, *, apply: bool = False, source: str = "", progress: Callable[[int], None] | None = None,
    batch_id: int | None = None,
) -> Takeover:
    """What becomes of each row. Nothing is written unless `apply`; a batch at a time then, so that an interrupted run is
    simply run again: rows that are here already stay as they are."""
    report = Takeover(source or path.name, applied=apply)
    now = timezone.now()
    checks = Checks(mapping, report, now)
    for rows in _batches(rows_of(path, mapping)):
        accepted = [said for said in (checks.row(*each) for each in rows) if said is not None]
        new = _not_here_yet(mapping, accepted, report)
        taken = [each for each in (checks.placed(said) for said in new) if each is not None]
        if apply:
            with transaction.atomic():
                write(who, mapping, taken, now, batch_id)
        for each in taken:
            report.accept(each)
        if progress is not None:
            progress(report.rows)
    checks.crowded()
    return report


def _batches(rows: Iterable[tuple[int, dict[str, str], str]]) -> Iterator[list[tuple[int, dict[str, str], str]]]:
    rows = iter(rows)
    while batch := list(islice(rows, AT_ONCE)):
        yield batch


def source_key(mapping: Mapping, key: str) -> str:
    return f"taken:{mapping.system}:{key}"


def _not_here_yet(mapping: Mapping, rows: list[Said], report: Takeover) -> list[Said]:
    """The rows that are new; of the others is said whether the other system has changed them since."""
    known = dict(Report.objects.filter(source_key__in=[source_key(mapping, said.key) for said in rows]).values_list("source_key", "said"))
    new = []
    for said in rows:
        before = known.get(source_key(mapping, said.key))
        if before is None:
            new.append(said)
        elif (before := mapping.kept(before)) == said.raw:
            report.unchanged += 1
        else:
            columns = [name for name in {**before, **said.raw} if before.get(name) != said.raw.get(name)]
            told = "；".join(f"{name} {before.get(name, '')} → {said.raw.get(name, '')}" for name in columns)
            report.change(said, told)
    return new


@dataclass
class Checks:
    """What is asked of each row, and what is remembered of the rows before it."""

    mapping: Mapping
    report: Takeover
    now: datetime
    keys: dict[str, int] = field(default_factory=dict)
    alike: dict[tuple[Any, ...], int] = field(default_factory=dict)
    on_spot: dict[tuple[float, float], list[Said]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.grids = grid_index()
        self.departments = {code: pk for pk, code in Organisation.objects.values_list("pk", "code")}

    def row(self, number: int, raw: dict[str, str], wrong: str) -> Said | None:
        """The row in our fields; None when it is refused."""
        self.report.rows += 1
        try:
            if wrong:
                raise RowRefused(wrong)
            said = understood(number, raw, self.mapping)
            said.raw = self.mapping.kept(raw)
            self._times(said)
            first = self.keys.setdefault(said.key, number)
            if first != number:
                raise RowRefused(_("编号在文件里重复：与第 %(row)d 行相同") % {"row": first})
        except RowRefused as refusal:
            self.report.refuse(number, self.mapping.kept(raw), str(refusal))
            return None
        return said

    def _times(self, said: Said) -> None:
        reported, closed = said.times["reported_at"], said.times.get("closed_at")
        if reported > self.now + FUTURE:
            raise RowRefused(_("上报时间在将来：%(moment)s") % {"moment": f"{timezone.localtime(reported):%F %R}"})
        if closed is not None and closed < reported:
            raise RowRefused(_("办结早于上报：%(reported)s，%(closed)s") % {"reported": f"{reported:%F %R}", "closed": f"{closed:%F %R}"})
        ended = said.texts["state"] in ENDED_STATES
        if ended and closed is None:
            raise RowRefused(_("已办结，却没有办结时间"))
        if not ended and closed is not None:
            said.flags.append(_("未办结，却有办结时间"))
        deadline = said.times.get("deadline")
        if deadline is not None and deadline <= reported:
            said.flags.append(_("截止时间不晚于上报，不计时"))

    def placed(self, said: Said) -> Taken | None:
        """The row with its unit grid. A believable position outside the county is refused; one that says nothing was taken
        away before, with a flag."""
        grid = None
        if said.point is not None:
            grid = self.grids.at(said.point)
            if grid is None and not places.inside_county(said.point):
                self.report.refuse(said.number, said.raw, _("位置不在本县范围内：%(x).6f, %(y).6f") % {"x": said.point.x, "y": said.point.y})
                return None
            if grid is None:
                said.flags.append(_("不在任何单元网格内"))
            spot = (said.point.x, said.point.y)
            self.on_spot.setdefault(spot, []).append(said)
        department = None
        if said.texts.get("department"):
            department = self.departments.get(said.texts["department"])
            if department is None:
                said.flags.append(_("没有这个处置单位"))
        same = (said.times["reported_at"], said.texts.get("address"), said.texts.get("description"), said.texts.get("matter_code"))
        first = self.alike.setdefault(same, said.number)
        if first != said.number:
            said.flags.append(_("疑似重复：与第 %(row)d 行的时间、地点、内容相同") % {"row": first})
        state = said.texts["state"]
        if state in ("awaiting_filing", "awaiting_dispatch") and not (said.texts.get("matter_code") and grid):
            said.flags.append(_("缺类别或网格，从受理接着办"))
            state = "reported"
        return Taken(said, state, grid, department, source_key(self.mapping, said.key))

    def crowded(self) -> None:
        """Points on which suspiciously many rows lie; the rows are kept, the report says so."""
        for rows in self.on_spot.values():
            if len(rows) >= self.mapping.crowd:
                for said in rows:
                    self.report.flag(said, _("同一点上的行过多：%(count)d 行") % {"count": len(rows)})


