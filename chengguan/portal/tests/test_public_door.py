"""Another program reports by JSON or as a form, with a key or without one; the same id is one report; nothing is taken unsaid. (M-16)"""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengguan.cases.models import Case, Report
from chengguan.cases.services import set_setting
from chengguan.people.models import Account
from chengguan.people.selectors import SYSTEM
from chengguan.places.coordinates import wgs84_to_gcj02
from chengguan.places.projection import metres_between
from chengguan.portal import services
from chengguan.portal.models import Partner, Sender
from chengguan.portal.services import senders
from chengguan.portal.services.door import FIELDS
from tests.small_town import LAMP_MATTER, SEAT, dark_lamp, photo_file

DOOR = "/api/v1/portal/reports"
PLACE = {"lon": SEAT.x - 0.0001, "lat": SEAT.y, "crs": "wgs84"}


@pytest.fixture
def key(town: dict[str, Any]) -> str:
    return services.issue_key(SYSTEM, services.create_partner(SYSTEM, name="12345 热线", source="hotline", an_hour=50))


def send(key: str = "", *, form: bool = False, **changed: Any) -> Any:
    said = {"id": uuid.uuid4().hex, "description": "路灯不亮，晚上看不清路", **PLACE, **changed}
    said = {name: value for name, value in said.items() if value is not None}
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    if form:
        return Client().post(DOOR, said, headers=headers)
    return Client().post(DOOR, json.dumps(said), content_type="application/json", headers=headers)


def test_a_report_of_a_partner_has_grid_and_address_and_a_code_to_ask_with(key: str) -> None:
    answer = send(key, matter=LAMP_MATTER, reporter_name="田先生", reporter_phone="13800001234")
    told, case = answer.json(), Case.objects.get()
    assert answer.status_code == 201
    assert (told["created"], told["code"], told["register_number"]) == (True, case.follow_code, case.register_number)
    assert (case.state, case.source, case.matter_code, case.reporter_phone) == ("reported", "hotline", LAMP_MATTER, "13800001234")
    assert case.unit_grid is not None
    assert told["unit_grid"] == case.unit_grid.code
    assert told["address"] == case.address
    assert "渝秀大道" in case.address
    assert told["township"] == "中和街道"
    assert case.steps.get().who_name == "12345 热线"
    assert Report.objects.get().said["partner"] == "12345 热线"
    assert told["follow"].endswith(f"/report/{case.follow_code}")
    progress = Client().get(DOOR, {"code": told["code"]}).json()
    assert progress["headline"] == "正在核对"
    assert "田先生" not in str(progress)
    assert Client().get(DOOR, {"code": "NOSUCH"}).status_code == 404


def test_what_a_program_saw_on_a_camera_counts_as_seen_on_video(client: Client, town: dict[str, Any]) -> None:
    client.force_login(Account.objects.get(username="admin"))
    client.post("/administration/partners", {"name": "视频巡查", "source": "video", "an_hour": 50})
    key = services.issue_key(SYSTEM, Partner.objects.get(name="视频巡查"))
    assert send(key, matter=LAMP_MATTER).status_code == 201
    assert (Case.objects.get().source, Case.objects.get().get_source_display()) == ("video", "视频监控")


def test_the_same_id_twice_is_the_same_report_and_another_partners_is_another(key: str) -> None:
    first, second = send(key, id="A-1"), send(key, id="A-1", description="别的话")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["code"] == second.json()["code"]
    assert second.json()["created"] is False
    other = services.issue_key(SYSTEM, services.create_partner(SYSTEM, name="某应用", source="citizen", an_hour=50))
    assert send(other, id="A-1").status_code == 201
    assert Case.objects.count() == Report.objects.count() == 2


def test_a_repeated_id_is_answered_even_when_the_hour_is_full(key: str) -> None:
    Partner.objects.update(an_hour=1)
    assert [send(key, id=name).status_code for name in ("A-1", "A-1", "A-2", "A-1")] == [201, 200, 429, 200]


def test_a_point_of_a_phone_map_is_moved_to_where_it_is(key: str) -> None:
    lon, lat = wgs84_to_gcj02(SEAT.x - 0.0001, SEAT.y)
    assert send(key, lon=lon, lat=lat, crs="gcj02").status_code == 201
    point = Case.objects.get().point
    assert point is not None
    assert metres_between(point, SEAT) < 15


def test_an_address_the_county_knows_is_its_place_and_another_is_left_to_the_desk_only_by_a_partner(key: str) -> None:
    nowhere = {"lon": None, "lat": None, "crs": None}
    assert send(key, **nowhere, address="渝秀大道118号").status_code == 201
    assert Case.objects.get().unit_grid is not None
    assert send(key, **nowhere, address="老供销社后面").status_code == 201
    assert Case.objects.filter(point=None, address="老供销社后面").exists()
    refused = send("", **nowhere, address="老供销社后面")
    assert refused.status_code == 422
    assert "address" in refused.json()["fields"]


def test_photos_come_as_a_form_with_the_same_fields(key: str) -> None:
    answer = send(key, form=True, matter=LAMP_MATTER, description="", photos=[photo_file(), photo_file(colour=(1, 2, 3))])
    assert answer.status_code == 201
    assert Case.objects.get().photos.count() == 2


def test_what_is_reported_there_already_is_told_and_the_report_is_taken_all_the_same(town: dict[str, Any], key: str) -> None:
    dark_lamp(town)
    told = send(key, matter=LAMP_MATTER).json()
    assert [near["matter"] for near in told["near"]] == ["路灯异常"]
    assert "13800001234" not in str(told)
    assert Case.objects.count() == 2
    set_setting(SYSTEM, "duplicates.metres", 1)
    assert send(key, matter=LAMP_MATTER, lon=SEAT.x + 0.001).json()["near"] == []


@pytest.mark.parametrize(("changed", "field", "words"), [
    ({"id": ""}, "id", "自己的编号"),
    ({"id": "有 空格"}, "id", "不含空格"),
    ({"crs": None}, "crs", "坐标系"),
    ({"crs": "EPSG:3857"}, "crs", "gcj02"),
    ({"lon": "nan"}, "lon", "以度为单位"),
    ({"lon": True}, "lon", "以度为单位"),
    ({"lon": 10**400}, "lon", "以度为单位"),
    ({"lon": 116.4, "lat": 39.9}, "lon", "不在本县范围内"),
    ({"matter": "99999"}, "matter", "没有这个案件类别"),
    ({"description": ""}, "description", "至少要有一样"),
    ({"description": "长" * 2001}, "description", "2000 字以内"),
    ({"description": ["路灯"]}, "description", "应为文字"),
    ({"description": "路\0灯不亮"}, "description", "不能保存的字符"),
    ({"occurred_at": "昨天"}, "occurred_at", "带时区的时间"),
    ({"occurred_at": "2026-13-99T00:00:00+08:00"}, "occurred_at", "带时区的时间"),
    ({"occurred_at": "2999-01-01T00:00:00+08:00"}, "occurred_at", "在将来"),
    ({"urgency": "high"}, "urgency", "没有这个字段"),
    ({"description": "路灯\ud800不亮"}, "description", "不能保存的字符"), ({"reporter_name": "\udfff"}, "reporter_name", "不能保存的字符"),
    ({"lon": "\ud800"}, "lon", "以度为单位"), ({"crs": "\ud800"}, "crs", "坐标系"), ({"\ud800": "x"}, "?", "没有这个字段"), ({"a\0": 1}, "a\0", "没有这个字段"),
])  # fmt: skip
def test_junk_is_answered_in_words_that_name_the_field(key: str, changed: dict[str, Any], field: str, words: str) -> None:
    answer = send(key, **changed)
    assert answer.status_code == 422
    assert words in answer.json()["fields"][field]
    assert not Case.objects.exists()
    assert not Sender.objects.exists(), "what is refused is not counted"


@pytest.mark.parametrize(("body", "kind", "status"), [
    (b"{", "application/json", 422), (b"\xff\xfe", "application/json", 422), (b"[1]", "application/json", 422), (b"[" * 100_000, "application/json", 422),
    (b"<xml/>", "text/xml", 415), (b"--x", "multipart/form-data", 422), (b"--x", "multipart/form-data; boundary=x", 422),
])  # fmt: skip
def test_a_body_that_is_no_report_is_answered_in_words(key: str, body: bytes, kind: str, status: int) -> None:
    answer = Client().post(DOOR, body, content_type=kind, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == status
    assert re.search(r"[一-鿿]", answer.json()["detail"])


def test_what_is_no_photo_or_too_many_or_elsewhere_is_refused_before_anything_is_kept(key: str) -> None:
    broken = send(key, form=True, photos=[SimpleUploadedFile("a.jpg", b"not a picture", content_type="image/jpeg")])
    assert (broken.status_code, "照片" in broken.json()["fields"]["photos"]) == (422, True)
    many = send(key, form=True, photos=[photo_file() for _each in range(5)])
    assert (many.status_code, "最多 4 张" in many.json()["fields"]["photos"]) == (422, True)
    assert send(key, form=True, picture=photo_file()).status_code == 422
    assert not Case.objects.exists()


def test_a_wrong_or_disabled_key_is_refused_and_is_nobody(key: str) -> None:
    assert send("cg_wrong").status_code == 401
    assert Client().post(DOOR, "{}", content_type="application/json", headers={"Authorization": key}).status_code == 401
    services.set_partner_enabled(SYSTEM, Partner.objects.get(), False)
    assert send(key).status_code == 401
    assert not Case.objects.exists()


def test_a_new_key_ends_the_old_one_and_neither_is_kept(key: str) -> None:
    partner = Partner.objects.get()
    fresh = services.issue_key(SYSTEM, partner)
    assert (send(key).status_code, send(fresh).status_code) == (401, 201)
    assert fresh not in str(Partner.objects.values().get())


def test_without_a_key_an_id_must_not_be_guessed_and_the_citizens_limits_hold(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "FROM_ONE_ADDRESS", 2)
    assert send("", id="1").status_code == 422
    assert [send("").status_code for _each in range(3)] == [201, 201, 429]
    assert set(Case.objects.values_list("source", flat=True)) == {"citizen"}
    assert send("", description="长" * 501).json()["fields"]["description"]


def test_a_code_that_is_none_is_not_found(town: dict[str, Any]) -> None:
    for code in ("%00", "%ED%A0%80", "ABCD"):
        assert Client().get(f"{DOOR}?code={code}").status_code == 404, code


def test_who_has_no_key_is_slowed_for_what_is_refused_too(town: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "TRIES", 2)
    assert [send("", id=str(uuid.uuid4()), matter="99999").status_code for _each in range(3)] == [422, 422, 429]
    monkeypatch.setattr(senders, "TRIES", 60)
    monkeypatch.setattr(senders, "TRIES_OF_ALL", 3)
    assert [send("", id=str(uuid.uuid4()), matter="99999").status_code for _each in range(2)] == [422, 429], "of all addresses together too"


def test_what_a_partner_brings_does_not_close_the_citizens_door(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(senders, "FROM_ALL", 1)
    Partner.objects.update(source="citizen")
    assert (send(key).status_code, Case.objects.get().source) == (201, "citizen")
    assert [send("", id=str(uuid.uuid4())).status_code for _each in range(2)] == [201, 429]


def test_a_full_hour_begins_again(key: str) -> None:
    Partner.objects.update(an_hour=1)
    assert [send(key).status_code for _each in range(2)] == [201, 429]
    Sender.objects.update(since=timezone.now() - senders.HOUR)
    assert send(key).status_code == 201


def test_a_report_takes_a_handful_of_questions_and_reads_no_shapes(key: str) -> None:
    send(key)
    with CaptureQueriesContext(connection) as queries:
        assert send(key, matter=LAMP_MATTER).status_code == 201
    assert len(queries) <= 16, "\n".join(query["sql"][:120] for query in queries)
    shapes = [query["sql"][:200] for query in queries if '"geom"' in query["sql"].split(" FROM ")[0] or "geom_3857" in query["sql"]]
    assert shapes == []


def test_only_an_administrator_manages_partners(town: dict[str, Any]) -> None:
    client = Client()
    client.force_login(_account("admin"))
    page = client.post("/administration/partners", {"name": "12345 热线", "source": "hotline", "an_hour": 500}, follow=True)
    key = re.search(r'class="secret">(cg_[\w-]+)<', page.content.decode())
    assert key is not None
    assert page["Cache-Control"] == "no-store"
    assert send(key[1]).status_code == 201
    partner = Partner.objects.get()
    assert key[1] not in client.get(f"/administration/partners/{partner.pk}").content.decode()
    client.post(f"/administration/partners/{partner.pk}/disable")
    assert send(key[1]).status_code == 401
    client.force_login(_account("accept"))
    assert client.get("/administration/partners").status_code == 403


def test_reloading_the_page_of_a_new_key_issues_no_other(town: dict[str, Any]) -> None:
    client = Client()
    client.force_login(_account("admin"))
    partner = services.create_partner(SYSTEM, name="12345 热线", source="hotline", an_hour=500)
    address = f"/administration/partners/{partner.pk}"
    answer = client.post(f"{address}/key")
    assert (answer.status_code, answer["Location"]) == (302, f"{address}/new-key")
    key = re.search(r'class="secret">(cg_[\w-]+)<', client.get(f"{address}/new-key").content.decode())
    assert key is not None
    again = client.get(f"{address}/new-key", follow=True).content.decode()
    assert 'class="secret"' not in again
    assert "密钥只显示一次" in again
    assert send(key[1]).status_code == 201, "it is still the partner's key"


def test_keys_made_one_after_the_other_wait_each_on_its_own_page(town: dict[str, Any]) -> None:
    client = Client()
    client.force_login(_account("admin"))
    pages = []
    for name in ("12345 热线", "市级平台"):
        partner = services.create_partner(SYSTEM, name=name, source="hotline", an_hour=500)
        pages.append(client.post(f"/administration/partners/{partner.pk}/key")["Location"])
    for page in pages:
        assert 'class="secret"' in client.get(page).content.decode(), page


def _account(username: str) -> Any:
    return Account.objects.get(username=username)


def test_the_description_of_the_api_and_the_how_to_name_every_field(town: dict[str, Any]) -> None:
    client = Client()
    client.force_login(_account("accept"))
    described = client.get("/api/openapi.json").json()["paths"][DOOR]["post"]
    content = described["requestBody"]["content"]
    assert set(content["application/json"]["schema"]["properties"]) == set(FIELDS)
    assert set(content["multipart/form-data"]["schema"]["properties"]) == {*FIELDS, "photos"}
    assert {} in described["security"]
    page = (Path(__file__).resolve().parents[3] / "docs/how-to/report-from-another-program.md").read_text()
    assert [name for name in (*FIELDS, "photos") if f"`{name}`" not in page] == []


def test_the_example_of_the_how_to_is_taken(key: str) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs/how-to/report-from-another-program.md").read_text()
    sent = re.search(r"-d '(\{.*?\})'", page, re.S)
    assert sent is not None
    said = json.loads(sent[1]) | {"lon": SEAT.x, "lat": SEAT.y}
    assert send(key, **said).status_code == 201
