"""A crew reads on its phone what came back, why, who said so, and what it was told. (M-18)"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chengguan.cases import services
from chengguan.cases.models import Case
from chengguan.cases.selectors.came_back import came_back
from chengguan.field import selectors
from chengguan.people.models import Account
from tests.small_town import COVER_MATTER, dark_lamp, move, person, walk

REASON = "灯还不亮，请看镇流器"


def page_of(case: Case, username: str = "crew", address: str = "") -> str:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client.get(address or f"/field/tasks/{case.pk}").content.decode()


def fresh(case: Case) -> Case:
    case.refresh_from_db()
    return case


def sent_back(town: dict[str, Any], way: str) -> Case:
    """By each of the ways in which work comes back."""
    if way == "初审退回":
        services.set_setting(person("admin"), "handling.crew_review", [COVER_MATTER, "01037"])
        case = walk(dark_lamp(town), "assign")
        move(case, "crew", "submit")
        move(fresh(case), "lighting", "send_back", reason=REASON)
    elif way == "返工":
        case = walk(dark_lamp(town), "send_to_verify")
        move(case, "inspect", "verify", passed="no", words="南边那盏还是黑的")
        move(fresh(case), "accept", "rework", reason=REASON)
    elif way == "结案前退回":
        case = walk(dark_lamp(town), "accept_result")
        move(case, "shift", "send_back_to_handling", reason=REASON)
    else:
        case = walk(dark_lamp(town), "report_back")
        move(case, "dispatch", "send_back", reason=REASON)
    return fresh(case)


@pytest.mark.parametrize("way, name", [("退回处置", "退回处置"), ("初审退回", "初审退回"), ("返工", "返工"), ("结案前退回", "退回处置")])
def test_what_came_back_says_why_by_whom_and_when_and_shows_what_was_done_before(town, way, name):
    case = sent_back(town, way)
    step = case.steps.get(opinion=REASON)
    page = page_of(case)
    notice = page[page.index("要重做") :].partition("<h2>")[0]
    assert f"要重做（{name}）" in notice and REASON in notice and step.who_name in notice
    assert ("南边那盏还是黑的" in notice) is (way == "返工")
    photos = page[page.index("<h2>处置后的照片</h2>") :].partition('<div class="send-foot">')[0]
    assert "<figcaption>处置后 " in photos
    assert 'class="flag">返工</span>' in page_of(case, address="/field/")


def test_the_first_turn_of_another_department_is_no_rework(town):
    case = sent_back(town, "退回处置")
    drainage = Account.objects.get(username="drainage")
    move(case, "dispatch", "redirect", department=drainage.holdings.get().post.organisation, reason="是排水的")
    move(fresh(case), "drainage", "receive")
    move(fresh(case), "drainage", "assign", opinion="")
    job = selectors.job(person("crew2"), fresh(case).pk)
    assert job is not None and job.back is None


def test_work_of_the_department_that_it_was_not_is_no_rework_of_the_one_that_it_is(town):
    case = sent_back(town, "退回处置")
    assert came_back([case])
    Case.objects.filter(pk=case.pk).update(responsibility_open=True)
    drainage = Account.objects.get(username="drainage").holdings.get().post.organisation
    move(fresh(case), "dispatch", "fix_responsibility", department=drainage)
    assert fresh(case).state == "handling" and not came_back([case])


def test_the_crew_reads_what_its_department_told_it_last(town):
    case = walk(dark_lamp(town), "receive")
    move(case, "lighting", "assign", opinion="今晚换好")
    page = page_of(fresh(case))
    assert "今晚换好" in page and case.steps.get(action="assign").who_name in page
    assert "要重做" not in page and "处置后的照片" not in page
    move(fresh(case), "lighting", "assign", opinion="先放警示牌")
    page = page_of(fresh(case))
    assert "先放警示牌" in page and "今晚换好" not in page


def test_jobs_that_came_back_are_found_in_one_query_however_many_they_are(town):
    counts = []
    for _each in range(2):
        sent_back(town, "退回处置")
        with CaptureQueriesContext(connection) as asked:
            assert all(job.back is not None for job in selectors.jobs(person("crew")))
        counts.append(len(asked))
    assert counts[0] == counts[1]
