"""督办 has a page for who sends and who owes, and the case page shows what stands beside the stage. (M-18, M-19)"""

from datetime import timedelta

import pytest
from django.utils import timezone

from chengguan.cases import services
from chengguan.cases.models import Case, Task
from chengguan.cases.services import register_alarm
from chengguan.console.tests.duty import dark
from chengguan.console.tests.test_case_page import signed_in
from chengguan.people.models import Organisation
from tests.small_town import dark_lamp, person, photo_file, walk


def urged(town, until="receive", level="1"):
    case = walk(dark_lamp(town), until)
    services.act(person("leader"), case, "urge", urge_kind="leader", level=level, words="今晚修好")
    return case


def test_the_department_finds_what_waits_for_its_answer_and_answers_from_there(town):
    case = urged(town)
    client = signed_in("lighting")
    page = client.get("/urges").content.decode()
    assert "等我回复" in page and "今晚修好" in page
    assert f"/cases/{case.pk}?act=reply_urge" in page
    case_page = client.get(f"/cases/{case.pk}").content.decode()
    assert "督办待回复" in case_page and "督办回复：等您答复" in case_page
    case.refresh_from_db()
    client.post(f"/cases/{case.pk}/do/reply_urge", {"version": case.version, "words": "今晚九点到场"})
    assert "没有等您回复的督办" in client.get("/urges").content.decode()
    leader = signed_in("leader").get("/urges?side=sent&show=answered").content.decode()
    assert "今晚九点到场" in leader and "按时回复" in leader


def test_the_leader_sees_who_has_not_answered_and_can_urge_again(town):
    case = urged(town)
    Task.objects.filter(case=case, kind="reply").update(due=timezone.now() - timedelta(hours=2))
    page = signed_in("leader").get("/urges?side=all&show=late").content.decode()
    assert str(Organisation.objects.get(code="lighting")) in page and f"/cases/{case.pk}?act=urge" in page
    assert "督办待回复 · 已逾期" in signed_in("leader").get(f"/cases/{case.pk}").content.decode()


def test_another_department_sees_nothing_of_it(town):
    urged(town)
    assert "今晚修好" not in signed_in("drainage").get("/urges").content.decode()
    assert signed_in("crew").get("/urges").status_code == 403


def test_marks_stand_on_the_rows_of_a_work_list_and_narrow_it(town):
    case, plain = urged(town), walk(dark_lamp(town), "receive")
    client = signed_in("lighting")
    page = client.get("/work?post=department").content.decode()
    assert page.count("督办待回复</span>") == 1
    only = client.get("/work?post=department&mark=reply").content.decode()
    assert f'data-row="{case.pk}"' in only and f'data-row="{plain.pk}"' not in only
    assert "去掉这个条件" in only


def test_a_helper_finds_the_case_and_reports_its_part(town):
    case = walk(dark_lamp(town), "file")
    drainage = Organisation.objects.get(code="drainage")
    lighting = Organisation.objects.get(code="lighting")
    data = {"version": case.version, "department": lighting.pk, "helpers": [drainage.pk]}
    assert signed_in("dispatch").post(f"/cases/{case.pk}/do/dispatch", data).status_code == 302
    client = signed_in("drainage")
    assert f'data-row="{case.pk}"' in client.get("/work?post=department&part=helper").content.decode()
    case.refresh_from_db()
    answer = client.post(f"/cases/{case.pk}/do/report_help", {"version": case.version, "done": "积水抽完了"})
    assert answer.status_code == 302
    assert "积水抽完了" in signed_in("lighting").get(f"/cases/{case.pk}").content.decode()


def test_a_consultation_is_called_answered_and_concluded_through_its_forms(town):
    case = walk(dark_lamp(town), "receive")
    drainage = Organisation.objects.get(code="drainage")
    steps = (
        ("dispatch", "consult", {"participants": [drainage.pk], "words": "谁来挖路面"}),
        ("drainage", "answer_consult", {"words": "我们来挖"}),
        ("dispatch", "end_consult", {"conclusion": "排水所开挖，路灯所断电"}),
    )
    for username, slug, data in steps:
        case.refresh_from_db()
        client = signed_in(username)
        assert f"/act/{slug}" in client.get(f"/cases/{case.pk}").content.decode(), slug
        assert client.post(f"/cases/{case.pk}/do/{slug}", {**data, "version": case.version}).status_code == 302, slug
        page = signed_in("lighting").get(f"/cases/{case.pk}").content.decode()
        assert ("会商中" in page) == (slug != "end_consult")
    assert "我们来挖" in page and "排水所开挖，路灯所断电" in page


def test_the_stretches_of_a_staged_case_are_steps_with_what_is_left(town):
    case = dark_lamp(town, matter_code="10999", condition_key="10999-01", component=None, point=town["lamp"].point)
    water = Organisation.objects.get(code="water")
    for username, slug, data in (
        ("accept", "accept", {"matter_code": "10999", "condition_key": "10999-01"}), ("shift", "file", {}),
        ("dispatch", "dispatch", {"department": water.pk, "opinion": "水司"}),
    ):  # fmt: skip
        case.refresh_from_db()
        services.act(person(username), case, slug, **data)
    page = signed_in("dispatch").get(f"/cases/{case.pk}").content.decode()
    assert "分段时限" in page and "8 紧急工作时" in page
    assert [page.index(name) for name in ("<strong>围护", "<strong>修复", "<strong>恢复")] == sorted(
        page.index(name) for name in ("<strong>围护", "<strong>修复", "<strong>恢复")
    )
    assert "余 2 小时 59 分" in page or "余 3 小时" in page


def test_an_inspectors_finding_stands_in_the_timeline(town):
    case = walk(dark_lamp(town), "verify")
    assert "<span>通过</span>" in signed_in("accept").get(f"/cases/{case.pk}").content.decode()


@pytest.mark.parametrize("state", ["closed", "archived"])
def test_what_comes_again_after_closing_stands_on_the_closed_case_and_offers_to_open_it_again(town, state):
    old = walk(dark_lamp(town), "close")
    Case.objects.filter(pk=old.pk).update(state=state)
    alarm = dark(town)
    fresh = register_alarm(alarm, alarm.raised_at)
    page = signed_in("shift").get(f"/cases/{old.pk}").content.decode()
    assert "结案后又发生" in page and f"/cases/{fresh.pk}" in page and "/act/reopen" in page
    assert f"/cases/{old.pk}" in signed_in("accept").get(f"/cases/{fresh.pk}").content.decode()


def test_alarms_of_one_cause_and_what_their_readings_prove_stand_on_one_case_page(town):
    alarm = dark(town)
    case = register_alarm(alarm, alarm.raised_at)
    alarm.active, alarm.returned_at = False, timezone.now()
    alarm.save()
    services.add_evidence([alarm.pk])
    page = signed_in("accept").get(f"/cases/{case.pk}").content.decode()
    assert "设备佐证" in page and "读数已恢复正常" in page


def test_a_photo_goes_with_a_finished_stretch(town):
    case = dark_lamp(town, matter_code="10999", condition_key="10999-01", component=None, point=town["lamp"].point)
    lighting = Organisation.objects.get(code="lighting")
    for username, slug, data in (
        ("accept", "accept", {"matter_code": "10999", "condition_key": "10999-01"}), ("shift", "file", {}),
        ("dispatch", "dispatch", {"department": lighting.pk, "opinion": "就近"}), ("lighting", "receive", {}),
    ):  # fmt: skip
        case.refresh_from_db()
        services.act(person(username), case, slug, **data)
    case.refresh_from_db()
    client = signed_in("lighting")
    assert "/act/report_back" not in client.get(f"/cases/{case.pk}").content.decode()
    answer = client.post(f"/cases/{case.pk}/do/finish_stage", {"version": case.version, "done": "围好了", "photos": photo_file()})
    assert answer.status_code == 302
    page = client.get(f"/cases/{case.pk}").content.decode()
    assert "完成 “围护”" in page and "按期完成" in page
