"""The settings' pages: every one in words, changed with a reason, set back, carried out and in as a workbook. (M-22)"""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from chengguan.cases import services
from chengguan.cases.models import CalendarDay, Change, FilingLimit, Setting
from chengguan.cases.selectors import settings
from chengguan.cases.selectors.settings_in_words import (
    CHOICES,
    GROUPS,
    group_of,
    in_words,
    kind_of_setting,
    name_of_setting,
)
from chengguan.cases.selectors.settings_sheets import LADDERS, MATTERS, SHEETS, VALUES
from chengguan.cases.wording import wording
from chengguan.console.tests.duty import signed_in
from chengguan.people.models import Holding
from chengguan.people.selectors import SYSTEM
from chengguan.places.models import Area
from chengguan.standards.limits import SETTINGS
from chengguan.standards.switches import NOTICE

ROOT = "/administration/settings"
TOWNS = "handling.crew_review"
"""What the small town has set itself."""


@pytest.fixture
def admin(town):
    yield signed_in("admin")
    wording.take({})


def own(key: str) -> Any:
    return Setting.objects.filter(key=key).values_list("value", flat=True).first()


def set_here() -> Any:
    return Setting.objects.exclude(key=TOWNS)


def test_every_setting_stands_in_a_group_with_its_value_in_words(admin):
    page = admin.get(ROOT).content.decode()
    for key, setting in SETTINGS.items():
        assert name_of_setting(setting) in page
        assert f'data-row="{key}"' in page
        said = in_words(key, setting.default)
        assert said, key
        assert "{" not in said or kind_of_setting(setting) == "notice", said
        assert set(setting.choices) - {"true", "false"} <= set(CHOICES.get(key, {})), key
    assert {group_of(key) for key in SETTINGS} >= {slug for slug, _name, _keys in GROUPS} - {"others"}


@pytest.mark.parametrize("key", list(SETTINGS))
def test_every_setting_has_a_form_that_gives_back_what_it_shows(admin, key):
    page = admin.get(f"{ROOT}/{key}")
    assert page.status_code == 200
    assert name_of_setting(SETTINGS[key]) in page.content.decode()


TYPED: list[tuple[str, dict[str, Any], Any]] = [
    ("handling.default", {"value": "5", "clock": "work_hour"}, {"value": 5, "clock": "work_hour"}),
    ("handling.starts", {"value": "receipt"}, "receipt"),
    ("urge.automatic", {"value": "no"}, False),
    ("duplicates.metres", {"value": "80"}, 80),
    ("calendar.hours", {"from-0": "09:00", "to-0": "12:00", "from-1": "13:00", "to-1": "17:30"}, [["09:00", "12:00"], ["13:00", "17:30"]]),
    ("calendar.seasons", {"value": "2026-06-01 08:30-12:00 14:30-18:00\n2026-10-01 8:00-12:00"}, [{"from": "2026-06-01", "hours": [["08:30", "12:00"], ["14:30", "18:00"]]}, {"from": "2026-10-01", "hours": [["08:00", "12:00"]]}]),
    ("dispatch.automatic", {"matter": ["01037", "02"]}, ["01037", "02"]),
    ("photos.verify", {"number-": "1", "number-01037": "3", "number-02": ""}, {"": 1, "01037": 3}),
    (
        "approval.extend",
        {"times-0": "1", "days-0": "0", "who-0": ["dispatcher", "shift_leader"], "times-1": "2", "days-1": "", "who-1": ["leader"], "times-2": "", "days-2": ""},
        [{"times": 1, "days": 0, "who": ["dispatcher", "shift_leader"]}, {"times": 2, "days": 0, "who": ["leader"]}],
    ),
    (
        "approval.suspend",
        {"times-0": "1", "who-0": ["shift_leader"], "times-1": "1", "cases-1": "5", "who-1": ["leader"]},
        [{"times": 1, "days": 0, "who": ["shift_leader"]}, {"times": 1, "days": 0, "cases": 5, "who": ["leader"]}],
    ),
    ("handling.crew_review_own", {"own-lighting": "01037、02", "own-drainage": "无", "own-water": ""}, {"lighting": ["01037", "02"], "drainage": []}),
    ("notice.urged", {"on": "yes", "title": "催 {matter}", "text": "{case}"}, {"on": True, "title": "催 {matter}", "text": "{case}"}),
    ("word.department", {"value": "专业部门"}, "专业部门"),
    ("number.area", {"value": "500240"}, "500240"),
    ("evaluation.suspended", {"value": "counted"}, "counted"),
    ("ratio.rectifying", {"over": ["closed", "forced"], "under": ["handled"]}, {"over": ["closed", "forced"], "under": ["handled"]}),
]


@pytest.mark.parametrize(("key", "typed", "value"), TYPED, ids=[key for key, _typed, _value in TYPED])
def test_what_is_typed_is_set_and_is_in_force_at_once(admin, key, typed, value):
    answer = admin.post(f"{ROOT}/{key}", {**typed, "reason": "县里定的"})
    assert answer.status_code == 302, answer.context["error"]
    assert own(key) == value
    assert settings()[key] == value
    change = Change.objects.get(key=key)
    assert (change.reason, change.before, change.after) == ("县里定的", None, value)
    assert admin.get(f"{ROOT}/{key}").status_code == 200
    admin.post(f"{ROOT}/{key}", {"default": "1", "reason": "改回"})
    assert own(key) is None


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("duplicates.metres", {"value": "80"}, "请写明为什么改"),
        ("duplicates.metres", {"value": "很远", "reason": "试"}, "应写一个数"),
        ("duplicates.metres", {"value": "inf", "reason": "试"}, "应写一个数"),
        ("handling.default", {"value": "0", "clock": "work_day", "reason": "试"}, "应为大于零"),
        ("window.return", {"value": "1000000", "clock": "work_hour", "reason": "试"}, "不超过一年"),
        ("verify.metres", {"value": "99999999999", "reason": "试"}, "不超过 100000"),
        ("handling.starts", {"value": "never", "reason": "试"}, "处置时限起算"),
        ("calendar.hours", {"from-0": "09:00", "to-0": "", "reason": "试"}, "起止时间"),
        ("calendar.seasons", {"value": "六月 8:30-12:00", "reason": "试"}, "每行应写成"),
        ("approval.extend", {"times-0": "2", "who-0": ["leader"], "reason": "试"}, "第一级应从第 1 次"),
        ("notice.urged", {"title": "{x}", "text": "", "reason": "试"}, "不认识的占位"),
        ("ratio.rectifying", {"over": ["closed"], "reason": "试"}, "至少选一个数"),
        ("ratio.rectifying", {"over": ["closed"], "under": ["verify_due"], "reason": "试"}, "不能混"),
    ],
)
def test_what_makes_no_sense_comes_back_with_the_reason_and_nothing_is_set(admin, key, typed, words):
    answer = admin.post(f"{ROOT}/{key}", typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert own(key) is None


def test_matters_are_found_by_pinyin_and_what_is_ticked_stays(admin):
    page = admin.get(f"{ROOT}/dispatch.automatic/matters", {"q": "ld", "matter": ["02"]}).content.decode()
    assert 'value="02" checked' in page
    assert 'value="01037"' in page
    page = admin.get(f"{ROOT}/photos.verify/matters", {"q": "路灯", "number-": "", "number-02": "2"}).content.decode()
    assert 'name="number-02" value="2"' in page
    assert 'name="number-01037"' in page


def test_a_text_is_previewed_with_a_sample_or_with_what_is_wrong(admin):
    assert "请尽快处置" in admin.get(f"{ROOT}/preview", {"title": "{action}", "text": "{opinion}"}).content.decode()
    assert "不认识的占位" in admin.get(f"{ROOT}/preview", {"title": "{nobody}", "text": ""}).content.decode()


def test_the_history_says_who_what_and_why_and_only_the_newest_is_set_back(admin):
    services.set_setting(SYSTEM, "handling.starts", "filing", reason="先这样")
    services.set_setting(SYSTEM, "handling.starts", "receipt", reason="再改")
    page = admin.get("/administration/changes").content.decode()
    assert "从立案起" in page
    assert "从签收起" in page
    assert "再改" in page
    first, last = Change.objects.filter(key="handling.starts").order_by("pk")
    answer = admin.post(f"/administration/changes/{first.pk}/undo", {"reason": "改错了"}, follow=True)
    assert "后来又改过" in answer.content.decode()
    answer = admin.post(f"/administration/changes/{last.pk}/undo", {"reason": " "}, follow=True)
    assert "请写明为什么撤销" in answer.content.decode()
    assert own("handling.starts") == "receipt"
    admin.post(f"/administration/changes/{last.pk}/undo", {"reason": "改错了"})
    assert own("handling.starts") == "filing"
    assert last.undone_by.reason == "改错了"
    assert "改错了" in admin.get("/administration/changes").content.decode()


def test_the_history_tells_other_kinds_in_words_too(admin):
    said = {"who": "管理员", "before": None}
    Change.objects.create(kind="limit", key="01037-03|A|2026-12-01", after={"limit": [4, "work_hour"], "verify": [1, "urgent_hour"]}, **said)
    Change.objects.create(kind="day", key="2026-12-01", after={"working": False, "note": "停电"}, **said)
    Change.objects.create(kind="area_class", key="500241001", after="B", **said)
    page = admin.get("/administration/changes").content.decode()
    for words in ("4 工作时，核查 1 紧急工作时", "01037-03 A 类区域 自 2026-12-01 起", "放假 停电", "B 类区域"):
        assert words in page
    assert admin.get("/administration/changes?kind=limit").context["page"].paginator.count == 1


def test_a_ladder_says_when_nobody_holds_a_post_that_should_decide(admin):
    services.set_setting(SYSTEM, "approval.void", [{"times": 1, "days": 0, "who": ["leader"]}])
    assert "没有人任" not in admin.get(f"{ROOT}/approval.void").content.decode()
    Holding.objects.filter(post__role="leader").delete()
    assert "今天没有人任领导" in admin.get(f"{ROOT}/approval.void").content.decode()


def test_others_have_no_settings(town):
    for address in (ROOT, f"{ROOT}/handling.starts", f"{ROOT}.xlsx", "/administration/changes"):
        assert signed_in("dispatch").get(address).status_code == 403


# ---- workbooks ----------------------------------------------------------------------------------


def book(**sheets: list[list[Any]]) -> SimpleUploadedFile:
    made = Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        page = made.create_sheet(title)
        page.append(list(SHEETS[title]))
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    made.save(out)
    return SimpleUploadedFile("settings.xlsx", out.getvalue())


def test_what_goes_out_comes_in_again_without_a_change(admin):
    for key, _typed, value in TYPED:
        services.set_setting(SYSTEM, key, value)
    services.set_setting(SYSTEM, "notice.back", {**NOTICE, "on": False})
    sheet = admin.get(f"{ROOT}.xlsx")
    content = sheet.content if hasattr(sheet, "content") else b""
    assert set(load_workbook(io.BytesIO(content)).sheetnames) == set(SHEETS)
    plan = admin.post(f"{ROOT}/import", {"file": SimpleUploadedFile("s.xlsx", content)}).context["plan"]
    assert plan.refused == []
    assert plan.changes == []
    assert plan.same == len(SETTINGS)


def test_a_workbook_is_tried_first_and_carried_out_when_confirmed(admin):
    file = book(**{
        VALUES: [["handling.default", "", 4, "工作时"], ["urge.automatic", "", "否", ""], ["handling.starts", "", "从签收起", ""], ["ratio.rectifying", "", "(结案数 + 强制结案数) ÷ 处置数", ""]],
        MATTERS: [["dispatch.automatic", "", "01037", "", ""], ["dispatch.automatic", "", "02", "", ""], ["photos.verify", "", "*", "", 2]],
        LADDERS: [["approval.void", "", 1, 0, "", "值班长"], ["approval.void", "", 1, 10, "", "领导"]],
    })  # fmt: skip
    answer = admin.post(f"{ROOT}/import", {"file": file})
    assert len(answer.context["plan"].changes) == 7
    assert not set_here().exists()
    admin.post(f"{ROOT}/import/do", {"plan": answer.context["signed"], "reason": "按县里文件"})
    assert own("ratio.rectifying") == {"over": ["closed", "forced"], "under": ["handled"]}
    assert own("handling.default") == {"value": 4, "clock": "work_hour"}
    assert own("urge.automatic") is False
    assert own("handling.starts") == "receipt"
    assert own("dispatch.automatic") == ["01037", "02"]
    assert own("photos.verify") == {"": 2}
    assert own("approval.void")[1] == {"times": 1, "days": 10, "who": ["leader"]}
    assert set(Change.objects.exclude(key=TOWNS).values_list("reason", flat=True)) == {"按县里文件"}


def test_every_refused_row_says_why_and_its_whole_setting_stays(admin):
    file = book(**{
        VALUES: [["no.such", "", 4, ""], ["urge.automatic", "", "也许", ""], ["handling.extensions", "", 3, ""], ["calendar.hours", "", "8点到12点", ""]],
        MATTERS: [["dispatch.automatic", "", "01037", "", ""], ["dispatch.automatic", "", "99999", "", ""]],
        LADDERS: [["approval.void", "", 1, 0, "", "门卫"]],
    })  # fmt: skip
    plan = admin.post(f"{ROOT}/import", {"file": file}).context["plan"]
    assert [each.key for each in plan.changes] == ["handling.extensions"]
    said = {(title, line): reason for title, line, reason in plan.refused}
    assert "没有这项设置" in said[VALUES, 2]
    assert "是”或“否" in said[VALUES, 3]
    assert "08:00-12:00" in said[VALUES, 5]
    assert "99999" in said[MATTERS, 2]
    assert "99999" in said[MATTERS, 3]
    assert "门卫" in said[LADDERS, 2]


def test_a_plan_that_was_tampered_with_changes_nothing(admin):
    admin.post(f"{ROOT}/import/do", {"plan": "x:y:z"})
    admin.post(f"{ROOT}/import", {})
    assert not set_here().exists()


def test_the_countys_word_stands_on_the_work_list_and_the_case_page(admin):
    admin.post(f"{ROOT}/word.suspend", {"value": "缓办", "reason": "本地叫法"})
    admin.post(f"{ROOT}/word.urgent", {"value": "紧急案件", "reason": "本地叫法"})
    page = signed_in("accept").get("/work?urgent=1").content.decode()
    assert "紧急案件" in page
    assert "急要件" not in page


# ---- two administrators at one thing ------------------------------------------------------------


def seen_on(admin: Any, address: str) -> str:
    return str(admin.get(address).context["seen"])


def test_of_two_at_one_setting_the_second_is_shown_what_the_first_changed_and_keeps_what_was_typed(admin):
    address = f"{ROOT}/duplicates.metres"
    seen = seen_on(admin, address)
    admin.post(address, {"value": "80", "reason": "会议决定", "seen": seen})
    answer = admin.post(address, {"value": "90", "reason": "我的理由", "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("已经改过“重复案件距离(米)”：默认：50 → 80（会议决定）", "没有保存", 'value="90"', "我的理由"):
        assert words in page, words
    assert own("duplicates.metres") == 80
    assert admin.post(address, {"value": "90", "reason": "我的理由", "seen": answer.context["seen"]}).status_code == 302
    assert own("duplicates.metres") == 90


def test_what_was_changed_elsewhere_meanwhile_stands_in_nobodys_way(admin):
    seen = seen_on(admin, f"{ROOT}/duplicates.metres")
    services.set_setting(SYSTEM, "duplicates.hours", 12)
    assert admin.post(f"{ROOT}/duplicates.metres", {"value": "80", "reason": "会议决定", "seen": seen}).status_code == 302


def test_a_plan_that_was_overtaken_is_not_carried_out(admin):
    file = book(**{VALUES: [["handling.extensions", "", 3, ""], ["handling.suspend_days", "", 100, ""]]})
    signed = admin.post(f"{ROOT}/import", {"file": file}).context["signed"]
    services.set_setting(SYSTEM, "handling.extensions", 4, reason="刚定的")
    page = admin.post(f"{ROOT}/import/do", {"plan": signed, "reason": "按县里文件"}, follow=True).content.decode()
    assert "已经改过“最多延期次数”" in page
    assert "刚定的" in page
    assert (own("handling.extensions"), own("handling.suspend_days")) == (4, None)


def test_limits_days_and_classes_are_checked_too(admin):
    limit = "/administration/limits/01037-03"
    given = {"area_class": "B", "valid_from": "2026-01-01", "value": "6", "clock": "work_day", "verify_value": "", "verify_clock": "", "reason": "会议"}
    seen = seen_on(admin, limit)
    admin.post(limit, {**given, "seen": seen})
    page = admin.post(limit, {**given, "value": "7", "seen": seen}).content.decode()
    assert "已经改过" in page
    assert 'value="7"' in page
    assert FilingLimit.objects.get().value == 6
    admin.post(f"{limit}/drop/{FilingLimit.objects.get().pk}", {"seen": seen})
    assert FilingLimit.objects.exists(), "not by somebody who did not see what it has become"

    days, day = "/administration/calendar?year=2026", {"first": "2026-11-19", "last": "2026-11-20", "working": "free", "note": "停电", "reason": "检修"}
    seen = seen_on(admin, days)
    admin.post(days, {**day, "last": "2026-11-19", "seen": seen})
    page = admin.post(days, {**day, "working": "work", "seen": seen}).content.decode()
    assert "已经改过“2026-11-19”" in page
    assert CalendarDay.objects.filter(day__year=2026, working=True, note="停电").count() == 0
    assert admin.post(days, {**day, "first": "2026-11-20", "seen": seen}).status_code == 302, "another day"

    areas, code = "/administration/limits/areas", Area.objects.filter(level="township").values_list("code", flat=True)[0]
    seen = seen_on(admin, areas)
    admin.post(areas, {"code": code, "area_class": "B", "seen": seen})
    page = admin.post(areas, {"code": code, "area_class": "C", "seen": seen}).content.decode()
    assert "已经改过" in page
    assert Area.objects.get(code=code).area_class == "B"
