"""WGS-84/CGCS2000, GCJ-02 and BD-09, longitude and latitude in degrees, both ways. Plain Python and numpy.

GCJ-02 and BD-09 have no EPSG code. The formulas are the public ones; within a county CGCS2000 and WGS-84
are the same place to some centimetres. The inverse is found by iteration, to better than 1 mm.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np

N = TypeVar("N", float, np.ndarray)

_A = 6378245.0  # Krasovsky 1940, as the public formula uses it
_EE = 0.00669342162296594323
_BD = np.pi * 3000.0 / 180.0


def _offset(lon: N, lat: N) -> tuple[N, N]:
    x, y = lon - 105.0, lat - 35.0
    root, wave = np.sqrt(np.abs(x)), 20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + (wave + 20.0 * np.sin(y * np.pi) + 40.0 * np.sin(y / 3.0 * np.pi)) * 2.0 / 3.0
    north = north + (160.0 * np.sin(y / 12.0 * np.pi) + 320.0 * np.sin(y * np.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + (wave + 20.0 * np.sin(x * np.pi) + 40.0 * np.sin(x / 3.0 * np.pi)) * 2.0 / 3.0
    east = east + (150.0 * np.sin(x / 12.0 * np.pi) + 300.0 * np.sin(x / 30.0 * np.pi)) * 2.0 / 3.0
    phi = lat / 180.0 * np.pi
    magic = 1.0 - _EE * np.sin(phi) ** 2
    north = north * 180.0 / ((_A * (1.0 - _EE)) / (magic * np.sqrt(magic)) * np.pi)
    east = east * 180.0 / (_A / np.sqrt(magic) * np.cos(phi) * np.pi)
    return east, north


def wgs84_to_gcj02(lon: N, lat: N) -> tuple[N, N]:
    east, north = _offset(lon, lat)
    return lon + east, lat + north


def gcj02_to_wgs84(lon: N, lat: N) -> tuple[N, N]:
    x, y = lon, lat
    for _ in range(6):
        east, north = _offset(x, y)
        x, y = lon - east, lat - north
    return x, y


def gcj02_to_bd09(lon: N, lat: N) -> tuple[N, N]:
    far = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD)
    turn = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD)
    return far * np.cos(turn) + 0.0065, far * np.sin(turn) + 0.006


def bd09_to_gcj02(lon: N, lat: N) -> tuple[N, N]:
    x, y = lon - 0.0065, lat - 0.006
    for _ in range(6):
        there_x, there_y = gcj02_to_bd09(x, y)
        x, y = x + lon - there_x, y + lat - there_y
    return x, y


def wgs84_to_bd09(lon: N, lat: N) -> tuple[N, N]:
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat))


def bd09_to_wgs84(lon: N, lat: N) -> tuple[N, N]:
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat))
