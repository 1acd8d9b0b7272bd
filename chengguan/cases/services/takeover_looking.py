"""What stands in an uploaded spreadsheet, before anybody says what its columns mean: rows, samples, the different words of each column."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from chengguan.cases.services.takeover_reading import lines_of
from chengguan.places.services import Unreadable

MOST_ROWS = 300_000
MOST_WORDS = 300
"""More different words than that are no list of states or classes."""
LONGEST_WORD = 60
SAMPLES = 3
SAY_EVERY = 2000
OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"


def check_kind(name: str, head: bytes) -> None:
    """Unreadable, in words, when the first bytes are not what the file's name says."""
    ending = Path(name).suffix.lower()
    if not head.strip():
        raise Unreadable(_("文件是空的。"))
    if head.startswith(OLD_EXCEL) or ending == ".xls":
        raise Unreadable(_("这是旧版或加了密码的 Excel 文件。请去掉密码，另存为 xlsx 或 CSV 再传。"))
    if ending not in (".csv", ".tsv", ".txt", ".xlsx", ".xlsm"):
        raise Unreadable(_("只能读 xlsx 和 CSV 表格，“%(name)s”不是。") % {"name": name})
    packed = head.startswith(ZIP)
    if packed != (ending in (".xlsx", ".xlsm")):
        raise Unreadable(_("“%(name)s”的内容与扩展名不符：请从原系统重新导出为 xlsx 或 CSV。") % {"name": name})
    if not packed and b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unreadable(_("“%(name)s”不是文本表格。") % {"name": name})


def look_at(path: Path, progress: Callable[[int], None]) -> dict[str, Any]:
    """{"rows": n, "columns": [{"name", "samples", "words": {word: times} or None when they are too many}]}."""
    lines = lines_of(path)
    header = next(lines, [])
    while header and not header[-1]:
        header.pop()
    if not header:
        raise Unreadable(_("第一行没有列名。请让第一行是表头，没有合并的标题行。"))
    twice = sorted({name for name in header if header.count(name) > 1 and name})
    if twice:
        raise Unreadable(_("有列名重复：%(names)s。请改成不同的名字再传。") % {"names": "、".join(twice)})
    seen: list[dict[str, int] | None] = [{} for _name in header]
    samples: list[list[str]] = [[] for _name in header]
    rows = 0
    for values in lines:
        if not any(values):
            continue
        rows += 1
        if rows > MOST_ROWS:
            raise Unreadable(_("超过 %(most)d 行。请按年份分成几个文件。") % {"most": MOST_ROWS})
        for place, value in enumerate(values[: len(header)]):
            words = seen[place]
            if value and len(samples[place]) < SAMPLES and value not in samples[place]:
                samples[place].append(value[:80])
            if words is not None:
                words[value] = words.get(value, 0) + 1
                if len(words) > MOST_WORDS or len(value) > LONGEST_WORD:
                    seen[place] = None
        if rows % SAY_EVERY == 0:
            progress(rows)
    if not rows:
        raise Unreadable(_("只有表头，没有数据行。"))
    columns = [{"name": name, "samples": samples[place], "words": seen[place]} for place, name in enumerate(header) if name]
    return {"rows": rows, "columns": columns}
