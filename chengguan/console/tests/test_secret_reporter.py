"""保密 at every door: page, search, PDF, printed forms, data, lists, API, the administrator's tables."""

import io
import zipfile

import pytest

from chengguan.cases.models import Case
from chengguan.console.tests.test_case_paper import CALLER, words_of
from chengguan.console.tests.test_work_lists import signed_in
from tests.small_town import dark_lamp, walk

NAME, PHONE = CALLER["reporter_name"], CALLER["reporter_phone"]


@pytest.fixture
def told(town) -> Case:
    return walk(dark_lamp(town, secret=True, reply_wanted=True, **CALLER), "close")


DOORS = {
    "page": lambda client, case: client.get(f"/cases/{case.pk}").content.decode(),
    "follow-up form": lambda client, case: client.get(f"/cases/{case.pk}?act=follow_up").content.decode(),
    "file": lambda client, case: words_of(client.get(f"/cases/{case.pk}/file.pdf").content),
    "form": lambda client, case: words_of(client.get(f"/cases/{case.pk}/forms/registration.pdf").content),
    "data": lambda client, case: zipfile.ZipFile(io.BytesIO(client.get(f"/cases/{case.pk}/file.zip").content)).read("case.json").decode(),
    "api": lambda client, case: client.get(f"/api/cases/{case.pk}").content.decode(),
    "follow-ups": lambda client, case: client.get("/follow-ups").content.decode(),
}


@pytest.mark.parametrize("username", ["shift", "dispatch", "lighting", "leader", "admin"])
def test_no_door_tells_who_asked_for_secrecy(told, username):
    client = signed_in(username)
    for name, door in DOORS.items():
        text = door(client, told)
        assert NAME not in text, name
        assert PHONE not in text, name
    for address in (f"/work/caller?reporter_phone={PHONE}", f"/cases?text={PHONE}", f"/work?text={PHONE}"):
        assert told.register_number not in client.get(address).content.decode(), address
        assert str(told.number) not in client.get(address).content.decode(), address


def test_the_acceptance_desk_sees_whom_to_ring_up(told):
    client = signed_in("accept")
    for name in ("page", "file", "form", "data", "follow-ups"):
        text = DOORS[name](client, told)
        assert PHONE in text, name
    assert "保密" in DOORS["page"](client, told)
    assert str(told.number) in client.get(f"/work/caller?reporter_phone={PHONE}").content.decode()


def test_the_administrators_tables_hide_it_too(told):
    client = signed_in("admin")
    for address in (f"/admin/cases/case/{told.pk}/change/", f"/admin/cases/report/{told.reports.get().pk}/change/"):
        page = client.get(address)
        assert page.status_code == 200, address
        assert PHONE not in page.content.decode(), address
