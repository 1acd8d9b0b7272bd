"""All cases are found by words, marked, narrowed by chips, and shown to those who may see them."""

from chengguan.cases.services.words import cut_due
from chengguan.console.pages.cases import mark
from chengguan.console.tests.test_work_lists import signed_in
from tests.small_town import dark_lamp, walk


def test_a_closed_case_is_found_by_words_and_the_words_are_marked(town):
    case = walk(dark_lamp(town), "close")
    cut_due()
    page = signed_in("accept").get("/cases?text=路灯").content.decode()
    assert f"/cases/{case.pk}" in page
    assert "<mark>路灯</mark>" in page


def test_each_condition_of_a_search_is_a_chip_that_can_be_taken_away(town):
    dark_lamp(town)
    answer = signed_in("accept").get("/cases?text=路灯&state=reported&since=2020-01-01&until=nonsense&light=purple")
    chips = {chip["words"]: chip["url"] for chip in answer.context["chips"]}
    assert len(chips) == 3
    assert "since" not in chips["2020-01-01 起上报"]
    assert "text=" in chips["2020-01-01 起上报"]


def test_what_a_department_may_not_see_it_does_not_find(town):
    case = walk(dark_lamp(town), "dispatch")
    cut_due()
    assert f"/cases/{case.pk}" in signed_in("lighting").get("/cases?text=路灯").content.decode()
    assert f"/cases/{case.pk}" not in signed_in("drainage").get("/cases?text=路灯").content.decode()


def test_a_day_bounds_the_search_by_when_it_was_reported(town):
    case = dark_lamp(town)
    client = signed_in("accept")
    assert f"/cases/{case.pk}" not in client.get("/cases?until=2020-01-01").content.decode()
    assert f"/cases/{case.pk}" in client.get("/cases?since=2020-01-01&until=9999-12-31").content.decode()


def test_what_somebody_wrote_stays_text_when_words_are_marked():
    assert mark("<b>路灯</b>", ["路灯"]) == "&lt;b&gt;<mark>路灯</mark>&lt;/b&gt;"
    assert mark("<路灯>", []) == "&lt;路灯&gt;"


def test_the_name_of_a_place_or_a_unit_narrows_and_stands_as_a_chip(town):
    case, other = walk(dark_lamp(town), "dispatch"), dark_lamp(town)
    cut_due()
    place, unit = case.township.name, case.department
    client = signed_in("accept")

    def found(text: str) -> tuple[set[str], set[int]]:
        answer = client.get("/cases", {"text": text})
        return {chip["words"] for chip in answer.context["chips"]}, {each["case"].pk for each in answer.context["rows"]}

    assert found(f"路灯 {place}") == ({"含“路灯”", place}, {case.pk, other.pk})
    assert found(place.removesuffix("街道").removesuffix("镇")) == ({place}, {case.pk, other.pk}), "as people say it, where no word fits"
    assert found(unit.name) == ({unit.name}, {case.pk})
    assert found("没有这样的事")[1] == set()
    chosen = client.get("/cases", {"text": unit.name}).content.decode()
    assert f'<option value="{unit.pk}" selected>' in chosen


def test_nothing_found_says_what_to_do(town):
    assert "没有找到案件" in signed_in("accept").get("/cases?text=没有这样的事").content.decode()


def test_the_load_of_each_department_leads_to_its_cases(town):
    case = walk(dark_lamp(town), "assign")
    answer = signed_in("dispatch").get("/loads")
    line = next(each for each in answer.context["lines"] if each["load"].organisation == case.department)
    assert line["load"].open == 1
    assert [crew["load"].organisation for crew in line["crews"]] == [case.crew]
    url = next(each["url"] for each in line["figures"] if each["slug"] == "open")
    assert f"/cases/{case.pk}" in signed_in("dispatch").get(url).content.decode()


def test_a_work_list_is_narrowed_to_what_is_due_within_the_hour_and_what_i_had_in_hand(town):
    case = dark_lamp(town)
    client = signed_in("accept")
    assert f"/cases/{case.pk}" in client.get("/work?due=hour").content.decode()
    assert f"/cases/{case.pk}" not in client.get("/work?mine=1").content.decode()
    chips = [chip["words"] for chip in client.get("/work?due=hour&mine=1&due=hour&crew=x").context["chips"]]
    assert chips == ["1 小时内到期", "我经手的"]
