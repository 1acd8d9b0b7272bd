"""Where a case is: its point, unit grid, community, township and what people call the place."""

from __future__ import annotations

from django.contrib.gis.geos import Point

from chengguan.cases.models import Case
from chengguan.cases.selectors import levels
from chengguan.cases.selectors.move import Move
from chengguan.places import selectors as places
from chengguan.places.models import UnitGrid


def place(case: Case, point: Point, address: str = "", grid: UnitGrid | None = None) -> None:
    """Set the point and everything that follows from it, its unit grid found unless known. Outside every grid the grid
    stays empty."""
    grid = grid or places.grid_at(point)
    case.point = point
    case.unit_grid = grid
    case.community = grid.community if grid else None
    case.township = grid.community.parent if grid else None
    case.address = (address or places.nearest_address(point))[:200]


def place_at_component(case: Case) -> None:
    """The place of the component the case is about."""
    component = case.component
    assert component is not None
    if component.unit_grid is None:
        place(case, component.point, component.address)
        return
    case.point = component.point
    case.unit_grid = component.unit_grid
    case.community = component.unit_grid.community
    case.township = component.unit_grid.community.parent
    case.address = (component.address or places.nearest_address(component.point))[:200]


def find_level_anew(move: Move, matter_code: str, township_id: int | None) -> None:
    """Another matter or another township than before may be another level's; the step keeps it. What a township handed up stays
    up, and what was handed down to a township stays there while it lies in it."""
    case = move.case
    if (case.matter_code, case.township_id) == (matter_code, township_id):
        return
    handed = case.steps.filter(action__in=("hand_up", "hand_down")).order_by("-pk").values_list("action", flat=True).first()
    if handed == "hand_up" or (handed == "hand_down" and case.township_id == township_id):
        return
    level = levels.level_of(case, move.settings)
    if level != case.level:
        move.kept["now_level"] = level
        case.level = level
