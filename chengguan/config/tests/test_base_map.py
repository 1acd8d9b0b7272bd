"""A town's own tiles: what may be set, and that pages may load from exactly that host."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from chengguan.config import base_map

XYZ = "https://tiles.example.gov.cn:8443/map/{z}/{x}/{y}.png?tk={key}"
WMTS = "https://t0.example.gov.cn/vec_w/wmts?LAYER=vec&TILECOL={TileCol}&TILEROW={TileRow}&TILEMATRIX={TileMatrix}&tk={key}"


def test_xyz_and_wmts_become_one_kind_of_address_with_the_key_in_it():
    found = base_map.read(f"{XYZ} {WMTS}", "a b", "审图号 GS(2024)0001", "gcj02", 17)
    assert found["tiles"] == [
        "https://tiles.example.gov.cn:8443/map/{z}/{x}/{y}.png?tk=a%20b",
        "https://t0.example.gov.cn/vec_w/wmts?LAYER=vec&TILECOL={x}&TILEROW={y}&TILEMATRIX={z}&tk=a%20b",
    ]
    assert found["hosts"] == ["https://t0.example.gov.cn", "https://tiles.example.gov.cn:8443"]
    assert (found["gcj02"], found["maxzoom"], found["attribution"]) == (True, 17, "审图号 GS(2024)0001")


def test_without_one_the_county_draws_itself():
    assert base_map.read("") == {}
    assert base_map.read(XYZ)["gcj02"] is False


@pytest.mark.parametrize("given", ["ftp://a/{z}/{x}/{y}", "https://a/{z}/{x}", "https://{s}.a/{z}/{x}/{y}", "/{z}/{x}/{y}"])
def test_what_is_no_tile_service_is_refused_in_words(given):
    with pytest.raises(ImproperlyConfigured, match="CHENGGUAN_BASE_MAP"):
        base_map.read(given)


def test_unknown_coordinates_are_refused():
    with pytest.raises(ImproperlyConfigured, match="gcj02"):
        base_map.read(XYZ, coordinates="bd09")


def _policy(address: str) -> dict[str, list[str]]:
    told = Client().get(address)["Content-Security-Policy"]
    return {name: values for name, *values in (part.split() for part in told.split(";"))}


@pytest.mark.django_db
def test_pages_load_from_here_and_tiles_from_the_one_host(settings):
    settings.BASE_MAP = {}
    own = _policy("/signin")
    assert own["default-src"] == ["'self'"]
    assert own["connect-src"] == ["'self'"]
    settings.BASE_MAP = base_map.read(XYZ)
    told = _policy("/signin")
    assert told["connect-src"] == ["'self'", "https://tiles.example.gov.cn:8443"]
    assert told["img-src"] == ["'self'", "data:", "blob:", "https://tiles.example.gov.cn:8443"]
    assert {name: told[name] for name in told if name not in ("connect-src", "img-src")} == {
        name: own[name] for name in own if name not in ("connect-src", "img-src")
    }
