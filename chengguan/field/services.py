"""What is sent from the street. The same send twice is one deed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _

from chengguan.cases import services as cases
from chengguan.cases.models import Case, Step
from chengguan.cases.selectors import component_here
from chengguan.field.selectors import is_own
from chengguan.people.selectors import Who
from chengguan.places.selectors import grid_at

GOOD_ENOUGH = 100.0
"""Metres of error beyond which a phone's position says nothing about where a thing stands."""


def already_sent(who: Who, case: Case, action: str, version: int | None) -> bool:
    """Whether this very move was made by this person from the version the phone had seen: a second tap, or an answer lost on the way."""
    if version is None or case.version <= version:
        return False
    last = Step.objects.filter(case=case, action=action, who_id=who.account_id).order_by("-id").first()
    return last is not None and not Step.objects.filter(case=case, id__gt=last.pk).exclude(who_id=None).exists()


def report_new(
    who: Who,
    *,
    key: str,
    position: tuple[float, float, float] | None,
    matter_code: str,
    description: str,
    photos: Sequence[Any],
    component_id: int | None = None,
    outside_confirmed: bool = False,
    photos_after: Sequence[Any] = (),
    self_handled: bool = False,
) -> Case:
    """An inspector's report, or what was put right on the spot. Refused in words when something is missing."""
    if not key:
        raise cases.Refused(_("请刷新页面再试。"))
    known = Case.objects.filter(source_key=f"field:{who.account_id}:{key}").first()
    if known is not None:
        return known
    point, faults = _checked(who, position, outside_confirmed)
    wanting = ((not photos, _("请先拍一张照片。"), "photos"), (self_handled and not photos_after, _("自行处置要有处置后的照片。"), "photos_after"), (not matter_code, _("请选一个类别。"), "matter_code"))
    faults += [cases.Refused(words, field) for missing, words, field in wanting if missing]
    if faults:
        raise cases.Refused.together(faults)
    assert position is not None
    component = component_here(component_id, point, position[2])
    common: dict[str, Any] = {
        "point": component.point if component else point,
        "matter_code": matter_code,
        "description": description,
        "component": component,
        "source_key": f"field:{who.account_id}:{key}",
    }
    if self_handled:
        return cases.self_handle(who, photos_before=photos, photos_after=photos_after, **common)
    return cases.register(who, source="inspector", photos=photos, **common)


def _checked(who: Who, position: tuple[float, float, float] | None, outside_confirmed: bool) -> tuple[Point, list[cases.Refused]]:
    """Where the phone stands, and what is wrong with that."""
    lon, lat, accuracy = position or (0.0, 0.0, 0.0)
    point = Point(lon, lat, srid=4490)
    grid = grid_at(point) if position is not None and accuracy <= GOOD_ENOUGH else None
    if position is None:
        wrong = _("还没有取到位置，请走到空旷处再试。")
    elif accuracy > GOOD_ENOUGH:
        wrong = _("位置误差 ±%(m)d 米，太大了，请走到空旷处等一会儿。") % {"m": accuracy}
    elif grid is None:
        wrong = _("这里不在本县的网格里。")
    elif not outside_confirmed and not is_own(who, grid):
        return point, [cases.Refused(_("这里不在您的责任网格内。确实要报，请勾选“网格外也报”。"), "outside")]
    else:
        return point, []
    return point, [cases.Refused(wrong, "position")]
