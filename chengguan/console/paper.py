"""Case files and forms on paper: drawn as HTML by a template, made PDF by weasyprint, which is loaded when the first is asked for."""

from __future__ import annotations

import base64
import io
import json
import logging
import subprocess
import sys
import threading
import time
import zipfile
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone
from PIL import Image

from chengguan.cases.selectors import handed_out
from chengguan.engines import files
from chengguan.people.selectors import Who

log = logging.getLogger(__name__)
WIDEST = 1000
"""Pixels of a picture on paper: sharp enough at half a page's width."""
MANY_PICTURES = 6
PATIENCE_S = 60
_printing = threading.Semaphore(1)


class NotDrawn(Exception):
    """What draws it gave up."""


class TooLong(NotDrawn):
    """It could not be drawn in the time a person waits for it."""


def pdf(template: str, context: dict[str, Any]) -> bytes:
    """Nothing outside the page itself is fetched: what somebody wrote into a case cannot make the platform ask another host. With many
    pictures a process of its own draws it, so that the other pages of this one go on; NotDrawn when that fails, TooLong when it takes
    too much time."""
    html = render_to_string(template, context)
    if len(context.get("pictures", ())) > MANY_PICTURES:
        return _apart(html)
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    for chatty in ("weasyprint.progress", "fontTools"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    fetcher = URLFetcher(allowed_protocols=["data"])
    return bytes(HTML(string=html, url_fetcher=fetcher).write_pdf())


def _apart(html: str) -> bytes:
    """The same by weasyprint's own command; one at a time. Waiting for the one before counts as time, too."""
    command = [sys.executable, "-m", "weasyprint", "--quiet", "--allowed-protocols", "data", "--base-url", "", "--encoding", "utf-8", "-", "-"]
    end = time.monotonic() + PATIENCE_S
    if not _printing.acquire(timeout=PATIENCE_S):
        raise TooLong
    try:
        done = subprocess.run(command, input=html.encode(), capture_output=True, timeout=max(end - time.monotonic(), 0), check=True)
    except subprocess.TimeoutExpired as late:
        raise TooLong from late
    except subprocess.CalledProcessError as failed:
        log.error("weasyprint ended with %s: %s", failed.returncode, failed.stderr.decode(errors="replace")[-2000:])
        raise NotDrawn from failed
    finally:
        _printing.release()
    return done.stdout


def pictured(photos: list[Any]) -> list[dict[str, Any]]:
    """Each photo with its picture as a data address; None where the file is gone or is no picture."""
    return [{"photo": photo, "picture": _picture(photo.attachment)} for photo in photos if photo.attachment.is_photo]


def _picture(attachment: Any) -> str | None:
    try:
        with files.open(attachment.sha256) as kept, Image.open(kept) as image:
            image.draft("RGB", (WIDEST, WIDEST))  # a camera's JPEG is read at the size that is wanted
            image.thumbnail((WIDEST, WIDEST))
            made = io.BytesIO()
            image.convert("RGB").save(made, "JPEG", quality=80)
    except (OSError, ValueError):
        log.warning("%s cannot be printed", attachment.sha256, exc_info=True)
        return None
    return "data:image/jpeg;base64," + base64.b64encode(made.getvalue()).decode()


def as_zip(who: Who, case_id: int) -> bytes:
    """case.json with everything, and the photos beside it under the names it gives; a photo whose file is gone is listed in missing.txt."""
    data = handed_out.as_data(who, case_id, timezone.now())
    made, missing = io.BytesIO(), []
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("case.json", json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        for photo in data["photos"]:
            try:
                with files.open(photo["sha256"]) as kept:
                    packed.writestr(photo["file"], kept.read())
            except (OSError, ValueError):
                missing.append(photo["file"])
        if missing:
            packed.writestr("missing.txt", "\n".join(missing))
    return made.getvalue()


def file_context(who: Who, file: dict[str, Any]) -> dict[str, Any]:
    """What a sheet of paper needs beside the case file itself."""
    return {
        "case": file["case"],
        "condition": file["condition"],
        "sees_reporter": file["sees_reporter"],
        "at": timezone.now(),
        "who": who,
    }
