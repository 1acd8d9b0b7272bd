"""A town's own tiles lie where our coordinates say, also when the service answers in GCJ-02."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings as django_settings
from django.utils.html import json_script
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page

from chengguan.config import base_map
from chengguan.people.middleware import policy, referrer_policy
from chengguan.places.coordinates import wgs84_to_gcj02
from tests.house import source

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(300)]

PLACE = (108.9916, 28.4482)
HALF = 6  # pixels from the middle of the mark to its edge
PRECISION = 1.5  # pixels: half a one for the moved tile, one for the rim of what is drawn


def _world(lon: float, lat: float, z: int) -> tuple[float, float]:
    """Pixels of the whole world at zoom z."""
    side = 256 * 2**z
    return (lon + 180) / 360 * side, (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side


class Tiles(BaseHTTPRequestHandler):
    """White tiles with one red square around `mark`, as a service draws them in its own coordinates."""

    mark = PLACE
    asked: list[str] = []
    came_from: list[str | None] = []

    def do_GET(self) -> None:
        path, _question, key = self.path.partition("?tk=")
        z, x, y = (int(part) for part in path.strip("/").removesuffix(".png").split("/"))
        type(self).asked.append(key)
        type(self).came_from.append(self.headers["Referer"])
        tile = Image.new("RGB", (256, 256), "white")
        east, south = _world(*type(self).mark, z)
        left, top = east - x * 256, south - y * 256
        ImageDraw.Draw(tile).rectangle((left - HALF, top - HALF, left + HALF, top + HALF), fill=(255, 0, 0))
        body = io.BytesIO()
        tile.save(body, "PNG")
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(body.getvalue())

    def log_message(self, *words: object) -> None:
        """Silent."""


class Pages(BaseHTTPRequestHandler):
    """One page with a small map, our built scripts, and the policy every page has."""

    def do_GET(self) -> None:
        kinds = {".js": "text/javascript", ".css": "text/css"}
        file = BUILT / self.path.removeprefix("/static/chengguan/build/")
        page = self.path == "/"
        found = page or (self.path.startswith("/static/") and file.is_file())
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8" if page else kinds.get(file.suffix, "application/octet-stream"))
        if page:
            self.send_header("Content-Security-Policy", policy())
            self.send_header("Referrer-Policy", referrer_policy())
        self.end_headers()
        if found:
            self.wfile.write(PAGE.format(base_map=json_script(django_settings.BASE_MAP, "base-map")).encode() if page else file.read_bytes())

    def log_message(self, *words: object) -> None:
        """Silent."""


BUILT = source.PACKAGE / "people" / "static" / "chengguan" / "build"
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">{base_map}
<link rel="stylesheet" href="/static/chengguan/build/app.css"><script type="module" src="/static/chengguan/build/app.js"></script></head>
<body><div data-island="place-map" data-lon="108.9916" data-lat="28.4482" data-zoom="16" style="height:480px"></div></body></html>"""


@pytest.fixture
def served() -> Iterator[Callable[[type[BaseHTTPRequestHandler]], str]]:
    servers: list[ThreadingHTTPServer] = []

    def serve(handler: type[BaseHTTPRequestHandler]) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield serve
    for server in servers:
        server.shutdown()


@pytest.mark.parametrize("coordinates", ["cgcs2000", "gcj02"])
def test_tiles_lie_under_our_coordinates(served, settings, chromium: Browser, coordinates: str) -> None:
    Tiles.mark = PLACE if coordinates == "cgcs2000" else wgs84_to_gcj02(*PLACE)
    Tiles.asked, Tiles.came_from = [], []
    template = served(Tiles) + "/{z}/{x}/{y}.png?tk={key}"
    settings.BASE_MAP = base_map.read(template, "secret", "示例地图 审图号 GS(2024)0001", coordinates)
    page = chromium.new_page(viewport={"width": 800, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if "Content Security Policy" in message.text else None)
    ours = served(Pages)
    page.goto(ours)
    page.wait_for_selector("[data-island=place-map][data-ready=true]")
    assert "审图号 GS(2024)0001" in page.inner_text(".maplibregl-ctrl-attrib")
    page.add_style_tag(content=".pin { display: none; }")
    picture = _settled(page)
    page.close()
    assert complaints == []
    assert set(Tiles.asked) == {"secret"}
    assert set(Tiles.came_from) == {f"{ours}/"}
    red = [(x, y) for x in range(picture.width) for y in range(picture.height) if _is_red(picture.getpixel((x, y)))]
    assert red, "the mark is out of view"
    middle = [sum(each) / len(red) for each in zip(*red, strict=True)]
    assert middle == pytest.approx([picture.width / 2, picture.height / 2], abs=PRECISION)


def _settled(page: Page) -> Image.Image:
    """The map when two looks, a second apart, see the same."""
    before = b""
    for _ in range(30):
        now = page.locator("[data-island=place-map]").screenshot()
        if now == before:
            break
        before = now
        page.wait_for_timeout(1000)
    return Image.open(io.BytesIO(before)).convert("RGB")


def _is_red(pixel: tuple[int, ...]) -> bool:
    return pixel[0] > 200 and pixel[1] < 90 and pixel[2] < 90
