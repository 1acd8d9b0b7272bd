"""The form for a caller: registered, answered or transferred on the spot, and whoever wants a reply is rung up. (M-16, M-17)"""

from chengguan.cases.models import Case
from chengguan.console.tests.test_work_lists import signed_in
from tests.small_town import LAMP_MATTER, SEAT, dark_lamp, walk

CALL = {"source": "hotline", "description": "公交几点收班", "reporter_phone": "13800001234", "key": "k9"}


def test_a_question_is_answered_from_the_form_without_a_place(town):
    client = signed_in("hotline")
    for _twice in range(2):
        answer = client.post("/work/new", {**CALL, "way": "answer", "answer": "晚上十点"}, follow=True)
        assert "可以接下一个电话了" in answer.content.decode()
    case = Case.objects.get()
    assert (case.state, case.closing_note) == ("answered", "晚上十点")


def test_somebody_elses_matter_is_transferred_from_the_form(town):
    signed_in("accept").post("/work/new", {**CALL, "way": "transfer", "receiver": "县供电公司", "reply_wanted": "1"})
    case = Case.objects.get()
    assert (case.state, case.closing_note, case.reply_wanted) == ("transferred", "县供电公司", True)


def test_all_that_is_missing_is_told_at_once_and_nothing_is_registered(town):
    page = signed_in("hotline").post("/work/new", {"source": "hotline", "way": "transfer", "reply_wanted": "1", "key": "k"})
    assert page.status_code == 422
    for words in ("请写一句来电人问的", "请填写“转往单位”", "请记下号码"):
        assert words in page.content.decode()
    assert not Case.objects.exists()


def test_answered_and_to_be_called_back_is_refused_with_both_ways_out_and_nothing_typed_is_lost(town):
    page = signed_in("hotline").post("/work/new", {**CALL, "way": "answer", "answer": "晚上十点", "reply_wanted": "1"})
    assert page.status_code == 422
    (said,) = page.context["errors"]
    assert "请去掉“需要回复”" in said and "请改选“登记受理”" in said
    assert "晚上十点</textarea>" in page.content.decode()
    assert not Case.objects.exists()


def test_who_only_registers_is_offered_nothing_else(town):
    assert [way[0] for way in signed_in("hotline").get("/work/new").context["ways"]] == ["register", "answer", "transfer"]
    client = signed_in("leader")
    assert [way[0] for way in client.get("/work/new").context["ways"]] == ["register"]
    assert client.post("/work/new", {**CALL, "way": "answer", "answer": "十点"}).status_code == 422
    assert not Case.objects.exists()


def test_what_the_caller_asks_for_is_kept(town):
    place = {"lon": str(SEAT.x), "lat": str(SEAT.y), "matter_code": LAMP_MATTER}
    signed_in("hotline").post("/work/new", {**CALL, **place, "reply_wanted": "1", "secret": "1"})
    case = Case.objects.get()
    assert (case.state, case.reply_wanted, case.secret) == ("reported", True, True)


def test_a_number_that_is_none_is_refused_in_words_and_stays_in_its_field(town):
    page = signed_in("hotline").post("/work/new", {**CALL, "reporter_phone": "1380000123", "way": "answer", "answer": "十点"})
    assert page.status_code == 422
    assert "手机是 11 位" in page.content.decode()
    assert 'value="1380000123"' in page.content.decode()
    signed_in("hotline").post("/work/new", {**CALL, "reporter_phone": "+86 138-0000-1234", "way": "answer", "answer": "十点"})
    assert Case.objects.get().reporter_phone == "13800001234"


def test_the_callers_earlier_cases_pop_up_with_how_many_are_open(town):
    walk(dark_lamp(town), "close")
    dark_lamp(town, description="又黑了")
    client = signed_in("hotline")
    for written in ("13800001234", "138 0000 1234", "+86-13800001234"):
        page = client.get("/work/caller", {"reporter_phone": written}).content.decode()
        assert "1 件还在办" in page, written
        assert page.count("/cases/") == 2
    Case.objects.update(reporter_phone="138-0000-1234")
    assert client.get("/work/caller", {"reporter_phone": "138-0000-1234"}).content.decode().count("/cases/") == 2, "as it was kept before"


def test_the_follow_up_list_is_counted_on_its_tab_and_emptied_by_the_answer(town):
    case = walk(dark_lamp(town, reply_wanted=True), "close")
    client = signed_in("accept")
    assert client.get("/work").context["calls"]["all"] == 1
    page = client.get("/follow-ups")
    assert [row["case"] for row in page.context["rows"]] == [case]
    for words in ("田先生", "13800001234", f"/cases/{case.pk}?act=follow_up"):
        assert words in page.content.decode()
    client.post(f"/cases/{case.pk}/do/follow_up", {"version": case.version, "satisfaction": "unsatisfied", "linked": "yes", "words": "还是黑"})
    assert client.get("/follow-ups").context["rows"] == []
    assert "不满意" in client.get("/follow-ups?show=done").content.decode()
    assert case.linked.get().description == "还是黑"


def test_the_list_is_not_for_a_department(town):
    assert signed_in("lighting").get("/follow-ups").status_code == 403
    assert signed_in("lighting").get("/work").context["calls"] is None
