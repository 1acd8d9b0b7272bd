"""Statements that PostgreSQL reads and plans once for each connection, not each time they are asked.

Django merges the values into a statement's text, so that the same question is another text every time: right for most, but of what
every report and every step asks, reading and planning is most of the work. A text that is asked here stays the same; its values travel
beside it. They need a type where the place they stand in does not say one (`%s::text`). The plan is made without looking at the values:
only what one index answers, whatever they are, is asked here. Behind a pooler `?prepare=no` in DATABASE_URL has all planned each time.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from typing import Any, TypeVar

import psycopg
from django.contrib.gis.db.models.fields import BaseSpatialField
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections
from django.db.models import Model

M = TypeVar("M", bound=Model)
Values = Sequence[Any] | Mapping[str, Any]
PLANS_LAST_S = 10.0
_PLACE = re.compile(r"%(?:%|s|\((\w+)\)s)")


class _Prepared(psycopg.RawCursor[Any]):
    """Takes texts with numbered places. Asked the same text again it knows how its values are written and its answers are read."""

    def _get_prepared(self, pgq: Any, prepare: bool | None = None) -> Any:
        self._query = pgq  # what Django's log of queries shows
        return super()._get_prepared(pgq, True)


@cache
def _numbered(statement: str) -> tuple[str, list[str]]:
    """With $1, $2 in the places of %s and %(name)s; and what stands there by name."""
    names: list[str] = []

    def number(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%"
        if place[1] is None or place[1] not in names:
            names.append(place[1] or "")
            return f"${len(names)}"
        return f"${names.index(place[1]) + 1}"

    return _PLACE.sub(number, statement), names


def _asked(statement: str, values: Values) -> _Prepared:
    here = connections[DEFAULT_DB_ALIAS]
    here.ensure_connection()
    text, names = _numbered(statement)
    _plan_anew_by_and_by(here)
    kept: dict[str, _Prepared] = here.connection.__dict__.setdefault("chengguan_statements", {})
    cursor = kept.get(text) or kept.setdefault(text, _Prepared(here.connection))
    given = [values[name] for name in names] if isinstance(values, Mapping) else values
    try:
        here._prepare_cursor(cursor).execute(text, given)  # type: ignore[attr-defined]
    except NotSupportedError:  # a column got another type: what this connection kept before is refused however often it is asked
        if here.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            raise  # the rollback forgets what was kept; who asks again is answered
        here.connection.execute("DEALLOCATE ALL")
        here._prepare_cursor(cursor).execute(text, given)  # type: ignore[attr-defined]
    return cursor


def _plan_anew_by_and_by(here: Any) -> None:
    """A plan made while a table was empty reads all of it ever after: the statements stay, their plans do not."""
    of, now = here.connection.__dict__, time.monotonic()
    if now - of.setdefault("chengguan_planned_at", now) > PLANS_LAST_S:
        with here.wrap_database_errors:
            here.connection.execute("DISCARD PLANS")
        of["chengguan_planned_at"] = now


def rows(statement: str, values: Values = ()) -> list[tuple[Any, ...]]:
    """Every row of the answer."""
    return _asked(statement, values).fetchall()


def row(statement: str, values: Values = ()) -> tuple[Any, ...] | None:
    """The first row of the answer, if there is one."""
    return _asked(statement, values).fetchone()


def do(statement: str, values: Values = ()) -> None:
    """What has no answer."""
    _asked(statement, values)


def found(model: type[M], where: str, values: Values = (), only: tuple[str, ...] = ()) -> list[M]:
    """The rows of a model, or of each its key and the columns named in `only`. Shapes are left out: they are read when they are asked for."""
    names, convert, statement = _columns(model, only)
    answer: list[Any] = rows(f"{statement} WHERE {where}", values)
    if convert:
        answer = [[convert[place](value) if place in convert else value for place, value in enumerate(row)] for row in answer]
    return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in answer]


@cache
def _columns(model: type[Model], only: tuple[str, ...] = ()) -> tuple[Sequence[str], dict[int, Callable[[Any], Any]], str]:
    """What they are called, how some of them are read, and the question without its condition."""
    fields = [field for field in model._meta.concrete_fields if not isinstance(field, BaseSpatialField)]
    if only:
        fields = [field for field in fields if field.primary_key or field.attname in only or field.name in only]
    reads = {place: field.from_db_value for place, field in enumerate(fields) if hasattr(field, "from_db_value")}
    convert: dict[int, Callable[[Any], Any]] = {place: partial(_by_field, read) for place, read in reads.items()}
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return [field.attname for field in fields], convert, f'SELECT {columns} FROM "{model._meta.db_table}"'


def _by_field(read: Callable[[Any, Any, Any], Any], value: Any) -> Any:
    return read(value, None, connections[DEFAULT_DB_ALIAS])


def among(keys: Iterable[int]) -> str:
    """Numbers for a place written `ANY(%s::bigint[])`: as a text, for a list is another type, so another statement, by its largest number."""
    return "{" + ",".join(map(str, keys)) + "}"


def follow(*wanted: tuple[Iterable[Model], Sequence[str]], only: Mapping[type[Model], tuple[str, ...]] | None = None) -> None:
    """Of these rows what they point at by these foreign keys, each table asked once whoever points at it; of a model in `only` just these
    columns. Two rows that point at the same get the same object."""
    pointing: dict[type[Model], list[tuple[Model, Any, int]]] = {}
    for pointers, names in wanted:
        for each in pointers:
            for name in names:
                field = each._meta.get_field(name)
                key = getattr(each, field.attname)  # type: ignore[union-attr]
                if key is not None and not field.is_cached(each):  # type: ignore[union-attr]
                    pointing.setdefault(field.related_model, []).append((each, field, key))  # type: ignore[union-attr, arg-type]
    for model, those in pointing.items():
        known = {each.pk: each for each in found(model, f'"{_key(model)}" = ANY(%s::bigint[])', [among({key for *_by, key in those})], (only or {}).get(model, ()))}
        for each, field, key in those:
            if key in known:
                field.set_cached_value(each, known[key])


@cache
def _key(model: type[Model]) -> str:
    key = model._meta.pk
    assert key is not None
    return str(key.column)


def append(*new: Model) -> None:
    """New rows, whose numbers the database draws, in one statement. For a few that do not need one another's numbers; of many of a
    kind `bulk_create` makes one statement."""
    here, values = connections[DEFAULT_DB_ALIAS], []
    for each in new:
        each._prepare_related_fields_for_save(operation_name="append")  # type: ignore[attr-defined]
        values += [field.get_db_prep_save(field.pre_save(each, True), here) for field in _fields(type(each))]
    drawn = row(_insertion(tuple(map(type, new))), values)
    assert drawn is not None
    for each, number in zip(new, drawn, strict=True):
        each.pk = number
        each._state.adding, each._state.db = False, DEFAULT_DB_ALIAS


@cache
def _fields(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key and not field.generated]


@cache
def _insertion(models: tuple[type[Model], ...]) -> str:
    parts = []
    for number, model in enumerate(models):
        columns = ", ".join(f'"{field.column}"' for field in _fields(model))
        places = ", ".join(["%s"] * len(_fields(model)))
        parts.append(f'n{number} AS (INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}) RETURNING "{model._meta.pk.column}" AS id)')
    drawn, names = (", ".join(f"n{number}{of}" for number in range(len(models))) for of in (".id", ""))
    return f"WITH {', '.join(parts)} SELECT {drawn} FROM {names}"
