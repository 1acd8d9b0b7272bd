"""The streets of a small part of the county, for a plan on paper."""

from __future__ import annotations

from collections.abc import Iterator

import shapely
from django.contrib.gis.geos import Polygon

from chengguan.places.models import BaseFeature

Line = list[tuple[float, float]]
MOST = 600


def streets_in(box: Polygon) -> Iterator[tuple[str, str, Line]]:
    """(name, class, points in degrees) of each street line that touches the box, cut to it; the wide ones first."""
    frame = shapely.box(*box.extent)
    roads = BaseFeature.objects.filter(kind=BaseFeature.Kind.ROAD, geom__bboverlaps=box).order_by("rank", "name", "id")[:MOST]
    for road in roads.only("name", "klass", "geom"):
        cut = shapely.intersection(shapely.from_wkb(bytes(road.geom.wkb)), frame)
        for part in getattr(cut, "geoms", [cut]):
            if part.geom_type == "LineString" and not part.is_empty:
                yield road.name, road.klass, [(float(x), float(y)) for x, y in part.coords]
