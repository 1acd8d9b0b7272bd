"""Photos and documents over HTTP: only to those who may see them, never guessed at by the browser. Vector tiles of
components: `/tiles/components/{z}/{x}/{y}.mvt`, from zoom 14 layer `components` (id, code, class, label, status,
subsystem), below it layer `clusters` (count, subsystem)."""

from __future__ import annotations

import hashlib
import logging
from urllib.parse import quote

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.urls import path
from django.utils.translation import gettext as _

from chengguan.engines import files
from chengguan.people.access import Request
from chengguan.things import selectors

log = logging.getLogger(__name__)


@login_not_required  # a citizen has no account; the selector asks for the token of the upload
def file(request: Request, sha256: str, small: bool = False) -> HttpResponse:
    attachment = selectors.attachment(request.who, sha256, request.GET.get("t", ""))
    if attachment is None:
        raise Http404
    digest = attachment.thumbnail if small and attachment.thumbnail else attachment.sha256
    etag = f'"{digest}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag})
    try:
        with files.open(digest) as kept:
            content = kept.read()
    except FileNotFoundError:
        raise Http404 from None
    except OSError:
        log.exception("%s cannot be read", digest)
        return HttpResponse(_("照片与文件的存储暂时不可用，请稍后再看。"), status=503)
    shown = "inline" if attachment.is_photo else "attachment"
    return HttpResponse(
        content,
        content_type="image/jpeg" if digest != attachment.sha256 else attachment.content_type,
        headers={
            "ETag": etag,
            "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(attachment.name)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
            "Cache-Control": "private, max-age=31536000, immutable",
        },
    )


def component_tile(request: Request, z: int, x: int, y: int) -> HttpResponse:
    """What this person may see of the components; states of the hour come by the live channel, not from here."""
    try:
        body = selectors.component_tile(request.who, z, x, y)
    except ValueError as no_such_tile:
        raise Http404 from no_such_tile
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=15", "Vary": "Cookie"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(body, content_type="application/vnd.mapbox-vector-tile", headers=headers)


urlpatterns = [
    path("tiles/components/<int:z>/<int:x>/<int:y>.mvt", component_tile, name="component_tile"),
    path("files/<str:sha256>", file, name="file"),
    path("files/<str:sha256>/small", file, {"small": True}, name="file_small"),
]
