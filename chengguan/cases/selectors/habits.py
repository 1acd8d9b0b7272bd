"""Which class a person most likely means, and what they have not looked at yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.gis.geos import Point
from django.db.models import Count, F, Q
from django.utils import timezone

from chengguan.cases.models import Case, Opened, UsedClass
from chengguan.engines import prepared
from chengguan.people.selectors import Who
from chengguan.places.projection import box_around
from chengguan.standards import codes

MOST_RECENT, MOST_NEAR = 6, 6
NEAR_METRES, NEAR_DAYS = 300, 90
LOOKED_THROUGH = 60
"""Of what fits the typed word, so many are put in order by habit."""


@dataclass(frozen=True)
class Likely:
    """A class of the code book. `why`: recent (this person used it lately), near (often told of around here) or ""."""

    item: codes.Item
    why: str = ""


def likely_classes(who: Who, text: str = "", point: Point | None = None, limit: int = 12, now: datetime | None = None) -> list[Likely]:
    """With nothing typed what this person used lately, then what is most often told of near the point. Else what fits, by code,
    pinyin initials or words, in the same order of habit; a whole code stands first."""
    book = codes.in_force()
    habit = {code: "near" for code in classes_near(point, now)} | {code: "recent" for code in classes_used(who)}
    order = [*(code for code, why in habit.items() if why == "recent"), *(code for code, why in habit.items() if why == "near")]
    text = text.strip()
    if not text:
        return [Likely(book.matter(code), habit[code]) for code in order if code in book.matters][:limit]
    found = book.search(text, limit=LOOKED_THROUGH)
    place = {code: at for at, code in enumerate(order)}
    found.sort(key=lambda item: (item.code != text, place.get(item.code, len(place))))  # stable: the rest as well as it fits
    return [Likely(item, habit.get(item.code, "")) for item in found[:limit]]


def classes_used(who: Who) -> list[str]:
    """The latest first."""
    if who.account_id is None:
        return []
    return list(UsedClass.objects.filter(account=who.account_id).order_by("-used_at").values_list("matter_code", flat=True)[:MOST_RECENT])


def classes_near(point: Point | None, now: datetime | None = None) -> list[str]:
    """The commonest first, of what was told within 300 m in 90 days; by position alone, without who: a class tells nobody anything."""
    if point is None:
        return []
    since = (now or timezone.now()) - timedelta(days=NEAR_DAYS)
    near = Case.objects.filter(point__bboverlaps=box_around(point, NEAR_METRES), reported_at__gte=since).exclude(matter_code="")
    return list(near.values_list("matter_code").annotate(n=Count("pk")).order_by("-n", "matter_code").values_list("matter_code", flat=True)[:MOST_NEAR])


def opened_since(who: Who) -> Q:
    """The cases this person has looked at since they came to the stage they are in."""
    return Q(pk__in=Opened.objects.filter(account=who.account_id, opened_at__gte=F("case__entered_at")).values("case"))


def unread_of(who: Who, cases: Iterable[Case]) -> set[int]:
    """Of these the ids of those this person has not looked at in their present stage."""
    known = {case.pk: case for case in cases}
    asked = "SELECT case_id, opened_at FROM cases_opened WHERE account_id = %s AND case_id = ANY(%s::bigint[])"
    seen = dict(prepared.rows(asked, [who.account_id, prepared.among(known)])) if known and who.account_id else {}
    return {pk for pk, case in known.items() if pk not in seen or seen[pk] < case.entered_at}
