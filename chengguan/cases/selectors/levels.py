"""The two levels: what the county gave to its townships, and which township's desk there is for a case."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q
from django.utils import timezone

from chengguan.cases import workflow
from chengguan.cases.models import Case
from chengguan.engines import prepared
from chengguan.people.models import Account, GridDuty, Holding, Organisation
from chengguan.people.selectors import Who, inspectors_of, on
from chengguan.places.models import Area
from chengguan.standards.limits import Settings

_HAS_A_DESK = """SELECT EXISTS (SELECT FROM people_holding held JOIN people_account account ON account.id = held.account_id AND account.is_active
  JOIN people_post post ON post.id = held.post_id JOIN people_organisation office ON office.id = post.organisation_id
  WHERE post.role = 'township' AND office.enabled AND office.area_id = %(area)s
    AND held.valid_from <= %(day)s AND (held.valid_to IS NULL OR held.valid_to > %(day)s))"""
CENTRE_DESKS = ("acceptor", "hotline_operator", "shift_leader", "dispatcher")


def given_to_townships(matter_code: str, settings: Settings) -> bool:
    """Whether the county lets its townships accept, file and dispatch this matter."""
    return settings.covers("township.accepts", matter_code)


def closed_but_not_accepted(settings: Settings) -> list[str]:
    """What townships may close and do not accept: it comes to them only where the centre hands a case down."""
    accepts = settings["township.accepts"]
    return [each for each in settings["township.closes"] if not any(each.startswith(other) or other.startswith(each) for other in accepts)]


def set_levels(cases: Iterable[Case], settings: Settings) -> None:
    """Say of new cases whose they are: a township's only where somebody sits at its desk, or nobody would see them."""
    theirs = [case for case in cases if case.township_id is not None and case.matter_code and given_to_townships(case.matter_code, settings)]
    if not theirs:
        return
    held = Holding.objects.filter(on(), post__role="township", post__organisation__enabled=True, account__is_active=True)
    desks = set(held.values_list("post__organisation__area", flat=True))
    for case in theirs:
        case.level = "township" if case.township_id in desks else "county"


def level_of(case: Case, settings: Settings) -> str:
    """The township's where the county gave the matter away and there is a desk, else the county's."""
    alike = Case(township_id=case.township_id, matter_code=case.matter_code)
    set_levels([alike], settings)
    return alike.level


def has_desk(township_id: int | None) -> bool:
    """Whether somebody holds the post of the township's desk today."""
    return township_id is not None and bool(prepared.rows(_HAS_A_DESK, {"area": township_id, "day": timezone.localdate()})[0][0])


def lies_with_township(case: Case, settings: Settings) -> bool:
    """Whether its township's desk has the case now, and not the centre's."""
    if case.level != "township" or case.township_id is None:
        return False
    ending = case.state in workflow.OWN_END and settings.covers("township.closes", case.matter_code)
    return ending or case.state in workflow.OWN_LEVEL


def within(organisation: Organisation | None, township_id: int | None) -> bool:
    """Whether it is the township's own, or stands below it."""
    while organisation is not None:
        if organisation.kind == Organisation.Kind.TOWNSHIP and organisation.area_id == township_id:
            return True
        organisation = organisation.parent
    return False


def inspectors_within(case: Case) -> list[Account]:
    """Whom a township's desk may send: those on duty at the place, then those who walk a grid of the township."""
    here = inspectors_of(case.unit_grid) if case.unit_grid_id else []
    walks = GridDuty.objects.filter(on(), responsibility_grid__memberships__unit_grid__community__parent=case.township_id)
    others = Account.objects.filter(pk__in=walks.values("account"), is_active=True).order_by("pk")
    return [*here, *(each for each in others if each not in here)]


def desks_of(case: Case, settings: Settings) -> list[Organisation]:
    """The townships' organisations whose desk has the case now; none when the county's centre has."""
    if not lies_with_township(case, settings):
        return []
    return list(Organisation.objects.filter(kind=Organisation.Kind.TOWNSHIP, area=case.township_id, enabled=True))


def _lying_there(settings: Settings) -> Q:
    """The same as lies_with_township, asked of the database."""
    there, prefixes = Q(state__in=workflow.OWN_LEVEL), settings["township.closes"]
    if prefixes:
        there |= Q(state__in=workflow.OWN_END) & reduce(or_, (Q(matter_code__startswith=each) for each in prefixes))
    return Q(level="township") & there


def with_township(who: Who, settings: Settings) -> Q:
    """What waits for the township's desk as the second level."""
    codes = [post.area_code for post in who.posts if post.role == "township" and post.area_code]
    areas = list(Area.objects.filter(code__in=codes).values_list("pk", flat=True)) if codes else []
    return _lying_there(settings) & Q(township__in=areas)


def not_with_township(settings: Settings) -> Q:
    """What waits for the centre's desks: not what lies with a township."""
    return ~_lying_there(settings)
