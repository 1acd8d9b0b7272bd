"""From words to a place and from a place to words."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from django.contrib.gis.geos import Point
from django.db import connection
from django.db.models import BooleanField, F, FloatField, Func, Q, QuerySet, Value
from django.db.models.functions import Abs, Length

from chengguan.engines import prepared
from chengguan.places.models import CRS, Address, BaseFeature
from chengguan.places.spelling import pinyin_of

DOOR = re.compile(r"^(?P<road>.*?[^\d\s])\s*(?P<number>\d{1,5})\s*号?$")
NOISE = re.compile(r"(附近|旁边|对面|门口|路口|处|交叉口)+$")
DOOR_REACH = 0.0009  # degrees, about 90 m
ROAD_REACH = 0.003
PLACE_REACH = 0.006


def _clean(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).strip().replace(" ", "").lower()
    return NOISE.sub("", text)


def geocode(text: str, limit: int = 10) -> list[Address]:
    """Addresses meant by `text`, best first: a name or its beginning, part of one, pinyin or its initials
    (`yxdd118`), and what sounds alike. A door number that does not exist gives its nearest neighbours on that road."""
    words = _clean(text)
    if not words:
        return []
    found: dict[int, Address] = {}
    for query in _attempts(words, limit):
        for address in query[: limit - len(found)] if len(found) < limit else ():
            found.setdefault(address.pk, address)
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _attempts(words: str, limit: int):  # type: ignore[no-untyped-def]
    every = Address.objects.select_related("community").order_by(Length("name"), "id")
    yield every.filter(name=words)
    door = DOOR.match(words)
    if door:
        yield from _doors(door["road"], int(door["number"]))
    if words.isascii():
        letters = re.sub(r"[^a-z0-9]", "", words)
        if not letters:
            return
        yield every.filter(initials=letters)
        yield every.filter(initials__startswith=letters)
        yield every.filter(pinyin__startswith=letters)
        sound = letters
    else:
        yield every.filter(name__startswith=words)
        yield every.filter(full__contains=words)
        sound = pinyin_of(words)
        yield every.filter(pinyin=sound)
        yield every.filter(pinyin__startswith=sound)
    if len(sound) >= 4 and has_trigrams():
        yield _alike(sound)


def _doors(road: str, number: int) -> list[QuerySet[Address]]:
    """The door of that number, then its neighbours, on the road of that name, sound or initials."""
    names = Address.objects.filter(kind=Address.Kind.ROAD)
    if road.isascii():
        known = list(names.filter(initials=road).values_list("name", flat=True)[:3]) or list(
            names.filter(pinyin=road).values_list("name", flat=True)[:3]
        )
    else:
        known = list(names.filter(name=road).values_list("name", flat=True)[:1]) or list(
            names.filter(pinyin=pinyin_of(road)).values_list("name", flat=True)[:3]
        )
    near = Address.objects.filter(kind=Address.Kind.DOOR, road__in=known).select_related("community")
    return [near.filter(number=number), near.order_by(Abs(F("number") - number), "id")] if known else []


class SoundsLike(Func):
    """`pinyin % sound`: alike as a whole; the operators are those the trigram index answers."""

    template = "(%(expressions)s)"
    arg_joiner = " %% "
    output_field = BooleanField()


class HoldsSound(SoundsLike):
    """`pinyin %> sound`: a part of it is alike."""

    arg_joiner = " %%> "


def _alike(sound: str) -> QuerySet[Address]:
    likeness = Func(Value(sound), F("pinyin"), function="word_similarity", output_field=FloatField())
    return (
        Address.objects.filter(Q(SoundsLike(F("pinyin"), Value(sound))) | Q(HoldsSound(F("pinyin"), Value(sound))))
        .annotate(likeness=likeness)
        .select_related("community")
        .order_by("-likeness", Length("name"), "id")
    )


@lru_cache(maxsize=1)
def has_trigrams() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        return cursor.fetchone() is not None


_HERE = "ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), %(crs)s)"


def _nearest(said: str, table: str, kind: str, place: str = "point", more: str = "") -> str:
    """A text that says the nearest of that kind within its reach, NULL when there is none."""
    return (
        f"(SELECT {said} FROM {table} WHERE kind = '{kind}'{more} AND ST_DWithin({place}, {_HERE}, %({kind})s)"
        f" ORDER BY ST_DistanceSphere({place}, {_HERE}), id LIMIT 1)"
    )


_REACH = {Address.Kind.DOOR.value: DOOR_REACH, Address.Kind.POI.value: DOOR_REACH, BaseFeature.Kind.ROAD.value: ROAD_REACH, Address.Kind.PLACE.value: PLACE_REACH}
_CALLED = f"""
SELECT coalesce(
  {_nearest("road || ' ' || number || '号附近'", "places_address", "door")},
  {_nearest("name || '附近'", "places_address", "poi")},
  {_nearest("name || '附近'", "places_basefeature", "road", "geom", " AND name <> ''")},
  {_nearest("name || '附近'", "places_address", "place")},
  (SELECT town.name || area.name FROM places_area area LEFT JOIN places_area town ON town.id = area.parent_id
   WHERE area.level = 'community' AND ST_Covers(area.geom, {_HERE}) ORDER BY area.code LIMIT 1),
  '')
"""
"""Looked for one after the other, and no further than to the first that is found. As one text, for every report asks it."""


def nearest_address(point: Point) -> str:
    """How a person would call the place: 渝秀大道 118号附近, 凤凰山公园附近, 渝秀大道附近, or the village."""
    found = prepared.row(_CALLED, {"x": point.x, "y": point.y, "crs": CRS, **_REACH})
    assert found is not None
    return str(found[0])

