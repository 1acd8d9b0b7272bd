"""Every screen of the administration opens at the desk's and the phone's size and keeps inside its window."""

from __future__ import annotations

import pytest

from tests.journeys.people import People, overflow

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(600)]

SCREENS = (
    "/administration", "/administration/accounts", "/administration/accounts?q=李敏", "/administration/organisations",
    "/administration/organisations/new", "/administration/responsibilities", "/administration/duties", "/administration/gateways",
    "/administration/components", "/administration/audit", "/notices", "/password", "/admin/",
)  # fmt: skip


@pytest.mark.parametrize("where", ["desk", "phone"])
def test_every_screen_of_the_administration_keeps_inside_its_window(people: People, where: str) -> None:
    wide = {}
    for address in SCREENS:
        page = getattr(people, where)("admin")
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        page.wait_for_timeout(500)
        wide[address] = overflow(page)
        page.close()
    assert {address for address, pixels in wide.items() if pixels > 0} == set()
