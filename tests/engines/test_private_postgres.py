"""The test session's database is PostgreSQL with PostGIS, and the application is not its superuser."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_the_database_of_tests_has_postgis() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select postgis_version()")
        assert cursor.fetchone()[0].startswith("3.")
