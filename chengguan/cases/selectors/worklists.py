"""Work lists: what waits for a post, sorted by deadline, coloured by stored moments; one page at a time by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from chengguan.cases import workflow
from chengguan.cases.models import Case, Dispatch, Request, Step, Task
from chengguan.cases.selectors import levels
from chengguan.cases.selectors.approved import APPROVED
from chengguan.cases.selectors.asked import asked_of
from chengguan.cases.selectors.configuration import settings
from chengguan.cases.selectors.habits import opened_since
from chengguan.cases.selectors.lines import in_lines, lines_of
from chengguan.cases.selectors.marks import marks_of, with_mark
from chengguan.cases.selectors.named import answering
from chengguan.cases.selectors.seeing import called_from, reporter_known, visible
from chengguan.cases.selectors.sorting import key_of, rows_after
from chengguan.cases.selectors.timeleft import show_times
from chengguan.people.selectors import Who

POST_STATES: dict[str, tuple[str, ...]] = {
    "acceptor": ("reported", "confirming", "awaiting_verification", "verifying", "verified", "self_handled"),
    "hotline_operator": ("reported",),
    "shift_leader": ("awaiting_filing", "awaiting_closing", "self_handled"),
    "dispatcher": ("awaiting_dispatch", "reported_back"),
    "department": ("dispatched", "handling", "department_review", "suspended"),
    "township": (*workflow.OWN_LEVEL, "dispatched", "handling", "department_review", "suspended", *workflow.OWN_END),
    "crew": ("handling",),
    "inspector": ("confirming", "verifying"),
}
"""What waits for whom; a post that is not here watches every open case."""


def _by_ladder(role: str) -> Q:
    """Requests of which the county's ladder said, when they were asked, that this post decides them."""
    return Q(kind__in=("extend", "void"), details__who__contains=role) | Q(kind="suspend", reviewed_at__isnull=False, details__who__contains=role)


_ASKED_BEFORE_LADDERS = ~Q(details__has_key="who") & (Q(kind__in=("extend", "void")) | Q(kind="suspend", reviewed_at__isnull=False))
"""Their deciders are written into them when a ladder is next set; until then they wait where they always did."""

POST_REQUESTS: dict[str, Q] = {
    "dispatcher": Q(kind="return") | Q(kind__in=("suspend", "appeal"), reviewed_at=None) | _by_ladder("dispatcher"),
    "shift_leader": _by_ladder("shift_leader") | _ASKED_BEFORE_LADDERS,
    "acceptor": Q(kind="appeal", reviewed_at__isnull=False),
    "leader": Q(kind="force_close") | _by_ladder("leader"),
}
SHOWN = ("department", "crew", "community", "township", "inspector", "component")
HEAVY = ("community__geom", "community__geom_3857", "township__geom", "township__geom_3857", "component__geom_3857")
"""Shapes that a list does not draw."""


MOST_REQUESTS = 2000
UNSETTLED = next(row.frm for row in workflow.TABLE if row.action == "fix_responsibility")
"""Where the dispatcher who sent somebody first still has to say whose it is."""
BESIDE_PARTS = ("helper", "copy")
LIGHTS = ("green", "yellow", "red", "grey")


@dataclass(frozen=True)
class Page:
    """One page of a work list. `after` asks for the next one; None at the end."""

    cases: list[Case]
    after: str | None


def waiting(who: Who, post: str = "") -> QuerySet[Case]:
    """Open cases that wait for this post of `who` (for all of who's posts when ""), and those with a request to decide."""
    wanted = Q(pk__in=[])
    for each in _waits_for(who, [post] if post else sorted(who.roles)).values():
        wanted |= each
    return visible(who).filter(wanted)


def waiting_at(who: Who, posts: Sequence[str]) -> dict[str, int]:
    """post -> how many cases wait for it, of all these posts in one count."""
    wanted = _waits_for(who, posts)
    if not wanted:
        return {}
    any_of = reduce(or_, wanted.values())
    return visible(who).filter(any_of).aggregate(**{post: Count("pk", filter=each) for post, each in wanted.items()})


def _waits_for(who: Who, roles: Iterable[str]) -> dict[str, Q]:
    """role -> what waits for it; the requests to decide are read once for all of them."""
    found = {role: _stands_with(who, role) for role in roles}
    deciding = {role: ExpressionWrapper(POST_REQUESTS[role], output_field=BooleanField()) for role in found if role in POST_REQUESTS}
    if deciding:
        asked = Request.objects.filter(reduce(or_, (POST_REQUESTS[role] for role in deciding)), state="waiting")
        rows = list(asked.annotate(**deciding).values("case", *deciding)[:MOST_REQUESTS])
        for role in deciding:  # as numbers: beside an OR a subquery would walk through every case there ever was
            found[role] |= Q(pk__in=[row["case"] for row in rows if row[role]])
    if "shift_leader" in found:
        found["shift_leader"] |= Q(pk__in=list(Request.objects.filter(APPROVED).values_list("case", flat=True)[:MOST_REQUESTS]))
    for role, owed in _owed(who, found).items():
        found[role] |= Q(pk__in=owed)
    return found


def _owed(who: Who, roles: Iterable[str]) -> dict[str, list[int]]:
    """role -> cases that wait for its answer, opinion or part as a helper, read once for all of them."""
    asked = {role: asked_of(role, _held(who, role)) for role in roles}
    if not asked:
        return {}
    mine = {role: ExpressionWrapper(each, output_field=BooleanField()) for role, each in asked.items()}
    rows = list(Task.objects.filter(reduce(or_, asked.values())).annotate(**mine).values("case", *mine)[:MOST_REQUESTS])
    return {role: [row["case"] for row in rows if row[role]] for role in asked}


def _held(who: Who, role: str) -> frozenset[int]:
    return frozenset().union(*(post.organisation_ids for post in who.posts if post.role == role))


def _stands_with(who: Who, role: str) -> Q:
    wanted = Q(state__in=POST_STATES.get(role, workflow.OPEN))
    held = _held(who, role)
    if role == "department":
        wanted &= Q(department__in=held)
    elif role == "township":
        wanted = Q(state__in=POST_STATES["department"], department__in=held) | levels.with_township(who, settings())
    elif role in levels.CENTRE_DESKS:
        wanted &= levels.not_with_township(settings())
        if role == "dispatcher":
            wanted |= Q(responsibility_open=True, state__in=UNSETTLED)
    elif role == "crew":
        wanted &= Q(crew__in=held)
    elif role == "inspector":
        tasks = Task.objects.filter(account__in=who.task_accounts, done_at=None, kind__in=("confirm", "verify"))
        wanted &= Q(pk__in=tasks.values("case"))
    return wanted


def _light(light: str, now: datetime) -> Q:
    red = Q(deadline__lt=now)
    yellow = Q(yellow_at__lte=now, deadline__gte=now)
    green = Q(deadline__gte=now) & (Q(yellow_at=None) | Q(yellow_at__gt=now))
    return {"red": red, "yellow": yellow, "green": green}.get(light, Q(deadline=None))


def _text(words: str, who: Who) -> Q:
    if words.isascii() and any(letter.isdigit() for letter in words):
        found = Q(number__startswith=words) | Q(register_number__startswith=words) | Q(address__contains=words)
        return found | (called_from(words) & reporter_known(who))  # to others a number that finds a case would tell who reported it
    return Q(address__icontains=words) | Q(description__icontains=words) | Q(matter_name__icontains=words) | answering(words)


FILTERS: dict[str, Callable[[Any], Q]] = {
    "state": lambda value: Q(state__in=[value] if isinstance(value, str) else list(value)),
    "stage": lambda value: Q(state__in=[state for state, stage in workflow.STAGES.items() if stage == value]),
    "department": lambda value: Q(department=value),
    "crew": lambda value: Q(crew=value),
    "township": lambda value: Q(township=value),
    "community": lambda value: Q(community=value),
    "component": lambda value: Q(component=value),
    "source": lambda value: Q(source=value),
    "matter": lambda value: Q(matter_code__startswith=value),
    "urgent": lambda value: Q(urgent=True),
    "mark": with_mark,
    "overdue": lambda value: Q(handling_overdue=True),
    "hand": lambda value: Q(state__in=(*workflow.WITH_DEPARTMENT, "suspended")),
    "asked": lambda value: Q(pk__in=Request.objects.filter(state="waiting").values("case")),
}


def _due(value: str, now: datetime) -> Q:
    """Within the hour, or before midnight here; what is late already is not among them."""
    tonight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Q(deadline__gte=now, deadline__lt=now + timedelta(hours=1) if value == "hour" else tonight)


def _mine(who: Who) -> Q:
    """What this person registered, walks to, or has taken a step of."""
    return Q(reporter=who.account_id) | Q(inspector=who.account_id) | Q(pk__in=Step.objects.filter(who=who.account_id).values("case"))


def narrowed(who: Who, cases: QuerySet[Case], now: datetime, filters: dict[str, Any]) -> QuerySet[Case]:
    """The filters that have a value; an unknown one is a KeyError."""
    for name, value in filters.items():
        if value in (None, "", [], False):
            continue
        if name == "text":
            cases = cases.filter(_text(str(value).strip(), who))
        elif name == "due":
            cases = cases.filter(_due(value, now))
        elif name == "mine":
            cases = cases.filter(_mine(who))
        elif name == "unread":
            cases = cases.exclude(opened_since(who))
        else:
            cases = cases.filter(_light(value, now) if name == "light" else FILTERS[name](value))
    return cases


def worklist(
    who: Who, *, post: str = "", part: str = "", after: str = "", sort: str = "", size: int = 50, now: datetime | None = None,
    also: Sequence[str] = (), **filters: Any,
) -> Page:  # fmt: skip
    """What waits for this person, the nearest deadline first or by `sort` (of sorting.SORTS); each case with its `.light`, `.percent`
    and `.marks`, and read of it lines.LINE and what is named `also`. `part` (helper or copy): what was sent to this post's department as such.
    filters: state stage light department crew township community component source matter (prefix) text urgent overdue mark; due (hour,
    today) hand asked mine unread."""
    now = now or timezone.now()
    return _page(narrowed(who, _list_of(who, post, part), now, filters), after, size, now, sort, also)


def _list_of(who: Who, post: str, part: str) -> QuerySet[Case]:
    return sent_as(who, post, part) if part in BESIDE_PARTS else waiting(who, post)


def sent_as(who: Who, post: str, part: str) -> QuerySet[Case]:
    """Open cases that were sent to this post's organisations as a helper, or for their information."""
    sent = Dispatch.objects.filter(department__in=_held(who, post), part=part, ended_at=None)
    return Case.objects.filter(state__in=workflow.OPEN, pk__in=sent.values("case"))


def beside_counts(who: Who, post: str) -> dict[str, int]:
    """How many open cases each of BESIDE_PARTS holds for this post."""
    return {part: sent_as(who, post, part).count() for part in BESIDE_PARTS} if post in ("department", "township") else {}


def _page(cases: QuerySet[Case], after: str, size: int, now: datetime, sort: str = "", also: Sequence[str] = ()) -> Page:
    sorted_rows = list(rows_after(cases, sort, after, now)[: size + 1])
    found = [pk for pk, *_by in sorted_rows]
    known = in_lines(Case.objects.all(), also).in_bulk(found[:size]) if also else lines_of(found[:size])
    more, rows = len(found) > size, [known[pk] for pk in found[:size] if pk in known]
    marks = marks_of(rows, now)
    show_times(rows, now)
    for case in rows:
        case.marks = marks[case.pk]  # type: ignore[attr-defined]
    return Page(rows, key_of(sorted_rows[size - 1], sort, after, now) if more else None)


def load_of_departments(who: Who, now: datetime | None = None) -> dict[int, tuple[int, int]]:
    """department -> (cases it has in hand, how many of them are past their limit)."""
    rows = (
        visible(who)
        .filter(state__in=workflow.WITH_DEPARTMENT, department__isnull=False)
        .values_list("department")
        .annotate(n=Count("pk"), late=Count("pk", filter=_light("red", now or timezone.now())))
        .order_by()
    )
    return {department: (n, late) for department, n, late in rows}


def counts(who: Who, *, post: str = "", part: str = "", now: datetime | None = None, **filters: Any) -> dict[str, dict[str, int]]:
    """state -> {"green", "yellow", "red", "grey", "all"} of the work list, and the same under "" for all of it."""
    now = now or timezone.now()
    rows: Any = (
        narrowed(who, _list_of(who, post, part), now, filters)
        .values("state")
        .annotate(all=Count("pk"), **{light: Count("pk", filter=_light(light, now)) for light in LIGHTS})
        .order_by()
    )
    found = {"": dict.fromkeys((*LIGHTS, "all"), 0)}
    for row in rows:
        found[row["state"]] = {light: n for light, n in row.items() if light != "state"}
        for light, number in found[row["state"]].items():
            found[""][light] += number
    return found
