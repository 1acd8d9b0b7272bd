"""A small office: a centre, two departments, a crew, a township, and people at their desks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import make_password

from chengguan.people import selectors
from chengguan.people.models import Account, Holding, Organisation, Post

PASSWORD = "quiet-river-42"


@pytest.fixture
def office(db: None) -> dict[str, Organisation]:
    rows: dict[str, Organisation] = {}
    for code, kind, parent in (
        ("centre", "centre", None),
        ("lighting", "department", None),
        ("crew", "crew", "lighting"),
        ("drainage", "department", None),
        ("town", "township", None),
    ):
        rows[code] = Organisation.objects.create(code=code, name=code, kind=kind, parent=rows.get(parent or ""))
    return rows


@pytest.fixture
def person(office: dict[str, Organisation]) -> Callable[..., Account]:
    def make(username: str, *posts: str, demo: bool = False) -> Account:
        account = Account.objects.create(username=username, name=username.title(), password=make_password(PASSWORD), demo=demo)
        for text in posts:
            role, _, code = text.partition("@")
            post, _new = Post.objects.get_or_create(organisation=office[code or "centre"], role=role, name=role)
            Holding.objects.create(account=account, post=post)
        return account

    return make


@pytest.fixture
def who(person: Callable[..., Account]) -> Callable[..., selectors.Who]:
    return lambda username, *posts: selectors.who_is(person(username, *posts))
