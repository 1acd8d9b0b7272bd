"""保密: name and telephone of a caller who asked for it stay with the acceptance desk, at every question that could tell them."""

from __future__ import annotations

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from chengguan.cases import selectors, services
from chengguan.cases.selectors.handed_out import as_data
from chengguan.cases.selectors.worklists import narrowed
from chengguan.cases.tests.conftest import NOW, World
from chengguan.people.roles import ROLES

PHONE, NAME = "13900002222", "吴老师"
SECRET = {"reporter_name": NAME, "reporter_phone": PHONE, "secret": True}
DESK = ("acceptor", "hotline_operator")


@pytest.mark.parametrize("role", list(ROLES))
def test_only_the_acceptance_desk_sees_a_reporter_who_asked_for_secrecy(world: World, role: str) -> None:
    case = world.case("closed", level="township", **SECRET)
    who = world.who(role)
    assert selectors.sees_reporter(who, case) is (role in DESK)
    assert (case in narrowed(who, selectors.visible(who), NOW, {"text": PHONE})) is (role in DESK)
    assert (case in selectors.of_caller(who, PHONE)) is (role in DESK)
    assert (case in selectors.find(who, text=PHONE).cases) is (role in DESK)
    if not selectors.visible(who).filter(pk=case.pk).exists():
        return
    file = selectors.case_file(who, case.pk, NOW)
    assert file["sees_reporter"] is (role in DESK)
    data = json.dumps(as_data(who, case.pk, NOW), cls=DjangoJSONEncoder, ensure_ascii=False)
    assert (PHONE in data) is (NAME in data) is (role in DESK)


def test_what_is_not_secret_is_seen_as_before(world: World) -> None:
    case = world.case("closed", reporter_name=NAME, reporter_phone=PHONE)
    assert selectors.sees_reporter(world.who("shift_leader"), case)
    assert selectors.of_caller(world.who("shift_leader"), PHONE) == [case]


def test_a_secret_report_merged_into_an_open_one_stays_secret(world: World) -> None:
    main = world.case("handling", reporter_phone="13800000001", reporter_name="李四")
    told = services.register(world.who("acceptor"), source="hotline", description="灯不亮", now=NOW, **SECRET)
    services.act(world.who("acceptor"), told, "merge", now=NOW, into=main)
    for role, seen in (("shift_leader", False), ("acceptor", True)):
        file = selectors.case_file(world.who(role), main.pk, NOW)
        assert file["sees_reporter"], role
        assert [report.reporter_shown for report in file["reports"]] == [seen], role  # type: ignore[attr-defined]
        data = json.dumps(as_data(world.who(role), main.pk, NOW), cls=DjangoJSONEncoder, ensure_ascii=False)
        assert "13800000001" in data
        assert (PHONE in data) is seen, role


def test_the_same_callers_open_case_does_not_give_the_secret_one_away(world: World) -> None:
    secret, open_ = world.case("handling", **SECRET), world.case("handling", reporter_phone=PHONE)
    assert selectors.case_file(world.who("shift_leader"), open_.pk, NOW)["caller"] == []
    assert selectors.case_file(world.who("shift_leader"), secret.pk, NOW)["caller"] == []
    assert selectors.case_file(world.who("acceptor"), open_.pk, NOW)["caller"] == [secret]


def test_nobody_who_rings_up_from_elsewhere_learns_the_number(world: World) -> None:
    case = world.case("awaiting_closing", reply_wanted=True, **SECRET)
    services.act(world.who("shift_leader"), case, "close", now=NOW)
    (call,) = selectors.calls(world.who("shift_leader"), now=NOW)
    assert [(each.name, each.phone, each.secret) for each in call.callers] == [("", "", True)]
