"""Opening a survey, and what may be changed of one that runs: who walks a patch, the last day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.selectors.refusals import Refused
from chengguan.people.models import Account, GridDuty
from chengguan.people.selectors import Who, accounts_with_role, may, on
from chengguan.people.services import audit, notify
from chengguan.places.models import Area, GridMembership, ResponsibilityGrid, UnitGrid
from chengguan.standards import codes
from chengguan.surveys.models import LONGEST_NAME, Patch, PatchGrid, Survey
from chengguan.surveys.services.history import note_step

LONGEST_DAYS = 366
T = TypeVar("T")
Cut = list[tuple[ResponsibilityGrid | Area, list[int]]]
"""Each place that becomes a patch, with its unit grids."""


def link(survey: Survey, phone: bool = False) -> str:
    return f"/field/surveys/{survey.pk}" if phone else f"/surveys/{survey.pk}"


def managed(who: Who, survey: Survey | int) -> Survey:
    """The survey, locked, for somebody who may change it and while it is open."""
    if not may(who, "surveys.manage"):
        raise Refused(_("专项普查由值班长发起和结束"))
    found = Survey.objects.select_for_update().get(pk=survey if isinstance(survey, int) else survey.pk)
    if found.closed_at is not None:
        raise Refused(_("这次普查已经结束，不再改动"))
    return found


@transaction.atomic
def open_survey(
    who: Who, *, name: str, matters: Sequence[str], first_day: date | None, last_day: date | None, grids: Iterable[ResponsibilityGrid] = (),
    communities: Iterable[Area] = (), walkers: Sequence[Account] = (), note: str = "", now: datetime | None = None,
) -> Survey:  # fmt: skip
    """Cut the area into patches of whole unit grids and tell those who walk them. With no `walkers` named each patch is
    walked by the inspectors on duty there. What is wrong is told of all fields together."""
    if not may(who, "surveys.manage"):
        raise Refused(_("专项普查由值班长发起和结束"))
    faults: list[Refused] = []
    called = _told(faults, lambda: _name(name))
    days = _told(faults, lambda: _days(first_day, last_day))
    wanted = _told(faults, lambda: _matters(matters))
    _told(faults, lambda: _inspectors(walkers))
    cut = _told(faults, lambda: _cut(list(grids), list(communities)))
    if called is None or days is None or wanted is None or cut is None or faults:
        raise Refused.together(faults)
    survey = Survey.objects.create(
        name=called, matters=wanted, first_day=days[0], last_day=days[1], note=note.strip(), opened_at=now or timezone.now(), opened_by_id=who.account_id
    )
    patches = [_patch(survey, place, cells) for place, cells in cut]
    for patch in patches:
        patch.walkers.set(walkers or _on_duty(patch))
    audit(who, "survey.open", survey, survey.name)
    note_step(who, survey, "open", now=survey.opened_at)
    _call(survey, {account for patch in patches for account in patch.walkers.all()})
    return survey


def _told(faults: list[Refused], ask: Callable[[], T]) -> T | None:
    """The answer, or none and one fault more."""
    try:
        return ask()
    except Refused as refused:
        faults += refused.every
        return None


def _name(given: str) -> str:
    name = given.strip()
    if not name:
        raise Refused(_("请写普查名称"), "name")
    if len(name) > LONGEST_NAME:
        raise Refused(_("名称不超过 %(most)d 个字") % {"most": LONGEST_NAME}, "name")
    return name


def _inspectors(given: Sequence[Account]) -> None:
    known = accounts_with_role("inspector", with_away=True)
    strange = [str(each) for each in given if each not in known]
    if strange:
        raise Refused(_("%(name)s不是在岗的信息采集员") % {"name": "、".join(strange)}, "walkers")


def _matters(given: Sequence[str]) -> list[str]:
    book = codes.in_force()
    wanted = list(dict.fromkeys(code.strip() for code in given if code.strip()))
    if not wanted:
        raise Refused(_("请选要查的类别"), "matters")
    unknown = [code for code in wanted if code not in book.matters and code not in book.majors["matter"]]
    if unknown:
        raise Refused(_("没有这个案件类别：%(code)s") % {"code": "、".join(unknown)}, "matters")
    return [code for code in wanted if len(code) == 2 or code[:2] not in wanted]


def _days(first_day: date | None, last_day: date | None) -> tuple[date, date]:
    if first_day is None or last_day is None:
        lacking = [Refused(words, field) for words, field, given in ((_("请写开始日期"), "first_day", first_day), (_("请写结束日期"), "last_day", last_day)) if given is None]
        raise Refused.together(lacking)
    _sensible(first_day, last_day)
    return first_day, last_day


def _sensible(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise Refused(_("结束日期不能早于开始日期"), "last_day")
    if last_day < timezone.localdate():
        raise Refused(_("结束日期已经过去"), "last_day")
    if last_day - first_day > timedelta(days=LONGEST_DAYS):
        raise Refused(_("一次普查不能超过一年"), "last_day")


def _cut(grids: Sequence[ResponsibilityGrid], communities: Sequence[Area]) -> Cut:
    """A unit grid that lies in two of the chosen areas is walked once, with the first of them."""
    if not grids and not communities:
        raise Refused(_("请至少选一个责任网格或社区"), "grids")
    cut, taken, empty = Cut(), set[int](), list[Refused]()
    places: list[ResponsibilityGrid | Area] = [*grids, *communities]
    for place in places:
        inside = UnitGrid.objects.filter(on())
        if isinstance(place, ResponsibilityGrid):
            inside = inside.filter(pk__in=GridMembership.objects.filter(on(), responsibility_grid=place).values("unit_grid"))
        else:
            inside = inside.filter(community=place)
        cells = [pk for pk in inside.order_by("code").values_list("pk", flat=True) if pk not in taken]
        if not cells:
            words = _("%(place)s里没有单元网格，或者都已算在所选的别处") % {"place": place}
            empty.append(Refused(words, "grids" if isinstance(place, ResponsibilityGrid) else "communities"))
        taken.update(cells)
        cut.append((place, cells))
    if empty:
        raise Refused.together(empty)
    return cut


def _patch(survey: Survey, place: ResponsibilityGrid | Area, cells: list[int]) -> Patch:
    where = {"responsibility_grid": place} if isinstance(place, ResponsibilityGrid) else {"community": place}
    patch = Patch.objects.create(survey=survey, name=str(place)[:60], **where)
    PatchGrid.objects.bulk_create([PatchGrid(survey=survey, patch=patch, unit_grid_id=pk) for pk in cells], batch_size=2000)
    return patch


def _on_duty(patch: Patch) -> list[Account]:
    """Who answers today for the responsibility grids in which the patch lies."""
    cells = PatchGrid.objects.filter(patch=patch).values("unit_grid")
    there = GridMembership.objects.filter(on(), unit_grid__in=cells).values("responsibility_grid")
    duties = GridDuty.objects.filter(on(), responsibility_grid__in=there, account__is_active=True)
    return list(Account.objects.filter(pk__in=duties.values("account")).order_by("username"))


def _call(survey: Survey, walkers: Iterable[Account]) -> None:
    words = _("%(first)s 至 %(last)s。%(note)s") % {"first": survey.first_day, "last": survey.last_day, "note": survey.note}
    notify(walkers, _("专项普查：%(name)s") % {"name": survey.name}, words, link(survey, phone=True), "survey")


@transaction.atomic
def set_walkers(who: Who, patch: Patch | int, walkers: Sequence[Account]) -> Patch:
    """Who walks the patch from now on; whoever is new to it is told."""
    found = Patch.objects.select_related("survey").get(pk=patch if isinstance(patch, int) else patch.pk)
    survey = managed(who, found.survey)
    if not walkers:
        raise Refused(_("请至少选一名信息采集员"), "walkers")
    _inspectors(walkers)
    before = list(found.walkers.order_by("pk"))
    found.walkers.set(walkers)
    names = {"before": [str(each) for each in before], "after": [str(each) for each in walkers]}
    audit(who, "survey.walkers", survey, f"{survey} · {found}", {"walkers": names["before"]}, {"walkers": names["after"]})
    note_step(who, survey, "walkers", "、".join(names["after"]), found)
    _call(survey, [each for each in walkers if each not in before])
    return found


@transaction.atomic
def prolong(who: Who, survey: Survey | int, last_day: date) -> Survey:
    """Another last day, later or earlier; inspectors report until its end."""
    found = managed(who, survey)
    _sensible(found.first_day, last_day)
    before, found.last_day = found.last_day, last_day
    found.save(update_fields=["last_day"])
    audit(who, "survey.prolong", found, found.name, {"last_day": before}, {"last_day": last_day})
    note_step(who, found, "prolong", f"{before} → {last_day}")
    return found
