"""Run inside a town's Django: what the program derives from cases, for the ones that were laid in SQL.

The facts are derived by evaluation's own SQL. The words are what the program would cut: each piece of the laid texts is cut once by the
program, and SQL puts the pieces of a case together; a sample is then cut whole and compared.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from chengguan.cases.models import Case, CaseWords
from chengguan.cases.selectors.chinese import vector_of, words_in
from chengguan.evaluation.services import rebuild

SAMPLE = 300


def cut_pieces() -> None:
    """Every piece of which the texts in `desk_series` are made, as the words of it stand in a tsvector."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ".join(f"SELECT {piece} FROM desk_series" for piece in ("place", "village || landmark", "trouble", "tail", "name")))
        pieces = [piece for (piece,) in cursor.fetchall()]
        cursor.execute("CREATE UNLOGGED TABLE desk_cut (piece text PRIMARY KEY, b text, c text, d text)")
        cursor.executemany("INSERT INTO desk_cut VALUES (%s, %s, %s, %s)", [(piece, *(_cut(piece, place) for place in ("2B", "3C", "4D"))) for piece in pieces])
        cursor.execute("ANALYZE desk_cut")


def lay_words(cursor: Any, source: str) -> None:
    """Of the cases of this part of the series."""
    cursor.execute(
        f"""
        INSERT INTO cases_casewords (case_id, words)
        SELECT s.id, (coalesce(quote_literal(lower(c.number)) || ':1A ', '') || quote_literal(lower(c.register_number)) || ':1A ' || quote_literal(c.matter_code) || ':2B '
            || name.b || ' ' || place.c || ' ' || quote_literal(s.door) || ':3C ''号'':3C ' || trouble.d || ' ' || mark.d || ' ' || tail.d)::tsvector
        FROM {source} s JOIN cases_case c ON c.id = s.id JOIN desk_cut name ON name.piece = s.name JOIN desk_cut place ON place.piece = s.place
        JOIN desk_cut trouble ON trouble.piece = s.trouble JOIN desk_cut mark ON mark.piece = s.village || s.landmark JOIN desk_cut tail ON tail.piece = s.tail
        """
    )


def _cut(piece: str, place: str) -> str:
    """The words of the piece as they stand in a tsvector; the pieces of one text are parted by what is no letter, so no word spans two."""
    return " ".join(f"'{word}':{place}" for word in sorted(words_in(piece)))


def compare_words() -> None:
    """RuntimeError when the words of a laid case are not those the program would cut, or a case has none."""
    last = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    with connection.cursor() as cursor:
        for case in Case.objects.filter(pk__in=range(2, last, max(1, last // SAMPLE)), source_key__startswith="bench:"):
            whole = vector_of(a=f"{case.number or ''} {case.register_number}", b=f"{case.matter_name} {case.matter_code}", c=case.address, d=case.description)
            cursor.execute("SELECT words = %s::tsvector FROM cases_casewords WHERE case_id = %s", [whole, case.pk])
            if cursor.fetchone() != (True,):
                raise RuntimeError(f"the laid words of case {case.pk} differ from {whole}")
    if CaseWords.objects.filter(words=None).count() > 1:
        raise RuntimeError("cases without their words")


def lay_facts(cursor: Any, first: int, last: int) -> None:
    """Of the cases of these numbers, on the connection of that cursor."""
    rebuild(first, last)
