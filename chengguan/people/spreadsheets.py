"""Lists as spreadsheets, out and in. A cell that begins like a formula is written as text, so that opening the file
runs nothing."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zipfile import BadZipFile

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 20_000
MOST_BYTES = 10 * 1024 * 1024


Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]
"""title, headers, rows"""


def sheet(headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A workbook of one sheet, its headers in the reader's language; times in Beijing time, lists joined."""
    return workbook([("", headers, rows)])


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The same of several sheets, each under its title."""
    book = Workbook()
    book.remove(book.active)
    for title, headers, rows in sheets:
        _fill(book.create_sheet(_(title) if title else None), headers, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _fill(page: Any, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    page.append([_(name) for name in headers])
    for cell in page[1]:
        cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    for row in rows:
        page.append([_plain(value) for value in row])
        for cell in page[page.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"
    for number, name in enumerate(headers, 1):
        page.column_dimensions[get_column_letter(number)].width = max(12, 2 * len(_(name)) + 4)


def _plain(value: Any) -> Any:
    if hasattr(value, "tzinfo") and value is not None and value.tzinfo is not None:
        return timezone.localtime(value).replace(tzinfo=None)
    if value is None or isinstance(value, (int, float)) or hasattr(value, "isoformat"):
        return value
    return str(value)


def download(name: str, headers: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    return download_workbook(name, [("", headers, rows)])


def download_workbook(name: str, sheets: Iterable[Sheet]) -> HttpResponse:
    stamp = timezone.localtime().strftime("%Y%m%d-%H%M")
    disposition = f'attachment; filename="{name}-{stamp}.xlsx"'
    return HttpResponse(workbook(sheets), content_type=XLSX, headers={"Content-Disposition": disposition})


class Line(dict[str, str]):
    """A row by header that knows its line in the sheet, empty ones counted."""

    line: int

    def __init__(self, line: int, row: Mapping[str, str]) -> None:
        super().__init__(row)
        self.line = line


def read(file: Any, headers: Sequence[str], also: Sequence[str] = ()) -> list[Line]:
    """The rows of an uploaded sheet by header, as text; ValidationError when it is none or a header is missing. What is named `also`
    may be missing, and is empty then."""
    return [Line(line, row) for line, row in _rows(_opened(file)[0][1], headers, also)]


def read_workbook(file: Any, wanted: Mapping[str, Sequence[str]]) -> dict[str, list[tuple[int, dict[str, str]]]]:
    """title -> (line, row by header) of each wanted sheet that is there, by its title in either language."""
    found = {}
    for title, lines in _opened(file):
        name = next((name for name in wanted if title in (name, _(name))), None)
        if name is not None:
            found[name] = _rows(lines, wanted[name])
    if not found:
        raise ValidationError(_("表格里没有这些工作表：%(names)s。请先导出，照导出的样式填写。") % {"names": "、".join(_(name) for name in wanted)})
    return found


def _opened(file: Any) -> list[tuple[str, list[list[str]]]]:
    """(title, lines as text) of every sheet."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValidationError(_("表格超过 %(most)d MB。") % {"most": MOST_BYTES >> 20})
    try:
        pages = load_workbook(io.BytesIO(content), read_only=True, data_only=True).worksheets
        read_pages = [
            (page.title, [["" if cell is None else str(cell).strip() for cell in line] for line in page.iter_rows(max_row=MOST_ROWS + 1, values_only=True)])
            for page in pages
        ]
    except (BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError):
        raise ValidationError(_("这不是可以读取的 Excel 表格（xlsx）。")) from None
    if not read_pages:
        raise ValidationError(_("这不是可以读取的 Excel 表格（xlsx）。"))
    return read_pages


def _rows(lines: list[list[str]], headers: Sequence[str], also: Sequence[str] = ()) -> list[tuple[int, dict[str, str]]]:
    """(line in the sheet, row by header) of the lines that say anything."""
    found = lines[0] if lines else []
    places = {name: found.index(own) for name in (*headers, *also) for own in {name, _(name)} if own in found}
    missing = [_(name) for name in headers if name not in places]
    if missing:
        raise ValidationError(_("表格缺少列：%(names)s。请先导出，照导出的样式填写。") % {"names": "、".join(missing)})
    absent = dict.fromkeys(also, "")
    return [(number, absent | {name: line[at] for name, at in places.items()}) for number, line in enumerate(lines[1:], 2) if any(line)]
