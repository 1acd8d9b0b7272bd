"""Run inside a town's Django: what the program derives from cases, for the ones that were laid in SQL.

The facts are derived by evaluation's own SQL. The words are what the program would cut: each piece of the laid texts is cut once by the
program, and SQL puts the pieces of a case together; a sample is then cut whole and compared.
"""

from __future__ import annotations

from chengguan.cases.models import Case, CaseWords
from chengguan.cases.selectors.chinese import vector_of, words_in
from chengguan.evaluation.services import rebuild

SAMPLE = 300


def lay_words(cursor) -> None:
    """Within the transaction in which `series` stands."""
    cursor.execute(" UNION ".join(f"SELECT {piece} FROM series" for piece in ("place", "village || landmark", "trouble", "tail", "name")))
    pieces = [piece for (piece,) in cursor.fetchall()]
    cursor.execute("CREATE TEMP TABLE cut (piece text PRIMARY KEY, b text, c text, d text) ON COMMIT DROP")
    cursor.executemany("INSERT INTO cut VALUES (%s, %s, %s, %s)", [(piece, *(_cut(piece, place) for place in ("2B", "3C", "4D"))) for piece in pieces])
    cursor.execute("ANALYZE cut")
    cursor.execute("DROP INDEX case_words")
    cursor.execute(
        """
        INSERT INTO cases_casewords (case_id, words)
        SELECT s.id, (coalesce(quote_literal(lower(c.number)) || ':1A ', '') || quote_literal(lower(c.register_number)) || ':1A ' || quote_literal(c.matter_code) || ':2B '
            || name.b || ' ' || place.c || ' ' || quote_literal(s.door) || ':3C ''号'':3C ' || trouble.d || ' ' || mark.d || ' ' || tail.d)::tsvector
        FROM series s JOIN cases_case c ON c.id = s.id JOIN cut name ON name.piece = s.name JOIN cut place ON place.piece = s.place
        JOIN cut trouble ON trouble.piece = s.trouble JOIN cut mark ON mark.piece = s.village || s.landmark JOIN cut tail ON tail.piece = s.tail
        """
    )
    cursor.execute("CREATE INDEX case_words ON cases_casewords USING gin (words) WITH (fastupdate = off)")
    _compare(cursor)


def _cut(piece: str, place: str) -> str:
    """The words of the piece as they stand in a tsvector; the pieces of one text are parted by what is no letter, so no word spans two."""
    return " ".join(f"'{word}':{place}" for word in sorted(words_in(piece)))


def _compare(cursor) -> None:
    """RuntimeError when the words of a laid case are not those the program would cut."""
    last = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    for case in Case.objects.filter(pk__in=range(2, last, max(1, last // SAMPLE)), source_key__startswith="bench:"):
        whole = vector_of(a=f"{case.number or ''} {case.register_number}", b=f"{case.matter_name} {case.matter_code}", c=case.address, d=case.description)
        cursor.execute("SELECT words = %s::tsvector FROM cases_casewords WHERE case_id = %s", [whole, case.pk])
        if cursor.fetchone() != (True,):
            raise RuntimeError(f"the laid words of case {case.pk} differ from {whole}")


def lay_facts() -> None:
    rebuild()
    if CaseWords.objects.filter(words=None).count() > 1:
        raise RuntimeError("cases without their words")
