"""Sunrise and sunset at the county's position, and how high the sun stands now. Plain Python around astral."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from astral import LocationInfo
from astral.sun import elevation as sun_elevation
from astral.sun import sunrise as astral_sunrise
from astral.sun import sunset as astral_sunset

LONGITUDE, LATITUDE = 108.9916, 28.4482
ZONE = ZoneInfo("Asia/Shanghai")
PLACE = LocationInfo("秀山", "重庆", "Asia/Shanghai", LATITUDE, LONGITUDE)


@lru_cache(maxsize=64)
def sunset(day: date) -> datetime:
    """UTC time at which the sun's upper rim sinks below the horizon (altitude -0.833 degrees) on that local day."""
    return astral_sunset(PLACE.observer, day, tzinfo=ZONE).astimezone(UTC)


@lru_cache(maxsize=64)
def sunrise(day: date) -> datetime:
    """UTC time of sunrise on that local day."""
    return astral_sunrise(PLACE.observer, day, tzinfo=ZONE).astimezone(UTC)


@lru_cache(maxsize=8)
def _elevation(minute: int) -> float:
    return sun_elevation(PLACE.observer, datetime.fromtimestamp(minute * 60, UTC))


def elevation(at_ms: int) -> float:
    """Degrees of the sun above the horizon at that minute (milliseconds since 1970)."""
    return _elevation(at_ms // 60_000)


def is_night(at: datetime) -> bool:
    """Between sunset and the next sunrise."""
    day = at.astimezone(ZONE).date()
    return not sunrise(day) <= at < sunset(day)


def coming_sunset(at: datetime) -> datetime:
    """The next sunset at or after `at`."""
    day = at.astimezone(ZONE).date()
    return next(moment for moment in (sunset(day + timedelta(n)) for n in range(-1, 3)) if moment >= at)
