"""Every case is found by its Chinese words, whatever stands around them, by those who may see it. (M-17)"""

from __future__ import annotations

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F, TextField, Value
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from chengguan.cases import selectors
from chengguan.cases.models import Case, CaseWords
from chengguan.cases.selectors import finding
from chengguan.cases.selectors.chinese import words_asked, words_in
from chengguan.cases.services.words import cut_due, list_cases
from chengguan.cases.tests.conftest import World
from chengguan.people.selectors import ANONYMOUS

LAMP = {"matter_name": "路灯", "matter_code": "01037", "address": "渝秀大道118号附近", "description": "昨晚起渝秀大道这一段路灯不亮，孩子放学看不见路"}
COVER = {"matter_name": "污水井盖", "matter_code": "01002", "address": "凤翔路与迎凤路交叉口", "description": "井盖翘起，骑电动车的人摔倒了"}


def found(world: World, text: str, role: str = "acceptor", **more: object) -> list[int]:
    return [case.pk for case in selectors.find(world.who(role), text=text, **more).cases]


@pytest.mark.parametrize(
    "text",
    ["路灯", "灯不亮", "路灯不亮", "渝秀大道", "大道", "渝秀", "118", "放学", "01037", "孩子 路灯", "路灯，渝秀大道", "看不见"],
)
def test_a_case_is_found_by_any_piece_of_its_text(world: World, text: str) -> None:
    lamp = world.case(**LAMP)
    world.case(**COVER)
    cut_due()
    assert found(world, text) == [lamp.pk]


def test_all_words_must_be_there(world: World) -> None:
    world.case(**LAMP)
    world.case(**COVER)
    cut_due()
    assert found(world, "路灯 井盖") == []
    assert found(world, "！？。") == []


def test_a_case_is_found_by_the_beginning_of_its_number(world: World) -> None:
    case = world.case("closed", **LAMP)
    cut_due()
    assert found(world, str(case.number)) == [case.pk]
    assert found(world, case.register_number) == [case.pk]


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("路灯不亮渝秀大道井盖翘起公园门口坏了一盏的在人民广场东侧12a"), min_size=1, max_size=24), st.data())
def test_whatever_is_a_piece_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    piece = text[start : data.draw(st.integers(start + 1, len(text)))]
    kept = words_in(text)
    latin = {word for word in words_asked(piece) if word.isascii()}
    assert {word for word in words_asked(piece) if word not in latin} <= kept
    assert all(any(word in each for each in kept) for word in latin)


def test_where_the_words_stand_in_the_matter_comes_before_where_they_are_only_mentioned(world: World) -> None:
    named = world.case(matter_name="路灯", address="甲路", description="不亮")
    mentioned = world.case(matter_name="井盖", address="乙路", description="在路灯旁边")
    again = world.case(matter_name="路灯", address="丙路", description="闪")
    cut_due()
    assert found(world, "路灯") == [again.pk, named.pk, mentioned.pk]


def test_a_change_of_the_text_is_cut_again_and_a_move_is_not(world: World) -> None:
    case = world.case(**LAMP)
    cut_due()
    Case.objects.filter(pk=case.pk).update(state="awaiting_filing", version=2)
    assert not CaseWords.objects.filter(words=None).exists()
    Case.objects.filter(pk=case.pk).update(address="花灯广场")
    assert CaseWords.objects.filter(words=None).count() == 1
    assert cut_due() == 1
    assert found(world, "花灯广场") == [case.pk]


def test_cases_from_before_are_listed_and_cut(world: World) -> None:
    case = world.case(**LAMP)
    CaseWords.objects.all().delete()
    assert list_cases(1, case.pk + 1) == 1
    assert list_cases(1, case.pk + 1) == 0
    cut_due()
    assert found(world, "路灯") == [case.pk]


def test_nobody_finds_what_is_not_theirs_to_see(world: World) -> None:
    ours = world.case("handling", **LAMP)
    world.case("handling", **{**LAMP, "department": world.drainage, "crew": world.other_crew})
    cut_due()
    assert found(world, "路灯", "department") == [ours.pk]
    assert not selectors.find(ANONYMOUS, text="路灯").cases


def test_a_telephone_number_finds_only_for_those_who_see_the_reporter(world: World) -> None:
    case = world.case("handling", reporter_phone="13800001111", **LAMP)
    cut_due()
    for typed in ("13800001111", "138 0000 1111", "+86 13800001111", "１３８００００１１１１"):
        assert found(world, typed) == [case.pk], typed
    assert found(world, "13800001111", "dispatcher") == []


@pytest.mark.parametrize("text", ["路灯", ""])
def test_pages_follow_one_another_without_gap_or_repeat_while_cases_arrive(world: World, text: str) -> None:
    made = [world.case(**{**LAMP, "description": "路灯" if n % 3 else "别的"}).pk for n in range(7)]
    cut_due()
    who, seen, after = world.who("acceptor"), [], ""
    while True:
        page = selectors.find(who, text=text, after=after, size=2)
        seen += [case.pk for case in page.cases]
        world.case(**LAMP)
        cut_due()
        after = page.after
        if not after:
            break
    kept = [pk for pk in seen if pk in made]
    assert sorted(kept) == sorted(made)
    assert len(seen) == len(set(seen))


def test_filters_and_states_narrow_the_search(world: World) -> None:
    closed = world.case("closed", **LAMP)
    world.case("handling", **LAMP)
    cut_due()
    assert found(world, "路灯", state="closed") == [closed.pk]
    assert len(found(world, "路灯")) == 2


def test_more_than_can_be_ranked_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_RANKED", 2)
    made = [world.case(**LAMP).pk for _n in range(3)]
    cut_due()
    page = selectors.find(world.who("acceptor"), text="路灯")
    assert page.more
    assert [case.pk for case in page.cases] == [made[2], made[1]]


def test_common_words_are_found_among_the_newest_without_the_index_of_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "MOST_RANKED", 2)
    made = [world.case(**LAMP).pk for _n in range(5)]
    rare = world.case(**COVER).pk
    cut_due()
    monkeypatch.setattr(finding, "LOOKED_THROUGH", 4)
    with CaptureQueriesContext(connection) as queries:
        assert found(world, "路灯") == [made[4], made[3]]
    asked = [query["sql"] for query in queries if "@@" in query["sql"]]
    assert [("IS TRUE" in sql) for sql in asked] == [True]
    world.case(**LAMP)
    for _n in range(4):
        world.case(**{**LAMP, "description": "别的", "matter_name": "雨水井盖", "matter_code": "01003", "address": "乙路"})
    cut_due()
    assert found(world, "井盖 电动车") == [rare], "what is not among the newest is found by the index"


def test_a_narrowed_search_of_common_words_collects_no_further_back_than_should_be_enough(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = [world.case("closed", **LAMP).pk for _n in range(40)]
    for _n in range(2):
        world.case(**LAMP)
    cut_due()
    monkeypatch.setattr(finding, "MOST_RANKED", 2)
    monkeypatch.setattr(finding, "LOOKED_THROUGH", 3)
    with CaptureQueriesContext(connection) as queries:
        assert found(world, "路灯", state="closed") == [closed[39], closed[38]]
    asked = [query["sql"] for query in queries if "tsquery" in query["sql"] and "ts_rank" not in query["sql"]]
    assert [("IS TRUE" in sql) for sql in asked] == [True, False]
    assert f'"case_id" > {closed[39] + 2 - 8}' in asked[1]


def test_what_only_the_oldest_fit_is_found_however_far_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    oldest = [world.case("closed", **LAMP).pk for _n in range(2)]
    for _n in range(30):
        world.case(**LAMP)
    cut_due()
    monkeypatch.setattr(finding, "LOOKED_THROUGH", 1)
    assert found(world, "路灯", state="closed") == oldest[::-1]
    assert len(found(world, "路灯")) == 32


def test_looking_through_the_newest_asks_no_index_of_words(world: World) -> None:
    world.case(**LAMP)
    near = Case.objects.filter(finding._Fits(F("cut__words"), Value("'路灯'", TextField())), cut__pk__gt=0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "case_words" not in near.explain()


@pytest.mark.parametrize("after", ["x", "1~2", "a~b~c", "~~", "9~x~1"])
def test_a_cut_address_is_the_first_page(world: World, after: str) -> None:
    case = world.case(**LAMP)
    cut_due()
    assert found(world, "路灯", after=after) == [case.pk]
    assert found(world, "", after=after) == [case.pk]


def test_numbers_written_before_they_were_looked_at_are_brought_into_one_form(world: World) -> None:
    spaced, plain, none = (world.case("handling", reporter_phone=said) for said in ("138 0000 1111", "023-76881234", "不愿留"))
    import_module("chengguan.cases.migrations.0022_telephones").write_in_one_form(apps, None)
    assert [Case.objects.get(pk=case.pk).reporter_phone for case in (spaced, plain, none)] == ["13800001111", "023-76881234", "不愿留"]
