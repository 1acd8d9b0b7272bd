"""The evaluation and spot check pages, through the address."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from chengguan.cases import services
from chengguan.evaluation.models import SpotCheck
from chengguan.people.models import Account
from chengguan.people.selectors import SYSTEM
from tests.small_town import dark_lamp, walk


def client(username: str) -> Client:
    found = Client()
    found.force_login(Account.objects.get(username=username))
    return found


@pytest.fixture
def closed(town):
    return walk(dark_lamp(town), "close")


def test_the_page_prints_period_basis_and_the_formula(closed):
    page = client("leader").get("/evaluation").content.decode()
    assert "按上报时间" in page
    assert "结案数 ÷ 应结案数" in page
    assert "已结案 + 超期未结案" in page
    assert f"{timezone.localdate():%Y-%m}-01" in page


def test_in_english_a_colon_is_an_english_one(closed):
    leader = client("leader")
    leader.cookies["django_language"] = "en"
    for address in ("/evaluation", "/evaluation/one?by=all", f"/cases/{closed.pk}"):
        page = leader.get(address).content.decode()
        assert ": " in page and "：<" not in page, address


def test_a_figure_leads_to_its_cases(closed):
    leader = client("leader")
    page = leader.get("/evaluation").content.decode()
    at = page.index("/evaluation/cases?")
    address = page[at : page.index('"', at)].replace("&amp;", "&")
    assert closed.number in leader.get(address).content.decode()


def opened(desk, page: str, words: str) -> str:
    """What the first link with these words in its address leads to."""
    address = re.search(rf'href="([^"]*{words}[^"]*)"', page)
    assert address, words
    return desk.get(address[1].replace("&amp;", "&")).content.decode()


def test_both_sides_of_a_ratio_lead_to_their_cases_and_an_open_one_says_whose_it_is(closed):
    leader = client("leader")
    page = leader.get("/evaluation?by=township").content.decode()
    assert "派遣数 ÷ 应派遣数" in page
    assert "派遣数 ÷ 应派遣数<br>本软件默认" in page
    for side in ("over", "under"):
        assert closed.number in opened(leader, page, f"ratio=dispatching&amp;side={side}")
    assert "派遣率 · 分母" in opened(leader, page, "ratio=dispatching&amp;side=under")
    services.set_setting(SYSTEM, "ratio.dispatching", {"over": ["dispatch_right"], "under": ["filed"]}, reason="县里定的")
    page = leader.get("/evaluation?by=township").content.decode()
    assert "准确派遣数 ÷ 立案数<br>本县设定" in page
    assert leader.get("/evaluation/cases?by=all&ratio=nonsense&side=over").status_code == 404
    assert leader.get("/evaluation/cases?by=all&ratio=closing&side=beside").status_code == 404


def test_a_township_opens_to_its_communities_and_a_community_to_its_grids(closed):
    leader = client("leader")
    communities = opened(leader, leader.get("/evaluation?by=township").content.decode(), "by=community&amp;[^\"]*within=")
    assert f"{closed.township.name}的社区" in communities
    grids = opened(leader, communities, "by=unit_grid&amp;[^\"]*within=")
    assert f"{closed.community.name}的单元网格" in grids
    assert closed.unit_grid.code in grids
    assert closed.number in opened(leader, grids, "by=unit_grid&amp;[^\"]*count=filed")
    assert closed.unit_grid.code in opened(leader, grids, "/one[^\"]*by=unit_grid")
    assert closed.community.name in opened(leader, grids, "/one[^\"]*by=all")
    assert "社区" in leader.get("/evaluation?by=unit_grid").content.decode(), "without a community its communities are shown"
    assert leader.get("/evaluation?by=community&within=999999").status_code == 200


def test_the_page_says_whether_what_is_suspended_is_due(closed):
    leader = client("leader")
    assert "不算在应处置、应结案里" in leader.get("/evaluation").content.decode()
    services.set_setting(SYSTEM, "evaluation.suspended", "counted", reason="缓办也要算")
    assert "算在应处置、应结案里" in leader.get("/evaluation").content.decode().replace("不算在应处置、应结案里", "")


def test_each_comparison_and_period_opens(closed):
    leader = client("leader")
    for query in ("by=township", "by=community", "by=post&role=dispatcher", "kind=year", "kind=custom&day=2026-01-01&last=2026-02-01",
                  "basis=closed&closing=waiting", "basis=nonsense&by=nonsense&day=nonsense&kind=nonsense"):  # fmt: skip
        assert leader.get(f"/evaluation?{query}").status_code == 200, query
    assert leader.get("/evaluation/one?by=all").status_code == 200
    assert leader.get("/evaluation/cases?by=all&count=nonsense").status_code == 404
    assert leader.get("/evaluation/cases?by=post&count=closed&key=1").status_code == 404


def test_a_period_without_cases_says_so(closed):
    assert "没有可统计的案件" in client("leader").get("/evaluation?kind=day&day=2001-01-01").content.decode()


def test_the_sheet_holds_what_the_page_shows(closed):
    answer = client("leader").get("/evaluation?as=xlsx")
    rows = list(load_workbook(io.BytesIO(answer.content)).active.values)
    assert rows[0][0] == "名称"
    assert "结案率 %（结案数 ÷ 应结案数）" in rows[0]
    assert [row[0] for row in rows if row[0] in ("期间", "统计口径", "应结案数")] == ["期间", "统计口径", "应结案数"]


@pytest.mark.parametrize("username, status", [("leader", 200), ("shift", 200), ("lighting", 200), ("accept", 403), ("crew", 403)])
def test_evaluation_is_for_leaders_and_those_who_are_evaluated(closed, username, status):
    assert client(username).get("/evaluation").status_code == status


def test_another_departments_figures_are_not_found(closed):
    assert client("lighting").get("/evaluation/one?by=all").status_code == 404


def test_a_sample_is_drawn_judged_and_followed_from_the_pages(closed):
    from chengguan.people.models import Holding, Organisation, Post

    someone = Account.objects.get(username="leader")
    post, _new = Post.objects.get_or_create(organisation=Organisation.objects.first(), role="evaluator", name="考评员")
    Holding.objects.create(account=someone, post=post, valid_from=date(2020, 1, 1))
    desk, today = client("leader"), timezone.localdate()
    asked = {"first": today - timedelta(days=3), "last": today, "wanted": "100%", "assigned_to": someone.pk}
    assert desk.get("/evaluation/checks").content.decode().count('<option value="" selected>全部</option>') == 3
    assert desk.post("/evaluation/checks", asked).status_code == 302
    check = SpotCheck.objects.get()
    assert closed.number in desk.get(f"/evaluation/checks/{check.sample_id}").content.decode()
    assert "记下结论" in desk.get(f"/evaluation/check/{check.pk}").content.decode()
    answer = desk.post(f"/evaluation/check/{check.pk}/judge", {"verdict": "overturned", "words": "还坏着", "persists": "1"})
    page = answer.content.decode()
    assert (answer.status_code, "推翻核查要有现场照片" in page, "还坏着</textarea>" in page) == (422, True, True)
    assert re.findall(r'value="(\w+)" checked', page) == ["overturned", "1"], "what was typed comes back"
    desk.post(f"/evaluation/check/{check.pk}/judge", {"verdict": "stands"})
    check.refresh_from_db()
    assert check.verdict == "stands"
    assert client("lighting").get(f"/evaluation/check/{check.pk}").status_code == 404


def test_a_sample_of_nothing_says_why(town):
    from chengguan.people.models import Holding, Organisation, Post

    someone = Account.objects.get(username="leader")
    post, _new = Post.objects.get_or_create(organisation=Organisation.objects.first(), role="evaluator", name="考评员")
    Holding.objects.create(account=someone, post=post, valid_from=date(2020, 1, 1))
    asked = {"first": "2026-01-01", "last": "2026-01-31", "wanted": "5", "assigned_to": someone.pk}
    assert "没有已结案件" in client("leader").post("/evaluation/checks", asked).content.decode()
