"""What a takeover accepted, flagged, found changed and refused: counts in words, and a table of every row to look at."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from chengguan.cases import workflow

if TYPE_CHECKING:
    from chengguan.cases.services.takeover_reading import Said
    from chengguan.cases.services.takeover_writing import Taken

SHOWN_REASONS = 15


def _plain(raw: dict[str, str]) -> str:
    """A row as it was, on one line."""
    return "；".join(f"{column} {value}" for column, value in raw.items() if value)


def kind_of(reason: str) -> str:
    """What reasons have in common: the words before the colon."""
    return reason.split("：")[0]


@dataclass
class Takeover:
    """Every row is in `accepted`, `unchanged`, `changed` or `refused`; a flagged row is an accepted one to look at. The table's
    numbers are the spreadsheet's own rows."""

    source: str
    applied: bool = False
    rows: int = 0
    accepted: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    states: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    flagged: set[int] = field(default_factory=set)
    table: list[tuple[int, str, str, str]] = field(default_factory=list)

    def accept(self, taken: Taken) -> None:
        self.accepted += 1
        self.states[taken.state] += 1
        if taken.on_time is not None and taken.old_on_time is not None:
            agree = taken.on_time == taken.old_on_time
            self.verdicts["agree" if agree else "differ"] += 1
            if not agree:
                self.flag(taken.said, _("按时与否与原系统不同"))
        for flag in list(taken.said.flags):
            self._note(taken.said, flag)

    def flag(self, said: Said, words: str) -> None:
        said.flags.append(words)
        self._note(said, words)

    def _note(self, said: Said, words: str) -> None:
        self.flagged.add(said.number)
        self.flags[kind_of(words)] += 1
        self.table.append((said.number, _("存疑"), words, _plain(said.raw)))

    def change(self, said: Said, told: str) -> None:
        self.changed += 1
        self.table.append((said.number, _("原系统已改"), told, _plain(said.raw)))

    def refuse(self, number: int, raw: dict[str, str], reason: str) -> None:
        self.refused += 1
        self.reasons[kind_of(reason)] += 1
        self.table.append((number, _("拒绝"), reason, _plain(raw)))

    def summary(self) -> str:
        told = {
            "source": self.source, "rows": self.rows, "accepted": self.accepted, "flagged": len(self.flagged), "unchanged": self.unchanged,
            "changed": self.changed, "refused": self.refused, "dry": "" if self.applied else _("（试运行，未写入）"),
        }  # fmt: skip
        lines = [_("%(source)s: 共 %(rows)d 行，接管 %(accepted)d（其中存疑 %(flagged)d），先前已接管 %(unchanged)d，"
                   "原系统已改 %(changed)d，拒绝 %(refused)d%(dry)s") % told]  # fmt: skip
        for state, count in self.states.most_common():
            lines.append(f"  {count:>6}  → {_(workflow.STATES[state])}")
        if self.verdicts:
            lines.append("  " + _("按时与否：与原系统一致 %(agree)d，不同 %(differ)d") % {"agree": self.verdicts["agree"], "differ": self.verdicts["differ"]})
        for title, reasons in ((_("拒绝"), self.reasons), (_("存疑"), self.flags)):
            lines += [f"  {count:>6}  {title}：{reason}" for reason, count in reasons.most_common(SHOWN_REASONS)]
            if (more := len(reasons) - SHOWN_REASONS) > 0:
                lines.append("          " + _("%(title)s：另有 %(n)d 种，见逐行报告") % {"title": title, "n": more})
        return "\n".join(lines)

    def as_data(self) -> dict[str, Any]:
        """The counts, to be kept and shown later."""
        return {
            "rows": self.rows, "accepted": self.accepted, "flagged": len(self.flagged), "unchanged": self.unchanged, "changed": self.changed,
            "refused": self.refused, "applied": self.applied, "states": dict(self.states), "verdicts": dict(self.verdicts),
            "reasons": dict(self.reasons.most_common()), "flags": dict(self.flags.most_common()),
        }  # fmt: skip

    def write_csv(self, path: Path) -> None:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            table = csv.writer(file)
            table.writerow([_("表格行号"), _("结论"), _("原因"), _("原始内容")])
            table.writerows(sorted(self.table))
