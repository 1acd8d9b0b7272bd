"""Vector tiles cut by the database: layers as SQL over stored EPSG:3857 columns, several layers in one answer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

EXTENT = 4096
MARGIN = 64
DEEPEST = 20


@dataclass(frozen=True)
class Layer:
    """One layer of a tile. `geom` is an SQL expression in EPSG:3857; the SQL may use `bounds.env` (the tile),
    `bounds.wide` (with its margin) and `bounds.unit` (metres of one of the tile's 4096 steps)."""

    name: str
    source: str
    attributes: str
    where: str = "TRUE"
    geom: str = "geom_3857"
    index: str = "geom_3857"
    zooms: tuple[int, int] = (0, DEEPEST)
    simple_below: int = 0
    """Below this zoom shapes lose what is smaller than a step of the tile."""
    order: str = ""

    def sql(self, zoom: int) -> str:
        geom = f"ST_Simplify({self.geom}, bounds.unit * 2, true)" if zoom < self.simple_below else self.geom
        order = f" ORDER BY {self.order}" if self.order else ""
        return (
            f"SELECT ST_AsMVT(layer, '{self.name}', {EXTENT}, 'geom') FROM ("
            f"SELECT {self.attributes}, ST_AsMVTGeom({geom}, bounds.env, {EXTENT}, {MARGIN}, true) AS geom "
            f"FROM {self.source}, bounds WHERE {self.index} && bounds.wide AND {self.where}{order}"
            f") AS layer WHERE layer.geom IS NOT NULL"
        )


BOUNDS = (
    "WITH bounds AS MATERIALIZED (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS env, "
    "ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => %(margin)s) AS wide, "
    "40075016.6855785 / (2 ^ %(z)s) / 4096 AS unit) "
)


def tile(layers: Sequence[Layer], z: int, x: int, y: int, **parameters: Any) -> bytes:
    """The tile z/x/y with those of `layers` that are drawn at this zoom, as one MVT; empty when nothing is there.
    ValueError when there is no such tile."""
    if not (0 <= z <= DEEPEST and 0 <= x < 2**z and 0 <= y < 2**z):
        raise ValueError(f"no tile {z}/{x}/{y}")
    drawn = [layer for layer in layers if layer.zooms[0] <= z <= layer.zooms[1]]
    if not drawn:
        return b""
    sql = BOUNDS + "SELECT " + " || ".join(f"coalesce(({layer.sql(z)}), ''::bytea)" for layer in drawn)
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")  # compiling takes longer than any tile
        cursor.execute(sql, {"z": z, "x": x, "y": y, "margin": MARGIN / EXTENT, **parameters})
        return bytes(cursor.fetchone()[0])


def _feature(
    name: str, kind: str, attributes: str, zooms: tuple[int, int] = (0, DEEPEST), simple_below: int = 14, extra: str = "TRUE"
) -> Layer:
    return Layer(
        name=name,
        source="places_basefeature",
        attributes=attributes,
        where=f"kind = '{kind}' AND min_zoom <= %(z)s AND {extra}",
        zooms=zooms,
        simple_below=simple_below,
        order="rank",
    )


_IN_FORCE = "(valid_to IS NULL OR valid_to > current_date)"
_BASE = (
    _feature("hill", "hill", "klass", (0, 15)),
    _feature("landuse", "landuse", "klass, name", extra="(klass <> 'builtup' OR %(z)s <= 13)"),
    _feature("water", "water", "klass, name"),
    _feature("blocks", "block", "klass", (13, DEEPEST)),
    _feature("buildings", "building", "klass, height", (14, DEEPEST)),
    _feature("rail", "rail", "klass, name"),
    _feature("roads", "road", "klass, name, rank"),
    _feature("bridges", "bridge", "klass, name", (12, DEEPEST)),
    Layer("areas", "places_area", "level, code, name", "(level = 'county' OR level = 'township' AND %(z)s >= 8)", zooms=(0, 11), simple_below=12),
    _feature("borders", "border", "klass", simple_below=13),
    Layer("unit_grids", "places_unitgrid", "code, kind", _IN_FORCE, zooms=(15, DEEPEST)),
    Layer("responsibility_grids", "places_responsibilitygrid", "code, name", _IN_FORCE, zooms=(12, DEEPEST), simple_below=14),
    _feature("labels", "label", "klass, name, rank"),
)


def base_layers() -> Sequence[Layer]:
    """The county's own base map, drawn from the first to the last."""
    return _BASE


_known_version: tuple[float, str] = (0.0, "")


def version() -> str:
    """Changes when anything of the base map is loaded; looked up at most every five seconds."""
    global _known_version
    if time.monotonic() - _known_version[0] > 5:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(id), 0) || '-' || count(*) FROM places_loading")
            _known_version = (time.monotonic(), cursor.fetchone()[0])
    return _known_version[1]
