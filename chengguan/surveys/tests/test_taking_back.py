"""A patch that was called walked by mistake is walked on: who may say so, how long, and that it stays in the history. (M-16)"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from chengguan.cases.models import Setting
from chengguan.people.models import Notice
from chengguan.people.selectors import who_is
from chengguan.surveys import selectors, services
from chengguan.surveys.models import Patch, SurveyStep
from chengguan.surveys.tests.conftest import NOW, Surveyed


def finished(surveyed: Surveyed) -> Patch:
    return services.finish_patch(surveyed.world.who("inspector"), surveyed.survey.patches.get(), "其余是山地", now=NOW)


def test_whoever_said_it_takes_it_back_and_both_stay_in_the_history(surveyed: Surveyed) -> None:
    who, patch = surveyed.world.who("inspector"), finished(surveyed)
    walk = selectors.walk(who, surveyed.survey.pk, NOW.date())
    assert walk is not None and selectors.taken_back_by(who, walk, NOW) == {patch.pk}
    services.take_back(who, patch, "点错了", now=NOW + timedelta(hours=1))
    patch.refresh_from_db()
    assert (patch.finished_at, patch.finished_by, patch.finished_words) == (None, None, "")
    told = [(step.action, step.words, step.patch_id, step.who_name) for step in selectors.steps(surveyed.world.who("leader"), surveyed.survey)]
    assert told[:2] == [("take_back", "点错了", patch.pk, who.name), ("finish", "其余是山地", patch.pk, who.name)]
    assert Notice.objects.filter(account=surveyed.world.accounts["shift_leader"], title__startswith="普查还没有走完").exists()
    with pytest.raises(services.Refused, match="不用撤回"):
        services.take_back(who, patch, now=NOW)
    assert finished(surveyed).finished_at == NOW, "walked to its end in earnest"


def test_after_a_while_it_is_the_shift_leader_who_takes_it_back_with_a_reason(surveyed: Surveyed) -> None:
    who, patch, later = surveyed.world.who("inspector"), finished(surveyed), NOW + timedelta(hours=25)
    walk = selectors.walk(who, surveyed.survey.pk, later.date())
    assert walk is not None and selectors.taken_back_by(who, walk, later) == set()
    with pytest.raises(services.Refused, match="找值班长"):
        services.take_back(who, patch, now=later)
    shift = surveyed.world.who("shift_leader")
    with pytest.raises(services.Refused) as refused:
        services.take_back(shift, patch, " ", now=later)
    assert refused.value.field == "words"
    services.take_back(shift, patch, "河边两格还没看", now=later)
    assert Notice.objects.get(account=surveyed.world.accounts["inspector"], title__startswith="片区要接着走").text == "河边两格还没看"


def test_how_long_is_the_countys_word(surveyed: Surveyed) -> None:
    Setting.objects.create(key="survey.take_back_hours", value=0)
    with pytest.raises(services.Refused, match="找值班长"):
        services.take_back(surveyed.world.who("inspector"), finished(surveyed), now=NOW + timedelta(minutes=1))


def test_another_inspector_of_the_patch_does_not_take_it_back(surveyed: Surveyed) -> None:
    patch = finished(surveyed)
    other = surveyed.world.person("walker2", "inspector", surveyed.world.centre)
    patch.walkers.add(other)
    with pytest.raises(services.Refused, match="由本人或值班长"):
        services.take_back(who_is(other), patch, now=NOW)
    with pytest.raises(services.Refused, match="信息采集员"):
        services.take_back(surveyed.world.who("acceptor"), patch, "x", now=NOW)


def test_nothing_of_a_closed_survey_is_taken_back(surveyed: Surveyed) -> None:
    patch, shift = finished(surveyed), surveyed.world.who("shift_leader")
    services.close_survey(shift, surveyed.survey, "完", NOW)
    with pytest.raises(services.Refused, match="已经结束"):
        services.take_back(shift, patch, "还没走完", now=NOW)


def test_every_step_is_kept_and_none_changed(surveyed: Surveyed) -> None:
    shift = surveyed.world.who("shift_leader")
    services.prolong(shift, surveyed.survey, date(2026, 12, 30))
    services.set_walkers(shift, surveyed.survey.patches.get(), [surveyed.world.person("walker2", "inspector", surveyed.world.centre)])
    services.close_survey(shift, surveyed.survey, "完", NOW)
    kept = list(SurveyStep.objects.order_by("pk"))
    assert [step.action for step in kept] == ["open", "prolong", "walkers", "close"]
    assert "2026-12-31 → 2026-12-30" in kept[1].words
    for change in (lambda: SurveyStep.objects.update(words="改了"), lambda: kept[0].delete()):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            change()


def test_everything_wrong_with_a_new_survey_is_told_at_once(surveyed: Surveyed) -> None:
    with pytest.raises(services.Refused) as refused:
        surveyed.open(name=" ", matters=[], first_day=None, last_day=None, grids=[], walkers=[surveyed.world.accounts["acceptor"]])
    assert [each.field for each in refused.value.every] == ["name", "first_day", "last_day", "matters", "walkers", "grids"]
    with pytest.raises(services.Refused) as refused:
        surveyed.open(name="长" * 61, matters=["99999", "88888"], communities=[surveyed.world.community])
    assert [each.field for each in refused.value.every] == ["name", "matters", "communities"]
    assert "99999、88888" in refused.value.words
