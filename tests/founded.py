"""The small town, built once for a file of tests: each works in a savepoint above it and gets its own copies of what the town names.
A folder's conftest takes both fixtures from here."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings


@pytest.fixture(scope="module")
def founded(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    from tests.small_town import build  # models are there only once Django is set up

    with django_db_blocker.unblock(), transaction.atomic():
        with override_settings(DEMO=True):
            built = build()
        yield built
        transaction.set_rollback(True)


@pytest.fixture
def town(founded: dict[str, Any], db: None, tmp_path: Path, settings: Any) -> dict[str, Any]:
    """The small town, with people and two lamps; photos go into the test's own folder."""
    settings.DATA_ROOT, settings.FILES_FOLDER, settings.DEMO = tmp_path, str(tmp_path / "files"), True
    return copy.deepcopy(founded)
