"""A reporter who is hidden is hidden at every door: lists, search, page, PDF, forms, data, API, notices, sheets of handing over."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from chengguan.cases.models import Case, Removal, Setting, Step, Task
from chengguan.cases.services import retention
from chengguan.cases.services.words import cut_due
from chengguan.console import services
from chengguan.console.models import HandOver
from chengguan.console.tests.test_case_paper import words_of
from chengguan.console.tests.test_secret_reporter import DOORS, read
from chengguan.console.tests.test_work_lists import signed_in
from chengguan.evaluation.models import MissedReport
from chengguan.evaluation.services import hide_in_words
from chengguan.people.models import Account, Notice, Organisation
from chengguan.people.services import notify
from tests.small_town import dark_lamp, person, walk

NAME, PHONE = "田秀芳", "13899990000"
NOW = timezone.now()


@pytest.fixture
def sheet(town):
    """Of the acceptors' desk while the case went on: listed, spoken of, and written of by hand."""
    case = dark_lamp(town, reporter_name=NAME, reporter_phone=PHONE, description=f"{NAME}家门口灯不亮", reply_wanted=True)
    Case.objects.filter(pk=case.pk).update(address=f"河街 {NAME}家对面", deadline=NOW - timedelta(hours=1))
    Task.objects.create(case=case, kind="reply", role="acceptor", words=f"{NAME}催了三次，回电 {PHONE}", sent_at=NOW, sent_by_name="王主任")
    post = Organisation.objects.get(code="supervision").pk
    return services.hand_over(person("accept"), "acceptor", post, remarks=f"热线晚上检修\n{NAME}要回电 {PHONE}\n井盖已换")


@pytest.fixture
def case(sheet):
    case = Case.objects.get(reporter_phone=PHONE)
    desk = Account.objects.get(username="accept")
    notify(desk, f"请回访 {NAME}", f"{case} · {NAME} {PHONE}", f"/cases/{case.pk}", "case")
    notify(desk, "您上报的已有结果", f"{case} · 已答复{NAME}", "", "case")
    MissedReport.objects.create(case=case, verdict="not_missed", words=f"{NAME}在院内", judged_at=NOW)
    return walk(case, "close")


@pytest.fixture
def hidden(case):
    assert NAME in read(signed_in("accept"), "accept", "page", case), "until it is hidden it is there"
    Setting.objects.create(key="retention.hide_reporter", value=True)
    Task.objects.filter(case=case, kind="follow_up").update(done_at=NOW)
    assert retention.hide_reporters(NOW + timedelta(days=800)) == 1
    while cut_due():
        pass
    return Case.objects.get(pk=case.pk)


def test_no_door_names_a_reporter_who_was_hidden(hidden, sheet):
    desk = signed_in("accept")
    told = {name: read(desk, "accept", name, hidden) for name in DOORS}
    for address in ("/work", f"/cases?text={hidden.register_number}", f"/handover/{sheet.pk}", "/handover", "/notices", f"/api/v1/cases/{hidden.pk}"):
        answer = desk.get(address)
        assert answer.status_code == 200, address
        told[address] = answer.content.decode()
    told["sheet.pdf"] = words_of(desk.get(f"/handover/{sheet.pk}.pdf").content)
    for door, text in told.items():
        assert NAME not in text and PHONE not in text, door
    for word in (NAME, PHONE):
        assert str(hidden) not in desk.get(f"/cases?text={word}").content.decode(), "nor is the case found by it"
        assert str(hidden) not in desk.get(f"/work/caller?reporter_phone={word}").content.decode()
    assert not Notice.objects.filter(text__contains=NAME).exists() and not Notice.objects.filter(title__contains=NAME).exists()
    assert NAME not in MissedReport.objects.get().words


def test_what_was_rung_about_a_missed_report_names_no_reporter(case, hidden):
    inspector = Account.objects.get(username="inspect")
    notify(inspector, f"判为漏报：{case}", f"理由：{NAME}天天走过", kind="evaluation")
    notify(inspector, "判为漏报：别的案件", f"理由：{NAME}是同名的人", kind="evaluation")
    hide_in_words(case.pk, (NAME,))
    assert sorted(Notice.objects.filter(kind="evaluation").values_list("text", flat=True)) == sorted(["理由：〔已隐去〕天天走过", f"理由：{NAME}是同名的人"])


def test_a_sheet_keeps_everything_else(hidden, sheet):
    now = HandOver.objects.get(pk=sheet.pk)
    assert now.remarks == "热线晚上检修\n〔已隐去〕要回电 〔已隐去〕\n井盖已换"
    before, after = sheet.contents, now.contents
    (was,), (row,) = before["owed"]["rows"], after["owed"]["rows"]
    assert row == {**was, "words": "〔已隐去〕催了三次，回电 〔已隐去〕"}
    assert after["done"] == before["done"] and after["open"] == before["open"]


def test_a_sheet_signed_after_the_case_keeps_what_may_be_another_of_that_name(case, hidden):
    post = Organisation.objects.get(code="supervision").pk
    late = services.hand_over(person("accept"), "acceptor", post, remarks=f"{NAME}送来锦旗", now=NOW + timedelta(days=400))
    services.hide_on_sheets(case.pk, (NAME,))
    assert HandOver.objects.get(pk=late.pk).remarks == f"{NAME}送来锦旗"


def test_the_database_lets_a_sheet_hide_and_nothing_else(case, sheet):
    for words in ({"remarks": sheet.remarks.replace(NAME, "〔已隐去〕")}, {"remarks": ""}):
        with pytest.raises(IntegrityError, match="signed"), transaction.atomic():
            HandOver.objects.filter(pk=sheet.pk).update(**words)
    Removal.objects.create(kind="anonymised", case_key=case.pk, number=str(case), what="x", why="x", at=NOW, who="x")
    owed = sheet.contents["owed"]
    wrong = (
        {"remarks": f"{sheet.remarks}\n〔已隐去〕"}, {"remarks": sheet.remarks.replace(NAME, "别人")}, {"remarks": sheet.remarks.replace("井盖已换", "")},
        {"contents": {**sheet.contents, "owed": {**owed, "n": 9}}}, {"contents": {**sheet.contents, "owed": {**owed, "rows": []}}},
        {"contents": {**sheet.contents, "owed": {**owed, "rows": [{**owed["rows"][0], "words": "另一个故事"}]}}},
        {"contents": {name: part for name, part in sheet.contents.items() if name != "done"}},
    )  # fmt: skip
    for words in wrong:
        with pytest.raises(IntegrityError, match="signed"), transaction.atomic():
            HandOver.objects.filter(pk=sheet.pk).update(**words)
    assert services.hide_on_sheets(case.pk, (NAME, PHONE)) == 1
    assert Step.objects.filter(case=case).exists()
