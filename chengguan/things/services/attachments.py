"""Photos and documents, by content hash. What a file says it is counts for nothing: it is looked at.

A photo is kept upright and without its EXIF block, after time and position were read from it: the block may carry
the sender's device and home. Only formats the browser shows without running anything are let in.
"""

from __future__ import annotations

import io
import logging
import secrets
import zipfile
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from chengguan.engines import files
from chengguan.people.selectors import Who
from chengguan.things.models import SRID, Attachment
from chengguan.things.services.jpeg import without_extras
from chengguan.things.services.leftovers import storing

log = logging.getLogger(__name__)
MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
"""A phone's largest photo has about 50 million; a file of a few kilobytes can claim a thousand times that."""
LONGEST_SIDE = 4096
THUMBNAIL = 480
PHOTO_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
OFFICE = {"word/": "docx", "xl/": "xlsx"}
DOCUMENT_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain; charset=utf-8",
}


def put_attachment(file: Any, who: Who | None = None, name: str = "", photos_only: bool = False) -> Attachment:
    """Keep an uploaded file (anything with `read`). ValidationError, in words, when it is too large, or not a photo
    or document of the kinds let in. Without `who` the row gets a token, and only its bearer sees the file again."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValidationError(_("文件超过 %(most)d MB，请压缩后再传。") % {"most": MOST_BYTES >> 20}, code="too_large")
    if not content:
        raise ValidationError(_("文件是空的。"), code="empty")
    with storing():
        return _kept(content, (name or getattr(file, "name", "")), who, photos_only)


def _kept(content: bytes, name: str, who: Who | None, photos_only: bool) -> Attachment:
    name = (name.replace("\0", "") or _("未命名")).replace("\\", "/").rsplit("/", 1)[-1][-160:]
    facts = _photo(content)
    if facts is None and photos_only:
        raise ValidationError(_("“%(name)s”不是照片。请传 JPEG、PNG 或 WebP。") % {"name": name}, code="kind")
    if facts is None:
        facts = _document(content, name)
    body = facts.pop("content")
    digest, size = _keep(body)
    return Attachment.objects.create(
        sha256=digest,
        size=size,
        name=name,
        uploaded_by_id=who.account_id if who else None,
        upload_token="" if who and who.account_id else secrets.token_urlsafe(24),
        **facts,
    )


def _keep(content: bytes) -> tuple[str, int]:
    try:
        return files.put(io.BytesIO(content))
    except OSError as error:
        log.error("an attachment was not kept: %s", error)
        raise ValidationError(_("照片与文件的存储暂时不可用，这次没有保存。请稍后再传，或联系管理员。"), code="store_away") from error


def _photo(content: bytes) -> dict[str, Any] | None:
    """What the picture is and says; None when this is no picture of a kind let in."""
    try:
        with Image.open(io.BytesIO(content), formats=list(PHOTO_TYPES)) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise ValidationError(
                    _("照片尺寸 %(w)d×%(h)d 过大，请缩小后再传。") % {"w": opened.width, "h": opened.height}, code="too_many_pixels"
                )
            kind = "JPEG" if opened.format == "MPO" else str(opened.format)  # several pictures in one file: the first
            exif = opened.getexif()
            taken_at, point = _taken_at(exif), _position(exif)
            size = opened.size
            body = _as_it_is(opened, kind, exif, content)
            if body is not None:  # unpacked all the same, no larger than is looked at: what is broken is found
                opened.draft("RGB", (THUMBNAIL, THUMBNAIL))
            opened.load()
            upright = opened.copy() if body is not None else ImageOps.exif_transpose(opened)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError, ValueError):
        return None
    if body is None:
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        body, size = _encode(upright, kind, 90), upright.size
    upright.thumbnail((THUMBNAIL, THUMBNAIL))
    thumbnail, _size = _keep(_encode(upright, "JPEG", 80))
    return {
        "content": body,
        "content_type": PHOTO_TYPES[kind],
        "width": size[0],
        "height": size[1],
        "thumbnail": thumbnail,
        "taken_at": taken_at,
        "point": point,
    }


def _as_it_is(opened: Image.Image, kind: str, exif: Image.Exif, content: bytes) -> bytes | None:
    """The file's own bytes without its extras, when the picture stands upright and is no larger than it is kept; else None."""
    upright = exif.get(ExifTags.Base.Orientation, 1) in (0, 1)
    if kind != "JPEG" or not upright or opened.mode not in ("RGB", "L") or max(opened.size) > LONGEST_SIDE:
        return None
    return without_extras(content)


def _encode(image: Image.Image, kind: str, quality: int) -> bytes:
    if kind == "JPEG" and image.mode != "RGB":
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image.convert("RGBA"), mask=image.convert("RGBA").getchannel("A"))
        image = flat
    out = io.BytesIO()
    extras: dict[str, Any] = {"optimize": False} if kind == "PNG" else {"quality": quality, **({"comment": b""} if kind == "JPEG" else {})}
    image.save(out, kind, **extras)
    return out.getvalue()


def _taken_at(exif: Image.Exif) -> datetime | None:
    """When the shutter fell: the camera's clock with its offset, Beijing time when it names none; never the future."""
    inner = exif.get_ifd(ExifTags.IFD.Exif)
    text = str(inner.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime) or "").strip("\0 ")
    try:
        moment = datetime.strptime(text, "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    zone: Any = ZoneInfo("Asia/Shanghai")
    offset = str(inner.get(ExifTags.Base.OffsetTimeOriginal) or "")
    if len(offset) == 6 and offset[0] in "+-" and offset[1:3].isdigit() and offset[4:].isdigit():
        zone = timezone((1 if offset[0] == "+" else -1) * timedelta(hours=int(offset[1:3]), minutes=int(offset[4:])))
    aware = moment.replace(tzinfo=zone)
    return aware if aware < clock.now() + timedelta(minutes=10) else None


def _position(exif: Image.Exif) -> Point | None:
    """Where, from the GPS block (WGS-84, which is CGCS2000 here); None when absent, broken or nowhere."""
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    try:
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude]) * (-1 if gps.get(ExifTags.GPS.GPSLatitudeRef) == "S" else 1)
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude]) * (-1 if gps.get(ExifTags.GPS.GPSLongitudeRef) == "W" else 1)
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return None
    if not (-180 <= lon <= 180 and -90 <= lat <= 90) or (lon == 0 and lat == 0):
        return None
    return Point(lon, lat, srid=SRID)


def _degrees(parts: Any) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    return degrees + minutes / 60 + seconds / 3600


def _document(content: bytes, name: str) -> dict[str, Any]:
    kind = ""
    if content.startswith(b"%PDF-"):
        kind = "pdf"
    elif content.startswith(b"PK\x03\x04"):
        kind = _office_kind(content)
    elif name.lower().endswith((".txt", ".csv")) and b"\0" not in content:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                content, kind = content.decode(encoding).encode(), "txt"
                break
            except UnicodeDecodeError:
                continue
    if not kind:
        raise ValidationError(
            _("“%(name)s”的内容不是可以接收的类型。请传照片（JPEG、PNG、WebP）或文档（PDF、Word、Excel、文本）。") % {"name": name}, code="kind"
        )
    return {"content": content, "content_type": DOCUMENT_TYPES[kind]}


def _office_kind(content: bytes) -> str:
    """docx or xlsx without macros; empty for any other archive."""
    try:
        names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return ""
    if "[Content_Types].xml" not in names or any(each.lower().endswith((".bin", ".exe", ".js")) and "vba" in each.lower() for each in names):
        return ""
    return next((kind for folder, kind in OFFICE.items() if any(each.startswith(folder) for each in names)), "")
