"""What the administration pages show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Model, Prefetch, Q, QuerySet
from django.utils import timezone

from chengguan.people.models import Account, AuditEntry, GridDuty, Holding, Organisation, Responsibility
from chengguan.people.selectors.lists import accounts, audit_entries
from chengguan.people.selectors.who import Who, may, on
from chengguan.people.typed import day, whole_number
from chengguan.people.words import ACTION_NAMES
from chengguan.places.models import ResponsibilityGrid
from chengguan.standards import codes

TO_MEND: list[Callable[[datetime], tuple[str, str, str] | None]] = []
"""What other parts ask an administrator to mend: title, why, and where. Filled by them when the program starts."""


def to_mend(who: Who) -> list[tuple[str, str, str]]:
    if not who.is_administrator:
        return []
    return [each for ask in TO_MEND if (each := ask(timezone.now()))]


def administration_figures(who: Who) -> dict[str, int]:
    """How many of each, for the overview; zeros for those who may not manage."""
    if not may(who, "people.manage"):
        return {}
    day = timezone.now() - timedelta(days=1)
    grids = ResponsibilityGrid.objects.filter(valid_to=None)
    return {
        "accounts": Account.objects.filter(is_active=True).count(),
        "disabled": Account.objects.filter(is_active=False).count(),
        "without_post": Account.objects.filter(is_active=True)
        .exclude(holdings__in=Holding.objects.filter(on()))
        .count(),
        "organisations": Organisation.objects.filter(enabled=True).count(),
        "responsibilities": Responsibility.objects.filter(on()).count(),
        "grids": grids.count(),
        "grids_without_duty": grids.exclude(duties__in=GridDuty.objects.filter(on())).count(),
        "failed_today": AuditEntry.objects.filter(action="session.failed", at__gte=day).count(),
        "locked_today": AuditEntry.objects.filter(action="session.locked", at__gte=day).count(),
    }


def find_accounts(who: Who, q: str = "", role: str = "", state: str = "") -> QuerySet[Account]:
    """Accounts by name, username or phone, by role held today, by state; each with its `open_holdings`."""
    rows = accounts(who)
    if q:
        rows = rows.filter(Q(username__icontains=q) | Q(name__icontains=q) | Q(phone__contains=q))
    if role:
        rows = rows.filter(holdings__in=Holding.objects.filter(on(), post__role=role)).distinct()
    if state == "disabled":
        rows = rows.filter(is_active=False)
    elif state == "without_post":
        rows = rows.filter(is_active=True).exclude(holdings__in=Holding.objects.filter(on()))
    else:
        rows = rows.filter(is_active=True) if state == "enabled" else rows
    held = Holding.objects.filter(on()).select_related("post__organisation").order_by("id")
    return rows.prefetch_related(Prefetch("holdings", held, to_attr="open_holdings")).order_by("-is_active", "username")


def history_of(who: Who, obj: Model) -> QuerySet[AuditEntry]:
    """What the audit trail knows of one row, newest first."""
    return audit_entries(who).filter(object_type=obj._meta.label_lower, object_id=str(obj.pk))


def organisation_tree(who: Who, q: str = "") -> list[tuple[Organisation, int]]:
    """(organisation, depth) in the order of the tree; a search shows its hits flat."""
    if not may(who, "people.manage"):
        return []
    rows = list(
        Organisation.objects.select_related("parent", "area")
        .defer("area__geom", "area__geom_3857")
        .order_by("kind", "code")
    )
    if q:
        return [(row, 0) for row in rows if q.lower() in f"{row.code} {row.name} {row.short}".lower()]
    below: dict[int | None, list[Organisation]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    order = {kind: number for number, kind in enumerate(Organisation.Kind.values)}
    found: list[tuple[Organisation, int]] = []

    def walk(parent: int | None, depth: int) -> None:
        for row in sorted(below.get(parent, []), key=lambda each: (order[each.kind], each.code)):
            found.append((row, depth))
            walk(row.pk, depth + 1)

    walk(None, 0)
    return found


def people_of(who: Who, organisation: Organisation) -> QuerySet[Holding]:
    """Posts held today at an organisation."""
    rows = (
        Holding.objects.filter(on(), post__organisation=organisation)
        if may(who, "people.see")
        else Holding.objects.none()
    )
    return rows.select_related("account", "post").order_by("post__role", "account__username")


def find_responsibilities(who: Who, q: str = "", organisation: str = "", past: str = "") -> QuerySet[Responsibility]:
    """Rows valid today (all with `past`), by code or matter name, by organisation."""
    if not may(who, "people.manage_responsibility"):
        return Responsibility.objects.none()
    rows = Responsibility.objects.all() if past else Responsibility.objects.filter(on())
    if q.isdigit():
        rows = rows.filter(matter_code__startswith=q)
    elif q:
        book = codes.in_force()
        named = [code for code, matter in book.matters.items() if q in matter.name]
        rows = rows.filter(
            matter_code__in=[*named, *(code for code, name in book.majors["matter"].items() if q in name)]
        )
    if (number := whole_number(organisation)) is not None:
        rows = rows.filter(organisation_id=number)
    return (
        rows.select_related("organisation", "area", "owner")
        .defer("area__geom", "area__geom_3857")
        .order_by("matter_code", "area", "valid_from")
    )


def grids_with_duties(who: Who, q: str = "", only_gaps: bool = False) -> QuerySet[ResponsibilityGrid]:
    """Responsibility grids, each with its `open_duties` by shift."""
    if not may(who, "people.manage_duties"):
        return ResponsibilityGrid.objects.none()
    rows = ResponsibilityGrid.objects.filter(valid_to=None).defer("geom", "geom_3857")
    open_now = GridDuty.objects.filter(on())
    if q:
        named = open_now.filter(Q(account__name__icontains=q) | Q(account__username__icontains=q))
        rows = rows.filter(Q(name__icontains=q) | Q(code__icontains=q) | Q(duties__in=named)).distinct()
    if only_gaps:
        rows = rows.exclude(duties__in=open_now)
    duties = open_now.select_related("account").order_by("shift", "id")
    return rows.prefetch_related(Prefetch("duties", duties, to_attr="open_duties")).order_by("code")


def find_audit(who: Who, given: Mapping[str, Any]) -> QuerySet[AuditEntry]:
    """The trail by days (Beijing time, both included), person, action, object."""
    rows = audit_entries(who)
    since, until = (day(given.get(key)) for key in ("since", "until"))
    if since:
        rows = rows.filter(at__gte=timezone.make_aware(datetime.combine(since, time.min)))
    if until:
        rows = rows.filter(at__lt=timezone.make_aware(datetime.combine(until + timedelta(days=1), time.min)))
    if given.get("who"):
        rows = rows.filter(Q(who__icontains=given["who"]) | Q(ip__startswith=given["who"]))
    if given.get("action"):
        rows = rows.filter(action=given["action"])
    if given.get("object"):
        rows = rows.filter(Q(summary__icontains=given["object"]) | Q(object_type=given["object"]))
    if given.get("id"):
        rows = rows.filter(object_id=given["id"])
    return rows


def audit_actions(who: Who) -> list[tuple[str, str]]:
    """Every action the trail knows, with its name."""
    known = audit_entries(who).order_by().values_list("action", flat=True).distinct()
    return sorted(((slug, str(ACTION_NAMES.get(slug, slug))) for slug in known), key=lambda each: each[0])
