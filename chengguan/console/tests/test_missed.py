"""The page of 漏报: a verdict is given, corrected, and never by accident."""

import re

import pytest

from chengguan.cases.models import Case
from chengguan.console.tests.duty import signed_in
from chengguan.evaluation.models import MissedReport
from tests.small_town import dark_lamp, person, walk


@pytest.fixture
def case(town):
    found = walk(dark_lamp(town), "file")
    Case.objects.filter(pk=found.pk).update(source="citizen")
    return found


def judge(case, verdict, **given):
    said = {"inspector": person("inspect").account_id, "words": "天天走过", "show": "waiting", "verdict": verdict}
    return signed_in("evaluate").post(f"/evaluation/missed/{case.pk}", {**said, **given}, follow=True)


def test_a_verdict_is_corrected_where_it_is_shown(case):
    judge(case, "missed")
    page = signed_in("evaluate").get("/evaluation/missed?show=missed").content.decode()
    assert f"/evaluation/missed/{case.pk}" in page and 'value="天天走过"' in page
    answer = judge(case, "not_missed", show="missed", words="夜里发生的")
    assert answer.redirect_chain[0][0].startswith("/evaluation/missed?show=missed")
    assert MissedReport.objects.get().verdict == "not_missed"


def test_a_page_from_before_somebody_elses_verdict_does_not_turn_it_over(case):
    judge(case, "missed", seen="")
    answer = judge(case, "not_missed", seen="")
    assert "已由" in answer.content.decode() and "判为“漏报”" in answer.content.decode()
    assert MissedReport.objects.get().verdict == "missed"
    page = signed_in("evaluate").get("/evaluation/missed?show=missed").content.decode()
    judge(case, "not_missed", seen=re.search(r'name="seen" value="([^"]+)"', page)[1], show="missed")
    assert MissedReport.objects.get().verdict == "not_missed"


def test_each_row_is_a_card_on_a_telephone(case):
    page = signed_in("evaluate").get("/evaluation/missed").content.decode()
    assert 'class="rows rows-cards"' in page
    assert page.count('cards-wide"') == 4, "number, problem, place and the form have a line each"


def test_the_enter_key_blames_nobody_and_what_is_no_verdict_is_refused(case):
    page = signed_in("evaluate").get("/evaluation/missed").content.decode()
    assert page.index('value="not_missed"') < page.index('value="missed"')
    for verdict in ("", "perhaps"):
        assert "请选“漏报”或“不算”" in judge(case, verdict).content.decode()
    assert not MissedReport.objects.exists()
