"""The case file on paper and as data: whole, with pictures, and without the reporter for those who may not see who reported. (M-20)"""

import io
import json
import zipfile

from PIL import Image
from pypdf import PdfReader

from chengguan.cases import services
from chengguan.cases.models import Case
from chengguan.cases.selectors.handed_out import FORMS, SCHEMA
from chengguan.console import paper
from chengguan.console.tests.test_work_lists import signed_in
from chengguan.people.models import Organisation
from tests.small_town import dark_lamp, person, walk

CALLER = {"reporter_name": "吴老师", "reporter_phone": "13900002222"}


def words_of(content: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def closed(town) -> Case:
    case = walk(dark_lamp(town), "close")
    Case.objects.filter(pk=case.pk).update(**CALLER)
    return Case.objects.get(pk=case.pk)


def test_the_file_as_pdf_has_number_steps_opinions_and_pictures(town):
    case = closed(town)
    answer = signed_in("accept").get(f"/cases/{case.pk}/file.pdf")
    assert answer["Content-Type"] == "application/pdf"
    words = words_of(answer.content)
    for wanted in (case.number, case.register_number, "案卷", "路灯", "受理", "立案", "派遣", "核查", "结案", "吴老师", "13900002222"):
        assert wanted in words
    pictures = {image.name for page in PdfReader(io.BytesIO(answer.content)).pages for image in page.images}
    assert case.photos.count() == len(pictures) > 0


def test_who_may_not_see_the_reporter_gets_none_on_paper_or_as_data(town):
    case = closed(town)
    client = signed_in("lighting")
    printed = words_of(client.get(f"/cases/{case.pk}/file.pdf").content)
    assert case.number in printed
    packed = client.get(f"/cases/{case.pk}/file.zip").content
    data = zipfile.ZipFile(io.BytesIO(packed)).read("case.json").decode()
    forms = words_of(client.get(f"/cases/{case.pk}/forms/registration.pdf").content)
    for text in (printed, data, forms):
        assert "吴老师" not in text
        assert "13900002222" not in text


def test_the_file_as_data_has_everything_and_the_photos_beside_it(town):
    case = closed(town)
    packed = zipfile.ZipFile(io.BytesIO(signed_in("accept").get(f"/cases/{case.pk}/file.zip").content))
    data = json.loads(packed.read("case.json"))
    assert data["schema"] == SCHEMA
    assert data["case"]["number"] == case.number
    assert data["case"]["reporter_phone"] == "13900002222"
    assert [step["action"] for step in data["steps"]] == [step.action for step in case.steps.all()]
    assert len(data["clocks"]) == case.clocks.count()
    assert {photo["file"] for photo in data["photos"]} == {name for name in packed.namelist() if name.startswith("photos/")}
    assert len(data["photos"]) == case.photos.count() > 0


def test_a_photo_whose_file_is_gone_does_not_keep_the_file_from_being_printed(town, monkeypatch):
    case = closed(town)

    def gone(_sha256):
        raise FileNotFoundError

    monkeypatch.setattr(paper.files, "open", gone)
    client = signed_in("accept")
    assert "照片文件不在了" in words_of(client.get(f"/cases/{case.pk}/file.pdf").content)
    assert "missing.txt" in zipfile.ZipFile(io.BytesIO(client.get(f"/cases/{case.pk}/file.zip").content)).namelist()


def test_every_form_is_drawn_from_its_step(town):
    case = closed(town)
    client, done = signed_in("accept"), {step.action for step in case.steps.all()}
    for slug, form in FORMS.items():
        answer = client.get(f"/cases/{case.pk}/forms/{slug}.pdf")
        if done & set(form.actions):
            words = words_of(answer.content)
            assert str(form.name) in words
            assert case.number in words
        else:
            assert answer.status_code == 404


def test_a_case_offers_the_forms_of_the_steps_it_has_taken(town):
    case = walk(dark_lamp(town), "file")
    page = signed_in("accept").get(f"/cases/{case.pk}").content.decode()
    assert f"/cases/{case.pk}/forms/filing.pdf" in page
    assert "forms/dispatch.pdf" not in page
    assert f"/cases/{case.pk}/file.pdf" in page


def test_nothing_outside_the_page_is_fetched_for_paper(town, monkeypatch, tmp_path):
    secret = tmp_path / "secret.png"
    Image.new("RGB", (9, 9)).save(secret)
    wanted = f'<h1>纸</h1><img src="{secret.as_uri()}"><img src="http://127.0.0.1:9/x.png">'
    monkeypatch.setattr(paper, "render_to_string", lambda *_given: wanted)
    assert [len(page.images) for page in PdfReader(io.BytesIO(paper.pdf("", {}))).pages] == [0]


def test_what_somebody_wrote_is_printed_as_text(town):
    case = walk(dark_lamp(town), "file")
    Case.objects.filter(pk=case.pk).update(description='<img src="file:///etc/hostname">')
    assert "file:///etc/hostname" in words_of(signed_in("accept").get(f"/cases/{case.pk}/file.pdf").content)


def test_nobody_prints_what_is_not_theirs_to_see(town):
    case = walk(dark_lamp(town), "dispatch")
    client = signed_in("drainage")
    for rest in ("file.pdf", "file.zip", "forms/filing.pdf"):
        assert client.get(f"/cases/{case.pk}/{rest}").status_code == 404


def test_the_sheet_of_sending_names_who_has_it_now_and_who_answers_first(town):
    case = walk(dark_lamp(town), "assign")
    drainage, lighting = Organisation.objects.get(code="drainage"), case.department
    services.act(person("dispatch"), case, "redirect", department=drainage, helpers=[lighting], reason="是井里的事")
    words = words_of(signed_in("dispatch").get(f"/cases/{case.pk}/forms/dispatch.pdf").content)
    assert words.count("主办") == 1 and words.index("主办") < words.index("协办")
    assert drainage.name in words and "是井里的事" in words


def test_the_file_says_what_a_step_says_beside_its_words_and_the_place_once(town):
    case = walk(dark_lamp(town), "assign")
    Case.objects.filter(pk=case.pk).update(address=f"{case.township.name}{case.community.name}渝秀大道 118 号")
    services.act(person("dispatch"), case, "urge", urge_kind="overdue", level="1", words="请今晚处理")
    words = words_of(signed_in("accept").get(f"/cases/{case.pk}/file.pdf").content).replace("\n", "")
    assert "一级" in words
    assert words.count(case.community.name) == 1


def test_the_file_names_every_unit_it_was_sent_to_and_in_which_part(town):
    case = walk(dark_lamp(town), "assign")
    drainage, sanitation, lighting = (Organisation.objects.get(code=code) for code in ("drainage", "sanitation", "lighting"))
    services.act(person("dispatch"), case, "redirect", department=drainage, helpers=[lighting], copies=[sanitation], reason="是井里的事")
    told = words_of(signed_in("dispatch").get(f"/cases/{case.pk}/file.pdf").content).split("派给谁")[1].split("办理经过")[0]
    for unit, part in ((lighting, "主办"), (drainage, "主办"), (lighting, "协办"), (sanitation, "抄告")):
        assert f"{unit.name}{part}" in told
