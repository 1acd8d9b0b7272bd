"""保密 at every door: page, search, PDF, printed forms, data, lists, API, the administrator's tables."""

import io
import json
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


def _data(content: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read("case.json").decode()


DOORS = {
    "page": ("/cases/{pk}", bytes.decode),
    "follow-up form": ("/cases/{pk}?act=follow_up", bytes.decode),
    "file": ("/cases/{pk}/file.pdf", words_of),
    "form": ("/cases/{pk}/forms/registration.pdf", words_of),
    "data": ("/cases/{pk}/file.zip", _data),
    "api": ("/api/v1/cases/{pk}", lambda content: str(json.loads(content))),
    "follow-ups": ("/follow-ups", bytes.decode),
}
SHUT = {
    *((username, "follow-ups") for username in ("dispatch", "lighting", "leader", "admin")),
    *((username, "/work/caller") for username in ("dispatch", "lighting", "admin")),
}
"""Who has no such page."""


def read(client, username: str, name: str, case: Case) -> str:
    """What stands behind the door; that it opens at all is asserted, for behind a wrong address nobody finds a name."""
    address, reader = DOORS[name]
    answer = client.get(address.format(pk=case.pk))
    assert answer.status_code == (403 if (username, name) in SHUT else 200), (username, name, answer.status_code)
    return reader(answer.content)


@pytest.mark.parametrize("username", ["shift", "dispatch", "lighting", "leader", "admin"])
def test_no_door_tells_who_asked_for_secrecy(told, username):
    client = signed_in(username)
    for name in DOORS:
        text = read(client, username, name, told)
        assert NAME not in text, name
        assert PHONE not in text, name
    for address in (f"/work/caller?reporter_phone={PHONE}", f"/cases?text={PHONE}", f"/work?text={PHONE}"):
        answer = client.get(address)
        assert answer.status_code == (403 if (username, address.split("?")[0]) in SHUT else 200), (username, address)
        text = answer.content.decode()
        assert told.register_number not in text and str(told.number) not in text, address


def test_the_acceptance_desk_sees_whom_to_ring_up(told):
    client = signed_in("accept")
    for name in ("page", "file", "form", "data", "follow-ups"):
        text = read(client, "accept", name, told)
        assert PHONE in text, name
    assert "保密" in read(client, "accept", "page", told)
    assert str(told.number) in client.get(f"/work/caller?reporter_phone={PHONE}").content.decode()


def test_the_administrators_tables_hide_it_too(told):
    client = signed_in("admin")
    for address in (f"/admin/cases/case/{told.pk}/change/", f"/admin/cases/report/{told.reports.get().pk}/change/"):
        page = client.get(address)
        assert page.status_code == 200, address
        assert PHONE not in page.content.decode(), address
