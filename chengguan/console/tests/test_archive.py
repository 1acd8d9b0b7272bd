"""The pages of the archive: what is past its time, proposed by one and granted by another, and the register that stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chengguan.cases.models import Case, Disposal, Retention
from chengguan.cases.services import disposal
from chengguan.console.tests.duty import signed_in
from tests.small_town import dark_lamp

PAGE = "/archive"


@pytest.fixture
def old(town):
    today = timezone.localdate()
    case = dark_lamp(town)
    Case.objects.filter(pk=case.pk).update(state="archived", archived_at=timezone.now() - timedelta(days=3660))
    Retention.objects.create(case=case, term="normal", years=10, starts_on=today - timedelta(days=3660), ends_on=today - timedelta(days=8), why="其余案件")
    return case


def test_from_the_list_to_the_register(old):
    shift, leader = signed_in("shift"), signed_in("leader")
    number = str(Case.objects.get(pk=old.pk))
    assert number in shift.get(PAGE).content.decode()
    assert "对勾上的提出销毁" not in leader.get(PAGE).content.decode()
    asked = shift.post(f"{PAGE}/propose", {"case": [old.pk], "reason": "鉴定会"}, follow=True).content.decode()
    assert "提出的人不能自己批" in asked
    made = Disposal.objects.get()
    page = f"{PAGE}/disposals/{made.pk}"
    assert "没有到期的案卷" in shift.get(PAGE).content.decode()
    assert "同意销毁" in leader.get(page).content.decode()
    assert shift.post(f"{page}/decide", {"how": "grant"}).status_code == 403
    leader.post(f"{page}/decide", {"how": "grant", "opinion": "同意"})
    disposal.carry_out(made.pk)
    register = leader.get(f"{PAGE}?show=register").content.decode()
    assert number in register and "鉴定会" in register
    assert leader.get(f"{PAGE}?show=register&as=xlsx").content[:2] == b"PK"
    assert "已销毁" in leader.get(f"{PAGE}?show=disposals").content.decode()
    assert "到期销毁" in leader.get(f"/cases/{old.pk}").content.decode()
    assert leader.get(f"/cases/{old.pk}/file.pdf").content[:4] == b"%PDF"


def test_a_proposal_that_is_refused_keeps_its_reason(old):
    answer = signed_in("shift").post(f"{PAGE}/propose", {"reason": "鉴定会的决定"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "一次选 1 到" in page and 'value="鉴定会的决定"' in page
    assert not Disposal.objects.exists()


def test_an_opinion_stays_when_somebody_else_decided_first(old):
    signed_in("shift").post(f"{PAGE}/propose", {"case": [old.pk], "reason": "鉴定会"})
    address, leader = f"{PAGE}/disposals/{Disposal.objects.get().pk}/decide", signed_in("leader")
    silent = leader.post(address, {"how": "deny"})
    assert silent.status_code == 422
    assert "请写明理由" in silent.content.decode() and "不同意时必填" in silent.content.decode()
    leader.post(address, {"how": "deny", "opinion": "再留一年"})
    late = leader.post(address, {"how": "grant", "opinion": "可以销毁"})
    assert late.status_code == 422
    assert "已经批过了" in late.content.decode() and "可以销毁" in late.content.decode()


def test_the_case_page_says_the_period_and_keeps_longer(old):
    shift = signed_in("shift")
    page = shift.get(f"/cases/{old.pk}").content.decode()
    assert "保管期限" in page and "延长保管" in page
    assert "延长保管" not in signed_in("accept").get(f"/cases/{old.pk}").content.decode()
    assert "请写明理由" in shift.post(f"{PAGE}/cases/{old.pk}/keep", {"years": "10", "reason": ""}, follow=True).content.decode()
    shift.post(f"{PAGE}/cases/{old.pk}/keep", {"years": "ever", "reason": "有价值"})
    assert Retention.objects.get().ends_on is None


def test_nothing_is_ticked_beforehand_and_junk_is_nothing(old):
    shift = signed_in("shift")
    page = shift.get(PAGE).content.decode()
    assert 'name="case"' in page and " checked" not in page and 'data-tick-all="case"' in page
    assert "一次选 1 到" in shift.post(f"{PAGE}/propose", {"case": ["²", "x"], "reason": "鉴定会"}, follow=True).content.decode()
    assert " checked" in shift.post(f"{PAGE}/propose", {"case": [old.pk], "reason": " "}).content.decode(), "what was ticked stays so after a refusal"
    assert "1 到 100 年" in shift.post(f"{PAGE}/cases/{old.pk}/keep", {"years": "²", "reason": "x"}, follow=True).content.decode()


def test_what_ends_within_a_year_is_listed_apart(old):
    Retention.objects.update(ends_on=timezone.localdate() + timedelta(days=100))
    leader = signed_in("leader")
    assert "没有到期的案卷" in leader.get(PAGE).content.decode()
    assert str(Case.objects.get(pk=old.pk)) in leader.get(f"{PAGE}?show=soon").content.decode()


def test_others_do_not_see_it(old):
    for person in ("accept", "dispatch", "lighting"):
        assert signed_in(person).get(PAGE).status_code == 403
