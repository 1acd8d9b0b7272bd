"""The two levels: what the county gave to its townships, and which township's desk there is for a case."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from chengguan.cases import workflow
from chengguan.cases.models import Case
from chengguan.people.models import Organisation, Post
from chengguan.people.selectors import Who
from chengguan.places.models import Area
from chengguan.standards.limits import Settings

CENTRE_DESKS = ("acceptor", "hotline_operator", "shift_leader", "dispatcher")


def given_to_townships(matter_code: str, settings: Settings) -> bool:
    """Whether the county lets its townships accept, file and dispatch this matter."""
    return settings.covers("township.accepts", matter_code)


def set_levels(cases: Iterable[Case], settings: Settings) -> None:
    """Say of new cases whose they are: a township's only where it has a desk, or nobody would see them."""
    theirs = [case for case in cases if case.township_id is not None and case.matter_code and given_to_townships(case.matter_code, settings)]
    if not theirs:
        return
    desks = set(Post.objects.filter(role="township", organisation__enabled=True).values_list("organisation__area", flat=True))
    for case in theirs:
        case.level = "township" if case.township_id in desks else "county"


def level_of(case: Case, settings: Settings) -> str:
    """The township's where the county gave the matter away and there is a desk, else the county's."""
    alike = Case(township_id=case.township_id, matter_code=case.matter_code)
    set_levels([alike], settings)
    return alike.level


def desks_of(case: Case) -> list[Organisation]:
    """The townships' organisations whose desk has the case now; none when the county's centre has."""
    if case.level != "township" or case.state not in workflow.OWN_LEVEL or case.township_id is None:
        return []
    return list(Organisation.objects.filter(kind=Organisation.Kind.TOWNSHIP, area=case.township_id, enabled=True))


def with_township(who: Who) -> Q:
    """What waits for the township's desk as the second level."""
    codes = [post.area_code for post in who.posts if post.role == "township" and post.area_code]
    areas = list(Area.objects.filter(code__in=codes).values_list("pk", flat=True)) if codes else []
    return Q(level="township", state__in=workflow.OWN_LEVEL, township__in=areas)


NOT_WITH_TOWNSHIP = ~Q(level="township", state__in=workflow.OWN_LEVEL)
"""What waits for the centre's desks: not what lies with a township."""
