"""专项普查 from the shift leader's form to the phone, the desk and the case."""

from datetime import date

import pytest
from django.utils import timezone

from chengguan.cases.models import Case
from chengguan.console.tests.duty import signed_in
from chengguan.people.models import Account, Holding, Organisation, Post
from chengguan.surveys.models import Finding, Survey
from tests.small_town import LAMP_MATTER, photo_file

THERE = {"lon": "108.9915", "lat": "28.4482", "accuracy": "8"}


@pytest.fixture
def survey(town):
    given = {"name": "入冬前路灯普查", "matters": [LAMP_MATTER, "02"], "first_day": "2026-01-01", "last_day": "2026-12-31", "grids": [town["grid"].pk]}
    today = timezone.localdate()
    given |= {"first_day": f"{today}", "last_day": f"{today}"}
    answer = signed_in("shift").post("/surveys/new", given)
    assert answer.status_code == 302
    return Survey.objects.get()


def report(survey, **changed):
    said = {"key": "k1", "matter_code": LAMP_MATTER, "description": "灯罩破损", "photos": [photo_file()], **THERE}
    return signed_in("inspect").post(f"/field/surveys/{survey.pk}/new", {**said, **changed})


def test_what_is_wrong_in_the_form_is_said_and_what_was_ticked_stays(town):
    client = signed_in("shift")
    assert client.get("/surveys/new").status_code == 200
    answer = client.post("/surveys/new", {"name": "普查", "matters": [LAMP_MATTER], "first_day": "2026-01-01", "last_day": "x"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'value="{LAMP_MATTER}" checked' in page
    assert "有 2 处要改" in page and "请写结束日期" in page and "请至少选一个责任网格或社区" in page, "all of it at once, each beside its field"
    assert signed_in("accept").get("/surveys/new").status_code == 403


@pytest.mark.parametrize("demo", [True, False])
def test_the_phone_says_what_is_looked_for_and_only_the_demo_lets_somebody_at_a_desk_stand_there(survey, settings, demo):
    settings.DEMO = demo
    Account.objects.filter(username="inspect").update(demo=demo)
    inspector = signed_in("inspect")
    page, form = (inspector.get(f"/field/surveys/{survey.pk}{more}") for more in ("", "/new"))
    assert "查什么" in page.content.decode() and "路灯异常、交通设施类（整个大类）" in page.content.decode()
    for answer in (page, form):
        assert ("data-pretend" in answer.content.decode()) is demo
    if demo:
        there = page.context["somewhere"]
        assert inspector.post(f"/field/surveys/{survey.pk}/look", {"lon": there.x, "lat": there.y, "accuracy": 5}).status_code == 302
    else:
        assert page.context["somewhere"] is None


def test_all_that_a_finding_lacks_is_said_at_once(survey):
    answer = report(survey, photos=[], matter_code="", lon="", lat="")
    assert answer.status_code == 422
    assert answer.context["errors"] == ["还没有取到位置，请走到空旷处再试。", "请先拍一张照片。", "请选一个类别。"]


def test_from_the_phone_to_a_case(survey):
    inspector = signed_in("inspect")
    assert survey.name in inspector.get("/field/surveys").content.decode()
    assert "这一格看过" in inspector.get(f"/field/surveys/{survey.pk}").content.decode()
    assert "L-004711" in inspector.get(f"/field/surveys/{survey.pk}/near", THERE).content.decode()
    assert report(survey).status_code == 302
    assert report(survey).status_code == 302
    found = Finding.objects.get()
    desk = signed_in("accept")
    assert "灯罩破损" in desk.get(f"/surveys/{survey.pk}?tab=findings").content.decode()
    assert "转为案件" in desk.get(f"/surveys/{survey.pk}/findings/{found.pk}").content.decode()
    assert desk.post(f"/surveys/{survey.pk}/decide", {"outcome": "case", "finding": [found.pk]}).status_code == 302
    case = Case.objects.get()
    assert case.source == "survey"
    assert survey.name in desk.get(f"/cases/{case.pk}").content.decode(), "the case says which survey found it"
    assert "转为案件" in inspector.get(f"/field/surveys/{survey.pk}").content.decode()


def test_nothing_found_is_one_tap_and_a_refusal_keeps_what_was_typed(survey):
    inspector = signed_in("inspect")
    assert inspector.post(f"/field/surveys/{survey.pk}/look", THERE).status_code == 302
    assert survey.grids.exclude(looked_at=None).count() == 1
    assert inspector.post(f"/field/surveys/{survey.pk}/look", {}).status_code == 422
    answer = report(survey, photos=[])
    assert answer.status_code == 422
    assert "灯罩破损" in answer.content.decode() and "请先拍一张照片" in answer.content.decode()


def test_a_class_that_is_not_looked_for_is_not_offered(survey):
    inspector = signed_in("inspect")
    assert LAMP_MATTER in inspector.get(f"/field/surveys/{survey.pk}/classes", {"q": "路灯"}).content.decode()
    assert "没有找到" in inspector.get(f"/field/surveys/{survey.pk}/classes", {"q": "井盖"}).content.decode()


def test_a_finding_is_refused_with_a_reason_only(survey):
    report(survey)
    found, desk = Finding.objects.get(), signed_in("accept")
    answer = desk.post(f"/surveys/{survey.pk}/decide", {"one": found.pk, "outcome": "refused"})
    assert answer.status_code == 422
    assert "不采用请写明原因" in answer.content.decode()
    desk.post(f"/surveys/{survey.pk}/decide", {"one": found.pk, "outcome": "refused", "reason": "不是路灯"})
    assert Finding.objects.get().reason == "不是路灯"


def test_what_was_typed_over_a_finding_stays_when_it_is_not_taken(survey):
    report(survey)
    found, desk, address = Finding.objects.get(), signed_in("accept"), f"/surveys/{survey.pk}/decide"
    one = desk.post(address, {"one": found.pk, "outcome": "elsewhere", "reason": "是隔壁那盏"})
    assert one.status_code == 422
    assert 'value="是隔壁那盏"' in one.content.decode()
    ticked = desk.post(address, {"finding": [found.pk], "outcome": "elsewhere", "reason": "是隔壁那盏", "show": "waiting", "patch": ""})
    assert ticked.status_code == 422
    page = ticked.content.decode()
    assert "请选怎么处理" in page and 'value="是隔壁那盏"' in page
    assert f'name="finding" value="{found.pk}" checked' in page


def test_nothing_ticked_and_no_reason_are_said(survey):
    report(survey)
    answer = signed_in("accept").post(f"/surveys/{survey.pk}/decide", {"outcome": "refused", "show": "waiting", "patch": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "请先勾选要处理的发现" in page and "不采用请写明原因" in page
    assert not Finding.objects.exclude(outcome="").exists()


def test_a_patch_that_was_called_walked_by_mistake_is_walked_on(survey):
    patch, inspector, shift = survey.patches.get(), signed_in("inspect"), signed_in("shift")
    phone, desk = f"/field/surveys/{survey.pk}", f"/surveys/{survey.pk}/patches/{patch.pk}"
    inspector.post(f"{phone}/patches/{patch.pk}/finish", {"words": "其余是山地"})
    assert "报错了，还没走完" in inspector.get(phone).content.decode()
    assert inspector.post(f"{phone}/patches/{patch.pk}/take-back", {"words": "点错了"}).status_code == 302
    assert "报走完" in inspector.get(phone).content.decode()
    inspector.post(f"{phone}/patches/{patch.pk}/finish", {"words": "其余是山地"})
    silent = shift.post(f"{desk}/take-back", {"words": ""})
    assert silent.status_code == 422 and "请写明为什么撤回" in silent.content.decode()
    assert shift.post(f"{desk}/take-back", {"words": "河边还没看"}).status_code == 302
    page = shift.get(f"/surveys/{survey.pk}").content.decode()
    assert page.count("撤回走完") == 2 and "点错了" in page and "河边还没看" in page
    assert signed_in("accept").post(f"{desk}/take-back", {"words": "x"}).status_code == 403


def test_a_closing_that_is_refused_comes_back_open_with_its_words(survey):
    report(survey)
    shift, address = signed_in("shift"), f"/surveys/{survey.pk}"
    assert 'maxlength="1000" required>' in shift.get(address).content.decode(), "a patch is not finished: the words are asked for"
    answer = shift.post(f"{address}/close", {"words": "下雨，先停"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert '<dialog id="close" open' in page
    assert "1 条发现没有处理" in page and ">下雨，先停</textarea>" in page
    survey.refresh_from_db()
    assert survey.closed_at is None


def test_the_survey_is_walked_to_its_end_and_closed_with_its_counts(survey):
    patch, inspector, shift = survey.patches.get(), signed_in("inspect"), signed_in("shift")
    inspector.post(f"/field/surveys/{survey.pk}/look", THERE)
    assert inspector.post(f"/field/surveys/{survey.pk}/patches/{patch.pk}/finish", {}).status_code == 302
    page = shift.get(f"/surveys/{survey.pk}").content.decode()
    assert "100%" in page and patch.name in page
    assert shift.get(f"/surveys/{survey.pk}/patches/{patch.pk}").status_code == 200
    assert shift.post(f"/surveys/{survey.pk}/close", {"words": "全部走完"}).status_code == 302
    assert "全部走完" in shift.get(f"/surveys/{survey.pk}").content.decode()
    assert "已结束" in shift.get("/surveys").content.decode()
    assert inspector.get(f"/field/surveys/{survey.pk}").status_code == 404
    assert shift.get(f"/surveys/{survey.pk}/sheet")["Content-Type"].endswith("sheet")


@pytest.mark.parametrize(("who", "status"), [("leader", 200), ("lighting", 403), ("crew", 403)])
def test_who_may_look_at_surveys(survey, who, status):
    assert signed_in(who).get("/surveys").status_code == status


def test_a_closed_survey_names_nobody_of_another_company_to_those_who_see_but_their_own(survey):
    since = date(2020, 1, 1)
    company = Organisation.objects.create(code="Q9", name="畅通采集公司", kind="contractor")
    for username, role in (("lead9", "contractor_lead"), ("walks9", "inspector")):
        account = Account.objects.create(username=username, name=f"畅通{username}")
        Holding.objects.create(account=account, post=Post.objects.create(organisation=company, role=role, name=role), valid_from=since)
    mine = survey.patches.get()
    mine.walkers.add(Account.objects.get(username="walks9"))
    Survey.objects.filter(pk=survey.pk).update(
        closed_at=timezone.now(),
        summary={"matters": [{"code": LAMP_MATTER, "name": "路灯", "all": 1}], "inspectors": [{"name": "别家的人", "all": 1}]},
    )
    assert "别家的人" in signed_in("shift").get(f"/surveys/{survey.pk}").content.decode()
    for username in ("lead9", "walks9"):
        answer = signed_in(username).get(f"/surveys/{survey.pk}")
        assert (answer.status_code, "别家的人" in answer.content.decode()) == (200, False), username


def test_what_is_near_is_told_to_those_only_who_may_see_it(survey):
    report(survey)
    found = Finding.objects.get()
    Case.objects.create(source="citizen", state="handling", register_number="T9", number="邻案9", matter_code=LAMP_MATTER, point=found.point, reported_at=timezone.now(), entered_at=timezone.now())
    assert "邻案9" in signed_in("accept").get(f"/surveys/{survey.pk}/findings/{found.pk}").content.decode()
    for username, told in (("accept", True), ("inspect", False)):
        answer = signed_in(username).get(f"/surveys/{survey.pk}?tab=findings")
        assert (answer.status_code, "附近在办同类" in answer.content.decode()) == (200, told), username
