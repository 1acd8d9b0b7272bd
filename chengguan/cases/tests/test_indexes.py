"""No index repeats another: every move of a case writes them all."""

from __future__ import annotations

import pytest
from django.db import connection

TABLES = ("cases_case", "cases_step", "cases_clock", "cases_task", "cases_dispatch")
_PLAIN = """
SELECT i.indrelid::regclass::text, c.relname, i.indkey::int2[]::int[], i.indclass::oid[]::bigint[], i.indisunique
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE i.indrelid = ANY(%s::regclass[]) AND i.indpred IS NULL AND i.indexprs IS NULL AND m.amname = 'btree'
"""


@pytest.mark.django_db
def test_no_index_is_the_beginning_of_another() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN, [list(TABLES)])
        found = cursor.fetchall()
    assert len(found) > len(TABLES)
    twice = [
        (name, other)
        for table, name, columns, classes, unique in found
        for of, other, wider, its, _unique in found
        if of == table and other != name and not unique and wider[: len(columns)] == columns and its[: len(classes)] == classes
    ]
    assert twice == []


@pytest.mark.django_db
def test_nobody_looks_for_the_beginning_of_a_code_to_follow_a_case_with() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'cases_case' AND indexdef LIKE '%(follow_code %pattern_ops)'")
        assert cursor.fetchone() == (0,)
