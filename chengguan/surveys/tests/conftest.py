"""The world of the cases' tests with a second unit grid, and a survey of its lamps over both."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from chengguan.cases.tests.conftest import NOW, SINCE, World, _founded, box, world
from chengguan.places.models import GridMembership, ResponsibilityGrid, UnitGrid
from chengguan.surveys import services
from chengguan.surveys.models import Survey

__all__ = ["World", "_founded", "world"]
HERE, THERE, FAR = (108.9916, 28.4482, 8.0), (109.12, 28.45, 8.0), (109.18, 28.55, 8.0)
"""In the first unit grid, in the second, in none."""


class Surveyed:
    """A survey that runs, and the people of the world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.grid = ResponsibilityGrid.objects.get(code="R1")
        second = UnitGrid.objects.create(code="500241001001002", community=world.community, geom=box(109.1, 28.4, 109.15, 28.5), area_m2=1, valid_from=SINCE)
        GridMembership.objects.create(unit_grid=second, responsibility_grid=self.grid, valid_from=SINCE)
        self.survey = self.open()

    def open(self, **given: Any) -> Survey:
        said: dict[str, Any] = {
            "name": "路灯普查", "matters": ["01037"], "first_day": date(2026, 11, 1), "last_day": date(2026, 12, 31), "grids": [self.grid], "now": NOW,
        }  # fmt: skip
        return services.open_survey(self.world.who("shift_leader"), **(said | given))

    def find(self, key: str = "k1", **given: Any) -> Any:
        said: dict[str, Any] = {"key": key, "position": HERE, "matter_code": "01037", "photos": [self.world.photo], "now": NOW}
        return services.report_finding(self.world.who("inspector"), self.survey, **(said | given))


@pytest.fixture
def surveyed(world: World) -> Surveyed:
    return Surveyed(world)
