"""What the citizens' door takes in, and what it keeps out: a robot, a flood, a place that is not ours, nothing at all."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.contrib.gis.geos import Point
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.crypto import get_random_string, salted_hmac
from django.utils.translation import gettext as _

from chengguan.cases import services as cases
from chengguan.cases.models import Case
from chengguan.people.selectors import ANONYMOUS
from chengguan.places.selectors import inside_county, nearest_address
from chengguan.portal.models import Sender
from chengguan.portal.selectors import recent_from_citizens
from chengguan.things.services import put_attachment

TICKET_AGE = 24 * 3600
MOST_PHOTOS = 4
LONGEST_WORDS, LONGEST_ADDRESS = 500, 100
HOUR = timedelta(hours=1)
FROM_ONE_ADDRESS = 10
"""Reports an hour from one network address; a household or an office shares one."""
FROM_ALL = 120
"""Reports in ten minutes through this door altogether; beyond that people are asked to telephone."""
PHONE = re.compile(r"^(1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,5})?)$")


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


class Rejected(Exception):
    """The report was not taken; `reasons` say why in the citizen's words. `status` is that of HTTP."""

    def __init__(self, reasons: Sequence[str], status: int = 422) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = list(reasons)
        self.status = status


def issue_ticket() -> str:
    """A signed key of one form: the same form sent twice is one report, and a form nobody asked for is refused."""
    return signing.dumps(get_random_string(20), salt="portal.report")


def point_of(lon: str, lat: str) -> Point | None:
    """The point of two typed numbers; None when they are not a place on earth."""
    try:
        x, y = float(lon), float(lat)
    except (TypeError, ValueError):
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
    known = Case.objects.filter(source_key=f"portal:{key}").first()
    if known is not None:
        return known
    point, reasons = _checked(said)
    if reasons or point is None:
        raise Rejected(reasons)
    _count(ip)
    photos = []
    for photo in list(said.photos)[:MOST_PHOTOS]:
        try:
            photos.append(put_attachment(photo, photos_only=True))
        except ValidationError as error:
            raise Rejected([_("有一张照片打不开，请删掉它再试：%(why)s") % {"why": " ".join(error.messages)}]) from error
    try:
        return cases.register(
            ANONYMOUS,
            source="citizen",
            point=point,
            description=said.description.strip(),
            address=said.address.strip() or nearest_address(point),
            reporter_phone=said.phone.strip(),
            photos=photos,
            source_key=f"portal:{key}",
        )
    except cases.Refused as error:
        raise Rejected([error.words]) from error


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
    if said.phone.strip() and not PHONE.match(said.phone.strip().replace(" ", "")):
        reasons.append(_("电话号码好像不对，请检查一下，或者空着不填。"))
    if len(said.photos) > MOST_PHOTOS:
        reasons.append(_("照片最多 %(most)d 张。") % {"most": MOST_PHOTOS})
    return point, reasons


def _sent_by(ip: str) -> int:
    """How many reports this address has sent in its hour, this one counted: in one statement, so that no worker misses
    another's."""
    now = timezone.now()
    Sender.objects.filter(since__lte=now - HOUR).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_sender AS known (key, since, reports) VALUES (%s, %s, 1)"
            " ON CONFLICT (key) DO UPDATE SET reports = known.reports + 1 RETURNING reports",
            [salted_hmac("portal.sender", ip, algorithm="sha256").hexdigest(), now],
        )
        return int(cursor.fetchone()[0])


def _count(ip: str) -> None:
    if _sent_by(ip) > FROM_ONE_ADDRESS:
        raise Rejected([_("您这一小时报得很多了，请歇一会儿再报；急事请打热线 12319。")], status=429)
    if recent_from_citizens(10) >= FROM_ALL:
        raise Rejected([_("现在上报的人太多，请十分钟后再试；急事请打热线 12319。")], status=429)
