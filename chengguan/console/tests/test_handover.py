"""交接班: the one who goes signs how the desk stands, the one who comes signs that it was read; neither changes afterwards."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Func
from django.utils import timezone

from chengguan.cases.facts import CaseEmptied
from chengguan.cases.models import Case, Removal
from chengguan.cases.services import Refused, act
from chengguan.console import services
from chengguan.console.models import HandOver
from chengguan.console.selectors import handing_over as questions
from chengguan.console.tests.duty import dark, signed_in
from chengguan.engines import announce
from chengguan.people.models import Holding, Notice, Organisation
from tests.small_town import dark_lamp, person, walk


@pytest.fixture
def other(town):
    """A second acceptor: the evaluator takes the next shift."""
    post = Holding.objects.get(account__username="accept").post
    Holding.objects.create(account_id=person("evaluate").account_id, post=post, valid_from=timezone.localdate())
    return person("evaluate")


def sign(username="accept", role="acceptor", **given):
    organisation = Organisation.objects.get(code="command" if role == "dispatcher" else "supervision")
    return services.hand_over(person(username), role, organisation.pk, **given)


def test_the_sheet_holds_what_is_open_late_due_owed_said_and_done(town):
    late, mine = dark_lamp(town), walk(dark_lamp(town, description="灯罩破损"), "accept")
    act(person("leader"), late, "instruct", words="今天办完")
    act(person("leader"), late, "urge", urge_kind="leader", level="2", words="请说明原因")
    type(late).objects.filter(pk=late.pk).update(deadline=timezone.now() - timedelta(minutes=5))
    kept = sign(remarks="热线线路晚上检修").contents
    assert kept["open"]["reported"]["red"] == 1 and kept["open"][""]["all"] == 1, "what was accepted lies with the shift leader"
    assert [row["id"] for row in kept["late"]["rows"]] == [late.pk] and kept["due"]["n"] == 0
    assert [(row["kind"], row["words"]) for row in kept["owed"]["rows"]] == [("reply", "请说明原因")]
    assert [row["words"] for row in kept["instructions"]["rows"]] == ["今天办完"]
    assert {row["action"]: row["n"] for row in kept["done"]["rows"]} == {"accept": 1}
    assert kept["alarms"] is None, "alarms are handed over by those who watch them"
    due = sign("shift", "shift_leader").contents["due"]
    assert [row["id"] for row in due["rows"]] == [mine.pk]


def test_those_who_watch_alarms_hand_the_alarm_desk_over_too(town):
    alarm = dark(town)
    kept = sign("duty", "duty_officer").contents["alarms"]
    assert kept["total"] == 1 and [row["id"] for row in kept["rows"]] == [alarm.pk]


def test_accepting_is_a_step_of_its_own_by_somebody_else_of_the_post(town, other):
    sheet = sign()
    assert Notice.objects.filter(account=other.account_id, link=f"/handover/{sheet.pk}").exists()
    for who, words in ((person("accept"), "自己交的班"), (person("dispatch"), "同岗位")):
        with pytest.raises(Refused, match=words):
            services.accept_shift(who, sheet)
    done = services.accept_shift(other, sheet, "看过了")
    assert (done.coming_name, done.coming_words) == (other.name, "看过了")
    with pytest.raises(Refused, match="已经接班"):
        services.accept_shift(other, sheet)


def test_who_comes_accepts_the_shift_before_handing_it_over(town, other):
    first = sign(now=timezone.now() - timedelta(hours=8))
    with pytest.raises(Refused, match="请先接班"):
        sign("evaluate")
    services.accept_shift(other, first)
    assert sign("evaluate").since == first.signed_at, "a shift begins where the one before it ended"
    with pytest.raises(Refused, match="没有这个岗位"):
        sign("lighting")


def test_only_the_newest_sheet_is_accepted_and_a_second_tap_makes_no_second(town, other):
    old = sign(now=timezone.now() - timedelta(hours=9))
    new = sign()
    assert sign() == new
    assert not questions.may_accept(other, old) and questions.may_accept(other, new)


@pytest.mark.parametrize("change", [{"remarks": "改了"}, {"contents": {}}, {"going_name": "别人"}])
def test_a_sheet_once_signed_never_changes(town, other, change):
    sheet = sign()
    refused = [lambda: HandOver.objects.filter(pk=sheet.pk).update(**change), lambda: HandOver.objects.filter(pk=sheet.pk).delete()]
    services.accept_shift(other, sheet)
    refused.append(lambda: HandOver.objects.filter(pk=sheet.pk).update(coming_words="改了"))
    for each in refused:
        with pytest.raises(IntegrityError, match="signed"), transaction.atomic():
            each()
    HandOver.objects.get(pk=sheet.pk)


def test_a_destroyed_case_leaves_its_number_on_the_sheet_and_nothing_that_was_written(town, other):
    gone, kept = dark_lamp(town), dark_lamp(town)
    Case.objects.filter(pk__in=[gone.pk, kept.pk]).update(address="渝秀大道118号田家门口", deadline=timezone.now() + timedelta(hours=1))
    sheet = sign()
    assert str(sheet.contents).count("田家") == 2
    with pytest.raises(IntegrityError, match="signed"), transaction.atomic():
        HandOver.objects.filter(pk=sheet.pk).update(contents=Func(F("contents"), function="jsonb_strip_nulls"))
    assert services.empty_sheets(gone.pk) == 1
    sheet.refresh_from_db()
    assert str(sheet.contents).count("田家") == 2, "not without a record"
    Removal.objects.create(kind="disposed", case_key=gone.pk, number=str(gone), what="x", why="x", at=timezone.now(), who="x")
    announce.announce(CaseEmptied(gone.pk))
    sheet.refresh_from_db()
    rows = {row["id"]: row for row in sheet.contents["due"]["rows"]}
    assert (rows[gone.pk]["address"], rows[gone.pk]["case"]) == ("", gone.register_number)
    assert rows[kept.pk]["address"] == "渝秀大道118号田家门口"
    assert services.accept_shift(other, sheet).accepted_at


def test_what_was_handed_over_stays_as_it_was_when_the_case_goes_on(town):
    case = dark_lamp(town)
    sheet = sign()
    walk(case, "accept")
    page = signed_in("accept").get(f"/handover/{sheet.pk}").content.decode()
    assert case.register_number in page and "待受理" in page


def test_the_pages_from_the_preview_to_paper(town, other):
    case, client = dark_lamp(town), signed_in("accept")
    assert "还没有交接班单" in client.get("/handover").content.decode()
    assert case.register_number in client.get("/handover/new").content.decode()
    assert client.post("/handover/new", {"remarks": "留意渝秀大道"}).status_code == 302
    sheet = HandOver.objects.get()
    assert "留意渝秀大道" in signed_in("evaluate").get(f"/handover/{sheet.pk}").content.decode()
    assert "去接班" in signed_in("evaluate").get("/handover").content.decode()
    assert signed_in("evaluate").post(f"/handover/{sheet.pk}/accept", {"words": "好"}).status_code == 302
    assert client.get(f"/handover/{sheet.pk}.pdf").content.startswith(b"%PDF")
    assert client.get("/handover/new?post=dispatcher-1").status_code == 404


def test_what_the_one_who_comes_wrote_stays_when_it_is_not_taken(town, other):
    sheet = sign()
    services.accept_shift(other, sheet)
    answer = signed_in("evaluate").post(f"/handover/{sheet.pk}/accept", {"words": "钥匙少一把"})
    assert answer.status_code == 422
    assert "已经接班" in answer.content.decode() and "钥匙少一把" in answer.content.decode()
    assert not HandOver.objects.filter(coming_words="钥匙少一把").exists()


@pytest.mark.parametrize(("who", "status"), [("leader", 200), ("lighting", 403), ("crew", 403)])
def test_who_may_look_at_the_sheets(town, who, status):
    assert signed_in(who).get("/handover").status_code == status
    assert signed_in(who).get("/handover/new").status_code == 403


def test_two_of_one_post_who_sign_at_once_do_so_one_after_the_other(town, other):
    organisation = Organisation.objects.get(code="supervision")
    second = connection.copy()
    second.set_autocommit(False)
    try:
        with second.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('console.handover acceptor'), %s)", [organisation.pk])
            with connection.cursor() as mine:
                mine.execute("SET LOCAL lock_timeout = '200ms'")
            with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
                sign()
    finally:
        second.close()
    sign()
    with pytest.raises(Refused, match="还没有人接"):
        services.hand_over(other, "acceptor", organisation.pk)


def test_a_sentence_forgotten_and_signed_at_once_is_a_sheet_of_its_own(town):
    first = sign(remarks="一号灯杆待查")
    assert sign(remarks="一号灯杆待查").pk == first.pk, "a second tap is no second sheet"
    second = sign(remarks="一号灯杆待查，钥匙在抽屉里")
    assert second.pk != first.pk
    with pytest.raises(Refused, match="当班起点"):
        sign(remarks="一号灯杆待查，钥匙在抽屉里", since=timezone.now() + timedelta(days=900))


def test_a_beginning_that_cannot_be_is_refused_and_nothing_is_signed(town):
    client = signed_in("shift")
    for since in (timezone.now() + timedelta(days=30), timezone.now() - timedelta(days=400)):
        answer = client.post("/handover/new", {"since": f"{timezone.localtime(since):%Y-%m-%dT%H:%M}", "remarks": "一切正常"})
        assert answer.status_code == 422
        assert "当班自要早于现在" in answer.content.decode() and "一切正常" in answer.content.decode()
    assert not HandOver.objects.exists()
