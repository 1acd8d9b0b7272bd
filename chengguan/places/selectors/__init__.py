"""Questions about places. Places are visible to all staff, so nobody is asked who they are."""

from chengguan.places.selectors.addresses import geocode, nearest_address
from chengguan.places.selectors.areas import (
    area_at,
    area_coded,
    area_named,
    areas,
    county,
    grid_at,
    inside_county,
    responsibility_grid_of,
)
from chengguan.places.selectors.classes import area_class
from chengguan.places.selectors.streets import StreetPoint, street_points
from chengguan.places.selectors.tiles import Layer, base_layers, tile, version

__all__ = [
    "Layer",
    "StreetPoint",
    "area_at",
    "area_class",
    "area_coded",
    "area_named",
    "areas",
    "base_layers",
    "county",
    "geocode",
    "grid_at",
    "inside_county",
    "nearest_address",
    "responsibility_grid_of",
    "street_points",
    "tile",
    "version",
]
