"""Verbs of places: write the base map and areas, draw borders, prove that grids fit together, load files."""

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
    "add_area",
    "check_topology",
    "name_area",
    "rebuild_borders",
    "remember_loading",
    "write_addresses",
    "write_features",
    "write_grids",
]
