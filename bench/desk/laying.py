"""Run inside a town's Django: a county with its years of cases, made in SQL.

One case is registered as any other; every other row is that row with its own facts, so that a new column needs nothing here.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.utils import timezone

from chengguan.cases.models import Case, Clock, Dispatch, Report, Step
from chengguan.cases.services import register
from chengguan.cases.services.telling import quietly
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import SYSTEM
from chengguan.places.models import Area, UnitGrid

DEPARTMENTS, TOWNSHIPS, DAYS = 12, 27, 730
PLACES = ("渝秀大道", "凤凰路", "朝阳路", "迎凤路", "花灯广场", "滨江路", "乌杨街", "梅江河边", "平凯路", "官庄街", "石堤老街", "清溪场")
TROUBLES = ("路灯不亮", "井盖丢失", "路面破损", "垃圾没人收", "占道经营", "树枝倒伏", "积水不退", "护栏损坏", "广告牌歪斜", "噪声扰民", "堆放杂物", "污水外溢", "乱停车", "墙面乱涂写", "施工扬尘")
TAILS = ("居民反映多次", "靠近学校门口", "影响行人通行", "夜间看不清", "雨后更严重", "请尽快处理")
PATH = ("register", "accept", "file", "dispatch", "receive", "report_back", "forward", "skip", "close")
STATES = ("reported", "awaiting_filing", "awaiting_dispatch", "dispatched", "handling", "reported_back", "awaiting_verification", "awaiting_closing", "closed")
"""The state after each of these steps."""
OPEN_STEPS = 8


def lay(cases: int, opened: int) -> None:
    """`cases` of the last two years with 9 steps each, the last `opened` of them open with 8. Prints how long each kind took."""
    began, took = time.monotonic(), {}
    departments, townships = _departments(), _townships()
    with quietly():
        first = register(SYSTEM, source="hotline", point=UnitGrid.objects.first().geom.point_on_surface, description="路灯不亮", matter_code="01037")
    Dispatch.objects.create(case=first, department_id=departments[0], part="main", sent_at=timezone.now())
    with transaction.atomic(), connection.cursor() as cursor:
        base = first.pk
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute(_series(), {"cases": cases, "opened": opened, "base": base, "departments": departments, "townships": townships,
                                   "places": list(PLACES), "troubles": list(TROUBLES), "tails": list(TAILS), "days": DAYS})  # fmt: skip
        for name, work in (("cases", _cases), ("reports", _reports), ("steps", _steps), ("clocks", _clocks), ("dispatches", _dispatches)):
            since = time.monotonic()
            work(cursor, base)
            took[name] = round(time.monotonic() - since, 1)
    with connection.cursor() as cursor:
        for table in ("cases_case", "cases_step", "cases_report", "cases_clock", "cases_dispatch"):
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            cursor.execute(f"ANALYZE {table}")
    told = {"cases": Case.objects.count(), "steps": Step.objects.count(), "open": Case.objects.exclude(closed_at__isnull=False).count()}
    print(json.dumps({**told, "seconds": round(time.monotonic() - began, 1), "took": took, "departments": departments, "first": base + 1}))


def _departments() -> list[int]:
    have = list(Organisation.objects.filter(kind="department").order_by("pk").values_list("pk", flat=True))
    for number in range(len(have), DEPARTMENTS):
        have.append(Organisation.objects.create(code=f"BD{number:02d}", name=f"第{number}处置单位", kind="department").pk)
    return have[:DEPARTMENTS]


def _townships() -> list[int]:
    held = Area.objects.filter(level="township").order_by("code").first()
    have = list(Area.objects.filter(level="township").order_by("pk").values_list("pk", flat=True))
    for number in range(len(have), TOWNSHIPS):
        have.append(Area.objects.create(level="township", parent=held.parent, code=f"{held.code[:6]}9{number:02d}", name=f"第{number}镇", geom=held.geom).pk)
    return have[:TOWNSHIPS]


def _series() -> str:
    """One row a case: when, where, about what, how far. What it is is drawn by hashes of its number, so that two runs are alike."""
    return """
        CREATE TEMP TABLE series ON COMMIT DROP AS
        SELECT %(base)s + i AS id, i AS i, (hashint8extended(i, 20) & 2147483647) %% 2880 AS spread, i > %(cases)s - %(opened)s AS is_open,
            CASE WHEN i > %(cases)s - %(opened)s THEN now() - ((hashint8extended(i, 1) & 2147483647) %% 14400) * interval '1 minute'
                ELSE now() - interval '10 days' - ((%(cases)s - i)::float / %(cases)s * (%(days)s - 10)) * interval '1 day' END AS at,
            (%(departments)s::bigint[])[1 + ((hashint8extended(i, 2) & 2147483647) %% array_length(%(departments)s::bigint[], 1))] AS department,
            (%(townships)s::bigint[])[1 + ((hashint8extended(i, 3) & 2147483647) %% array_length(%(townships)s::bigint[], 1))] AS township,
            (ARRAY['reported','awaiting_filing','awaiting_dispatch','dispatched','handling','handling','handling','reported_back','awaiting_closing'])[1 + (hashint8extended(i, 4) & 2147483647) %% 9] AS standing,
            (ARRAY['hotline','inspector','citizen','inspector','alarm'])[1 + (hashint8extended(i, 5) & 2147483647) %% 5] AS came,
            (%(places)s::text[])[1 + ((hashint8extended(i, 6) & 2147483647) %% array_length(%(places)s::text[], 1))] || ((hashint8extended(i, 7) & 2147483647) %% 400)::text || '号' AS address,
            (%(troubles)s::text[])[1 + ((hashint8extended(i, 8) & 2147483647) %% array_length(%(troubles)s::text[], 1))] || '，'
                || (%(tails)s::text[])[1 + ((hashint8extended(i, 9) & 2147483647) %% array_length(%(tails)s::text[], 1))] AS words,
            (hashint8extended(i, 10) & 2147483647) %% 100 < 8 AS late
        FROM generate_series(1, %(cases)s::bigint) AS i
    """


def _copy(cursor, model, pattern: int, facts: dict[str, str], source: str) -> None:
    """Rows like the pattern row, with these columns of their own; `s` is the source's row, `t` the pattern."""
    table = model._meta.db_table
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema() AND is_generated = 'NEVER'", [table]
    )
    columns = [name for (name,) in cursor.fetchall() if name != "id" or "id" in facts]
    chosen = ", ".join(facts.get(name, f't."{name}"') for name in columns)
    named = ", ".join(f'"{name}"' for name in columns)
    cursor.execute(f"INSERT INTO {table} ({named}) SELECT {chosen} FROM {source}, (SELECT * FROM {table} WHERE id = {int(pattern)}) t")


def _cases(cursor, base: int) -> None:
    waiting = "s.is_open AND s.standing IN ('reported', 'awaiting_filing', 'awaiting_dispatch')"
    facts = {
        "id": "s.id", "number": f"CASE WHEN {waiting} AND s.standing <> 'awaiting_dispatch' THEN NULL ELSE '500241' || to_char(s.at, 'YYYYMMDD') || lpad(s.i::text, 8, '0') END",
        "register_number": "'B' || s.i", "source_key": "'bench:' || s.i", "state": "CASE WHEN s.is_open THEN s.standing ELSE 'closed' END", "source": "s.came",
        "address": "s.address", "description": "s.words", "department_id": f"CASE WHEN {waiting} THEN NULL ELSE s.department END", "township_id": "s.township",
        "follow_code": "NULL", "reported_at": "s.at", "accepted_at": "s.at + interval '5 min'", "filed_at": "s.at + interval '10 min'",
        "dispatched_at": "s.at + interval '20 min'", "received_at": "s.at + interval '40 min'", "entered_at": "s.at + interval '1 hour'",
        "closed_at": "CASE WHEN s.is_open THEN NULL ELSE s.at + (3 + s.i % 40) * interval '1 hour' END",
        "deadline": "CASE WHEN s.is_open THEN now() + (s.spread - 960) * interval '1 minute' END",
        "yellow_at": "CASE WHEN s.is_open THEN now() + (s.spread - 1080) * interval '1 minute' END",
        "handling_deadline": "s.at + interval '1 day'", "handling_overdue": "s.late",
        "point": "ST_Translate(t.point, (s.i * 101 % 2000 - 1000) / 1e5, (s.i * 103 % 2000 - 1000) / 1e5)",
    }  # fmt: skip
    _copy(cursor, Case, base, facts, "series s")


def _reports(cursor, base: int) -> None:
    facts = {"case_id": "s.id", "source": "s.came", "source_key": "'bench:' || s.i", "arrived_at": "s.at", "description": "s.words", "address": "s.address"}
    _copy(cursor, Report, Report.objects.get(case=base).pk, facts, "series s")


def _steps(cursor, base: int) -> None:
    actions = "(ARRAY[" + ",".join(f"'{each}'" for each in PATH) + "])"
    states = "(ARRAY['(new)'," + ",".join(f"'{each}'" for each in STATES) + "])"
    facts = {
        "case_id": "s.id", "from_state": f"{states}[n]", "to_state": f"{states}[n + 1]", "action": f"{actions}[n]",
        "received_at": "s.at + (n - 1) * interval '20 min'", "acted_at": "s.at + n * interval '20 min'", "used_s": "1200",
    }  # fmt: skip
    upto = f"CASE WHEN s.is_open THEN {OPEN_STEPS} ELSE {len(PATH)} END"
    _copy(cursor, Step, Step.objects.get(case=base).pk, facts, f"series s CROSS JOIN LATERAL generate_series(1, {upto}) AS n")


def _clocks(cursor, base: int) -> None:
    facts = {
        "case_id": "s.id", "kind": "'handling'", "stage": "'处置'", "department_id": "s.department", "started_at": "s.at", "limit_value": "24",
        "limit_clock": "'urgent_hour'", "deadline": "CASE WHEN s.is_open THEN now() + interval '1 day' ELSE s.at + interval '1 day' END",
        "ended_at": "CASE WHEN s.is_open THEN NULL ELSE s.at + (3 + s.i % 40) * interval '1 hour' END", "overdue": "s.late",
    }  # fmt: skip
    _copy(cursor, Clock, Clock.objects.filter(case=base).first().pk, facts, "series s")


def _dispatches(cursor, base: int) -> None:
    facts = {"case_id": "s.id", "department_id": "s.department", "sent_at": "s.at + interval '20 min'", "ended_at": "CASE WHEN s.is_open THEN NULL ELSE s.at + interval '1 day' END"}
    _copy(cursor, Dispatch, Dispatch.objects.get(case=base).pk, facts, "series s")


def sign_in(usernames: list[str]) -> None:
    """A session of each of them: {username: the cookie}."""
    cookies = {}
    for username in usernames:
        account = Account.objects.get(username=username)
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(account.pk), settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.set_expiry(timedelta(days=1))
        session.save()
        cookies[username] = f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
    print(json.dumps(cookies))
