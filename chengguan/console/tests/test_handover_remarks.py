"""What was written by hand on a sheet of handing over goes with the case it tells of, and is looked through before."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from chengguan.cases.models import Case, Disposal, Removal, Report, Retention, TakenOver
from chengguan.cases.services import disposal
from chengguan.console import services
from chengguan.console.models import HandOver
from chengguan.console.selectors.remarks import mentions
from chengguan.console.tests.duty import signed_in
from chengguan.people.models import Organisation
from tests.small_town import dark_lamp, person

THEN = timezone.now() - timedelta(days=3700)


@pytest.fixture
def old(town):
    """Archived long ago and past its time; reported by somebody with a name."""
    case, today = dark_lamp(town), timezone.localdate()
    facts = {"reported_at": THEN, "entered_at": THEN, "archived_at": THEN + timedelta(days=20), "reporter_name": "田大妈", "reporter_phone": "13800001111"}
    Case.objects.filter(pk=case.pk).update(state="archived", **facts)
    Retention.objects.create(case=case, term="normal", years=10, starts_on=today - timedelta(days=3660), ends_on=today - timedelta(days=8), why="其余案件")
    return Case.objects.get(pk=case.pk)


def sign(remarks, days=1):
    return services.hand_over(person("accept"), "acceptor", Organisation.objects.get(code="supervision").pk, remarks=remarks, now=THEN + timedelta(days=days))


def destroy(case):
    made = disposal.propose(person("shift"), [case.pk], "鉴定会")
    disposal.decide(person("leader"), made.pk, True, "同意")
    assert disposal.carry_out(made.pk) == 1


def test_lines_that_tell_of_a_destroyed_case_go_and_say_so(old):
    sheet = sign(f"热线线路晚上检修\r\n{old}：住户腿脚不便\n田大妈要回电\n打 13800001111\n张家巷的井盖已换", days=1)
    late = sign(f"{old} 有人来查档\n田大妈送来锦旗", days=400)
    destroy(old)
    gone = f"〔此行写到的案卷 {old} 已到期销毁，文字已清除〕"
    assert HandOver.objects.get(pk=sheet.pk).remarks.split("\n") == ["热线线路晚上检修\r", gone, gone, gone, "张家巷的井盖已换"]
    assert HandOver.objects.get(pk=late.pk).remarks == f"{gone}\n田大妈送来锦旗", "long after the case a name may be another's"


def test_what_the_one_who_came_wrote_goes_too_and_what_was_merged_counts(old, town):
    merged = dark_lamp(town)
    Case.objects.filter(pk=merged.pk).update(state="merged", merged_into=old, reported_at=THEN, entered_at=THEN)
    Report.objects.create(case=merged, source="hotline", arrived_at=THEN, reporter_name="李小红")
    sheet = sign("平安")
    HandOver.objects.filter(pk=sheet.pk).update(accepted_at=THEN + timedelta(days=1), coming_id=person("leader").account_id, coming_words="李小红又来电")
    destroy(old)
    assert "李小红" not in HandOver.objects.get(pk=sheet.pk).coming_words


def test_what_somebody_wrote_is_looked_through_before_it_goes(old):
    sign(f"{old}：住户腿脚不便\n井盖已换")
    made = disposal.propose(person("shift"), [old.pk], "鉴定会")
    page = signed_in("leader").get(f"/archive/disposals/{made.pk}").content.decode()
    assert "住户腿脚不便" in page and "井盖已换" not in page and "1 行" in page
    disposal.decide(person("leader"), made.pk, False, "再留一年")
    assert "住户腿脚不便" not in signed_in("leader").get(f"/archive/disposals/{made.pk}").content.decode(), "nothing goes"
    assert Disposal.objects.get().state == "denied"


def test_the_database_takes_no_other_change_of_a_line(old):
    sheet = sign(f"{old}：住户腿脚不便")
    gone = f"〔此行写到的案卷 {old} 已到期销毁，文字已清除〕"
    for words in (gone, "改了", ""):
        with pytest.raises(IntegrityError, match="signed"), transaction.atomic():
            HandOver.objects.filter(pk=sheet.pk).update(remarks=words)
    Removal.objects.create(kind="disposed", case_key=old.pk, number=str(old), what="x", why="x", at=timezone.now(), who="x")
    for words in ("改了", "", f"{gone}\n{gone}"):
        with pytest.raises(IntegrityError, match="signed"), transaction.atomic():
            HandOver.objects.filter(pk=sheet.pk).update(remarks=words)
    services.empty_sheets(old.pk)
    assert HandOver.objects.get(pk=sheet.pk).remarks == gone


def test_a_number_is_not_found_in_a_longer_one(old):
    sheet = sign(f"{old}7 是另一件")
    destroy(old)
    assert HandOver.objects.get(pk=sheet.pk).remarks == f"{old}7 是另一件"


@pytest.mark.parametrize("number", ["CG/2024/0113", "渝北2023_00071", "2024〔113〕号"])
def test_a_number_of_another_system_is_found_whatever_signs_it_has(old, number):
    TakenOver.objects.create(case=old, system="old", old_number=number, old_state="结案", taken_at=THEN)
    sheet = sign(f"{number}住户腿脚不便\n井盖已换")
    assert [each.line for each in mentions(person("shift"), [old.pk])] == [f"{number}住户腿脚不便"]
    destroy(old)
    assert HandOver.objects.get(pk=sheet.pk).remarks == f"〔此行写到的案卷 {old} 已到期销毁，文字已清除〕\n井盖已换"


def test_who_reported_what_was_merged_is_looked_for_while_the_main_case_goes_on(old, town):
    merged = dark_lamp(town)
    Case.objects.filter(pk=merged.pk).update(state="merged", merged_into=old, reported_at=THEN, entered_at=THEN)
    Report.objects.create(case=merged, source="hotline", arrived_at=THEN, reporter_name="李小红")
    sheet = sign("李小红又来电催", days=15)
    destroy(old)
    assert "李小红" not in HandOver.objects.get(pk=sheet.pk).remarks
