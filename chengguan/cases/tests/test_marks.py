"""What a case carries beside its stage, and lists narrowed to it. (M-18, M-19)"""

from __future__ import annotations

from datetime import timedelta

import pytest

from chengguan.cases import selectors, services
from chengguan.cases.tests.beside import slugs, urge
from chengguan.cases.tests.conftest import NOW, World


@pytest.mark.parametrize(("kind", "state", "role", "given"), [
    ("return", "dispatched", "department", {}), ("extend", "handling", "department", {}), ("void", "handling", "dispatcher", {}),
    ("suspend", "handling", "department", {"reason_code": "season", "until": NOW + timedelta(days=9)}),
    ("force_close", "verified", "shift_leader", {}),
])  # fmt: skip
def test_a_case_shows_what_is_asked_for_and_a_list_can_be_narrowed_to_it(world: World, kind: str, state: str, role: str, given: dict) -> None:
    case, _plain = world.case(state), world.case(state)
    services.act(world.who(role), case, f"ask_{kind}", now=NOW, reason="理由", **given)
    page = selectors.worklist(world.who("overseer"), post="overseer", mark=kind, now=NOW)
    assert [(each.pk, [mark.slug for mark in each.marks]) for each in page.cases] == [(case.pk, [kind])]  # type: ignore[attr-defined]


def test_every_mark_can_be_carried_and_found(world: World) -> None:
    case = world.case("handling", urgent=True, responsibility_open=True)
    urge(world, case)
    services.act(world.who("leader"), case, "consult", now=NOW, participants=[world.street], words="占道")
    services.act(world.who("department"), case, "ask_return", now=NOW, reason="不是我们的")
    closed = world.case("closed", handling_overdue=True)
    services.act(world.who("department"), closed, "ask_appeal", now=NOW, reason="停电")
    found = {mark.slug for marks in selectors.marks_of([case, closed], NOW).values() for mark in marks}
    assert found == {"urgent", "responsibility", "return", "reply", "consult", "appeal"}
    failed = world.case("verified", found_done=False)
    assert [(each.pk, [mark.slug for mark in each.marks]) for each in selectors.worklist(world.who("acceptor"), mark="failed", now=NOW).cases] == [(failed.pk, ["failed"])]
    for each in (case, closed, failed):
        assert selectors.case_file(world.who("leader"), each.pk, NOW)["marks"] == selectors.marks_of([each], NOW)[each.pk], "its page says the same"
    for slug in found:
        expected = [closed.pk] if slug == "appeal" else [case.pk]
        assert [each.pk for each in selectors.find(world.who("leader"), mark=slug, now=NOW).cases] == expected, slug
    assert selectors.find(world.who("leader"), mark="nonsense", now=NOW).cases == []


def test_the_urgent_flag_comes_off_again_with_a_reason(world: World) -> None:
    case = world.case("handling", urgent=True)
    services.act(world.who("dispatcher"), case, "unmark_urgent", now=NOW, reason="险情已解除")
    case.refresh_from_db()
    assert not case.urgent
    assert "mark_urgent" in slugs(world.who("dispatcher"), case)
