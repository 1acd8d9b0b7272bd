"""Opening a survey, and what may be changed of one that runs: who walks a patch, the last day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.selectors.refusals import Refused
from chengguan.people.models import Account, GridDuty
from chengguan.people.selectors import Who, accounts_with_role, may, on
from chengguan.people.services import audit, notify
from chengguan.places.models import Area, GridMembership, ResponsibilityGrid, UnitGrid
from chengguan.standards import codes
from chengguan.surveys.models import Patch, PatchGrid, Survey

LONGEST_DAYS = 366


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
    who: Who, *, name: str, matters: Sequence[str], first_day: date, last_day: date, grids: Iterable[ResponsibilityGrid] = (),
    communities: Iterable[Area] = (), walkers: Sequence[Account] = (), note: str = "", now: datetime | None = None,
) -> Survey:  # fmt: skip
    """Cut the area into patches of whole unit grids and tell those who walk them. With no `walkers` named each patch is
    walked by the inspectors on duty there."""
    if not may(who, "surveys.manage"):
        raise Refused(_("专项普查由值班长发起和结束"))
    name = name.strip()
    if not name:
        raise Refused(_("请写普查名称"), "name")
    wanted = _matters(matters)
    _sensible(first_day, last_day)
    inspectors = accounts_with_role("inspector", with_away=True)
    for walker in walkers:
        if walker not in inspectors:
            raise Refused(_("%(name)s不是在岗的信息采集员") % {"name": walker}, "walkers")
    survey = Survey.objects.create(
        name=name[:60], matters=wanted, first_day=first_day, last_day=last_day, note=note.strip(), opened_at=now or timezone.now(), opened_by_id=who.account_id
    )
    taken: set[int] = set()
    patches = [_patch(survey, grid, None, taken) for grid in grids] + [_patch(survey, None, area, taken) for area in communities]
    if not patches:
        raise Refused(_("请至少选一个责任网格或社区"), "grids")
    for patch in patches:
        patch.walkers.set(walkers or _on_duty(patch))
    audit(who, "survey.open", survey, survey.name)
    _call(survey, {account for patch in patches for account in patch.walkers.all()})
    return survey


def _matters(given: Sequence[str]) -> list[str]:
    book = codes.in_force()
    wanted = list(dict.fromkeys(code.strip() for code in given if code.strip()))
    if not wanted:
        raise Refused(_("请选要查的类别"), "matters")
    for code in wanted:
        if code not in book.matters and code not in book.majors["matter"]:
            raise Refused(_("没有这个案件类别：%(code)s") % {"code": code}, "matters")
    return [code for code in wanted if len(code) == 2 or code[:2] not in wanted]


def _sensible(first_day: date, last_day: date) -> None:
    if last_day < first_day:
        raise Refused(_("结束日期不能早于开始日期"), "last_day")
    if last_day < timezone.localdate():
        raise Refused(_("结束日期已经过去"), "last_day")
    if last_day - first_day > timedelta(days=LONGEST_DAYS):
        raise Refused(_("一次普查不能超过一年"), "last_day")


def _patch(survey: Survey, grid: ResponsibilityGrid | None, community: Area | None, taken: set[int]) -> Patch:
    """A unit grid that lies in two of the chosen areas is walked once, with the first of them."""
    inside = UnitGrid.objects.filter(on())
    if grid is not None:
        inside = inside.filter(pk__in=GridMembership.objects.filter(on(), responsibility_grid=grid).values("unit_grid"))
    else:
        inside = inside.filter(community=community)
    cells = [pk for pk in inside.order_by("code").values_list("pk", flat=True) if pk not in taken]
    place = grid or community
    if not cells:
        raise Refused(_("%(place)s里没有单元网格，或者都已算在所选的别处") % {"place": place}, "grids")
    taken.update(cells)
    patch = Patch.objects.create(survey=survey, name=str(place)[:60], responsibility_grid=grid, community=community)
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
    inspectors = accounts_with_role("inspector", with_away=True)
    for walker in walkers:
        if walker not in inspectors:
            raise Refused(_("%(name)s不是在岗的信息采集员") % {"name": walker}, "walkers")
    before = list(found.walkers.order_by("pk"))
    found.walkers.set(walkers)
    names = {"before": [str(each) for each in before], "after": [str(each) for each in walkers]}
    audit(who, "survey.walkers", survey, f"{survey} · {found}", {"walkers": names["before"]}, {"walkers": names["after"]})
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
    return found
