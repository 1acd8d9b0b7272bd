"""Run inside a town's Django: a county with its years of cases, made in SQL.

One case is registered as any other; every other row is that row with its own facts, so that a new column needs nothing here. No
trigger runs meanwhile, so what triggers and handlers would write (words, facts) is made too (`derived.py`), by the program's own
rules where that is quick enough, and held against them where it is not.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta
from functools import partial
from itertools import pairwise

from derived import compare_words, cut_pieces, lay_facts, lay_words
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone
from laid_words import COMMON, LANDMARKS, PLACES, TROUBLES_AND_MATTERS, VILLAGES
from pictures import lay_photos
from side_by_side import Job, said, side_by_side, without_indexes
from streets import lay_addresses

from chengguan.cases.models import Case, Clock, Dispatch, Photo, Report, Step
from chengguan.cases.services import register
from chengguan.cases.services.telling import quietly
from chengguan.engines import postgres
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import SYSTEM
from chengguan.places.models import Area, UnitGrid
from chengguan.portal.models import Partner
from chengguan.portal.services import create_partner, issue_key
from chengguan.standards import codes

DEPARTMENTS, TOWNSHIPS, DAYS = 12, 27, 730
PATH = ("register", "accept", "file", "dispatch", "receive", "report_back", "forward", "skip", "close")
BY = (None, "acceptor", "shift_leader", "dispatcher", "department", "department", "dispatcher", "acceptor", "shift_leader")
"""The post that takes each of these steps; the first is the hotline's or the platform's own."""
ACCOUNTS = {"acceptor": "accept", "shift_leader": "shift", "dispatcher": "dispatch", "department": "lighting"}
STATES = ("reported", "awaiting_filing", "awaiting_dispatch", "dispatched", "handling", "reported_back", "awaiting_verification", "awaiting_closing", "closed")
"""The state after each of these steps."""
OPEN_STEPS = 8
PARTNER = "测量"
ROWS = ("cases_step", "cases_case", "cases_photo", "cases_report", "cases_clock", "cases_dispatch", "cases_casewords")
FACTS = ("evaluation_casefact", "evaluation_turnfact")
KEPT, WORDS = ("case_words_due",), "INDEX case_words ON"
"""The index that the program asks every few seconds stays; that of the words is laid last."""


def lay(cases: int, opened: int) -> None:
    """`cases` of the last two years with 9 steps each, the last `opened` of them open with 8. Prints how long each kind took, on two
    connections."""
    began, took = time.monotonic(), {}
    _without_triggers_is_allowed()
    departments, townships = _departments(), _townships()
    lay_addresses()
    base = _pattern(departments[0]).pk
    given = {
        "cases": cases, "opened": opened, "base": base, "departments": departments, "townships": townships, "days": DAYS, "places": list(PLACES),
        "troubles": list(TROUBLES_AND_MATTERS), "codes": list(TROUBLES_AND_MATTERS.values()), "names": [codes.in_force().matter(code).name for code in TROUBLES_AND_MATTERS.values()],
        "villages": list(VILLAGES), "landmarks": list(LANDMARKS), "tails": list(COMMON),
    }  # fmt: skip
    with without_indexes((*ROWS, *FACTS), KEPT) as indexes:
        last = [text for text in indexes if WORDS in text or any(f".{table} " in text for table in FACTS)]
        side_by_side([("drawn", lambda cursor: cursor.execute(_series(), given))], took)
        side_by_side(_rows(base, cases), took)
        cut_pieces()
        words: list[Job] = [("words", partial(lay_words, source=part)) for part in _parts(cases)]
        side_by_side([*words, *(said("indexes", text) for text in indexes if text not in last)], took)
        side_by_side([said("tidied", f"VACUUM (ANALYZE) {table}") for table in ROWS], took, within=False)
        facts: list[Job] = [("facts", partial(lay_facts, first=base + first, last=base + last)) for first, last in [(0, 0), *_ranges(cases)]]
        side_by_side([*(said("words", text) for text in last if WORDS in text), *facts], took)
        side_by_side([said("indexes", text) for text in last if WORDS not in text], took)
        side_by_side([said("tidied", f"VACUUM (ANALYZE) {table}") for table in FACTS], took, within=False)
    with connection.cursor() as cursor:
        for table in (*ROWS, *FACTS):
            cursor.execute("SELECT pg_get_serial_sequence(%s, a.attname) FROM pg_attribute a WHERE a.attrelid = %s::regclass AND a.attname = 'id'", [table, table])
            if (row := cursor.fetchone()) and row[0]:
                cursor.execute(f"SELECT setval('{row[0]}', (SELECT max(id) FROM {table}))")
        cursor.execute("DROP TABLE desk_series, desk_cut")
    compare_words()
    seconds = round(time.monotonic() - began, 1)
    told = {"cases": Case.objects.count(), "steps": Step.objects.count(), "open": Case.objects.exclude(closed_at__isnull=False).count()}
    own = list(Case.objects.filter(department__code="lighting").order_by("-pk").values_list("pk", flat=True)[:2000:4])
    print(json.dumps({**told, "seconds": seconds, "took": took, "departments": departments, "townships": townships, "first": base + 1, "own_cases": own}))


def _without_triggers_is_allowed() -> None:
    with postgres.connect(postgres.cluster(), "chengguan") as superuser:
        superuser.execute("GRANT SET ON PARAMETER session_replication_role TO chengguan")


def _pattern(department: int) -> Case:
    """The one case that is registered by the program itself, with a photo and a dispatch."""
    photos = lay_photos()
    with quietly():
        first = register(
            SYSTEM, source="hotline", point=UnitGrid.objects.first().geom.point_on_surface, description="路灯不亮", matter_code="01037", photos=photos[:1]
        )
    Dispatch.objects.create(case=first, department_id=department, part="main", sent_at=timezone.now())
    return first


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


def drawn(salt: int) -> str:
    """A number from 0 on that belongs to the row, whatever else is drawn for it: two runs are alike."""
    return f"(hashint8extended(i, {salt}) & 2147483647)"


def one_of(array: str, salt: int, kind: str = "text") -> str:
    return f"(%({array})s::{kind}[])[1 + ({drawn(salt)} %% array_length(%({array})s::{kind}[], 1))]"


PARTS = 4


def _ranges(cases: int) -> list[tuple[int, int]]:
    """The cases in parts, each as long as the others: from, to."""
    ends = [cases * part // PARTS for part in range(PARTS + 1)]
    return [(first + 1, last) for first, last in pairwise(ends)]


def _parts(cases: int) -> list[str]:
    """What stands for `series` in a statement that lays one of them."""
    return [f"(SELECT * FROM desk_series WHERE i BETWEEN {first} AND {last})" for first, last in _ranges(cases)]


def _rows(base: int, cases: int) -> list[Job]:
    """The longest first, so that both connections end together."""
    cut = [(name, work, part) for name, work in (("steps", _steps), ("cases", _cases)) for part in _parts(cases)]
    whole = [("photos", _photos, "desk_series"), ("reports", _reports, "desk_series"), ("clocks", _clocks, "desk_series"), ("dispatches", _dispatches, "desk_series")]
    return [(name, partial(work, base=base, source=source)) for name, work, source in (*cut, *whole)]


def _series() -> str:

    """One row a case: when, where, about what, how far."""
    return f"""
        CREATE UNLOGGED TABLE desk_series AS
        SELECT *, place || door || '号' AS address, trouble || '，' || village || landmark || '，' || tail AS words FROM (
        SELECT %(base)s + i AS id, i AS i, {drawn(20)} %% 2880 AS spread, i > %(cases)s - %(opened)s AS is_open,
            CASE WHEN i > %(cases)s - %(opened)s THEN now() - ({drawn(1)} %% 14400) * interval '1 minute'
                ELSE now() - interval '10 days' - ((%(cases)s - i)::float / %(cases)s * (%(days)s - 10)) * interval '1 day' END AS at,
            {one_of("departments", 2, "bigint")} AS department, {one_of("townships", 3, "bigint")} AS township,
            (ARRAY['reported','awaiting_filing','awaiting_dispatch','dispatched','handling','handling','handling','reported_back','awaiting_closing'])[1 + {drawn(4)} %% 9] AS standing,
            (ARRAY['hotline','inspector','citizen','inspector','alarm'])[1 + {drawn(5)} %% 5] AS came,
            {one_of("places", 6)} AS place, ({drawn(7)} %% 400)::text AS door,
            {one_of("troubles", 8)} AS trouble, {one_of("codes", 8)} AS code, {one_of("names", 8)} AS name,
            {one_of("villages", 11)} AS village, {one_of("landmarks", 12)} AS landmark, {one_of("tails", 9)} AS tail,
            {drawn(10)} %% 100 < 8 AS late
        FROM generate_series(1, %(cases)s::bigint) AS i) drawn;
        CREATE INDEX desk_series_i ON desk_series (i);
        ANALYZE desk_series
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


POINT = "ST_Translate(t.point, (s.i * 101 % 2000 - 1000) / 1e5, (s.i * 103 % 2000 - 1000) / 1e5)"
NUMBERED = "NOT (s.is_open AND s.standing IN ('reported', 'awaiting_filing'))"
NUMBER = "'500241' || to_char(s.at, 'YYYYMMDD') || lpad(s.i::text, 8, '0')"


def _cases(cursor, base: int, source: str) -> None:
    waiting = "s.is_open AND s.standing IN ('reported', 'awaiting_filing', 'awaiting_dispatch')"
    facts = {
        "id": "s.id", "number": f"CASE WHEN {NUMBERED} THEN {NUMBER} END", "register_number": "'B' || s.i", "source_key": "'bench:' || s.i",
        "state": "CASE WHEN s.is_open THEN s.standing ELSE 'closed' END", "source": "s.came", "matter_code": "s.code", "matter_name": "s.name",
        "address": "s.address", "description": "s.words", "department_id": f"CASE WHEN {waiting} THEN NULL ELSE s.department END", "township_id": "s.township",
        "follow_code": "NULL", "reported_at": "s.at", "accepted_at": "s.at + interval '5 min'", "filed_at": "s.at + interval '10 min'",
        "dispatched_at": "s.at + interval '20 min'", "received_at": "s.at + interval '40 min'", "entered_at": "s.at + interval '1 hour'",
        "reported_back_at": "CASE WHEN NOT s.is_open THEN s.at + (2 + s.i % 40) * interval '1 hour' END",
        "closed_at": "CASE WHEN s.is_open THEN NULL ELSE s.at + (3 + s.i % 40) * interval '1 hour' END",
        "deadline": "CASE WHEN s.is_open THEN now() + (s.spread - 960) * interval '1 minute' END",
        "yellow_at": "CASE WHEN s.is_open THEN now() + (s.spread - 1080) * interval '1 minute' END",
        "handling_deadline": "s.at + interval '1 day'", "handling_overdue": "s.late",
        "point": POINT,
    }  # fmt: skip
    _copy(cursor, Case, base, facts, f"{source} s")


def _reports(cursor, base: int, source: str) -> None:
    facts = {
        "case_id": "s.id", "source": "s.came", "source_key": "'bench:' || s.i", "arrived_at": "s.at", "description": "s.words", "address": "s.address",
        "matter_code": "s.code", "point": POINT,
    }  # fmt: skip
    _copy(cursor, Report, Report.objects.get(case=base).pk, facts, f"{source} s")


def _steps(cursor, base: int, source: str) -> None:
    accounts = {role: Account.objects.get(username=username) for role, username in ACCOUNTS.items()}

    def column(values: list[str], of: str = "text") -> str:
        return f"(ARRAY[{', '.join(values)}]::{of}[])[n]"

    facts = {
        "case_id": "s.id", "action": column([f"'{each}'" for each in PATH]),
        "from_state": column([f"'{each}'" for each in ("(new)", *STATES)]), "to_state": column([f"'{each}'" for each in STATES]),
        "role": column([f"'{role or 'hotline_operator'}'" for role in BY]),
        "who_id": column([str(accounts[role].pk) if role else "NULL" for role in BY], "bigint"),
        "who_name": column([f"'{accounts[role].name}'" if role else "'吴倩'" for role in BY]),
        "received_at": "s.at + (n - 1) * interval '20 min'", "acted_at": "s.at + n * interval '20 min'", "used_s": "1200", "overdue": "s.late AND n = 6",
    }  # fmt: skip
    upto = f"CASE WHEN s.is_open THEN {OPEN_STEPS} ELSE {len(PATH)} END"
    _copy(cursor, Step, Step.objects.get(case=base).pk, facts, f"{source} s CROSS JOIN LATERAL generate_series(1, {upto}) AS n")


def _clocks(cursor, base: int, source: str) -> None:
    facts = {
        "case_id": "s.id", "kind": "'handling'", "stage": "'处置'", "department_id": "s.department", "started_at": "s.at", "limit_value": "24",
        "limit_clock": "'urgent_hour'", "deadline": "CASE WHEN s.is_open THEN now() + interval '1 day' ELSE s.at + interval '1 day' END",
        "ended_at": "CASE WHEN s.is_open THEN NULL ELSE s.at + (3 + s.i % 40) * interval '1 hour' END", "overdue": "s.late",
    }  # fmt: skip
    _copy(cursor, Clock, Clock.objects.filter(case=base).first().pk, facts, f"{source} s")


def _dispatches(cursor, base: int, source: str) -> None:
    facts = {"case_id": "s.id", "department_id": "s.department", "sent_at": "s.at + interval '20 min'", "ended_at": "CASE WHEN s.is_open THEN NULL ELSE s.at + interval '1 day' END"}
    _copy(cursor, Dispatch, Dispatch.objects.get(case=base).pk, facts, f"{source} s")


def _photos(cursor, base: int, source: str) -> None:
    """One as it was found; of a closed case one more, as it was left."""
    facts = {"case_id": "s.id", "step_id": "NULL", "kind": "(ARRAY['report', 'after'])[n]", "attachment_id": "p.id"}
    cursor.execute("CREATE TEMP TABLE pictures ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY id) - 1 AS at, id FROM things_attachment")
    cursor.execute("SELECT count(*) FROM pictures")
    source = f"{source} s CROSS JOIN LATERAL generate_series(1, CASE WHEN s.is_open THEN 1 ELSE 2 END) AS n JOIN pictures p ON p.at = (s.i + n) % {cursor.fetchone()[0]}"
    _copy(cursor, Photo, Photo.objects.filter(case=base).first().pk, facts, source)


def sign_in(usernames: list[str]) -> None:
    """A session of each of them: {username: the cookie}."""
    print(json.dumps({username: cookie_of(Account.objects.get(username=username)) for username in usernames}))


def cookie_of(account: Account) -> str:
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(account.pk), settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.set_expiry(timedelta(days=1))
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def partner_key() -> None:
    """A key of the public door for the measurement, anew each time: {"key"}."""
    partner = Partner.objects.filter(name=PARTNER).first() or create_partner(SYSTEM, name=PARTNER, source="hotline", an_hour=10_000_000)
    print(json.dumps(issue_key(SYSTEM, partner)))
