"""Keeping the words by which cases are found."""

from __future__ import annotations

from django.db import connection, transaction

from chengguan.cases.models import CaseWords
from chengguan.cases.selectors.chinese import vector_of

BATCH = 1000
_LISTED = """
INSERT INTO cases_casewords (case_id)
SELECT c.id FROM cases_case c WHERE c.id BETWEEN %s AND %s AND NOT EXISTS (SELECT 1 FROM cases_casewords w WHERE w.case_id = c.id)
ON CONFLICT DO NOTHING
"""


def cut_due(most: int = BATCH) -> int:
    """Cut the texts of cases that are new or have changed; how many were cut. Two who do it at once share the work."""
    with transaction.atomic():
        due = CaseWords.objects.select_for_update(skip_locked=True, of=("self",)).filter(words=None)
        rows = list(
            due.order_by("-case")[:most].values_list(
                "case", "case__number", "case__register_number", "case__taken_over__old_number", "case__matter_name", "case__matter_code",
                "case__address", "case__description",
            )
        )
        if not rows:
            return 0
        cut = [
            (pk, vector_of(a=f"{number or ''} {registered} {old or ''}", b=f"{name} {code}", c=address, d=description))
            for pk, number, registered, old, name, code, address, description in rows
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE cases_casewords w SET words = new.words::tsvector FROM unnest(%s::bigint[], %s::text[]) AS new(id, words)"
                " WHERE w.case_id = new.id",
                [[pk for pk, _words in cut], [words for _pk, words in cut]],
            )
    return len(rows)


def list_cases(first: int, last: int) -> int:
    """Cases of these ids that have no row yet get one, to be cut: those from before there were triggers, or loaded past them."""
    with connection.cursor() as cursor:
        cursor.execute(_LISTED, [first, last])
        return int(cursor.rowcount)
