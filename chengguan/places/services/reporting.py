"""What a load accepted and refused, and why: a summary in words and a table of every refused row."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from chengguan.places.services.reading import Row, plain


@dataclass(frozen=True)
class Refusal:
    number: int
    reason: str
    raw: str


@dataclass
class Report:
    """Every row of the file is in `accepted` or in `refused`; `notes` say what the operator should look at."""

    kind: str
    source: str
    rows: int = 0
    accepted: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    dry_run: bool = False

    def refuse(self, row: Row, reason: str) -> None:
        self.refused.append(Refusal(row.number, reason, plain(row.raw)))

    def counted(self, rows: Iterable[Row]) -> Iterable[Row]:
        """The rows that could be read; the others are refused on the way."""
        for row in rows:
            self.rows += 1
            if row.wrong:
                self.refuse(row, row.wrong)
            else:
                yield row

    def summary(self) -> str:
        lines = [
            _("%(source)s: 共 %(rows)d 行，接受 %(accepted)d，拒绝 %(refused)d%(dry)s")
            % {
                "source": self.source,
                "rows": self.rows,
                "accepted": self.accepted,
                "refused": len(self.refused),
                "dry": _("（试运行，未写入）") if self.dry_run else "",
            }
        ]
        for reason, count in Counter(refusal.reason.split("：")[0] for refusal in self.refused).most_common(12):
            lines.append(f"  {count:>6}  {reason}")
        return "\n".join(lines + [f"  {note}" for note in self.notes])

    def write_csv(self, path: Path) -> None:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow([_("行号"), _("拒绝原因"), _("原始内容")])
            table.writerows((refusal.number, refusal.reason, refusal.raw) for refusal in self.refused)
