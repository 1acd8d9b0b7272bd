"""The fact tables, derived from cases, steps, clocks and dispatches by one SQL text each. The same text brings the rows of a
move up to date, builds the tables anew and checks them, so the three cannot differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from chengguan.cases import workflow
from chengguan.cases.models import Case
from chengguan.engines import prepared

AFTER_HANDLING = (
    "reported_back", "awaiting_verification", "verifying", "verified", "awaiting_closing", "closed", "archived",
)  # fmt: skip
_AFTER = f"c.state IN {AFTER_HANDLING!r}"
_HANDLED = f"{_AFTER} AND NOT coalesce(s.self_handled, false)"

CASE_COLUMNS: dict[str, str] = {
    "case_id": "c.id",
    "version": "c.version",
    "state": "c.state",
    "kind": "c.kind",
    "source": "c.source",
    "matter_code": "c.matter_code",
    "urgent": "c.urgent",
    "important": "c.important",
    "community_id": "c.community_id",
    "township_id": "c.township_id",
    "department_id": "c.department_id",
    "reported_at": "c.reported_at",
    "accepted_at": "c.accepted_at",
    "filed_at": "c.filed_at",
    "dispatched_at": "c.dispatched_at",
    "due_at": f"CASE WHEN {_HANDLED} THEN coalesce(s.due_at, c.handling_deadline) ELSE h.deadline END",
    "handled_at": f"CASE WHEN {_HANDLED} THEN c.reported_back_at END",
    "closed_at": "CASE WHEN c.state IN ('closed', 'archived') AND NOT coalesce(s.self_handled, false) THEN c.closed_at END",
    "self_handled": "coalesce(s.self_handled, false)",
    "forced": "c.forced",
    "exempt": "c.exempt",
    "unfixed": "c.responsibility_open",
    "overturned": "EXISTS (SELECT FROM evaluation_spotcheck k WHERE k.case_id = c.id AND k.verdict = 'overturned')",
    "missed": "EXISTS (SELECT FROM evaluation_missedreport m WHERE m.case_id = c.id AND m.verdict = 'missed')",
    "confirmed_true": "coalesce(s.confirmed_true, false)",
    "accept_on_time": "coalesce(s.accept_on_time, false)",
    "file_on_time": "coalesce(s.file_on_time, false)",
    "dispatch_on_time": "coalesce(s.dispatch_on_time, false)",
    "close_on_time": "coalesce(s.close_on_time, false)",
    "handled_late": f"{_HANDLED} AND coalesce(s.handled_late, c.handling_overdue)",
    "sent_to_verify": "coalesce(s.sent_to_verify, false)",
    "departments": "(SELECT count(DISTINCT d.department_id) FROM cases_dispatch d WHERE d.case_id = c.id AND d.part = 'main')",
    "reworks": "coalesce(s.reworks, 0)",
    "returns": "coalesce(s.returns, 0)",
    "denials": "coalesce(s.denials, 0)",
    "extensions": "coalesce(s.extensions, 0)",
    "suspensions": "coalesce(s.suspensions, 0)",
    "urges": "coalesce(s.urges, 0)",
    "accept_s": "s.accept_s",
    "handle_s": f"CASE WHEN {_HANDLED} THEN s.handle_s END",
    "handle_times": f"CASE WHEN {_HANDLED} THEN s.handle_times END",
    "satisfaction": "c.satisfaction",
}


def _last(value: str, *actions: str) -> str:
    """Of the last of these steps: they come newest first (CASE_FROM), which is cheaper than to sort them for each of these values."""
    return f"(array_agg({value}) FILTER (WHERE action IN ({', '.join(map(repr, actions))})))[1]"


def _times(*actions: str) -> str:
    return f"count(*) FILTER (WHERE action IN ({', '.join(map(repr, actions))}))"


def _on_time(*actions: str) -> str:
    return f"bool_and(NOT overdue) FILTER (WHERE action IN ({', '.join(map(repr, actions))}))"


def _from(steps: str = "true") -> str:
    """A case with what its steps and its clock say; `steps`: of which cases the steps are read at all."""
    return f"""
FROM cases_case c
LEFT JOIN LATERAL (
  SELECT bool_or(action = 'self_handle') AS self_handled, bool_or(action = 'send_to_verify') AS sent_to_verify,
    {_last("given->>'true' = 'yes'", "confirm")} AS confirmed_true,
    {_on_time("accept")} AS accept_on_time, {_on_time("file")} AS file_on_time,
    {_on_time("dispatch", "dispatch_first")} AS dispatch_on_time,
    {_last("NOT overdue", "close", "force_close")} AS close_on_time,
    {_last("overdue", "report_back")} AS handled_late, {_last("stage_deadline", "report_back")} AS due_at,
    {_times("rework")} AS reworks, {_times("grant_return")} AS returns, {_times("deny_return")} AS denials,
    {_times("grant_extend")} AS extensions, {_times("grant_suspend")} AS suspensions,
    count(*) FILTER (WHERE action = 'urge' AND from_state IN ({", ".join(map(repr, workflow.WITH_DEPARTMENT))})) AS urges,
    {_last("used_s", "accept")} AS accept_s, {_last("used_s", "report_back")} AS handle_s,
    {_last("used_s / nullif(whole_s, 0)", "report_back")} AS handle_times
  FROM (SELECT id, action, from_state, given, overdue, stage_deadline, used_s, whole_s FROM cases_step WHERE case_id = c.id AND {steps} ORDER BY id DESC) step
) s ON true
LEFT JOIN LATERAL (
  SELECT deadline FROM cases_clock WHERE case_id = c.id AND kind = 'handling' AND ended_at IS NULL ORDER BY id DESC LIMIT 1
) h ON true
"""


CASE_FROM = _from()
_MEANWHILE = {"returns": "grant_return", "denials": "deny_return", "extensions": "grant_extend", "suspensions": "grant_suspend", "reworks": "rework"}
TURN_COLUMNS: dict[str, str] = {
    "fact_id": "d.case_id",
    "department_id": "d.department_id",
    "answers": "bool_or(coalesce(c.department_id = d.department_id, false))",
    "turns": "count(*)",
    **{name: f"sum(m.{name})" for name in _MEANWHILE},
}
TURN_FROM = f"""
FROM cases_dispatch d JOIN cases_case c ON c.id = d.case_id
LEFT JOIN LATERAL (
  SELECT {", ".join(f"{_times(action)} AS {name}" for name, action in _MEANWHILE.items())}
  FROM cases_step WHERE case_id = d.case_id AND acted_at > d.sent_at AND acted_at <= coalesce(d.ended_at, 'infinity')
) m ON true
"""
TURN_GROUP = "AND d.part = 'main' GROUP BY d.case_id, d.department_id"


def _chosen(columns: dict[str, str]) -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())


def _do(statement: str, given: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)


def _put(where: str, given: list[Any], anew: bool = False, turns_too: bool = True, often: bool = False) -> None:
    """`often`: of a few cases, as every move asks it: planned once."""
    do = prepared.do if often else _do
    names, turns = ", ".join(CASE_COLUMNS), ", ".join(TURN_COLUMNS)
    new = ", ".join(f"{name} = EXCLUDED.{name}" for name in CASE_COLUMNS if name != "case_id")
    new_turn = ", ".join(f"{name} = EXCLUDED.{name}" for name in TURN_COLUMNS if name not in ("fact_id", "department_id"))
    if anew:
        do(f"DELETE FROM evaluation_turnfact t USING cases_case c WHERE t.fact_id = c.id AND {where}", given)
    do(
        f"INSERT INTO evaluation_casefact ({names}) SELECT {_chosen(CASE_COLUMNS)} {CASE_FROM} WHERE {where} ON CONFLICT (case_id) DO UPDATE SET {new}",
        given,
    )
    if turns_too:
        do(
            f"INSERT INTO evaluation_turnfact ({turns}) SELECT {_chosen(TURN_COLUMNS)} {TURN_FROM} WHERE {where} {TURN_GROUP}"
            f" ON CONFLICT (fact_id, department_id) DO UPDATE SET {new_turn}",
            given,
        )


def refresh(case_ids: Iterable[int], anew: bool = False, turns_too: bool = True) -> None:
    """The rows of these cases, from what is written of them now, within the caller's transaction if there is one. A case is
    never unsent, so a row of a turn stays; `anew` takes away those that should not be there. Of cases that were sent to nobody yet
    the turns need not be looked for."""
    ids = sorted(set(case_ids))
    if ids:
        with transaction.atomic(savepoint=False):
            _put("c.id = ANY(%s::bigint[])", [ids], anew, turns_too, len(ids) <= FEW)


DUE = ("due_at", "handled_late")
"""The columns of a case's row that hang on its deadline; of a case that is still handled they ask nothing of its steps."""


def refresh_due(case_ids: Iterable[int]) -> None:
    """These columns alone, of cases of which nothing but deadlines changed: twenty thousand at once when a day of the calendar is
    set. In the caller's transaction."""
    new = ", ".join(f"{name} = x.{name}" for name in DUE)
    chosen = _chosen({name: CASE_COLUMNS[name] for name in ("case_id", *DUE)})
    were, are = (f"({', '.join(f'{of}.{name}' for name in DUE)})" for of in ("f", "x"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE evaluation_casefact f SET {new} FROM (SELECT {chosen} {_from(_AFTER)} WHERE c.id = ANY(%s)) x"
            f" WHERE f.case_id = x.case_id AND {were} IS DISTINCT FROM {are}",
            [sorted(set(case_ids))],
        )


AT_ONCE = 20_000
FEW = 50


def _ranges(first: int = 0, last: int | None = None) -> Iterator[tuple[int, int]]:
    """The numbers of the cases there are, of these only, some thousand at a time."""
    there = Case.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if there["last"] is None:
        return
    end = there["last"] if last is None else min(last, there["last"])
    for start in range(max(first, there["first"]), end + 1, AT_ONCE):
        yield start, min(start + AT_ONCE - 1, end)


def rebuild(first: int = 0, last: int | None = None) -> None:
    """Every row anew, or those of the cases of these numbers, some thousand at a time."""
    for start, end in _ranges(first, last):
        with transaction.atomic():
            _put("c.id BETWEEN %s AND %s", [start, end], anew=True)


def differing() -> list[int]:
    """Cases whose rows are not what their steps say: none, unless somebody wrote past the services."""
    found: set[int] = set()
    case_names, turn_names = ", ".join(CASE_COLUMNS), ", ".join(TURN_COLUMNS)
    where = "c.id BETWEEN %(start)s AND %(end)s"
    pairs = (
        (
            "case_id",
            f"SELECT {_chosen(CASE_COLUMNS)} {CASE_FROM} WHERE {where}",
            f"SELECT {case_names} FROM evaluation_casefact WHERE case_id BETWEEN %(start)s AND %(end)s",
        ),
        (
            "fact_id",
            f"SELECT {_chosen(TURN_COLUMNS)} {TURN_FROM} WHERE {where} {TURN_GROUP}",
            f"SELECT {turn_names} FROM evaluation_turnfact WHERE fact_id BETWEEN %(start)s AND %(end)s",
        ),
    )
    with connection.cursor() as cursor:
        for start, end in _ranges():
            for key, derived, stored in pairs:
                cursor.execute(
                    f"SELECT DISTINCT {key} FROM ((({derived}) EXCEPT ({stored})) UNION ALL (({stored}) EXCEPT ({derived}))) x",
                    {"start": start, "end": end},
                )
                found |= {row[0] for row in cursor.fetchall()}
    return sorted(found)


def catch_up(most: int = 50_000) -> int:
    """Cases that were written without their facts being told, as a bulk load in SQL does: found by their version."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id FROM cases_case c LEFT JOIN evaluation_casefact f ON f.case_id = c.id"
            " WHERE f.version IS DISTINCT FROM c.version LIMIT %s",
            [most],
        )
        missing = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(missing), AT_ONCE):
        refresh(missing[start : start + AT_ONCE])
    return len(missing)
