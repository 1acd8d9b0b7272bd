"""Stretches of a case are set on pages: by the administrator for a condition, by the dispatcher for one case. (M-22)"""

import pytest

from chengguan.cases import services
from chengguan.cases.models import Case, Change, StagedLimit
from chengguan.cases.selectors import stages
from chengguan.console.tests.duty import signed_in
from tests.small_town import LAMP_MATTER, dark_lamp, person, walk

TWO = {"stage-name": ["设警示", "更换"], "stage-value": ["2", "3"], "stage-clock": ["urgent_hour", "work_day"]}
KEY = f"{LAMP_MATTER}-03"


def begun(town, until="receive"):
    return walk(dark_lamp(town, condition_key=KEY), until)


def test_the_administrator_gives_a_condition_its_stretches_and_takes_them_back(town):
    admin = signed_in("admin")
    assert admin.get("/administration/stages", {"q": KEY}).status_code == 200
    assert admin.post(f"/administration/stages/{KEY}", {**TWO, "reason": ""}).status_code == 422
    assert admin.post(f"/administration/stages/{KEY}", {**TWO, "reason": "路灯要先设警示"}).status_code == 302
    assert stages.in_words(stages.parts_of(KEY)) == "设警示 2 紧急工作时 → 更换 3 工作日"
    page = admin.get(f"/administration/stages/{KEY}").content.decode()
    assert "路灯要先设警示" in page and "撤销这次修改" in page
    assert "设警示" in admin.get("/administration/changes?kind=stages").content.decode()
    assert admin.post(f"/administration/stages/{KEY}/undo/{Change.objects.get(kind='stages').pk}", {"reason": "试过不合用"}).status_code == 302
    assert not StagedLimit.objects.exists() and list(stages.parts_of(KEY)) == []
    assert signed_in("dispatch").get("/administration/stages").status_code == 403


def test_who_comes_second_sees_what_the_other_changed(town):
    admin = signed_in("admin")
    assert 'name="seen" value="0"' in admin.get(f"/administration/stages/{KEY}").content.decode()
    admin.post(f"/administration/stages/{KEY}", {**TWO, "reason": "第一个", "seen": "0"})
    answer = admin.post(f"/administration/stages/{KEY}", {**TWO, "stage-value": ["5", "6"], "reason": "第二个", "seen": "0"})
    assert answer.status_code == 422
    assert stages.in_words(stages.parts_of(KEY)) == "设警示 2 紧急工作时 → 更换 3 工作日"


@pytest.mark.parametrize(("changed", "words"), [
    ({"stage-name": ["设警示", "设警示"]}, "不能同名"), ({"stage-value": ["2", "0"]}, "大于零"), ({"stage-value": ["2", "x"]}, "数字"),
    ({"stage-name": ["设警示", ""], "stage-value": ["2", ""]}, "至少两段"), ({"stage-clock": ["urgent_hour", "soon"]}, "计时方式"),
])  # fmt: skip
def test_stretches_that_make_no_sense_are_refused_and_stay_in_the_form(town, changed, words):
    answer = signed_in("admin").post(f"/administration/stages/{KEY}", {**TWO, **changed, "reason": "试"})
    assert answer.status_code == 422
    assert words in answer.content.decode() and "设警示" in answer.content.decode()


def test_everything_wrong_is_told_at_once_beside_its_stretch(town):
    wrong = {"stage-name": ["", "更换", "更换"], "stage-value": ["2", "x", "0"], "stage-clock": ["urgent_hour", "work_day", "work_day"], "reason": ""}
    page = signed_in("admin").post(f"/administration/stages/{KEY}", wrong).content.decode()
    assert "有 5 处要改" in page
    for words in ("第 1 段要有一个不超过", "第 2 段的时限要写数字", "“更换”段的时限应大于零", "两段不能同名：更换", "请写明为什么改"):
        assert f"<li>{words}" in page, words


def test_what_the_county_says_is_for_cases_that_begin_later(town):
    case = begun(town)
    signed_in("admin").post(f"/administration/stages/{KEY}", {**TWO, "reason": "以后分段"})
    assert list(stages.parts_for(Case.objects.get(pk=case.pk))) == []
    later = begun(town)
    assert later.clocks.get(kind="handling").part == "设警示"


def test_the_dispatcher_gives_one_case_its_stretches_with_a_reason_that_stays_as_a_step(town):
    case = begun(town, "file")
    client = signed_in("dispatch")
    assert "设定分段" in client.get(f"/cases/{case.pk}").content.decode()
    assert "stage-name" in client.get(f"/cases/{case.pk}/act/set_stages").content.decode()
    answer = client.post(f"/cases/{case.pk}/do/set_stages", {**TWO, "version": case.version, "reason": "灯杆要先围护"})
    assert answer.status_code == 302
    case.refresh_from_db()
    step = case.steps.get(action="set_stages")
    assert (step.opinion, step.given["before"], step.given["after"]) == ("灯杆要先围护", "不分段", "设警示 2 紧急工作时 → 更换 3 工作日")
    page = client.get(f"/cases/{case.pk}").content.decode()
    assert "改为" in page and "分段时限" in page
    answer = client.post(f"/cases/{case.pk}/do/set_stages", {**TWO, "version": case.version, "reason": "再来一次"})
    assert answer.status_code == 422 and "没有改动" in answer.content.decode()


def test_a_department_does_not_set_its_own_stretches(town):
    case = begun(town)
    with pytest.raises(services.Refused, match="派遣员"):
        services.act(person("lighting"), case, "set_stages", stages=[["一", 1, "work_day"], ["二", 1, "work_day"]], reason="想多要时间")

