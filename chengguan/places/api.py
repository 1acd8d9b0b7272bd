"""Vector tiles of the county's own base map: `/tiles/base/{z}/{x}/{y}.mvt` (Web Mercator, extent 4096).

Layers in the order they are drawn, with their attributes (a style needs only `match` on `klass`):

hill        polygons, z<=15  klass 1..4 (higher is higher), for a quiet relief
landuse     polygons         klass builtup (z<=13, the town as one, and the small towns from 10), from 12 farmland forest village
                             park green riverside square station, from 14 track (a running track) and pitch on it; name
water       polygons         klass river stream; name
blocks      polygons, z>=13  the street blocks inside the kerbs; klass residential oldtown commercial industrial school hospital
                             government park green riverside square; street land is what lies between them
buildings   polygons, z>=14 (the small ones z>=15)  klass house slab tower shop hall factory public; height in storeys
rail        lines            klass rail; name
roads       lines            klass expressway arterial ring primary secondary tertiary lane county village; name; rank 0..8;
                             min zooms: expressway arterial ring county 0.., primary 11, secondary 12, tertiary 13, lane village 14
bridges     lines, z>=12     klass as roads: the parts over water, to draw once more with a casing
areas       polygons, z<=11  level county, from 8 township; code; name
borders     lines            klass county (all zooms), township (z>=8), community (z>=12); each shared border once
unit_grids  polygons, z>=15  code; kind fine coarse
responsibility_grids polygons, z>=12  code; name
labels      points           klass county township community village river hill park square school hospital government
                             station poi; name; rank (smaller is more important); already thinned by zoom

`/tiles/components/{z}/{x}/{y}.mvt` is in things/api.py.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from chengguan.places import selectors

MVT = "application/vnd.mapbox-vector-tile"
_KEPT = 600
_kept: OrderedDict[tuple[str, int, int, int], bytes] = OrderedDict()
_lock = Lock()


def _base(version: str, z: int, x: int, y: int) -> bytes:
    key = (version, z, x, y)
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
            return _kept[key]
    body = selectors.tile(selectors.base_layers(), z, x, y)
    with _lock:
        _kept[key] = body
        while len(_kept) > _KEPT:
            _kept.popitem(last=False)
    return body


@login_not_required
@require_safe
def base_tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Public: it shows what any printed map shows."""
    version = selectors.version()
    etag = f'"{version}-{z}-{x}-{y}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        try:
            response = HttpResponse(_base(version, z, x, y), content_type=MVT)
        except ValueError as no_such_tile:
            raise Http404 from no_such_tile
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=60, stale-while-revalidate=86400"
    return response


urlpatterns = [path("tiles/base/<int:z>/<int:x>/<int:y>.mvt", base_tile, name="base_tile")]
