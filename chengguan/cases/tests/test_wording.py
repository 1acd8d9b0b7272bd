"""The county's own words and texts: on screens and in notices, at once and without a restart. (M-22)"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext

from chengguan.cases import services
from chengguan.cases.models import Case, Setting
from chengguan.cases.selectors.notices import KINDS, kind_of, sample_facts, written
from chengguan.cases.tests.conftest import NOW, World, own
from chengguan.cases.wording import wording
from chengguan.cases.workflow import ACTIONS, TABLE
from chengguan.people.models import Notice
from chengguan.people.roles import ROLES
from chengguan.standards.switches import NOTICE, NOTICE_FIELDS, NOTICES


@pytest.fixture(autouse=True)
def _own_words_again() -> Iterator[None]:
    yield
    wording.take({})


def test_the_countys_word_stands_on_every_screen_and_the_default_comes_back(world: World) -> None:
    own(world, "word.department", "专业部门")
    assert gettext("请选择责任单位") == "请选择专业部门"
    assert str(ROLES["department"].name) == "专业部门"
    own(world, "word.department", None)
    assert str(ROLES["department"].name) == "责任单位"


def test_short_forms_follow_and_nothing_is_replaced_twice(world: World) -> None:
    own(world, "word.inspector", "监督员")
    own(world, "word.suspend", "缓办")
    assert gettext("信息采集员与采集员") == "监督员与监督员"
    assert str(Case(state="suspended").get_state_display()) == "缓办"
    assert gettext("申请挂账") == "申请缓办"
    assert ngettext("%(n)s 名采集员", "%(n)s 名采集员", 2) == "%(n)s 名监督员"


def test_english_is_left_as_it_is(world: World) -> None:
    with translation.override("en"):
        before = gettext("责任单位")
        own(world, "word.department", "专业部门")
        assert gettext("责任单位") == before


def test_another_process_sees_the_word_with_the_next_request(world: World, client: Any) -> None:
    Setting.objects.create(key="word.department", value="专业部门")  # as another process wrote it
    wording._next_look = 0.0
    client.get("/signin")
    assert gettext("责任单位") == "专业部门"


def test_every_action_rings_with_a_text_of_its_kind() -> None:
    assert {kind_of(row) for row in TABLE} == set(NOTICES)
    assert {action for actions in KINDS.values() for action in actions} <= set(ACTIONS)
    assert set(sample_facts()) == set(NOTICE_FIELDS)
    assert written(NOTICE, {**sample_facts(), "opinion": ""})[1].count(" · ") == 1


def test_a_title_has_the_colon_of_its_language() -> None:
    facts = {**sample_facts(), "address": "A1"}
    assert written(NOTICE, facts)[0] == "派遣：路灯异常 A1"
    with translation.override("en"):
        assert written(NOTICE, facts)[0] == "派遣: 路灯异常 A1"
        assert written({"title": "{action}:{matter}", "text": ""}, facts)[0] == "派遣:路灯异常", "the county's own stays as it is"


def test_the_countys_text_is_what_the_bell_says(world: World) -> None:
    own(world, "notice.dispatched", {"on": True, "title": "新任务 {matter}", "text": "{case}，请于 {deadline} 前办完"})
    case = world.case("awaiting_dispatch")
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.lighting)
    notice = Notice.objects.get(account=world.accounts["department"])
    case.refresh_from_db()
    assert notice.title == "新任务 路灯异常"
    assert notice.text.startswith(f"{case}，请于 ")


def test_a_kind_that_is_switched_off_rings_no_bell(world: World) -> None:
    own(world, "notice.dispatched", {**NOTICE, "on": False})
    services.act(world.who("dispatcher"), world.case("awaiting_dispatch"), "dispatch", now=NOW, department=world.lighting)
    assert not Notice.objects.exists()


def test_an_address_with_braces_is_only_an_address(world: World) -> None:
    case = world.case("awaiting_dispatch", address="{case} 路")
    services.act(world.who("dispatcher"), case, "dispatch", now=NOW, department=world.lighting)
    assert "{case} 路" in Notice.objects.get(account=world.accounts["department"]).title
