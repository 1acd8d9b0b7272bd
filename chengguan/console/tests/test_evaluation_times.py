"""What a post did is counted by times, its cases are listed once each: the page behind a figure says both."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client

from chengguan.evaluation.selectors import POSTS
from chengguan.people.models import Account
from tests.small_town import dark_lamp, move, walk

FIGURE = re.compile(r'<a[^>]*href="([^"]*/evaluation/cases[^"]*)"[^>]*>\s*(\d+)\s*</a>')


def verified_twice(town):
    """Not done at the first look: sent back to the crew, and looked at again."""
    case = walk(dark_lamp(town), "send_to_verify")
    move(case, "inspect", "verify", passed="no", words="还是不亮")
    for username, slug in (("accept", "rework"), ("crew", "report_back"), ("dispatch", "forward"), ("accept", "send_to_verify"), ("inspect", "verify")):
        case.refresh_from_db()
        move(case, username, slug)
    return case


def test_the_page_behind_every_figure_of_a_post_says_that_figure_and_how_many_cases_it_concerns(town):
    verified_twice(town)
    walk(dark_lamp(town), "close")
    leader = Client()
    leader.force_login(Account.objects.get(username="leader"))
    said = {}
    for role in POSTS:
        page = leader.get(f"/evaluation?by=post&role={role}").content.decode()
        assert "按次，同一案件办两次算两次" in page
        for address, figure in FIGURE.findall(page):
            behind = leader.get(unescape(address)).content.decode()
            name, times = re.search(r'<h1>(.*?) <span class="number">(.*?)</span></h1>', behind).groups()
            cases = re.search(r"涉及 (\d+) 件", behind)[1]
            assert (times, int(cases)) == (f"{figure} 次", behind.count("<tr data-row")), (role, name)
            said[name] = (int(figure), int(cases))
    assert said["核查数"] == (3, 2)
    assert said["发核查数"] == (3, 2)
    assert said["按时核查率 · 分母"][1] == 2


def test_a_figure_of_cases_is_said_as_before(town):
    walk(dark_lamp(town), "close")
    leader = Client()
    leader.force_login(Account.objects.get(username="leader"))
    behind = leader.get("/evaluation/cases?by=all&count=closed").content.decode()
    assert '<h1>结案数 <span class="number">1</span></h1>' in behind
    assert "涉及" not in behind
