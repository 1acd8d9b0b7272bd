"""Staged limits go out and come in as a spreadsheet; a condition of which one row is refused stays as it is, whole. (M-22)"""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from chengguan.cases.models import Change, StagedLimit
from chengguan.cases.selectors import stages
from chengguan.cases.services.stages_sheet import STAGE_HEADERS
from chengguan.console.tests.duty import signed_in
from chengguan.people.spreadsheets import sheet
from chengguan.standards import staging
from tests.small_town import LAMP_MATTER

HOME, KEY, LISTED = "/administration/stages", f"{LAMP_MATTER}-03", "10999-01"
TWO = [(KEY, "", "", 1, "设警示", 2, "紧急工作时"), (KEY, "", "", 2, "更换", 3, "工作日")]


@pytest.fixture
def admin(town: dict[str, Any]) -> Any:
    return signed_in("admin")


def taken(admin: Any, rows: list[tuple[Any, ...]], **more: str) -> Any:
    file = SimpleUploadedFile("stages.xlsx", sheet(STAGE_HEADERS, rows))
    return admin.post(f"{HOME}/import", {"file": file, "reason": "县里文件", **more}).context["report"]


def words(key: str) -> str:
    return stages.in_words(stages.parts_of(key))


def test_a_condition_gets_its_stretches_by_their_numbers_and_not_by_the_order_of_rows(admin):
    report = taken(admin, TWO[::-1])
    assert (report.created, report.changed, report.same, report.refused) == (1, 0, 0, [])
    assert words(KEY) == "设警示 2 紧急工作时 → 更换 3 工作日"
    assert Change.objects.get(kind="stages").reason == "县里文件"
    report = taken(admin, [TWO[0], (*TWO[1][:5], 5, "work_day")])
    assert (report.created, report.changed) == (0, 1)
    assert words(KEY).endswith("更换 5 工作日")
    assert admin.post(f"{HOME}/{KEY}/undo/{Change.objects.latest('pk').pk}", {"reason": "改错了"}).status_code == 302
    assert words(KEY).endswith("更换 3 工作日")


def test_only_looked_through_nothing_is_written(admin):
    assert taken(admin, TWO, dry="on").created == 1
    assert not StagedLimit.objects.exists() and not Change.objects.filter(kind="stages").exists()


def test_a_condition_is_undivided_or_as_the_list_says_by_a_word(admin):
    assert staging.parts_of(LISTED)
    assert taken(admin, [(LISTED, "", "", "", "不分段", "", "")]).created == 1
    assert list(stages.parts_of(LISTED)) == []
    out = [line for line in _lines(admin) if line[0] == LISTED]
    assert [line[3:] for line in out] == [("", "不分段", "", "")]
    assert taken(admin, [(LISTED, "", "", "", "按清单", "", "")]).changed == 1
    assert not StagedLimit.objects.exists()
    assert taken(admin, [(KEY, "", "", "", "按清单", "", ""), (KEY[:-1] + "4", "", "", "", "不分段", "", "")]).same == 2


@pytest.mark.parametrize(("rows", "line", "why"), [
    ([TWO[0], (*TWO[1][:5], "两", "工作日")], 3, "要写数字"), ([TWO[0], (*TWO[1][:6], "星期")], 3, "计时方式"), ([TWO[0]], 2, "至少两段"),
    ([TWO[0], (KEY, "", "", 3, "更换", 3, "工作日")], 2, "从 1 起"), ([TWO[0], (KEY, "", "", 2, "设警示", 3, "工作日")], 3, "不能同名"),
    ([("00000-01", *TWO[0][1:])], 2, "没有这个立案条件"), ([TWO[0], (KEY, "", "", "", "不分段", "", "")], 2, "从 1 起"),
])  # fmt: skip
def test_a_refused_row_says_why_and_its_condition_stays_whole_while_others_change(admin, rows, line, why):
    report = taken(admin, [*rows, (LISTED, "", "", "", "不分段", "", "")])
    assert (report.created, report.changed) == (1, 0)
    assert report.refused[0][0] == line and why in report.refused[0][1], report.refused
    assert list(stages.parts_of(KEY)) == []
    assert list(stages.parts_of(LISTED)) == []


def test_a_refused_row_is_named_by_its_line_also_after_empty_ones(admin):
    empty = ("",) * len(STAGE_HEADERS)
    assert [line for line, _why in taken(admin, [empty, TWO[0], empty, (*TWO[1][:5], "两", "工作日")]).refused] == [5]


def _lines(admin: Any) -> list[tuple[Any, ...]]:
    page = load_workbook(io.BytesIO(admin.get(f"{HOME}?as=xlsx").content)).active
    return [tuple("" if cell is None else cell for cell in line) for line in page.iter_rows(min_row=2, values_only=True)]


def test_the_list_of_stretches_offers_both_ways(admin):
    page = admin.get(HOME).content.decode()
    assert "?as=xlsx" in page and f'action="{HOME}/import"' in page
    assert signed_in("dispatch").post(f"{HOME}/import", {}).status_code == 403
