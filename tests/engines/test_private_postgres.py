"""The test session's database is PostgreSQL with PostGIS, and the application is not its superuser."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from chengguan.engines import run_files

pytestmark = pytest.mark.django_db


def test_the_database_of_tests_has_postgis() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select postgis_version()")
        assert cursor.fetchone()[0].startswith("3.")


def test_a_data_root_that_we_make_lets_the_serving_account_through(tmp_path: Path, settings: Any) -> None:
    settings.DATA_ROOT = tmp_path / "new" / "root"
    before = os.umask(0o077)
    try:
        run_files.make_data_root()
    finally:
        os.umask(before)
    wanted = 0o711 if os.geteuid() == 0 else 0o700
    assert [stat.S_IMODE(place.stat().st_mode) for place in (settings.DATA_ROOT, settings.DATA_ROOT.parent)] == [wanted, wanted]
