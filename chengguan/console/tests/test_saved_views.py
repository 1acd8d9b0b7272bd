"""A person names the filters of the work list, and opens, renames and deletes them; each account has its own."""

import pytest

from chengguan.console import services
from chengguan.console.models import SavedView
from chengguan.console.tests.duty import signed_in
from tests.small_town import dark_lamp

QUERY = "?post=acceptor&text=%E8%B7%AF%E7%81%AF"


@pytest.fixture
def view(town):
    dark_lamp(town)
    answer = signed_in("accept").post("/work/views", {"name": "路灯", "query": QUERY + "&nonsense=1&state=nowhere"})
    assert answer.status_code == 302
    return SavedView.objects.get()


def test_the_present_filters_are_saved_and_opened(view):
    assert (view.name, view.query) == ("路灯", QUERY)
    page = signed_in("accept").get("/work" + view.query)
    assert page.context["here"] == view.query
    assert [chip["words"] for chip in page.context["chips"]] == ["含“路灯”"]
    assert f'href="{QUERY.replace("&", "&amp;")}"' in signed_in("accept").get("/work").content.decode()


def test_the_same_name_replaces_and_a_view_is_renamed_and_deleted(view):
    client = signed_in("accept")
    client.post("/work/views", {"name": "路灯", "query": "?post=acceptor&light=red"})
    view.refresh_from_db()
    assert view.query == "?post=acceptor&light=red"
    client.post(f"/work/views/{view.pk}", {"do": "rename", "name": "晚了的", "back": QUERY})
    view.refresh_from_db()
    assert view.name == "晚了的"
    assert client.post(f"/work/views/{view.pk}", {"do": "delete", "name": "晚了的", "back": QUERY})["Location"] == "/work" + QUERY
    assert not SavedView.objects.exists()


def test_two_views_have_two_names(view):
    client = signed_in("accept")
    client.post("/work/views", {"name": "红灯", "query": "?post=acceptor&light=red"})
    page = client.post(f"/work/views/{view.pk}", {"do": "rename", "name": "红灯"}, follow=True).content.decode()
    assert "已有叫“红灯”的视图" in page
    assert "不超过 20 字" in client.post("/work/views", {"name": " ", "query": QUERY}, follow=True).content.decode()


def test_nobody_else_sees_or_changes_a_view(view):
    other = signed_in("desk")
    assert "晚了的" not in other.get("/work").content.decode()
    assert list(other.get("/work").context["views"]) == []
    assert other.post(f"/work/views/{view.pk}", {"do": "delete"}).status_code == 404
    assert other.post(f"/work/views/{view.pk}", {"do": "rename", "name": "我的"}).status_code == 404
    assert SavedView.objects.filter(name="路灯").exists()


def test_views_are_few_and_lead_nowhere_else(view):
    client = signed_in("accept")
    for n in range(services.MOST_VIEWS):
        client.post("/work/views", {"name": f"视图{n}", "query": QUERY})
    assert SavedView.objects.count() == services.MOST_VIEWS
    answer = client.post("/work/views", {"name": "路灯", "query": "//elsewhere.example/"})
    assert answer["Location"].startswith("/work")
    assert "elsewhere" not in SavedView.objects.get(name="路灯").query
