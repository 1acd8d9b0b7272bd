"""A line of a list as HTML. A page has fifty, and word by word they took most of its template's time: each is filled in at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from chengguan.cases.selectors.marks import Mark
from chengguan.console.pages.lists import Row

TICK = '<td class="work-tick"><input type="checkbox" class="form-check-input" name="case" value="{}:{}" data-moves="{}" aria-label="{} {}"></td>'
LINE = """<tr data-row="{key}"{row_class}>
  {ticked}<td><span class="light light-{light}">{light_word}</span></td>
  <td class="number small"><a class="plain" href="{url}" tabindex="-1">{number}</a><span class="under">{reported} {reported_word}</span></td>
  <td class="work-wide"><a class="clip d-block" data-open href="{url}" title="{matter}">{flags}{matter}</a>{marks}<span class="under clip" title="{description}">{description}</span></td>
  <td class="work-wide"><span class="clip d-block" title="{address}">{address}</span><span class="under clip">{area}</span></td>
  <td class="small">{source}</td>
  <td class="small"><span class="stage">{state}</span></td>
  {asked_for}<td title="{until}"><span class="timebar-words{red}">{left}</span><span class="timebar light-{light}"><i style="width:{percent}%"></i></span></td>
  <td class="small"><span class="clip d-block" title="{holder}">{holder}</span>{more}</td>
</tr>
"""
AS_THEY_ARE = ("key", "url", "number", "reported", "matter", "description", "address", "area", "source", "state", "light", "light_word", "left", "until", "percent", "holder")
UNREAD = '<span class="unread" title="{}"><span class="visually-hidden">{}</span></span>'
ASKED = '<td class="small work-asked">{}</td>'
URGENT, MORE, MARKS = '<span class="flag">{}</span> ', '<span class="under clip">{}</span>', '<span class="marks">{}</span>'


def lines(rows: Iterable[Row], *, ticks: bool = False, asked: bool = True) -> SafeString:
    """`ticks`: each can be ticked, for what is done to several at once. `asked`: with the column of requests that wait."""
    tick, reported, late, none = _("勾选"), _("上报"), _("已逾期"), SafeString()
    unread, urgent = format_html(UNREAD, _("到这一步后您还没有打开过"), _("未读")), format_html(URGENT, _("急"))
    filled = (
        format_html(
            LINE,
            **{name: row[name] for name in AS_THEY_ARE},  # type: ignore[literal-required]
            reported_word=reported,
            row_class=SafeString(' class="is-unread"') if row["unread"] else none,
            ticked=format_html(TICK, row["key"], row["version"], row["moves"], tick, row["number"]) if ticks else none,
            flags=(unread if row["unread"] else none) + (urgent if row["urgent"] else none),
            marks=format_html(MARKS, _marks(row["marks"], late)) if row["marks"] else none,
            asked_for=format_html(ASKED, _marks(row["asked"], "")) if asked else none,
            red=SafeString(" timebar-red") if row["red"] else none,
            more=format_html(MORE, row["holder_more"]) if row["holder_more"] else none,
        )
        for row in rows
    )
    return format_html_join("", "{}", ((line,) for line in filled))


def _marks(marks: Iterable[Mark], late: str) -> SafeString:
    """`late`: what is said of a mark that is past its time; "" says it of none."""
    return format_html_join("", '<span class="mark{}">{}{}</span>', (_mark(mark, late if mark.late else "") for mark in marks))


def _mark(mark: Mark, late: str) -> tuple[str, str, str]:
    return (" mark-late", mark.name, f" · {late}") if late else ("", mark.name, "")
