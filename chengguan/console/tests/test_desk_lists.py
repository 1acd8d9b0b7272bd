"""Work lists: columns that sort, requests, unread marks, moves that fit; a form's address opened as a page."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from chengguan.cases import services
from chengguan.cases.models import Case
from chengguan.console.tests.test_work_lists import signed_in
from tests.small_town import dark_lamp, person, walk


def test_a_columns_head_sorts_and_turns_round_and_the_order_stays_with_the_filters(town):
    dark_lamp(town)
    client = signed_in("accept")
    heads = {each["slug"]: each for each in client.get("/work?light=green").context["columns"]}
    assert heads["deadline"]["order"] == "ascending"
    assert [slug for slug, head in heads.items() if not head["url"]] == [], "every head sorts"
    assert "sort=-deadline" in heads["deadline"]["url"]
    assert "light=green" in heads["reported" if "reported" in heads else "number"]["url"]
    page = client.get("/work?sort=-number&light=green")
    assert [each["order"] for each in page.context["columns"] if each["slug"] == "number"] == ["descending"]
    assert [chip["words"] for chip in page.context["chips"]] == ["灯：正常"], "an order is no filter to be taken away"
    assert client.get("/work?sort=nonsense").status_code == client.get("/cases?sort=-number").status_code == 200


def test_a_request_that_waits_stands_in_its_own_column(town):
    case = walk(dark_lamp(town), "receive")
    services.act(person("lighting"), case, "ask_extend", reason="缺配件")
    (row,) = signed_in("shift").get("/work").context["rows"]
    assert [mark.slug for mark in row["asked"]] == ["extend"]
    assert row["marks"] == []


def test_a_row_is_unread_until_its_case_is_opened(town):
    case = dark_lamp(town)
    client = signed_in("accept")
    assert [row["unread"] for row in client.get("/work").context["rows"]] == [True]
    client.get(f"/cases/{case.pk}/live")
    assert [row["unread"] for row in client.get("/work").context["rows"]] == [True], "a screen that re-reads itself is nobody's look"
    client.get(f"/cases/{case.pk}")
    assert [row["unread"] for row in client.get("/work").context["rows"]] == [False]
    assert client.get("/work?unread=1").context["rows"] == []


def test_each_row_says_which_of_the_moves_for_several_it_can_take(town):
    dark_lamp(town)
    walk(dark_lamp(town), "verify")
    page = signed_in("accept").get("/work")
    assert {row["state"]: row["moves"] for row in page.context["rows"]} == {
        "待受理": "accept send_to_confirm refuse merge mark_urgent", "待核查批转": "accept_result rework ask_void mark_urgent",
    }  # fmt: skip
    assert 'data-moves="accept_result rework ask_void mark_urgent"' in page.content.decode()


def test_ticked_cases_of_another_stage_are_left_and_counted(town):
    ready, other = walk(dark_lamp(town), "accept"), dark_lamp(town)
    marks = [f"{case.pk}:{case.version}" for case in (ready, other)]
    page = signed_in("desk").post("/work/bulk", {"action": "file", "case": marks}, follow=True).content.decode()
    assert "办成 1 件，留下 1 件" in page
    assert "不在能办“立案”的环节" in page
    assert sorted(Case.objects.values_list("state", flat=True)) == ["awaiting_dispatch", "reported"]


def test_the_address_of_a_form_opened_as_a_page_shows_the_form(town):
    case = walk(dark_lamp(town), "accept_result")
    client = signed_in("shift")
    answer = client.get(f"/cases/{case.pk}/do/close", follow=True)
    assert answer.redirect_chain == [(f"/cases/{case.pk}?act=close", 302)]
    assert answer.context["action"].slug == "close"
    gone = client.get(f"/cases/{case.pk}/do/accept", follow=True)
    assert "现在您不能办“受理”" in gone.content.decode()
    case.refresh_from_db()
    assert case.state == "awaiting_closing"


def test_a_forms_faults_are_all_told_in_one_answer(town):
    case = walk(dark_lamp(town), "assign")
    page = signed_in("lighting").post(f"/cases/{case.pk}/do/report_back", {"version": case.version})
    assert page.status_code == 422
    assert "处置情况" in "".join(page.context["errors"])
    assert "照片" in "".join(page.context["errors"])


def test_more_lines_of_a_list_ask_the_database_nothing_more(town):
    clients = {"/work": signed_in("accept"), "/cases?text=路灯": signed_in("accept"), "/api/v1/cases?size=50": signed_in("accept")}

    def asked() -> dict[str, int]:
        found = {}
        for address, client in clients.items():
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            found[address] = len(queries)
        return found

    dark_lamp(town)
    asked()  # what is read once for a while is read
    dark_lamp(town)
    two = asked()
    for _ in range(3):
        dark_lamp(town)
    assert asked() == two
