"""People on foot see only their own jobs, prove that they are there, and send nothing twice."""

import pytest
from django.test import Client

from chengguan.cases import services as moves
from chengguan.cases.models import Case, Step
from chengguan.people.models import Account
from tests.small_town import LAMP_MATTER, dark_lamp, move, person, photo_file, walk

THERE = {"lon": "108.9915", "lat": "28.4482", "accuracy": "8"}
FAR = {"lon": "108.9990", "lat": "28.4482", "accuracy": "8"}


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(Account.objects.get(username=username))
    return client


def test_a_crew_sees_its_own_job_with_the_lamps_own_word(town):
    case = walk(dark_lamp(town), "assign")
    page = signed_in("crew").get(f"/field/tasks/{case.pk}").content.decode()
    assert "灯已亮 86 W" in page
    assert "报回" in page
    assert signed_in("crew2").get(f"/field/tasks/{case.pk}").status_code == 404
    assert signed_in("accept").get("/field/").status_code == 403


def test_a_crew_reports_back_with_photos_and_material(town):
    case = walk(dark_lamp(town), "assign")
    answer = signed_in("crew").post(
        f"/field/tasks/{case.pk}/do/report_back", {"version": case.version, "done": "已更换", "material": "LED 光源 1 只", "photos": [photo_file()]}
    )
    assert answer.status_code == 302
    assert "用料：LED 光源 1 只" in Step.objects.get(case=case, action="report_back").opinion


def test_a_send_without_photos_is_refused_and_the_words_stay(town):
    case = walk(dark_lamp(town), "assign")
    answer = signed_in("crew").post(f"/field/tasks/{case.pk}/do/report_back", {"version": case.version, "done": "已更换灯泡"})
    assert answer.status_code == 422
    assert "已更换灯泡" in answer.content.decode()


def test_the_same_send_twice_is_one_step(town):
    case = walk(dark_lamp(town), "send_to_verify")
    data = {"version": case.version, "passed": "yes", **THERE}
    client = signed_in("inspect")
    for _ in range(2):
        assert client.post(f"/field/tasks/{case.pk}/do/verify", {**data, "photos": [photo_file()]}).status_code == 302
    assert Step.objects.filter(case=case, action="verify").count() == 1


@pytest.mark.parametrize("position, words", [(FAR, "米以内"), ({}, "还没有取到位置")])
def test_verifying_from_elsewhere_is_refused(town, position, words):
    case = walk(dark_lamp(town), "send_to_verify")
    answer = signed_in("inspect").post(
        f"/field/tasks/{case.pk}/do/verify", {"version": case.version, "passed": "yes", "photos": [photo_file()], **position}
    )
    case.refresh_from_db()
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert case.state == "verifying"


@pytest.mark.parametrize("demo", [True, False])
def test_only_the_demo_lets_somebody_at_a_desk_stand_at_the_place(town, settings, demo):
    settings.DEMO = demo
    Account.objects.filter(username="inspect").update(demo=demo)
    case = walk(dark_lamp(town), "send_to_verify")
    page = signed_in("inspect").get(f"/field/tasks/{case.pk}").content.decode()
    assert ("data-pretend" in page) is demo


def report(client: Client, **changed):
    said = {"key": "k1", "matter_code": LAMP_MATTER, "description": "灯不亮", "photos": [photo_file()], **THERE}
    return client.post("/field/new", {**said, **changed})


def test_an_inspector_reports_a_thing_at_the_component_under_the_finger(town):
    inspector = signed_in("inspect")
    near = inspector.get("/field/near", THERE).content.decode()
    assert "L-004711" in near
    assert "路灯异常" in near
    assert report(inspector, component=town["lamp"].pk).status_code == 302
    case = Case.objects.get(source="inspector")
    assert case.component == town["lamp"]
    assert case.reporter is not None
    assert case.reporter.username == "inspect"


def test_a_report_sent_twice_is_one_case(town):
    inspector = signed_in("inspect")
    report(inspector)
    report(inspector, photos=[photo_file()])
    assert Case.objects.count() == 1


@pytest.mark.parametrize("changed, words", [
    ({"photos": []}, "请先拍一张照片"),
    ({"matter_code": ""}, "请选一个类别"),
    ({"lon": "", "lat": ""}, "还没有取到位置"),
    ({"accuracy": "400"}, "位置误差"),
    ({"lon": "108.9990"}, "不在您的责任网格内"),
])  # fmt: skip
def test_what_is_missing_is_said(town, changed, words):
    answer = report(signed_in("inspect"), **changed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Case.objects.count() == 0


def test_all_that_a_report_lacks_is_said_at_once(town):
    answer = report(signed_in("inspect"), photos=[], matter_code="", lon="", lat="", self_handled="1")
    assert answer.context["errors"] == ["还没有取到位置，请走到空旷处再试。", "请先拍一张照片。", "自行处置要有处置后的照片。", "请选一个类别。"]


def test_two_classes_at_once_are_refused_by_name_and_one_said_twice_is_one(town):
    answer = report(signed_in("inspect"), matter_other="01001")
    assert answer.status_code == 422
    (said,) = answer.context["errors"]
    assert "路灯" in said and "供水井盖" in said
    assert not Case.objects.exists()
    assert report(signed_in("inspect"), matter_other=LAMP_MATTER).status_code == 302
    assert report(signed_in("inspect"), key="k2", matter_code="", matter_other="01001").status_code == 302
    assert list(Case.objects.order_by("id").values_list("matter_code", flat=True)) == [LAMP_MATTER, "01001"]


def test_outside_the_own_grid_is_reported_only_when_asked_for(town):
    assert report(signed_in("inspect"), lon="108.9990", outside="1").status_code == 302


def test_self_handling_needs_photos_before_and_after(town):
    inspector = signed_in("inspect")
    assert report(inspector, self_handled="1").status_code == 422
    assert report(inspector, self_handled="1", photos=[photo_file()], photos_after=[photo_file("b.jpg", (9, 9, 9))]).status_code == 302
    assert Case.objects.get().state == "self_handled"


def test_a_component_that_stands_elsewhere_is_not_reported_from_here(town):
    refused = report(signed_in("inspect"), component=town["lamp"].pk, lon="108.9990", outside="1")
    assert refused.status_code == 422
    assert "所选部件L-004711离您" in refused.content.decode()
    assert Case.objects.count() == 0


@pytest.mark.parametrize("demo", [True, False])
def test_only_the_demo_lets_a_new_report_be_made_from_a_desk(town, settings, demo):
    settings.DEMO = demo
    Account.objects.filter(username="inspect").update(demo=demo)
    page = signed_in("inspect").get("/field/new").content.decode()
    assert ('data-pretend data-lon="108.99' in page) is demo


def test_a_crew_that_reports_back_from_elsewhere_is_warned_before_and_the_step_says_how_far(town):
    case = walk(dark_lamp(town), "assign")
    crew, address = signed_in("crew"), f"/field/tasks/{case.pk}/do/report_back"
    data = {"version": case.version, "done": "已更换", **FAR}
    warned = crew.post(address, {**data, "photos": [photo_file()]})
    case.refresh_from_db()
    assert warned.status_code == 422
    assert 'name="far"' in warned.content.decode()
    assert "像是不在现场" in warned.content.decode()
    assert case.state == "handling"
    assert crew.post(address, {**data, "far": "yes", "photos": [photo_file("b.jpg", (9, 9, 9))]}).status_code == 302
    step = Step.objects.get(case=case, action="report_back")
    assert (step.given["far"], round(step.given["metres"], -2)) == ("yes", 700)
    page = signed_in("dispatch").get(f"/cases/{case.pk}").content.decode()
    assert "距现场 73" in page
    assert "不在现场也报回" in page


def test_a_crew_on_the_spot_or_without_a_position_just_reports_back(town):
    for position in (THERE, {}):
        case = walk(dark_lamp(town), "assign")
        data = {"version": case.version, "done": "已更换", "photos": [photo_file()], **position}
        assert signed_in("crew").post(f"/field/tasks/{case.pk}/do/report_back", data).status_code == 302
        assert ("metres" in Step.objects.get(case=case, action="report_back").given) is bool(position)


def test_a_crew_finishes_a_stretch_on_the_phone_with_a_photo_and_goes_on_with_the_next(town):
    case = walk(dark_lamp(town), "file")
    moves.act(person("dispatch"), case, "set_stages", stages=[["设警示", 2, "urgent_hour"], ["更换", 3, "work_day"]], reason="先围护")
    for username, slug in (("dispatch", "dispatch"), ("lighting", "receive"), ("lighting", "assign")):
        case.refresh_from_db()
        move(case, username, slug)
    case.refresh_from_db()
    crew = signed_in("crew")
    page = crew.get(f"/field/tasks/{case.pk}").content.decode()
    assert "报这一段完成" in page and "设警示" in page and "report_back" not in page
    data = {"version": case.version, "done": "已设围挡"}
    assert crew.post(f"/field/tasks/{case.pk}/do/finish_stage", data).status_code == 422
    assert crew.post(f"/field/tasks/{case.pk}/do/finish_stage", {**data, "photos": [photo_file()]}).status_code == 302
    crew.post(f"/field/tasks/{case.pk}/do/finish_stage", {**data, "photos": [photo_file()]})
    assert Step.objects.filter(case=case, action="finish_stage").count() == 1
    assert "report_back" in crew.get(f"/field/tasks/{case.pk}").content.decode()


@pytest.mark.parametrize("accuracy", ["nan", "-5", "inf"])
def test_a_position_whose_error_is_no_distance_is_none(town, accuracy):
    answer = report(signed_in("inspect"), accuracy=accuracy)
    assert answer.status_code == 422
    assert "还没有取到位置" in answer.content.decode()


def test_what_came_of_a_form_is_said_to_the_person_and_not_to_the_script_that_sent_it(town):
    case = walk(dark_lamp(town), "assign")
    moves.act(person("dispatch"), case, "set_stages", stages=[["设警示", 2, "urgent_hour"], ["更换", 3, "work_day"]], reason="先围护")
    case.refresh_from_db()
    crew, page = signed_in("crew"), f"/field/tasks/{case.pk}"
    answer = crew.post(f"{page}/do/finish_stage", {"version": case.version, "done": "已设围挡", "photos": [photo_file()]})
    assert answer.status_code == 302
    crew.get(page, headers={"X-Requested-With": "fetch"})
    assert "这一段已报完成" in crew.get(page).content.decode()
    assert "这一段已报完成" not in crew.get(page).content.decode(), "once"


def test_a_crew_sees_that_its_job_was_urged_and_by_when_its_department_answers(town):
    case = walk(dark_lamp(town), "assign")
    move(case, "leader", "urge", urge_kind="leader", level="1", words="放学之前要亮")
    page = signed_in("crew").get(f"/field/tasks/{case.pk}").content.decode()
    assert "放学之前要亮" in page and "前回复" in page
    case.refresh_from_db()
    move(case, "lighting", "reply_urge", words="已挂临时灯")
    assert "放学之前要亮" not in signed_in("crew").get(f"/field/tasks/{case.pk}").content.decode()


def test_an_inspector_on_the_spot_is_told_of_no_notice_that_others_owe(town):
    case = walk(dark_lamp(town), "send_to_verify")
    move(case, "leader", "urge", urge_kind="leader", level="1", words="放学之前要亮")
    page = signed_in("inspect").get(f"/field/tasks/{case.pk}")
    assert page.status_code == 200
    assert "放学之前要亮" not in page.content.decode()
