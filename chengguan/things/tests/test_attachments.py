import io
import zipfile
import zlib
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import ExifTags, Image

from chengguan.engines import files
from chengguan.things import services
from chengguan.things.models import Attachment
from chengguan.things.services import attachments


def jpeg(size=(600, 400), exif: Image.Exif | None = None, colour="red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **({"exif": exif} if exif else {}))
    return out.getvalue()


def upload(content: bytes, name="photo.jpg", **more) -> Attachment:
    return services.put_attachment(SimpleUploadedFile(name, content), **more)


@pytest.fixture(autouse=True)
def folder(db, settings, tmp_path):
    settings.FILES_FOLDER = str(tmp_path)


def test_a_photo_is_kept_once_by_its_content(tmp_path):
    first, second = upload(jpeg()), upload(jpeg(), "other.jpg")
    assert first.sha256 == second.sha256
    assert first.pk != second.pk
    assert files.check(first.sha256)
    assert len(list(files.every())) == 2, "the photo and its thumbnail"
    with Image.open(files.open(first.thumbnail)) as small:
        assert max(small.size) == 480


def test_a_phones_photo_is_turned_upright_and_tells_when_and_where_but_keeps_no_exif():
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Model] = "Somebody's phone"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:11:20 19:30:00"
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: (28.0, 26.0, 53.52),
            ExifTags.GPS.GPSLongitudeRef: "E", ExifTags.GPS.GPSLongitude: (108.0, 59.0, 29.76),
        }
    )  # fmt: skip
    photo = upload(jpeg((600, 400), exif))
    assert (photo.width, photo.height) == (400, 600)
    assert photo.taken_at == datetime(2026, 11, 20, 11, 30, tzinfo=UTC)
    assert photo.point is not None
    assert photo.point.coords == pytest.approx((108.9916, 28.4482), abs=1e-6)
    with Image.open(files.open(photo.sha256)) as kept:
        assert not dict(kept.getexif())


def test_an_upright_photo_keeps_its_pixels_and_nothing_beside_them():
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = "Somebody's phone"
    sent = jpeg((600, 400), exif, colour="teal")
    comment = b"\xff\xfe\x00\x0bhere I am"
    sent = sent[:2] + comment + sent[2:] + b"trailer with GPS"
    photo = upload(sent)
    kept = files.open(photo.sha256).read()
    assert (photo.width, photo.height) == (600, 400)
    assert kept == jpeg((600, 400), colour="teal")
    for secret in (b"Somebody", b"here I am", b"GPS", b"Exif"):
        assert secret not in kept


def test_a_photo_of_several_pictures_is_kept_as_its_first():
    out = io.BytesIO()
    first, second = (Image.new("RGB", (320, 240), colour) for colour in ("red", "blue"))
    first.save(out, "MPO", save_all=True, append_images=[second])
    photo = upload(out.getvalue())
    assert photo.content_type == "image/jpeg"
    with Image.open(files.open(photo.sha256)) as kept:
        assert (kept.format, kept.size, getattr(kept, "n_frames", 1)) == ("JPEG", (320, 240), 1)
        assert kept.getpixel((10, 10))[0] > 200


@pytest.mark.parametrize("mode", ["progressive", "grey", "restarts"])
def test_other_ways_to_pack_a_photo_are_kept_as_they_are(mode):
    out, more = io.BytesIO(), {"progressive": {"progressive": True}, "grey": {}, "restarts": {"restart_marker_blocks": 2}}[mode]
    picture = Image.effect_noise((640, 480), 80)
    (picture if mode == "grey" else picture.convert("RGB")).save(out, "JPEG", **more)
    photo = upload(out.getvalue())
    assert files.open(photo.sha256).read() == out.getvalue()


def test_a_photo_whose_blocks_lie_about_their_length_is_refused_or_packed_anew():
    sent = jpeg()
    for lie in (b"\xff\xe1\xff\xff", b"\xff\xe1\x00\x00", b"\xff"):
        try:
            photo = upload(sent[:2] + lie + sent[2:])
        except ValidationError:
            continue
        with Image.open(files.open(photo.sha256)) as kept:
            assert kept.size == (600, 400)


def test_a_photo_from_the_future_has_no_time():
    exif = Image.Exif()
    exif[ExifTags.Base.DateTime] = "2036:01:01 00:00:00"
    assert upload(jpeg(exif=exif)).taken_at is None


@pytest.mark.parametrize("name", ["photo.jpg", "report.pdf", "notes.docx", "notes.txt"])
def test_a_renamed_program_is_refused(name):
    with pytest.raises(ValidationError, match="不是可以接收的类型"):
        upload(b"MZ\x90\x00\x03\x00\x00\x00" + b"\0" * 400, name)
    assert not Attachment.objects.exists()


def test_a_page_with_script_is_refused_as_a_photo_and_as_a_document():
    for content, name in ((b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.svg"), (b"<html><script>1</script>", "a.html")):
        with pytest.raises(ValidationError):
            upload(content, name)


def test_a_decompression_bomb_is_refused_before_it_unfolds():
    width = height = 40_000
    head = b"\x89PNG\r\n\x1a\n"

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    facts = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    bomb = head + chunk(b"IHDR", facts) + chunk(b"IDAT", zlib.compress(b"\0" * 1_000_000)) + chunk(b"IEND", b"")
    with pytest.raises(ValidationError):
        upload(bomb, "bomb.png")
    assert not list(files.every())


def test_a_photo_of_too_many_points_is_refused_in_words(monkeypatch):
    monkeypatch.setattr(attachments, "MOST_PIXELS", 1000)
    with pytest.raises(ValidationError, match="600×400"):
        upload(jpeg())


def test_too_large_empty_and_cut_off_files_are_refused(monkeypatch):
    with pytest.raises(ValidationError, match="空"):
        upload(b"")
    with pytest.raises(ValidationError):
        upload(jpeg()[:300])
    monkeypatch.setattr(attachments, "MOST_BYTES", 1000)
    with pytest.raises(ValidationError, match="超过"):
        upload(jpeg())


def office(names: list[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7 ...", "a.pdf", "application/pdf"),
        (office(["[Content_Types].xml", "word/document.xml"]), "a.docx", attachments.DOCUMENT_TYPES["docx"]),
        (office(["[Content_Types].xml", "xl/workbook.xml"]), "a.xlsx", attachments.DOCUMENT_TYPES["xlsx"]),
        ("说明".encode("gb18030"), "a.txt", attachments.DOCUMENT_TYPES["txt"]),
    ],
)
def test_documents_of_the_list_are_kept_by_what_they_are(content, name, kind):
    assert upload(content, name).content_type == kind


@pytest.mark.parametrize("names", [["setup.exe"], ["[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"]])
def test_archives_and_macros_are_refused(names):
    with pytest.raises(ValidationError):
        upload(office(names), "a.docx")


def test_where_only_photos_are_asked_for_a_document_is_refused():
    with pytest.raises(ValidationError, match="不是照片"):
        upload(b"%PDF-1.7", "a.pdf", photos_only=True)


def test_a_citizen_sees_only_the_own_upload_and_by_its_token(client):
    mine, others = upload(jpeg()), upload(jpeg(colour="blue"))
    assert client.get(mine.url).status_code == 404
    assert client.get(f"{mine.url}?t={others.upload_token}").status_code == 404
    shown = client.get(f"{mine.url}?t={mine.upload_token}")
    assert shown.status_code == 200
    assert shown["Content-Type"] == "image/jpeg"
    assert client.get(mine.own_url)["Content-Type"] == "image/jpeg"


def test_staff_see_files_with_headers_that_leave_nothing_to_guess(client, town):
    from chengguan.people.models import Account

    photo, paper = upload(jpeg()), upload(b"%PDF-1.7", "报告.pdf")
    client.force_login(Account.objects.get(username="engineer"))
    answer = client.get(photo.url)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer["Content-Disposition"].startswith("inline")
    assert client.get(photo.url, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert client.get(paper.url)["Content-Disposition"].startswith("attachment")
    assert client.get("/files/" + "0" * 64).status_code == 404
    assert client.get("/files/..%2f..%2fetc%2fpasswd").status_code == 404
