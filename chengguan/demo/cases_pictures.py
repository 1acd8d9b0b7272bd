"""Drawn pictures that stand for photos in the sample cases: before and after, plainly drawings and not photographs."""

from __future__ import annotations

import io
import random
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter

from chengguan.things.models import Attachment
from chengguan.things.services import put_attachment

WIDTH, HEIGHT = 960, 720
HORIZON = 380


def picture(scene: str, after: bool) -> Attachment:
    """The drawing of that scene, stored."""
    file = io.BytesIO(draw(scene, after))
    attachment = put_attachment(file, name=f"{scene}-{'after' if after else 'before'}.jpg")
    Attachment.objects.filter(pk=attachment.pk).update(upload_token="")
    return attachment


@lru_cache(maxsize=32)
def draw(scene: str, after: bool) -> bytes:
    """A JPEG of a street with the trouble of that scene, or without it."""
    chance = random.Random(f"{scene}{after}")
    dusk = scene == "lamp"
    image = Image.new("RGB", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(image)
    _ground(pen, dusk)
    _houses(pen, random.Random(scene), dusk)
    TROUBLES[scene](pen, chance, after)
    if dusk and after:
        image = _glow(image, (300, 170))
    label = "SAMPLE AFTER" if after else "SAMPLE BEFORE"
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, HEIGHT - 34, 210, HEIGHT), fill=(20, 28, 38))
    pen.text((14, HEIGHT - 26), label, fill=(235, 240, 245), font_size=18)
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(0.6)).save(out, "JPEG", quality=82)
    return out.getvalue()


def _ground(pen: ImageDraw.ImageDraw, dusk: bool) -> None:
    top, low = ((28, 36, 64), (86, 84, 110)) if dusk else ((150, 190, 222), (226, 233, 236))
    for y in range(HORIZON):
        share = y / HORIZON
        pen.line((0, y, WIDTH, y), fill=tuple(round(a + (b - a) * share) for a, b in zip(top, low, strict=True)))
    pen.rectangle((0, HORIZON, WIDTH, HEIGHT), fill=(70, 72, 78) if dusk else (132, 134, 136))
    pen.polygon((0, HORIZON + 60, WIDTH, HORIZON + 20, WIDTH, HORIZON, 0, HORIZON), fill=(104, 100, 98) if dusk else (188, 182, 172))
    for x in range(60, WIDTH, 220):
        pen.polygon((x, 560, x + 110, 556, x + 116, 566, x + 4, 571), fill=(214, 212, 200))


def _houses(pen: ImageDraw.ImageDraw, chance: random.Random, dusk: bool) -> None:
    x = 0
    while x < WIDTH:
        width, height = chance.randint(110, 190), chance.randint(120, 290)
        shade = chance.randint(60, 90) if dusk else chance.randint(165, 215)
        pen.rectangle((x, HORIZON - height, x + width - 6, HORIZON), fill=(shade, shade - 6, shade - 14))
        for wx in range(x + 14, x + width - 30, 34):
            for wy in range(HORIZON - height + 16, HORIZON - 30, 42):
                lit = dusk and chance.random() < 0.4
                pen.rectangle((wx, wy, wx + 18, wy + 24), fill=(238, 206, 130) if lit else (shade - 45, shade - 36, shade - 26))
        x += width


def _litter(pen: ImageDraw.ImageDraw, chance: random.Random, after: bool) -> None:
    pen.rectangle((640, 400, 720, 510), fill=(52, 112, 78))
    pen.rectangle((632, 388, 728, 404), fill=(40, 88, 62))
    for _bag in range(0 if after else 26):
        x, y, size = chance.randint(420, 800), chance.randint(490, 600), chance.randint(14, 40)
        pen.ellipse((x, y, x + size, y + size * 0.7), fill=chance.choice([(42, 44, 50), (190, 60, 52), (226, 226, 220), (88, 120, 170)]))


def _street(pen: ImageDraw.ImageDraw, chance: random.Random, after: bool) -> None:
    pen.rectangle((90, 250, 360, HORIZON), fill=(176, 62, 54))
    if after:
        return
    for place in range(4):
        x = 120 + place * 130
        pen.rectangle((x, 440, x + 96, 456), fill=(150, 104, 60))
        for leg in (x + 6, x + 84):
            pen.rectangle((leg, 456, leg + 6, 520), fill=(110, 76, 44))
        for _box in range(5):
            bx = x + chance.randint(2, 80)
            pen.ellipse((bx, 424, bx + 18, 442), fill=chance.choice([(222, 120, 40), (206, 40, 48), (120, 168, 60)]))


def _wall(pen: ImageDraw.ImageDraw, chance: random.Random, after: bool) -> None:
    pen.rectangle((60, 180, 900, 540), fill=(206, 198, 184))
    for _paper in range(3 if after else 30):
        x, y = chance.randint(80, 820), chance.randint(200, 470)
        colour = (196, 188, 174) if after else chance.choice([(244, 240, 214), (250, 214, 214), (214, 232, 250)])
        pen.rectangle((x, y, x + 54, y + 38), fill=colour)
        if not after:
            for line in range(3):
                pen.line((x + 6, y + 9 + line * 9, x + 46, y + 9 + line * 9), fill=(90, 60, 60), width=2)


def _heap(pen: ImageDraw.ImageDraw, chance: random.Random, after: bool) -> None:
    if after:
        return
    pen.polygon((360, 580, 480, 430, 560, 408, 700, 470, 800, 588), fill=(168, 132, 88))
    for _stone in range(120):
        x = chance.randint(380, 780)
        y = chance.randint(round(440 + abs(x - 560) * 0.4), 584)
        shade = chance.randint(90, 190)
        pen.ellipse((x, y, x + 12, y + 9), fill=(shade, round(shade * 0.85), round(shade * 0.65)))


def _road(pen: ImageDraw.ImageDraw, chance: random.Random, after: bool) -> None:
    points = [(470, 560), (560, 536), (650, 552), (690, 590), (610, 630), (500, 616), (440, 590)]
    pen.polygon(points, fill=(96, 98, 100) if after else (58, 52, 48))
    if not after:
        pen.ellipse((500, 566, 630, 608), fill=(96, 110, 122))


def _tree(pen: ImageDraw.ImageDraw, chance: random.Random, after: bool) -> None:
    pen.rectangle((300, 220, 330, 480), fill=(96, 70, 48))
    for _leaf in range(240):
        x, y = chance.gauss(315, 70), chance.gauss(180, 48)
        pen.ellipse((x, y, x + 22, y + 18), fill=(40, chance.randint(90, 140), 54))
    if not after:
        pen.line((330, 300, 640, 560), fill=(96, 70, 48), width=14)
        for _leaf in range(120):
            x, y = chance.gauss(640, 60), chance.gauss(560, 24)
            pen.ellipse((x, y, x + 20, y + 15), fill=(52, chance.randint(96, 140), 60))


def _lamp(pen: ImageDraw.ImageDraw, chance: random.Random, after: bool) -> None:
    pen.rectangle((460, 150, 470, 560), fill=(48, 52, 60))
    pen.line((465, 154, 310, 160), fill=(48, 52, 60), width=8)
    pen.rectangle((280, 154, 330, 168), fill=(255, 238, 190) if after else (60, 64, 72))


def _glow(image: Image.Image, where: tuple[int, int]) -> Image.Image:
    light = Image.new("L", image.size, 0)
    pen = ImageDraw.Draw(light)
    x, y = where
    pen.polygon((x - 20, y, x + 20, y, x + 260, 640, x - 260, 640), fill=96)
    pen.ellipse((x - 60, y - 46, x + 60, y + 46), fill=200)
    warm = Image.new("RGB", image.size, (255, 226, 150))
    return Image.composite(warm, image, light.filter(ImageFilter.GaussianBlur(26)))


def _cover(pen: ImageDraw.ImageDraw, chance: random.Random, after: bool) -> None:
    pen.ellipse((400, 500, 640, 620), fill=(60, 62, 66))
    if after:
        pen.ellipse((410, 504, 630, 614), fill=(98, 100, 104))
        for ring in range(4):
            pen.ellipse((430 + ring * 24, 514 + ring * 11, 610 - ring * 24, 604 - ring * 11), outline=(74, 76, 80), width=3)
    else:
        pen.ellipse((412, 506, 628, 612), fill=(14, 14, 16))
        pen.ellipse((560, 520, 780, 628), fill=(98, 100, 104), outline=(60, 62, 66), width=5)


TROUBLES = {
    "litter": _litter, "street": _street, "wall": _wall, "heap": _heap, "road": _road, "tree": _tree, "lamp": _lamp, "cover": _cover,
}  # fmt: skip
