"""How long an archived case is kept; two persons destroy what is past its time; reporters' names go earlier. Nothing goes without a record."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from chengguan.cases import jobs, services
from chengguan.cases.models import Case, Disposal, Photo, Removal, Report, Request, Retention, Setting, Step, Task
from chengguan.cases.selectors import retention as shown
from chengguan.cases.selectors.casefiles import case_file
from chengguan.cases.services import disposal, retention, rounds, takeover_batches
from chengguan.cases.tests.conftest import NOW, World
from chengguan.people.models import Holding, Notice, Post
from chengguan.people.selectors import who_is
from chengguan.standards.limits import SETTINGS, check

FAR = {"closed_at": NOW - timedelta(days=40)}


def setting(key: str, value: Any) -> None:
    Setting.objects.update_or_create(key=key, defaults={"value": value})


def archived(world: World, **facts: Any) -> Case:
    case = world.case("closed", **(FAR | facts))
    services.act(world.who("system"), case, "archive", now=NOW)
    return Case.objects.get(pk=case.pk)


def past(world: World, **facts: Any) -> Case:
    """Archived, reported by a citizen, with photo, and past its time since yesterday."""
    case = archived(world, reporter_name="王大明", reporter_phone="13800001111", description="王大明说灯不亮", follow_code="ABCD1234", **facts)
    report = Report.objects.create(
        case=case, source="citizen", arrived_at=NOW, description="我是王大明，13800001111", reporter_name="王大明", reporter_phone="13800001111",
        said={"电话": "13800001111", "楼": "3"}, point=case.point,
    )  # fmt: skip
    step = Step.objects.create(
        case=case, from_state="reported", to_state="reported", action="confirm", role="inspector", who_name="采集员", received_at=NOW, acted_at=NOW,
        opinion="问过王大明", given={"true": "yes", "words": "王大明在场"},
    )  # fmt: skip
    Photo.objects.create(case=case, step=step, attachment=world.photo, kind="confirm")
    Retention.objects.filter(case=case).update(ends_on=timezone.localdate() - timedelta(days=1))
    assert report.pk
    return case


def test_the_defaults_are_ours_and_say_so() -> None:
    assert {SETTINGS[key].source for key in SETTINGS if key.startswith("retention.")} == {"ours"}
    assert (SETTINGS["retention.years"].default, SETTINGS["retention.long_years"].default) == (10, 30)
    assert SETTINGS["retention.hide_reporter"].default is False, "an upgrade takes nothing away by itself"


@pytest.mark.parametrize(
    ("facts", "own", "term", "ends"),
    [
        ({}, {}, "normal", date(2036, 11, 18)),
        ({"urgent": True}, {}, "long", date(2056, 11, 18)),
        ({"source": "leader"}, {}, "long", date(2056, 11, 18)),
        ({"source": "leader"}, {"retention.long_also": "urgent"}, "normal", date(2036, 11, 18)),
        ({"urgent": True}, {"retention.long_also": "none"}, "normal", date(2036, 11, 18)),
        ({}, {"retention.long": ["01"], "retention.long_years": 50}, "long", date(2076, 11, 18)),
        ({}, {"retention.long": ["01"], "retention.permanent": ["01037"]}, "permanent", None),
        ({}, {"retention.years": 3}, "normal", date(2029, 11, 18)),
    ],
)
def test_a_case_gets_its_period_when_it_is_archived(world: World, facts: dict[str, Any], own: dict[str, Any], term: str, ends: date | None) -> None:
    for key, value in own.items():
        setting(key, value)
    kept = archived(world, **facts).retention
    assert (kept.term, kept.starts_on, kept.ends_on) == (term, date(2026, 11, 18), ends)


def test_a_changed_setting_leaves_what_was_given(world: World) -> None:
    case = archived(world)
    setting("retention.years", 1)
    assert retention.give_missing() == 0
    assert Retention.objects.get(case=case).years == 10


def test_cases_archived_before_there_were_periods_get_theirs_from_their_day(world: World) -> None:
    case = world.case("archived", closed_at=NOW, archived_at=NOW - timedelta(days=400))
    assert (retention.give_missing(), retention.give_missing()) == (1, 0)
    assert Retention.objects.get(case=case).ends_on == date(2035, 10, 14)


def test_a_case_that_is_opened_again_has_no_period(world: World) -> None:
    case = archived(world, closed_at=NOW - timedelta(days=20))
    services.act(world.who("shift_leader"), case, "reopen", now=NOW, reason="又坏了")
    assert not Retention.objects.exists()


def test_the_twenty_ninth_of_february_ends_on_the_twenty_eighth() -> None:
    assert retention.years_after(date(2028, 2, 29), 10) == date(2038, 2, 28)


def test_nothing_goes_by_itself_when_its_time_ends(world: World) -> None:
    case = past(world)
    rounds.archive_due()
    disposal.go_on()
    assert Report.objects.get(case=case).description
    assert list(shown.ending(world.who("leader"))) == [case.retention]
    assert not Removal.objects.exists()


def test_two_persons_destroy_and_the_register_keeps_what_who_when_and_why(world: World) -> None:
    case = past(world)
    made = disposal.propose(world.who("shift_leader"), [case.pk], "2036 年鉴定")
    assert not list(shown.ending(world.who("leader"))), "it is in a proposal"
    assert Notice.objects.filter(account=world.accounts["leader"], kind="archive").exists()
    disposal.decide(world.who("leader"), made.pk, True, "")
    assert disposal.carry_out(made.pk) == 1
    case = Case.objects.get(pk=case.pk)
    report, step = Report.objects.get(case=case), Step.objects.get(case=case, action="confirm")
    assert (case.description, case.address, case.point, case.reporter_name, case.follow_code) == ("", "", None, "", None)
    assert (report.description, report.said, report.reporter_phone, report.point) == ("", {}, "", None)
    assert (step.opinion, step.given, step.role) == ("", {"true": "yes"}, "inspector")
    assert not Photo.objects.filter(case=case).exists()
    row = Removal.objects.get()
    assert (row.kind, row.number, row.why) == ("disposed", str(case), "2036 年鉴定")
    assert (row.second, row.who) == (world.accounts["shift_leader"].name, world.accounts["leader"].name)
    assert "照片 1" in row.what
    assert Disposal.objects.get().state == "done"
    assert (disposal.carry_out(made.pk), retention.give_missing()) == (0, 0)


def test_what_was_merged_below_goes_with_the_main_case(world: World) -> None:
    main = past(world)
    first = world.case("merged", merged_into=main, reporter_name="李小红", reporter_phone="13900002222", description="李小红说不亮")
    second = world.case("merged", merged_into=first, reporter_name="赵六", description="赵六说")
    for case in (first, second):
        Report.objects.create(case=case, source="hotline", arrived_at=NOW, description=case.description, reporter_name=case.reporter_name)
    Photo.objects.create(case=second, attachment=world.photo, kind="report")
    made = disposal.propose(world.who("shift_leader"), [main.pk], "鉴定")
    disposal.decide(world.who("leader"), made.pk, True, "")
    assert disposal.carry_out(made.pk) == 1
    assert set(Report.objects.values_list("description", "reporter_name")) == {("", "")}
    assert {report.description for report in case_file(world.who("acceptor"), main.pk)["reports"]} == {""}
    for case in (first, second):
        case.refresh_from_db()
        assert (case.description, case.reporter_name, case.reporter_phone, case.photos.count()) == ("", "", "", 0)
    assert set(Removal.objects.values_list("case_key", flat=True)) == {main.pk, first.pk, second.pk}


@pytest.mark.parametrize("state", ["refused", "declined", "answered", "transferred", "voided"])
def test_what_ended_without_an_archive_is_kept_from_the_day_it_ended_and_can_go(world: World, state: str) -> None:
    case = world.case(state, description="旧事")
    Case.objects.filter(pk=case.pk).update(entered_at=NOW - timedelta(days=366 * 11))
    world.case("closed"), world.case("merged", merged_into=case)
    assert (retention.give_missing(most=1), retention.give_missing()) == (1, 0)
    assert list(shown.ending(world.who("shift_leader"))) == [Retention.objects.get(case=case)]
    made = disposal.propose(world.who("shift_leader"), [case.pk], "鉴定")
    disposal.decide(world.who("leader"), made.pk, True, "")
    assert disposal.carry_out(made.pk) == 1
    assert Case.objects.get(pk=case.pk).description == ""


def test_who_proposed_does_not_grant_whatever_posts_he_holds(world: World) -> None:
    case = past(world)
    leader = world.accounts["leader"]
    Holding.objects.create(account=leader, post=Post.objects.get(role="shift_leader"), valid_from=date(2020, 1, 1))
    made = disposal.propose(who_is(leader), [case.pk], "鉴定")
    with pytest.raises(services.Refused, match="另一个人"):
        disposal.decide(who_is(leader), made.pk, True, "")
    with pytest.raises(services.Refused, match="不能审批"):
        disposal.decide(world.who("administrator"), made.pk, True, "")


@pytest.mark.parametrize("role", ["acceptor", "dispatcher", "leader", "department", "evaluator"])
def test_who_may_not_propose(world: World, role: str) -> None:
    with pytest.raises(services.Refused, match="不能提出"):
        disposal.propose(world.who(role), [past(world).pk], "鉴定")


def test_only_what_is_past_its_time_is_proposed_and_only_once(world: World) -> None:
    shift = world.who("shift_leader")
    early, due = archived(world), past(world)
    with pytest.raises(services.Refused, match=str(early)):
        disposal.propose(shift, [early.pk, due.pk], "鉴定")
    with pytest.raises(services.Refused, match="理由"):
        disposal.propose(shift, [due.pk], " ")
    disposal.propose(shift, [due.pk], "鉴定")
    with pytest.raises(services.Refused, match="已在别的申请里"):
        disposal.propose(shift, [due.pk], "再来")


def test_a_denied_proposal_leaves_everything_and_may_come_again(world: World) -> None:
    case = past(world)
    made = disposal.propose(world.who("shift_leader"), [case.pk], "鉴定")
    with pytest.raises(services.Refused, match="理由"):
        disposal.decide(world.who("leader"), made.pk, False, "")
    disposal.decide(world.who("leader"), made.pk, False, "还有用")
    assert disposal.carry_out(made.pk) == 0
    assert list(shown.ending(world.who("shift_leader"))) == [Retention.objects.get(case=case)]
    again = disposal.propose(world.who("shift_leader"), [case.pk], "再鉴定")
    for each in (made, again):
        assert [row.pk for row in shown.of_disposal(world.who("leader"), each)] == [case.pk], "what a proposal was about stays with it"


def test_a_case_is_kept_longer_with_a_reason(world: World) -> None:
    case = past(world)
    with pytest.raises(services.Refused, match="不能改"):
        retention.prolong(world.who("acceptor"), case.pk, 10, "要用")
    kept = retention.prolong(world.who("shift_leader"), case.pk, 10, "还有官司")
    assert kept.ends_on == retention.years_after(timezone.localdate(), 10)
    assert retention.prolong(world.who("administrator"), case.pk, None, "有价值").ends_on is None
    assert not list(shown.ending(world.who("leader")))


def test_reporters_are_hidden_only_where_the_county_said_so_and_each_with_a_record(world: World) -> None:
    case = past(world)
    later = NOW + timedelta(days=731)
    assert retention.hide_reporters(later) == 0
    setting("retention.hide_reporter", True)
    assert retention.hide_reporters(NOW + timedelta(days=729)) == 0
    assert retention.hide_reporters(later) == 1
    case = Case.objects.get(pk=case.pk)
    report, step = Report.objects.get(case=case), Step.objects.get(case=case, action="confirm")
    told = f"{case.description}{report.description}{report.said}{step.opinion}{step.given}{case.reporter_name}{case.reporter_phone}"
    assert "王大明" not in told and "13800001111" not in told
    assert report.said["楼"] == "3"
    assert "灯不亮" in case.description
    assert Removal.objects.get().kind == "anonymised"
    assert Notice.objects.filter(account=world.accounts["administrator"], kind="archive").count() == 1
    assert retention.hide_reporters(later) == 0


def test_a_case_that_is_open_keeps_its_reporter(world: World) -> None:
    setting("retention.hide_reporter", True)
    case = world.case("handling", reporter_name="王大明", reporter_phone="13800001111")
    assert retention.hide_reporters(NOW + timedelta(days=9999)) == 0
    assert Case.objects.get(pk=case.pk).reporter_name


def test_nobody_is_hidden_whom_somebody_still_has_to_ring_up(world: World) -> None:
    setting("retention.hide_reporter", True)
    later, told = NOW + timedelta(days=9999), {"reporter_name": "王大明", "reporter_phone": "13800001111"}
    main = world.case("handling", **told)
    merged = world.case("merged", merged_into=main, **told)
    called = world.case("archived", archived_at=NOW, **told)
    task = Task.objects.create(case=called, kind="follow_up", sent_at=NOW)
    assert retention.hide_reporters(later) == 0
    Case.objects.filter(pk=main.pk).update(state="closed", entered_at=NOW)
    Task.objects.filter(pk=task.pk).update(case=main)
    assert retention.hide_reporters(later) == 1, "only whose call is no longer owed"
    Task.objects.filter(pk=task.pk).update(done_at=NOW)
    assert retention.hide_reporters(later) == 2
    assert not Case.objects.filter(pk__in=[main.pk, merged.pk, called.pk], reporter_name__gt="").exists()


def test_names_are_hidden_wherever_they_were_written(world: World) -> None:
    setting("retention.hide_reporter", True)
    case = past(world, address="王大明家门口", proof="王大明签了字")
    Task.objects.create(case=case, kind="follow_up", sent_at=NOW, done_at=NOW, words="打 13800001111", reply="王大明满意")
    Request.objects.create(case=case, kind="extend", state="denied", asked_at=NOW, reason="王大明不在家", answer="再找王大明", details={"why": "王大明"})
    assert retention.hide_reporters(NOW + timedelta(days=731)) == 1
    told = [*Case.objects.values_list("address", "proof"), *Task.objects.values_list("words", "reply"), *Request.objects.values_list("reason", "answer", "details")]
    assert "王大明" not in str(told) and "13800001111" not in str(told)
    assert str(told).count(retention.HIDDEN) == 7


@pytest.mark.parametrize(("key", "bad", "good"), [
    ("retention.years", (0.5, 0, 101, 10_000, True, "10"), (1, 100)), ("retention.long_years", (30.5, 9999), (1, 100)),
    ("retention.reporter_days", (0, 1.5, 36_501), (1, 36_500)), ("handover.hours", (0.5, 73, 1e9), (1, 72)),
])  # fmt: skip
def test_periods_are_whole_numbers_within_reason(key: str, bad: tuple[Any, ...], good: tuple[Any, ...]) -> None:
    for value in bad:
        with pytest.raises(ValueError, match="整数"):
            check(key, value)
    for value in good:
        check(key, value)


def test_a_number_from_before_the_bounds_stops_nothing(world: World) -> None:
    assert retention.years_after(date(2026, 1, 1), 10_000) == date(9999, 1, 1)
    setting("retention.years", 10_000)
    setting("retention.reporter_days", 10**7)
    setting("retention.hide_reporter", True)
    assert archived(world).retention.years == 100
    assert retention.hide_reporters() == 0


def test_one_part_of_the_night_that_fails_keeps_the_others_from_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fails() -> int:
        raise ValueError("x")

    monkeypatch.setattr(retention, "give_missing", fails)
    monkeypatch.setattr(retention, "hide_reporters", lambda: done.append("hidden"))
    monkeypatch.setattr(disposal, "go_on", lambda: done.append("went on"))
    jobs.keep(0)
    assert done == ["hidden", "went on"]
    assert jobs.keep.lock == takeover_batches.LONG_WORK


def test_the_database_holds_to_the_record(world: World) -> None:
    case = past(world)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Report.objects.filter(case=case).update(reporter_name="")
    Removal.objects.create(kind="anonymised", case_key=case.pk, number=str(case), what="x", why="x", at=NOW, who="x")
    Report.objects.filter(case=case).update(reporter_name="")
    for words in ({"description": "另一个故事"}, {"reporter_name": "别人"}, {"said": {"楼": "4"}}, {"said": {"楼": "3", "新": "x"}}, {"description": "别的〔已隐去〕"}):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Report.objects.filter(case=case).update(**words)
    Report.objects.filter(case=case).update(description="我是〔已隐去〕，13800001111", said={"楼": "3"})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Step.objects.filter(case=case).update(acted_at=NOW - timedelta(days=9))
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Removal.objects.update(why="y")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Step.objects.filter(case=case)._raw_delete("default")


def test_what_takes_minutes_goes_one_at_a_time_beside_the_clock(world: World, tmp_path: Any, settings: Any) -> None:
    settings.FILES_FOLDER = str(tmp_path)
    takeover_batches.receive(world.who("administrator"), SimpleUploadedFile("案卷.csv", "编号\n1\n".encode()))
    made = disposal.propose(world.who("shift_leader"), [past(world).pk], "鉴定")
    disposal.decide(world.who("leader"), made.pk, True, "")
    long = ProcrastinateJob.objects.filter(task_name__in=("chengguan.cases.jobs.take_over", "chengguan.cases.jobs.dispose"))
    assert [job.lock for job in long] == ["cases.long_work"] * 2
