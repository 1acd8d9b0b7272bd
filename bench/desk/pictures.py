"""Photographs as a phone takes them, every one its own: twelve million pixels in about two million bytes.

Also run inside a town's Django, for the photos on the cases that are laid.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 4032, 3024
BYTES = 2_000_000
"""What each is near."""


def _scene(seed: int) -> np.ndarray:
    """Sky, street, surfaces with grain: as hard to pack as a photograph is."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(40, 215, (HEIGHT // 252, WIDTH // 252, 3), dtype=np.uint8)
    smooth = np.asarray(Image.fromarray(coarse).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC), dtype=np.int16)
    grain = chance.normal(0, 9, (HEIGHT // 2, WIDTH // 2)).repeat(2, 0).repeat(2, 1).astype(np.int16)
    return np.clip(smooth + grain[:, :, None], 0, 255).astype(np.uint8)


def photographs(count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` of them; the scene changes with every twentieth, and each looks at another part of it."""
    quality = 0
    for number in range(count):
        if number % 20 == 0:
            scene = _scene(seed * 1000 + number)
        seen = np.roll(scene, (number % 20) * 96, axis=1)
        quality = quality or _quality(seen)
        yield _packed(seen, quality)


def _packed(pixels: np.ndarray, quality: int) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=quality)
    return out.getvalue()


def _quality(pixels: np.ndarray) -> int:
    """With which a photograph is about as large as it should be."""
    return min(range(60, 96, 5), key=lambda quality: abs(len(_packed(pixels, quality)) - BYTES))


def lay_photos(count: int = 24) -> list[Any]:
    """Attachments as the program keeps them, smaller: what a case page shows are their thumbnails."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from chengguan.people.selectors import SYSTEM
    from chengguan.things.services import put_attachment

    found = []
    for number in range(count):
        body = io.BytesIO()
        chance = np.random.default_rng(number)
        Image.fromarray(chance.integers(0, 255, (30, 40, 3), dtype=np.uint8)).resize((1600, 1200), Image.Resampling.BICUBIC).save(body, "JPEG", quality=80)
        found.append(put_attachment(SimpleUploadedFile(f"{number}.jpg", body.getvalue(), content_type="image/jpeg"), SYSTEM))
    return found
