"""Taking over on the page: uploaded, mapped column by column and word by word, tried, applied, its report taken away. (M-48)"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengguan.cases.models import Case, TakeoverBatch, TakeoverMapping
from chengguan.cases.services import takeover_batches as verbs
from chengguan.cases.services.takeover_mapping import FIELDS, NAMES
from chengguan.console.selectors import takeovers as shown
from chengguan.console.tests.duty import signed_in

HOME = "/administration/takeovers"
LINES = ["任务号,上报时间,结案时间,当前阶段,小类,问题描述,备注"]
LINES += [f"K{n},2025/03/0{n} 08:00,2025/03/0{n} 17:00,{state},{matter},灯不亮,看过" for n, state, matter in ((1, "结案", "路灯异常"), (2, "办完", "怪事"), (3, "不明", ""))]


@pytest.fixture
def admin(town):
    return signed_in("admin")


def sent(admin: Any, content: bytes | None = None, name: str = "案卷.csv") -> Any:
    content = "\n".join(LINES).encode("gb18030") if content is None else content
    return admin.post(f"{HOME}/upload", {"file": SimpleUploadedFile(name, content)}, follow=True)


def batch() -> TakeoverBatch:
    found = TakeoverBatch.objects.get()
    verbs.run(found.pk)
    found.refresh_from_db()
    return found


COLUMNS = {
    "system": "old", "name": "旧平台", "zone": "Asia/Shanghai", "column_key": "任务号", "column_reported_at": "上报时间", "format_reported_at": "%Y/%m/%d %H:%M",
    "column_closed_at": "结案时间", "format_closed_at": "%Y/%m/%d %H:%M", "column_state": "当前阶段", "column_matter_code": "小类",
    "column_description": ["问题描述", "备注"], "value_source": "upper",
}  # fmt: skip


def mapped(admin: Any) -> str:
    sent(admin)
    page = f"{HOME}/{batch().pk}"
    admin.post(f"{page}/columns", COLUMNS)
    admin.post(f"{page}/words/state", {"word": ["结案", "办完", "不明"], "ours": ["closed", "closed", ""]})
    admin.post(f"{page}/words/matter_code", {"word": ["路灯异常", "怪事"], "ours": ["01037 路灯异常", ""], "rest": "keep"})
    return page


def test_the_whole_way_of_a_file_on_the_page(admin):
    assert "还没有接管过" in admin.get(HOME).content.decode()
    assert "正在读文件" in sent(admin).content.decode()
    page = f"{HOME}/{batch().pk}"
    first = admin.get(page).content.decode()
    assert '<option selected>任务号</option>' in first, "guessed from the column's name"
    assert "灯不亮" in first
    page = mapped_again = mapped_from(admin, page)
    assert "还有 1 个词没有对照" in admin.get(mapped_again).content.decode()
    admin.post(f"{page}/go/try")
    working = admin.get(page, headers={"HX-Request": "true"})
    assert "正在试运行" in working.content.decode() and "HX-Refresh" not in working
    batch()
    assert "HX-Refresh" in admin.get(page, headers={"HX-Request": "true"})
    told = admin.get(page).content.decode()
    assert "当前阶段 的取值不在对照表里" in told and "接管这 2 件" in told
    assert Case.objects.count() == 0
    sent_back = admin.get(f"{page}/report.csv")
    name = unquote(sent_back["Content-Disposition"])
    assert re.search(r"filename=\"takeover-\d+-report\.csv\"; filename\*=UTF-8''案卷-试运行结果-\d{8}-\d{4}\.csv$", name), name
    table = b"".join(sent_back.streaming_content).decode("utf-8-sig")
    assert "4,拒绝" in table and "K3" in table, "the fourth row of the spreadsheet, its head being the first"
    admin.post(f"{page}/go/apply")
    batch()
    assert sorted(Case.objects.values_list("matter_code", "description")) == [("", "灯不亮 看过"), ("01037", "灯不亮 看过")]
    assert "整批撤回" in admin.get(page).content.decode()
    admin.post(f"{page}/go/withdraw")
    assert batch().state == "withdrawn"
    assert Case.objects.count() == 0


def mapped_from(admin: Any, page: str) -> str:
    admin.post(f"{page}/columns", COLUMNS)
    admin.post(f"{page}/words/state", {"word": ["结案", "办完", "不明"], "ours": ["closed", "closed", ""]})
    admin.post(f"{page}/words/matter_code", {"word": ["路灯异常", "怪事"], "ours": ["01037 路灯异常", "01037 路灯异常"], "rest": "keep"})
    admin.post(f"{page}/words/matter_code", {"word": ["路灯异常", "怪事"], "ours": ["路灯异常", ""], "rest": "keep"})
    return page


def test_a_mapping_is_kept_and_used_for_the_next_file(admin):
    page = mapped(admin)
    admin.post(f"{page}/keep", {"name": "旧平台 2025"})
    saved = TakeoverMapping.objects.get()
    TakeoverBatch.objects.all().delete()
    sent(admin, ("\n".join(LINES) + "\nK9,2025/03/09 08:00,2025/03/09 09:00,结案,,好,").encode())
    page = f"{HOME}/{batch().pk}"
    assert "旧平台 2025" in admin.get(page).content.decode()
    admin.post(f"{page}/columns", {"saved": saved.pk})
    admin.post(f"{page}/go/try")
    assert batch().result["accepted"] == 3


def test_what_is_refused_is_told_where_it_was_sent_from(admin):
    assert "只能读 xlsx" in sent(admin, b"\xff\xd8\xff", "照片.jpg").content.decode()
    assert "请选择一个表格文件" in admin.post(f"{HOME}/upload", follow=True).content.decode()
    sent(admin)
    assert "已经传过" in sent(admin).content.decode()
    page = f"{HOME}/{batch().pk}"
    assert "文件里没有这一列：假" in admin.post(f"{page}/columns", COLUMNS | {"column_key": "假"}, follow=True).content.decode()
    admin.post(f"{page}/columns", COLUMNS)
    assert "“状态”还没有对照" in admin.get(page).content.decode()
    assert "“状态”还没有对照" in admin.post(f"{page}/go/try", follow=True).content.decode()
    assert "还没有选列" in admin.post(f"{page}/words/source", {"word": ["a"], "ours": ["b"]}, follow=True).content.decode()
    assert "“叫什么”太长" in admin.post(f"{page}/columns", COLUMNS | {"name": "旧" * 61}, follow=True).content.decode()
    admin.post(f"{page}/columns", COLUMNS | {"lon": "备注"})
    assert "经度、纬度两列都选" in admin.get(page).content.decode(), "half a position is not dropped unsaid"
    admin.post(f"{page}/columns", COLUMNS)
    typed = {"word": ["路灯异常", "怪事"], "ours": ["没有的类别", "01037 路灯异常"]}
    told = admin.post(f"{page}/words/matter_code", typed, follow=True).content.decode()
    assert "其余的已保存" in told and "路灯异常 → 没有的类别" in told
    assert batch().mapping["fields"]["matter_code"]["table"] == {"怪事": "01037"}, "one slip of the pen throws nothing else away"
    for saved in ("abc", "²", "99999"):
        assert admin.post(f"{page}/columns", {"saved": saved}).status_code == 404, saved


def test_a_kept_mapping_tells_which_columns_this_file_lacks(admin):
    admin.post(f"{mapped(admin)}/keep", {"name": "旧平台 2025"})
    TakeoverBatch.objects.all().delete()
    sent(admin, LINES[0].replace("结案时间", "办结").encode() + b"\nK1,2025/03/01 08:00,,x,,,\n")
    page = f"{HOME}/{batch().pk}"
    assert "没有映射要用的列" not in admin.get(page).content.decode()
    told = admin.post(f"{page}/columns", {"saved": TakeoverMapping.objects.get().pk}, follow=True).content.decode()
    assert "没有映射要用的列：结案时间" in told


def test_an_abandoned_file_is_discarded_on_the_page(admin):
    page = mapped(admin)
    assert "丢弃这个文件" in admin.get(page).content.decode()
    assert "已丢弃" in admin.post(f"{page}/discard", follow=True).content.decode()
    assert (batch().state, batch().file, batch().look) == ("discarded", None, {"rows": 3})
    assert "不能这样办" in admin.post(f"{page}/discard", follow=True).content.decode()
    assert admin.get(page).status_code == 200


def test_only_administrators_see_it(town):
    for person in ("shift", "leader", "accept"):
        assert signed_in(person).get(HOME).status_code == 403


def test_every_field_of_ours_has_its_line_on_the_form():
    assert set(NAMES) == set(FIELDS)
    assert set(shown.GUESSES) - {"lon", "lat"} == set(shown.LINES) == set(FIELDS) - {"position"}
