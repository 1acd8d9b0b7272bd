"""Each post sees its own list; filters live in the address; plain moves are made for several at once."""

from datetime import timedelta

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengguan.cases import services
from chengguan.cases.models import Case
from chengguan.console.pages.lists import late_word
from chengguan.people.models import Account
from chengguan.people.selectors import who_is
from tests.small_town import LAMP_MATTER, SEAT, dark_lamp, photo_file, walk


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def test_an_account_with_three_posts_has_three_tabs(town):
    page = signed_in("desk").get("/work").content.decode()
    for post in ("acceptor", "shift_leader", "dispatcher"):
        assert f"?post={post}" in page


def test_a_department_sees_only_its_own(town):
    case = walk(dark_lamp(town), "dispatch")
    assert str(case.number) in signed_in("lighting").get("/work").content.decode()
    assert str(case.number) not in signed_in("drainage").get("/work").content.decode()


def test_filters_are_chips_that_can_be_taken_away(town):
    dark_lamp(town)
    answer = signed_in("accept").get("/work?post=acceptor&source=hotline&text=路灯&state=nonsense")
    chips = {chip["words"]: chip["url"] for chip in answer.context["chips"]}
    assert set(chips) == {"来源：热线举报", "含“路灯”"}
    assert "source" not in chips["来源：热线举报"]
    assert "text=" in chips["来源：热线举报"]
    empty = signed_in("accept").get("/work?post=acceptor&source=leader").content.decode()
    assert "没有符合条件的案件" in empty


def test_an_empty_list_says_what_would_appear(town):
    page = signed_in("dispatch").get("/work").content.decode()
    assert "眼下没有待办" in page
    assert "待派遣" in page


def test_only_the_list_is_sent_to_htmx(town):
    answer = signed_in("accept").get("/work", headers={"HX-Request": "true", "HX-Target": "work-list"})
    assert b"<html" not in answer.content


def test_a_long_list_is_turned_by_key(town):
    for _ in range(51):
        dark_lamp(town)
    client = signed_in("accept")
    first = client.get("/work")
    assert len(first.context["rows"]) == 50
    second = client.get("/work" + first.context["next"])
    assert len(second.context["rows"]) == 1
    assert {row["key"] for row in first.context["rows"]}.isdisjoint(row["key"] for row in second.context["rows"])


def test_plain_cases_are_moved_together_and_the_rest_is_named(town):
    plain, changed = (walk(dark_lamp(town), "accept") for _ in range(2))
    marks = [f"{plain.pk}:{plain.version}", f"{changed.pk}:{changed.version - 1}"]
    page = signed_in("shift").post("/work/bulk", {"action": "file", "case": marks}, follow=True).content.decode()
    plain.refresh_from_db()
    changed.refresh_from_db()
    assert (plain.state, changed.state) == ("awaiting_dispatch", "awaiting_filing")
    assert "办成 1 件，留下 1 件" in page


def test_what_needs_a_word_is_not_moved_in_bulk(town):
    case = dark_lamp(town)  # no filing condition chosen yet
    page = signed_in("accept").post("/work/bulk", {"action": "accept", "case": [f"{case.pk}:{case.version}"]}, follow=True).content.decode()
    case.refresh_from_db()
    assert case.state == "reported"
    assert "需打开填写" in page
    assert signed_in("accept").post("/work/bulk", {"action": "void", "case": [f"{case.pk}:1"]}).status_code == 403


def test_the_desk_registers_what_a_caller_tells(town):
    data = {
        "source": "hotline", "lon": str(SEAT.x - 0.0001), "lat": str(SEAT.y), "matter_code": LAMP_MATTER, "description": "灯不亮",
        "reporter_phone": "13800001234", "key": "k1", "photos": [photo_file()],
    }  # fmt: skip
    client = signed_in("hotline")
    assert client.post("/work/new", data).status_code == 302
    assert client.post("/work/new", {**data, "photos": [photo_file()]}).status_code == 302
    assert Case.objects.count() == 1
    earlier = client.get("/work/caller", {"reporter_phone": "13800001234"}).content.decode()
    assert "路灯异常" in earlier


def test_registering_without_a_place_is_refused_and_kept(town):
    answer = signed_in("hotline").post("/work/new", {"source": "hotline", "description": "灯不亮的地方", "key": "k"})
    assert answer.status_code == 422
    assert "灯不亮的地方" in answer.content.decode()


def test_a_class_is_found_with_three_keys(town):
    for typed in ("01037", "路灯", "ldy"):
        assert "01037" in signed_in("accept").get("/work/classes", {"q": typed}).content.decode()


def test_conditions_come_with_their_limit(town):
    page = signed_in("accept").get("/work/conditions", {"matter_code": LAMP_MATTER}).content.decode()
    assert "单盏不亮" in page
    assert "2 工作日" in page


def test_a_place_shows_its_components_and_likely_repeats(town):
    case = dark_lamp(town)
    page = signed_in("hotline").get("/work/here", {"lon": 108.9915, "lat": 28.4482, "matter_code": LAMP_MATTER}).content.decode()
    assert "L-004711" in page
    assert case.register_number in page


def test_who_has_no_work_list_is_told(town):
    assert signed_in("inspect").get("/work").status_code == 403


def test_every_tab_counts_what_waits(town):
    for _ in range(2):
        dark_lamp(town)
    walk(dark_lamp(town), "accept")
    walk(dark_lamp(town), "file")
    tabs = {tab["slug"]: tab["n"] for tab in signed_in("desk").get("/work?post=shift_leader").context["tabs"]}
    assert tabs == {"acceptor": 2, "shift_leader": 1, "dispatcher": 1}


def test_a_request_to_decide_counts_at_the_tab_of_whoever_decides_it(town):
    case = walk(dark_lamp(town), "receive")
    department = who_is(Account.objects.get(username="lighting"))
    services.act(department, case, "ask_extend", reason="缺配件")
    tabs = {tab["slug"]: tab["n"] for tab in signed_in("desk").get("/work?post=acceptor").context["tabs"]}
    assert tabs == {"acceptor": 0, "shift_leader": 1, "dispatcher": 0}


def test_a_further_post_costs_the_refresh_no_further_count(town):
    """Every open list asks again at each live hint."""
    dark_lamp(town)
    asked = {}
    for username in ("accept", "desk"):
        client = signed_in(username)
        client.get("/work")
        with CaptureQueriesContext(connection) as queries:
            client.get("/work?post=acceptor", headers={"HX-Request": "true", "HX-Target": "work-list"})
        asked[username] = [query["sql"] for query in queries]
    of_cases = {name: sum(' FROM "cases_' in sql for sql in told) for name, told in asked.items()}
    more = "three posts: one count, one look at the requests, one at what is owed and one at what a leader approved"
    assert of_cases["desk"] <= of_cases["accept"] + 4, more
    assert len(asked["desk"]) <= 22, "two of them for what is left of the limits, the clocks of the page and the calendar; one for the last step anybody took"


def test_late_is_one_word_on_chip_and_row(town):
    """At the desk 超时, with a department 超期, in one list the chip and its rows alike."""
    late = timezone.now() - timedelta(hours=1)
    for username, until, word in (("accept", "", "超时"), ("lighting", "dispatch", "超期")):
        case = dark_lamp(town)
        case = walk(case, until) if until else case
        Case.objects.filter(pk=case.pk).update(deadline=late, yellow_at=late)
        context = signed_in(username).get("/work?light=red").context
        assert [chip["words"] for chip in context["chips"]] == [f"灯：{word}"]
        assert next(light["name"] for light in context["lights"] if light["slug"] == "red") == word
        assert {row["light_word"] for row in context["rows"]} == {word}
    assert late_word(["reported", "handling"]) == "超时 / 超期"


def test_a_key_does_one_thing_and_stands_in_the_help(town):
    for username in ("accept", "shift", "dispatch", "lighting"):
        answer = signed_in(username).get("/work")
        keys = [each["key"] for each in answer.context["bulk"]]
        assert len(keys) == len(set(keys)), username
        help_ = answer.content.decode().split('<dialog id="keys"')[1].split("</dialog>")[0]
        assert all(f"<kbd>{key}</kbd>" in help_ for key in (*keys, "j", "k", "Enter", "x", "/")), username


def test_a_list_on_paper_says_its_filters_its_order_who_printed_it_and_holds_every_page(town):
    for _ in range(51):
        dark_lamp(town)
    client = signed_in("accept")
    first = client.get("/work?source=hotline")
    assert "打印于" in first.content.decode() and "来源：热线举报" in first.content.decode() and "另有未列出的" in first.content.decode()
    whole = client.get("/work" + first.context["whole_url"])
    page = whole.content.decode()
    assert len(whole.context["rows"]) == 51 and "共 51 件" in page
    assert Account.objects.get(username="accept").name in page.split('class="print-head"')[1].split("</div>")[0]
    assert "data-print-now" in page and 'data-live="cases"' not in page, "what is printed stands still"
    assert not client.get("/work?source=hotline&state=awaiting_filing").context["whole_url"], "one page is printed as it stands"


def test_a_list_on_paper_has_nothing_to_tick(town):
    dark_lamp(town)
    page = signed_in("accept").get("/work?post=acceptor&all=1").content.decode()
    assert "data-bulk" not in page and "data-tick-all" not in page
    assert "data-tick-all" in signed_in("accept").get("/work?post=acceptor").content.decode()


def test_a_search_reads_the_countys_settings_once_however_many_are_found(town):
    for _ in range(3):
        dark_lamp(town)
    Case.objects.update(level="township")
    client = signed_in("accept")
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/cases").status_code == 200
    assert len([each for each in asked if 'FROM "cases_setting"' in each["sql"] or "FROM cases_setting" in each["sql"]]) == 1


def test_counts_are_of_what_the_other_filters_leave(town):
    _plain, other = dark_lamp(town), dark_lamp(town)
    type(other).objects.filter(pk=other.pk).update(urgent=True)
    client = signed_in("accept")
    whole, narrowed = client.get("/work").context, client.get("/work?urgent=1").context

    def sums(context) -> tuple[int, int]:
        return sum(each["n"] for each in context["lights"]), sum(each["n"] for each in context["states"])

    assert sums(whole) == (2, 2) and sums(narrowed) == (1, 1)
    assert [tab["n"] for tab in narrowed["tabs"] if tab["on"]] == [2], "the tab says how many wait there at all"
    light = next(each["slug"] for each in narrowed["lights"] if each["n"])
    other_light = next(each["slug"] for each in narrowed["lights"] if not each["n"])
    assert sum(each["n"] for each in client.get(f"/work?light={light}").context["states"]) == 2
    assert client.get(f"/work?light={other_light}").context["states"] == []


def test_a_list_is_searched_by_the_place_and_the_unit_that_its_lines_show(town):
    case = walk(dark_lamp(town), "dispatch")
    lighting = signed_in("lighting")
    for words in (case.township.name, case.township.name[:2], case.department.name[:2]):
        assert [row["key"] for row in lighting.get("/work", {"text": words}).context["rows"]] == [str(case.pk)], words
    assert lighting.get("/work", {"text": "无此街道"}).context["rows"] == []
