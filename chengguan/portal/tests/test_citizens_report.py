"""A citizen reports in half a minute, follows by a code, and learns nothing about anybody else."""

import pytest
from django.test import Client
from django.utils import timezone

from chengguan.cases.models import Case
from chengguan.portal import services
from chengguan.portal.models import Sender
from chengguan.portal.services import senders
from tests.small_town import SEAT, dark_lamp, move, photo_file, walk


def send(client: Client | None = None, **changed):
    client = client or Client()
    said = {
        "ticket": services.issue_ticket(), "lon": str(SEAT.x - 0.0001), "lat": str(SEAT.y), "description": "路灯不亮",
        "phone": "13900001111", "photos": [photo_file()],
    }  # fmt: skip
    return client.post("/report", {**said, **changed})


def test_a_report_with_photo_and_point_enters_the_desk(town):
    answer = send()
    case = Case.objects.get(source="citizen")
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"/report/{case.follow_code}")
    assert case.state == "reported"
    assert case.unit_grid is not None
    assert "渝秀大道" in case.address
    assert case.photos.count() == 1


def test_the_same_form_sent_twice_is_one_report(town):
    ticket = services.issue_ticket()
    first, second = send(ticket=ticket), send(ticket=ticket, photos=[photo_file()])
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1


@pytest.mark.parametrize("changed, words", [
    ({"lon": ""}, "请在地图上点一下位置"),
    ({"lon": "nan"}, "请在地图上点一下位置"),
    ({"lon": "116.4", "lat": "39.9"}, "不在本县范围内"),
    ({"description": "", "photos": []}, "请拍一张照片，或者写一句怎么了"),
    ({"description": "路灯不亮" + "长" * 497}, "请压缩到 500 字以内"),
    ({"address": "长" * 101}, "地址写得太长了，请压缩到 100 字以内"),
    ({"phone": "12345"}, "电话号码好像不对"),
    ({"ticket": "forged"}, "请再点一次"),
])  # fmt: skip
def test_bad_input_is_said_in_plain_chinese_and_kept(town, changed, words):
    answer = send(**changed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert Case.objects.count() == 0
    if changed.get("description", "路灯不亮"):
        assert "路灯不亮" in page


def test_what_is_no_photo_is_refused_in_words(town):
    from django.core.files.uploadedfile import SimpleUploadedFile

    answer = send(photos=[SimpleUploadedFile("a.jpg", b"not a picture", content_type="image/jpeg")])
    assert answer.status_code == 422
    assert "照片打不开" in answer.content.decode()


def test_a_robot_that_fills_the_hidden_field_is_thanked_and_ignored(town):
    answer = send(website="http://spam.example")
    assert answer.status_code == 200
    assert Case.objects.count() == 0


def test_a_flood_from_one_address_is_slowed(town, monkeypatch):
    monkeypatch.setattr(senders, "FROM_ONE_ADDRESS", 2)
    assert [send().status_code for _ in range(3)] == [302, 302, 429]


def test_an_address_is_counted_where_every_worker_sees_it_and_forgotten_after_an_hour(town, monkeypatch):
    monkeypatch.setattr(senders, "FROM_ONE_ADDRESS", 2)
    assert [send().status_code for _ in range(3)] == [302, 302, 429]
    known = Sender.objects.get()
    assert known.reports == 3
    assert "127.0.0.1" not in known.key
    Sender.objects.update(since=timezone.now() - senders.HOUR)
    assert send().status_code == 302
    assert send(Client(REMOTE_ADDR="10.0.0.9")).status_code == 302


def test_a_flood_through_the_door_is_slowed(town, monkeypatch):
    monkeypatch.setattr(senders, "FROM_ALL", 1)
    assert [send().status_code for _ in range(2)] == [302, 429]


def test_what_is_reported_near_is_shown_without_anything_personal(town):
    dark_lamp(town)
    page = Client().get("/report/near", {"lon": SEAT.x - 0.0001, "lat": SEAT.y}).content.decode()
    assert "路灯异常" in page
    assert "13800001234" not in page
    assert "田先生" not in page


def test_progress_is_told_without_names_and_through_a_merge(town):
    send()
    mine = Case.objects.get(source="citizen")
    main = walk(dark_lamp(town), "report_back")
    move(mine, "accept", "merge", into=main.pk)
    page = Client().get(f"/report/{mine.follow_code}").content.decode()
    assert "与附近同一件事一起处理" in page
    assert "单位处理完毕" in page
    for name in ("李敏", "刘伟", "周明", "田先生", "13800001234", "路灯管理所"):
        assert name not in page


def test_a_refusal_is_told_with_its_reason_and_numbers_masked(town):
    send()
    case = Case.objects.get(source="citizen")
    move(case, "accept", "refuse", reason="已在处理，李师傅 13812345678")
    page = Client().get(f"/report/{case.follow_code}").content.decode()
    assert "没有受理" in page
    assert "13812345678" not in page


def test_only_photos_of_the_finished_work_are_shown_to_the_bearer_of_the_code(town):
    send()
    case = Case.objects.get(source="citizen")
    own = case.photos.get()
    assert Client().get(f"/report/{case.follow_code}/photo/{own.pk}").status_code == 404


def test_a_photo_whose_store_is_away_is_said_in_words(town, settings):
    send()
    case = Case.objects.get(source="citizen")
    case.photos.update(kind="after")
    address = f"/report/{case.follow_code}/photo/{case.photos.get().pk}"
    assert Client().get(address)["Content-Type"] == "image/jpeg"
    settings.FILES_URL = "s3://key:secret@127.0.0.1:9/county?tls=0"
    answer = Client().get(address)
    assert answer.status_code == 503
    assert "暂时不可用" in answer.content.decode()


def test_an_unknown_code_is_said_kindly(town):
    answer = Client().get("/report/NOSUCH")
    assert answer.status_code == 404
    assert "没有找到这个查询码" in answer.content.decode()
