"""On the walk: what is found, what was looked at in vain, a patch that is done. Only from the place itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.gis.geos import Point
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.selectors.distance import component_here
from chengguan.cases.selectors.refusals import Refused
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit, notify
from chengguan.places.selectors import grid_at, nearest_address
from chengguan.standards import codes
from chengguan.surveys.models import Finding, Patch, PatchGrid, Survey
from chengguan.surveys.services.history import note_step
from chengguan.surveys.services.opening import link
from chengguan.things.models import Attachment, Component

Position = tuple[float, float, float]
"""Longitude, latitude, accuracy in metres."""
ROUGHEST_M = 100.0
"""Beyond this error a phone's position does not say in which unit grid it is."""


def walked(who: Who, survey_id: int, now: datetime) -> Survey:
    """The survey, locked so that it does not close meanwhile, for somebody who walks surveys, on one of its days."""
    if who.account_id is None or not may(who, "surveys.walk"):
        raise Refused(_("普查由信息采集员在现场办理"))
    survey = Survey.objects.select_for_update(of=("self",)).select_related("opened_by").get(pk=survey_id)
    if survey.closed_at is not None:
        raise Refused(_("这次普查已经结束，别的问题请用“上报”"))
    today = timezone.localdate(now)
    if today < survey.first_day:
        raise Refused(_("这次普查 %(day)s 才开始") % {"day": survey.first_day})
    if today > survey.last_day:
        raise Refused(_("这次普查到 %(day)s 为止，别的问题请用“上报”") % {"day": survey.last_day})
    return survey


def _cell(who: Who, survey: Survey, position: Position | None) -> tuple[PatchGrid, Point]:
    """The unit grid of the survey in which the person stands, in a patch that is theirs."""
    if position is None:
        raise Refused(_("还没有取到位置，请走到空旷处再试。"), "position")
    lon, lat, accuracy = position
    if accuracy > ROUGHEST_M:
        raise Refused(_("位置误差 ±%(m)d 米，太大了，请走到空旷处等一会儿。") % {"m": accuracy}, "position")
    point = Point(lon, lat, srid=4490)
    grid = grid_at(point)
    cell = PatchGrid.objects.select_related("patch", "unit_grid").filter(survey=survey, unit_grid=grid).first() if grid else None
    if cell is None:
        raise Refused(_("这里不在普查范围内。别的问题请用“上报”。"), "position")
    if not cell.patch.walkers.filter(pk__in=who.task_accounts).exists():
        raise Refused(_("这里是“%(patch)s”，不是派给您走的片区。") % {"patch": cell.patch}, "position")
    return cell, point


def _cell_of(component: Component, cell: PatchGrid) -> PatchGrid:
    """The unit grid in which the component stands: perhaps the neighbour of the person's own, but of the same patch."""
    grid = component.unit_grid or grid_at(component.point)
    if grid is not None and grid.pk == cell.unit_grid_id:
        return cell
    found = PatchGrid.objects.filter(patch=cell.patch_id, unit_grid=grid).first() if grid else None
    if found is None:
        raise Refused(_("所选部件%(name)s不在您的片区“%(patch)s”里，请重选部件。") % {"name": component.label or component.name, "patch": cell.patch}, "component")
    return found


def _mark(who: Who, cell: PatchGrid, now: datetime) -> None:
    if cell.looked_at is None:
        cell.looked_at, cell.looked_by_id = now, who.account_id
        cell.save(update_fields=["looked_at", "looked_by"])


@transaction.atomic
def look_at(who: Who, survey: Survey, position: Position | None, now: datetime | None = None) -> PatchGrid:
    """看过: nothing was found in the unit grid where the person stands; that counts as looked at."""
    now = now or timezone.now()
    cell, _point = _cell(who, walked(who, survey.pk, now), position)
    _mark(who, cell, now)
    return cell


def report_finding(
    who: Who, survey: Survey, *, key: str, position: Position | None, matter_code: str, photos: Sequence[Attachment],
    description: str = "", component_id: int | None = None, now: datetime | None = None,
) -> Finding:  # fmt: skip
    """What is found here. The same `key` twice is one finding."""
    if not key:
        raise Refused(_("请刷新页面再试。"))
    source_key = f"{who.account_id}:{key}"[:120]
    known = Finding.objects.filter(source_key=source_key).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return _stored(who, survey, source_key, position, matter_code, photos, description, component_id, now or timezone.now())
    except IntegrityError:
        return Finding.objects.get(source_key=source_key)


def _stored(
    who: Who, survey: Survey, source_key: str, position: Position | None, matter_code: str, photos: Sequence[Attachment],
    description: str, component_id: int | None, now: datetime,
) -> Finding:  # fmt: skip
    found_in = walked(who, survey.pk, now)
    faults: list[Refused] = []
    try:
        cell, point = _cell(who, found_in, position)
    except Refused as refused:
        faults.append(refused)
    if not photos:
        faults.append(Refused(_("请先拍一张照片。"), "photos"))
    if not matter_code:
        faults.append(Refused(_("请选一个类别。"), "matter_code"))
    elif matter_code not in codes.in_force().matters or not found_in.looks_for(matter_code):
        faults.append(Refused(_("“%(matter)s”不在这次普查的类别里，请用“上报”。") % {"matter": codes.matter_name(matter_code)}, "matter_code"))
    if faults:
        raise Refused.together(faults)
    assert who.account_id is not None and position is not None
    component = component_here(component_id, point, position[2])
    there = cell if component is None else _cell_of(component, cell)
    found = Finding.objects.create(
        survey=found_in, patch=cell.patch, unit_grid_id=there.unit_grid_id, source_key=source_key, found_at=now, found_by_id=who.account_id,
        matter_code=matter_code, matter_name=codes.matter_name(matter_code)[:60], component=component,
        point=component.point if component else point, description=description.strip(),
        address=(component.address if component else nearest_address(point))[:200],
    )  # fmt: skip
    found.photos.set(photos)
    _mark(who, there, now)
    return found


@transaction.atomic
def finish_patch(who: Who, patch: Patch | int, words: str = "", now: datetime | None = None) -> Patch:
    """走完: whoever walks it says so; unit grids that nobody looked at are explained in words. Whoever opened the survey hears of
    the last one."""
    now = now or timezone.now()
    found = Patch.objects.get(pk=patch if isinstance(patch, int) else patch.pk)
    survey = walked(who, found.survey_id, now)
    found.refresh_from_db()
    if not found.walkers.filter(pk__in=who.task_accounts).exists():
        raise Refused(_("这里是“%(patch)s”，不是派给您走的片区。") % {"patch": found})
    if found.finished_at is not None:
        return found
    left = found.grids.filter(looked_at=None).count()
    if left and not words.strip():
        raise Refused(_("还有 %(n)d 个单元网格没有看过，确实不用再走，请写明原因。") % {"n": left}, "words")
    found.finished_at, found.finished_by_id, found.finished_words = now, who.account_id, words.strip()[:200]
    found.save(update_fields=["finished_at", "finished_by", "finished_words"])
    audit(who, "survey.finish", survey, f"{survey} · {found}")
    note_step(who, survey, "finish", found.finished_words, found, now)
    if survey.opened_by and not survey.patches.filter(finished_at=None).exists():
        told = _("%(n)d 个片区都走完了，请处理发现的问题") % {"n": survey.patches.count()}
        notify(survey.opened_by, _("普查走完了：%(name)s") % {"name": survey}, told, link(survey), "survey")
    return found
