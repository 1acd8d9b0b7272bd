"""Uploads that no case uses go after some days, and nothing else does."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from chengguan.cases.models import Photo
from chengguan.cases.tests.conftest import World
from chengguan.engines import files
from chengguan.things.models import Attachment
from chengguan.things.services import put_attachment, remove_unused_attachments


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Any) -> None:
    settings.FILES_FOLDER = str(tmp_path)


def upload(colour: str, days_ago: int) -> Attachment:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(out, "JPEG")
    row = put_attachment(SimpleUploadedFile("photo.jpg", out.getvalue()))
    Attachment.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(days=days_ago))
    return row


def test_an_upload_nobody_used_goes_after_its_days_with_its_content(world: World) -> None:
    world.photo.delete()
    fresh, old, shares, used = upload("blue", 6), upload("red", 8), upload("red", 6), upload("green", 8)
    Photo.objects.create(case=world.case("reported"), attachment=used, kind="report")
    assert remove_unused_attachments() == 1
    assert set(Attachment.objects.all()) == {fresh, shares, used}
    assert files.check(old.sha256), "another upload has the same content"
    assert remove_unused_attachments(timezone.now() + timedelta(days=2)) == 2
    assert set(files.every()) == {used.sha256, used.thumbnail}
