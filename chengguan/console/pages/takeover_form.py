"""The mapping as the page sends it: which column is which field, then which of their words which of our codes."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases.models import TakeoverBatch
from chengguan.cases.services import Refused
from chengguan.cases.services.takeover_mapping import KINDS, check_name
from chengguan.console.selectors.takeovers import LINES, WORDED, choices, column_names, words_in

FORMATS: tuple[tuple[str, Any], ...] = (
    ("", gettext_lazy("2026-01-31 08:00:00（Excel 的日期也用这个）")),
    ("%Y/%m/%d %H:%M:%S", "2026/01/31 08:00:00"),
    ("%Y/%m/%d %H:%M", "2026/01/31 08:00"),
    ("%Y年%m月%d日 %H:%M:%S", gettext_lazy("2026年01月31日 08:00:00")),
    ("%Y年%m月%d日 %H时%M分", gettext_lazy("2026年01月31日 08时00分")),
    ("%Y%m%d%H%M%S", "20260131080000"),
    ("%m/%d/%Y %I:%M:%S %p", "01/31/2026 08:00:00 AM"),
)
SYSTEMS: tuple[tuple[str, Any], ...] = (
    ("4490", gettext_lazy("经纬度（CGCS2000、WGS-84）")),
    ("gcj02", gettext_lazy("经纬度（高德、腾讯地图，GCJ-02）")),
    ("bd09", gettext_lazy("经纬度（百度地图，BD-09）")),
    ("4545", gettext_lazy("平面坐标（CGCS2000，中央经线 108°）")),
    ("4546", gettext_lazy("平面坐标（CGCS2000，中央经线 111°）")),
)
KEPT = {"matter_code": "", "department": "", "on_time": "", "source": "upper"}
"""What a word becomes that is not in the table, when the row is to be kept nevertheless."""


def read_columns(batch: TakeoverBatch, given: QueryDict) -> dict[str, Any]:
    """The mapping with these columns; tables of words stay where their column stays. Refused when a column is none of the file's."""
    known, before = set(column_names(batch)), batch.mapping.get("fields", {})
    fields: dict[str, Any] = {}
    for field in LINES:
        columns = [column for column in given.getlist(f"column_{field}") if column]
        value = given.get(f"value_{field}", "")
        strange = [column for column in columns if column not in known]
        if strange:
            raise Refused(_("文件里没有这一列：%(column)s") % {"column": strange[0]})
        if not columns:
            if value:
                fields[field] = {"value": value}
            continue
        entry: dict[str, Any] = {"column": columns if KINDS[field] == "text" and len(columns) > 1 else columns[0]}
        if KINDS[field] == "time" and given.get(f"format_{field}"):
            entry["format"] = given[f"format_{field}"]
        earlier = before.get(field) or {}
        if field in WORDED:
            same = earlier.get("column") == entry["column"]
            entry |= {name: earlier[name] for name in ("table", "default") if same and name in earlier}
            if field in KEPT and "default" not in entry and not same:
                entry["default"] = KEPT[field]
        fields[field] = entry
    lon, lat = given.get("lon", ""), given.get("lat", "")
    if lon or lat:
        fields["position"] = {"lon": lon, "lat": lat, "crs": given.get("other_crs", "").strip() or given.get("crs", "4490")}
    named = {name: given.get(name, "").strip() for name in ("system", "name", "zone")}
    if named["name"] != batch.mapping.get("name"):
        check_name(named)
    return {**named, "name": named["name"] or named["system"], "zone": named["zone"] or "Asia/Shanghai", "fields": fields}


def read_words(batch: TakeoverBatch, field: str, given: QueryDict) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """The mapping with this table of words, and what was typed that is nothing of ours: (word, typed); such a word keeps what it had. What is
    typed may be a code with its name behind it."""
    mapping = dict(batch.mapping)
    entry = dict(mapping.get("fields", {}).get(field) or {})
    if field not in WORDED or not entry.get("column"):
        raise Refused(_("这一项还没有选列，没有可对照的词。请先在“哪一列是什么”里选好，保存。"))
    known = dict(choices(field))
    table: dict[str, str] = {}
    strange: list[tuple[str, str]] = []
    before = entry.get("table") or {}
    allowed = words_in(batch, entry["column"]) or {}
    for word, typed in zip(given.getlist("word"), given.getlist("ours"), strict=False):
        typed = typed.strip()
        code = typed if typed in known else typed.split(" ")[0]
        if not typed or word not in allowed:
            continue
        if code not in known:
            by_name = [each for each, name in known.items() if name == typed]
            if len(by_name) != 1:
                strange.append((word, typed))
                if word in before:
                    table[word] = before[word]
                continue
            code = by_name[0]
        table[word] = code
    entry["table"] = table
    entry.pop("default", None)
    if given.get("rest") == "keep" and field in KEPT:
        entry["default"] = KEPT[field]
    mapping["fields"] = {**mapping["fields"], field: entry}
    return mapping, strange
