"""What is asked of the database again and again is planned once for a connection, and says the same as before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DataError, IntegrityError, NotSupportedError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengguan.engines import prepared
from chengguan.people.models import Account, AuditEntry, Notice
from chengguan.people.selectors import SYSTEM
from chengguan.people.services import Bell, audit, notify_each

pytestmark = pytest.mark.django_db


def _plans() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement, generic_plans + custom_plans FROM pg_prepared_statements")
        return dict(cursor.fetchall())


def test_a_text_is_kept_by_the_connection_and_asked_with_other_values() -> None:
    text = "SELECT %s::int + 1, %s::text"
    assert [prepared.row(text, [number, "街"]) for number in (1, 2, 3)] == [(2, "街"), (3, "街"), (4, "街")]
    assert _plans()["SELECT $1::int + 1, $2::text"] == 3


def test_a_single_new_row_is_the_one_that_django_would_write() -> None:
    entry = AuditEntry(who="甲", ip="10.0.0.1", action="test", before=None, after={"a": [1, "二"]}, at=timezone.now() - timedelta(hours=1))
    prepared.append(entry)
    same = AuditEntry(who="甲", ip="10.0.0.1", action="test", before=None, after={"a": [1, "二"]}, at=entry.at)
    same.save()
    one, other = (AuditEntry.objects.filter(pk=each.pk).values().get() for each in (entry, same))
    assert {**one, "id": 0} == {**other, "id": 0}
    assert entry.pk != same.pk
    assert not entry._state.adding


def test_rows_of_several_kinds_are_one_statement_and_each_gets_its_number() -> None:
    account = Account.objects.create(username="u", name="人")
    entries = [AuditEntry(who=name, action="test", object_id=name) for name in "甲乙"]
    notice = Notice(account=account, title="标题")
    with CaptureQueriesContext(connection) as asked:
        prepared.append(entries[0], notice, entries[1])
    assert len(asked) == 1
    assert [AuditEntry.objects.get(pk=each.pk).who for each in entries] == ["甲", "乙"]
    assert Notice.objects.get(pk=notice.pk).account == account


def test_places_are_numbered_by_their_names_and_a_doubled_sign_is_one() -> None:
    text = "SELECT %(b)s::int - %(a)s::int, %(b)s::int, 7 %% 4"
    assert [prepared.row(text, {"a": 1, "b": number}) for number in (5, 9)] == [(4, 5, 3), (8, 9, 3)]


def test_a_statement_goes_on_after_what_was_taken_back() -> None:
    with transaction.atomic():
        prepared.row("SELECT %s::int", [1])
        transaction.set_rollback(True)
    assert prepared.row("SELECT %s::int", [2]) == (2,)


def test_what_the_database_refuses_is_djangos_error() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.append(Notice(account_id=0, title=None))  # type: ignore[misc]
    with pytest.raises(DataError), transaction.atomic():
        prepared.append(AuditEntry(who="甲" * 81, action="test"))
    assert audit(SYSTEM, "test").pk


def test_a_bell_is_one_statement_however_many_hear_it() -> None:
    people = [Account.objects.create(username=f"u{number}", name=f"人{number}") for number in range(5)]
    with CaptureQueriesContext(connection) as asked:
        assert notify_each([Bell(people, "标题" * 100, "内容", "/work", "case"), Bell([], "无人"), Bell(people[:1], "又一件")]) == 6
    assert len(asked) == 1
    assert [notice.account for notice in Notice.objects.filter(title="又一件")] == people[:1]
    told = Notice.objects.exclude(title="又一件")
    assert {notice.account for notice in told} == set(people)
    assert {(notice.title, notice.text, notice.link, notice.kind, notice.read_at) for notice in told} == {(("标题" * 100)[:120], "内容", "/work", "case", None)}


def test_only_what_is_asked_here_is_ever_prepared() -> None:
    """So no question with values in its text, a list's filters above all, gets a plan that was made without looking at them."""
    for _again in range(12):
        list(Account.objects.filter(username="u", name="人"))
        prepared.row("SELECT %s::int + 9", [1])
    assert [text for text in _plans() if "people_account" in text] == []
    assert _plans()["SELECT $1::int + 9"] == 12


def test_a_savepoint_that_is_taken_back_drops_what_was_kept_and_it_is_kept_anew() -> None:
    text = "SELECT %s::int + 5"
    prepared.row(text, [1])
    with transaction.atomic():
        prepared.row(text, [2])
        transaction.set_rollback(True)
    assert "SELECT $1::int + 5" not in _plans()
    assert prepared.row(text, [3]) == (8,)
    assert _plans()["SELECT $1::int + 5"] == 1


@pytest.mark.django_db(transaction=True)
def test_a_column_of_another_type_is_read_on_by_connections_that_were_open_before() -> None:
    """An upgrade while roles run; in a transaction, whose rollback forgets the statement, the one who asks again is answered."""
    other = connection.copy()
    texts = ("SELECT told FROM outgrown WHERE told <> %s::text", "SELECT told FROM outgrown WHERE told <> %s::text || 'x'")
    try:
        with other.cursor() as elsewhere:
            elsewhere.execute("CREATE TABLE outgrown (told varchar(5)); INSERT INTO outgrown VALUES ('短')")
            assert [prepared.row(text, [""]) for text in texts] == [("短",)] * 2
            elsewhere.execute("ALTER TABLE outgrown ALTER told TYPE varchar(50); UPDATE outgrown SET told = '比从前长得多'")
        assert prepared.row(texts[0], [""]) == ("比从前长得多",)
        prepared.row(texts[1], [""])
        with other.cursor() as elsewhere:
            elsewhere.execute("ALTER TABLE outgrown ALTER told TYPE varchar(60)")
        with pytest.raises(NotSupportedError), transaction.atomic():
            prepared.row(texts[1], [""])
        with transaction.atomic():
            assert prepared.row(texts[1], [""]) == ("比从前长得多",)
    finally:
        with other.cursor() as elsewhere:
            elsewhere.execute("DROP TABLE IF EXISTS outgrown")
        other.close()


@pytest.mark.parametrize(("last_s", "scan"), [(-1.0, "Index"), (3600.0, "Seq Scan")])
def test_a_plan_made_for_an_empty_table_is_made_anew_by_and_by(monkeypatch: pytest.MonkeyPatch, last_s: float, scan: str) -> None:
    monkeypatch.setattr(prepared, "PLANS_LAST_S", last_s)
    text = "SELECT id FROM growing WHERE id = %s::int"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE growing (id int PRIMARY KEY); INSERT INTO growing VALUES (0); ANALYZE growing")
        prepared.rows(text, [1])
        cursor.execute("INSERT INTO growing SELECT generate_series(1, 50000)")
        assert prepared.rows(text, [7]) == [(7,)]
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE statement LIKE '%%FROM growing%%'")
        cursor.execute(f'EXPLAIN EXECUTE "{cursor.fetchone()[0]}" (7)')
        assert scan in cursor.fetchone()[0]


def test_rows_of_a_model_are_the_ones_that_django_reads() -> None:
    written = [AuditEntry.objects.create(who=name, action="test", before=None, after={"a": [1, name]}) for name in "甲乙"]
    read = prepared.found(AuditEntry, "id = ANY(%s::bigint[]) ORDER BY id", [prepared.among(each.pk for each in written)])
    assert [vars(each) | {"_state": None} for each in read] == [vars(each) | {"_state": None} for each in AuditEntry.objects.order_by("pk")]
    (part,) = prepared.found(AuditEntry, "id = %s", [written[1].pk], ("who",))
    assert part.get_deferred_fields() >= {"action", "after"} and (part.pk, part.who) == (written[1].pk, "乙")
    assert part.after == {"a": [1, "乙"]}, "what was not read is read when it is asked for"


def test_what_many_rows_point_at_is_one_question_a_table_and_one_object_each() -> None:
    people = [Account.objects.create(username=f"u{number}", name=f"人{number}") for number in range(2)]
    for number in range(6):
        Notice.objects.create(account=people[number % 2], title=str(number))
    rows = prepared.found(Notice, "true ORDER BY id")
    with CaptureQueriesContext(connection) as asked:
        prepared.follow((rows, ["account"]), only={Account: ("name",)})
        assert [row.account.name for row in rows] == ["人0", "人1"] * 3
    assert len(asked) == 1
    assert rows[0].account is rows[2].account
    with CaptureQueriesContext(connection) as asked:
        prepared.follow((rows, ["account"]), ([], ["account"]))
    assert len(asked) == 0, "what is known is not asked again"
    nobody, gone = AuditEntry(account=None), Notice(account_id=0)
    prepared.follow(([nobody, gone], ["account"]))
    assert nobody.account is None
    with pytest.raises(Account.DoesNotExist):
        _ = gone.account
