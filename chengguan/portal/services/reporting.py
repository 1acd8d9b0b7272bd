"""The citizen's page sends a form; what comes of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.gis.geos import Point
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from chengguan.cases import services as cases
from chengguan.cases.models import Case
from chengguan.people.selectors import ANONYMOUS
from chengguan.people.typed import telephone
from chengguan.places.selectors import inside_county, nearest_address
from chengguan.portal.services.refusals import Rejected
from chengguan.portal.services.senders import count_stranger
from chengguan.things.models import Attachment
from chengguan.things.services import put_attachment
from chengguan.things.services.attachments import MOST_BYTES

TICKET_AGE = 24 * 3600
MOST_PHOTOS = 4
LONGEST_WORDS, LONGEST_ADDRESS = 500, 100


@dataclass
class Said:
    """A citizen's report as it was typed."""

    ticket: str = ""
    website: str = ""
    lon: str = ""
    lat: str = ""
    accuracy: str = ""
    address: str = ""
    description: str = ""
    phone: str = ""
    photos: Sequence[Any] = field(default_factory=tuple)


def issue_ticket() -> str:
    """A signed key of one form: the same form sent twice is one report, and a form nobody asked for is refused."""
    return signing.dumps(get_random_string(20), salt="portal.report")


def point_of(lon: Any, lat: Any) -> Point | None:
    """The point of two typed numbers; None when they are not a place on earth."""
    try:
        x, y = float(lon), float(lat)
    except (TypeError, ValueError, OverflowError):
        return None
    if not (math.isfinite(x) and math.isfinite(y) and -180 <= x <= 180 and -90 <= y <= 90):
        return None
    return Point(x, y, srid=4490)


def receive(said: Said, ip: str) -> Case | None:
    """Take a citizen's report into the desk. None for a robot, which is told that all went well. Rejected otherwise."""
    if said.website.strip():
        return None
    try:
        key = signing.loads(said.ticket, salt="portal.report", max_age=TICKET_AGE)
    except signing.BadSignature as error:
        raise Rejected([_("这一页打开得太久了，请再点一次“上报”。")]) from error
    known = cases.known_by(f"portal:{key}")
    if known is not None:
        return known
    point, reasons = _checked(said)
    if reasons or point is None:
        raise Rejected(reasons)
    count_stranger(ip)
    try:
        return cases.register(
            ANONYMOUS,
            source="citizen",
            point=point,
            description=said.description.strip(),
            address=said.address.strip() or nearest_address(point),
            reporter_phone=telephone(said.phone, short=False) or "",
            photos=put_photos(said.photos),
            source_key=f"portal:{key}",
            looked_up=True,
        )
    except cases.Refused as error:
        raise Rejected([error.words]) from error


def put_photos(photos: Iterable[Any]) -> list[Attachment]:
    """Kept one after the other. Rejected, in words, at the first that is none."""
    kept = []
    for photo in photos:
        try:
            kept.append(put_attachment(photo, photos_only=True))
        except ValidationError as error:
            words = _("有一张照片打不开，请删掉它再试：%(why)s") % {"why": " ".join(error.messages)}
            raise Rejected([words], {"photos": words}) from error
    return kept


def photos_refused(photos: Sequence[Any]) -> str:
    """Why these are too many or too large, before any is looked at; empty when they are not."""
    if len(photos) > MOST_PHOTOS:
        return _("照片最多 %(most)d 张。") % {"most": MOST_PHOTOS}
    if any(photo.size > MOST_BYTES for photo in photos):
        return _("一张照片最大 %(most)d MB，请压缩后再传。") % {"most": MOST_BYTES >> 20}
    return ""


def _checked(said: Said) -> tuple[Point | None, list[str]]:
    reasons = []
    point = point_of(said.lon, said.lat)
    if point is None:
        reasons.append(_("请在地图上点一下位置，或者点“用我现在的位置”。"))
    elif not inside_county(point):
        reasons.append(_("这个位置不在本县范围内，请在地图上重新点一下。"))
    if len(said.description.strip()) < 2 and not said.photos:
        reasons.append(_("请拍一张照片，或者写一句怎么了。"))
    if len(said.description.strip().replace("\r\n", "\n")) > LONGEST_WORDS:
        reasons.append(_("写得太长了，请压缩到 %(most)d 字以内。") % {"most": LONGEST_WORDS})
    if len(said.address.strip()) > LONGEST_ADDRESS:
        reasons.append(_("地址写得太长了，请压缩到 %(most)d 字以内。") % {"most": LONGEST_ADDRESS})
    if telephone(said.phone, short=False) is None:
        reasons.append(_("电话号码好像不对，请检查一下，或者空着不填。"))
    if words := photos_refused(said.photos):
        reasons.append(words)
    return point, reasons
