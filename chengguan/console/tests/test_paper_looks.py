"""What comes out of the printer: Chinese fonts travel inside the file, pages are numbered, nothing long is cut, a turned photo stands upright. (M-20)"""

from __future__ import annotations

import io
import subprocess
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from chengguan.cases.models import Case, Photo
from chengguan.cases.selectors.handed_out import FORMS
from chengguan.console import paper
from chengguan.console.tests.duty import signed_in
from chengguan.people.models import Account
from chengguan.people.selectors import who_is
from chengguan.things.services import put_attachment
from tests.small_town import dark_lamp, walk

LONG = "".join(f"第{n}处路灯不亮，行人看不清路，夜里有人跌倒过；" for n in range(1, 121))


@pytest.fixture
def closed(town) -> Case:
    return walk(dark_lamp(town), "close")


def read(case: Case, rest: str = "file.pdf") -> PdfReader:
    answer = signed_in("accept").get(f"/cases/{case.pk}/{rest}")
    assert answer.status_code == 200, rest
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return PdfReader(io.BytesIO(content))


def words(reader: PdfReader) -> list[str]:
    return ["".join(page.extract_text().split()) for page in reader.pages]


def fonts(reader: PdfReader) -> list[Any]:
    return [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].get_object().values()]


def pictures(reader: PdfReader) -> list[Any]:
    """Each once: pages share their resources."""
    found = {image.name: image for page in reader.pages for image in page.images}
    return [image.image.convert("RGB") for image in found.values()]


def photo(width: int, height: int, turned: int = 1) -> io.BytesIO:
    """Red above, blue below; `turned` as a camera says it in EXIF."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width, height // 2))
    exif = Image.Exif()
    exif[0x0112] = turned
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    out.seek(0)
    return out


def add_photos(case: Case, *made: io.BytesIO) -> None:
    who = who_is(Account.objects.get(username="accept"))
    for number, each in enumerate(made):
        Photo.objects.create(case=case, attachment=put_attachment(each, who, name=f"{number}.jpg"), kind="report")


def test_each_form_of_a_closed_case_carries_its_font_its_words_and_its_page_numbers(closed):
    name = Account.objects.get(username="accept").name
    made = {}
    for slug, form in FORMS.items():
        answer = signed_in("accept").get(f"/cases/{closed.pk}/forms/{slug}.pdf")
        if answer.status_code == 200:
            made[slug] = PdfReader(io.BytesIO(answer.content))
            text = words(made[slug])
            assert str(form.name) in text[0] and str(closed) in text[0]
            assert all(f"{n}/{len(text)}" in page for n, page in enumerate(text, 1)), slug
            assert all(f"，{name}" in page and "Who(" not in page for page in text), "who printed it, by name"
            assert all("/FontDescriptor" in font["/DescendantFonts"][0].get_object() for font in fonts(made[slug])), slug
            for font in fonts(made[slug]):
                told = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
                assert {"/FontFile2", "/FontFile3"} & set(told), f"{slug}: the font is not in the file"
                assert "CJK" in font["/BaseFont"] or "Noto" in font["/BaseFont"]
    assert len(made) >= 5


def test_a_long_text_runs_over_pages_and_loses_nothing(closed):
    Case.objects.filter(pk=closed.pk).update(description=LONG, closing_note=LONG)
    text = words(read(closed))
    assert len(text) > 2
    assert "第1处" in "".join(text) and "第120处路灯不亮" in "".join(text)
    assert "".join(text).count("第77处") == 2
    assert all(f"{n}/{len(text)}" in page for n, page in enumerate(text, 1))


def test_a_photo_that_the_camera_turned_stands_upright(closed):
    closed.photos.all().delete()
    add_photos(closed, photo(600, 400, turned=6))
    (image,) = pictures(read(closed))
    assert image.height > image.width
    left, right = image.getpixel((5, image.height // 2)), image.getpixel((image.width - 5, image.height // 2))
    assert left[2] > 150 and right[0] > 150, "what was above is right of what was below"


def test_thirty_photos_are_drawn_by_a_process_of_its_own_all_of_them(closed, monkeypatch):
    closed.photos.all().delete()
    add_photos(closed, *[photo(800, 600 - n) for n in range(30)])
    apart = []
    run = subprocess.run
    monkeypatch.setattr(paper.subprocess, "run", lambda command, **more: apart.append(command) or run(command, **more))
    reader = read(closed)
    assert len(pictures(reader)) == 30
    assert len(apart) == 1 and "data" in apart[0]
    assert all(f"{n}/{len(reader.pages)}" in page for n, page in enumerate(words(reader), 1))


def test_who_waits_too_long_is_told_what_else_there_is(closed, monkeypatch):
    def late(command, **more):
        raise subprocess.TimeoutExpired(command, 60)

    add_photos(closed, *[photo(80, 60 + n) for n in range(8)])
    monkeypatch.setattr(paper.subprocess, "run", late)
    answer = signed_in("accept").get(f"/cases/{closed.pk}/file.pdf")
    assert answer.status_code == 503
    assert "案卷数据" in answer.content.decode()
