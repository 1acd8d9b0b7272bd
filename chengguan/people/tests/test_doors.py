"""Nobody gets in unasked: every address of the program is tried without signing in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = re.compile(
    r"^/(signin|language|report(/.*)?|follow(/.*)?|citizen(/.*)?|api/health|api/v1/portal/reports|tiles/base/.*|files/.*|admin/login/|admin/jsi18n/)$"
)
"""What a stranger may open, and nothing else: the sign-in, the citizen's pages, the same report from another program and what
became of it, the health of the program, the base map (streets and water); a file only with the token of its upload, which its own
test proves."""

VALUES = {"int": "1", "slug": "x", "str": "x", "path": "x", "uuid": "00000000-0000-0000-0000-000000000000"}


def addresses(patterns, before: str = "/") -> Iterator[str]:
    for each in patterns:
        route = re.sub(r"<(?:(\w+):)?\w+>", lambda found: VALUES.get(found[1] or "str", "x"), str(each.pattern).lstrip("^"))
        route = re.sub(r"\(\?P<\w+>[^)]*\)", "x", route).rstrip("$").replace("\\Z", "").replace("\\", "")
        if isinstance(each, URLResolver):
            yield from addresses(each.url_patterns, before + route)
        elif isinstance(each, URLPattern):
            yield before + route


def test_every_address_asks_a_stranger_to_sign_in(db):
    client, found = Client(raise_request_exception=False), []
    for address in sorted(set(addresses(get_resolver().url_patterns))):
        if PUBLIC.match(address):
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(address)
            shut = answer.status_code in (401, 403) or (answer.status_code == 302 and answer["Location"].startswith("/signin"))
            if not shut:
                found.append(f"{method.upper()} {address} -> {answer.status_code}")
    assert not found, "open to strangers:\n" + "\n".join(found)


def test_the_walk_sees_the_whole_program():
    seen = set(addresses(get_resolver().url_patterns))
    assert {"/work", "/map", "/administration", "/notices"} <= seen
    assert len(seen) > 60


@pytest.mark.parametrize("address", ["/administration", "/administration/accounts", "/administration/audit", "/administration/gateways", "/admin/"])
def test_administration_is_for_administrators_only(client, person, address):
    client.force_login(person("somebody", "acceptor", "leader"))
    answer = client.get(address)
    assert answer.status_code == 403 or (answer.status_code == 302 and address == "/admin/")


@pytest.mark.parametrize(
    "address",
    [
        "/administration", "/administration/accounts", "/administration/organisations", "/administration/responsibilities",
        "/administration/duties", "/administration/audit", "/administration/gateways", "/administration/components", "/admin/",
        "/notices", "/password", "/administration/organisations/new",
    ],
)  # fmt: skip
def test_an_administrator_opens_every_page_of_the_administration(client, person, address):
    client.force_login(person("root", "administrator"))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["accounts", "organisations", "responsibilities", "audit", "components"])
def test_lists_come_out_as_spreadsheets(client, person, address):
    client.force_login(person("root", "administrator"))
    answer = client.get(f"/administration/{address}?as=xlsx")
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
