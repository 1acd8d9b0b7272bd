"""A town's own tile service beneath our layers: XYZ or WMTS in Web Mercator, with its key and its coordinates."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from django.core.exceptions import ImproperlyConfigured

COORDINATES = ("wgs84", "cgcs2000", "gcj02")
_WMTS = {"{TileMatrix}": "{z}", "{TileCol}": "{x}", "{TileRow}": "{y}"}


def read(templates: str, key: str = "", attribution: str = "", coordinates: str = "", maxzoom: int = 18) -> dict[str, Any]:
    """What the maps need, or {} when nothing is set. Several templates, parted by spaces, are drawn one above the other."""
    coordinates = (coordinates or "cgcs2000").lower()
    if not templates.strip():
        return {}
    if coordinates not in COORDINATES:
        raise ImproperlyConfigured(f"CHENGGUAN_BASE_MAP_COORDINATES: {' / '.join(COORDINATES)}")
    tiles = [_template(each, quote(key, safe="")) for each in templates.split()]
    return {
        "tiles": tiles,
        "hosts": sorted({"{0.scheme}://{0.netloc}".format(urlsplit(each)) for each in tiles}),
        "attribution": attribution,
        "gcj02": coordinates == "gcj02",
        "maxzoom": maxzoom,
    }


def _template(given: str, key: str) -> str:
    for theirs, ours in _WMTS.items():
        given = re.sub(re.escape(theirs), ours, given, flags=re.IGNORECASE)
    parts = urlsplit(given)
    missing = [name for name in ("{z}", "{x}", "{y}") if name not in given]
    if parts.scheme not in ("http", "https") or not parts.hostname or "{" in parts.netloc or missing:
        raise ImproperlyConfigured(
            f"CHENGGUAN_BASE_MAP: {given}: http(s)://HOST/... with {{z}} {{x}} {{y}} or {{TileMatrix}} {{TileCol}} {{TileRow}}, one host"
        )
    return given.replace("{key}", key)
