"""Verbs of places: write the base map and areas, draw borders, prove that grids fit together, load files."""

from chengguan.places.services.loading import county_shape, day_of, load_addresses, load_areas, load_grids
from chengguan.places.services.reading import Row, Unreadable, read
from chengguan.places.services.reporting import Refusal, Report
from chengguan.places.services.topology import Fault, check_topology
from chengguan.places.services.writing import (
    AddressRow,
    FeatureRow,
    GridRow,
    add_area,
    name_area,
    rebuild_borders,
    remember_loading,
    write_addresses,
    write_features,
    write_grids,
)

__all__ = [
    "AddressRow",
    "Fault",
    "FeatureRow",
    "GridRow",
    "Refusal",
    "Report",
    "Row",
    "Unreadable",
    "add_area",
    "check_topology",
    "county_shape",
    "day_of",
    "load_addresses",
    "load_areas",
    "load_grids",
    "name_area",
    "read",
    "rebuild_borders",
    "remember_loading",
    "write_addresses",
    "write_features",
    "write_grids",
]
