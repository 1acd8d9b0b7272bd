"""A case file that is destroyed when its time has ended keeps what is counted of it, and loses what an evaluator wrote and photographed."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chengguan.cases import services as cases
from chengguan.cases.models import Retention
from chengguan.cases.services import disposal
from chengguan.evaluation import services
from chengguan.evaluation.models import CaseFact, MissedReport, SpotCheck
from chengguan.evaluation.tests.conftest import LATE, NOW, World, history


def test_the_counts_of_past_years_do_not_change(world: World) -> None:
    closed = ("report_back", LATE), ("close", {})
    case = history(world, "closed", ("confirm", {"given": {"true": "yes", "words": "在场"}}), *closed, verdict="overturned", satisfaction="fair", closed_at=NOW - timedelta(days=40))
    cases.act(world.who("system"), case, "archive", now=NOW)
    check = SpotCheck.objects.get(case=case)
    check.photos.add(world.photo)
    SpotCheck.objects.filter(pk=check.pk).update(words="看过")
    Retention.objects.filter(case=case).update(ends_on=timezone.localdate() - timedelta(days=1))
    MissedReport.objects.create(case=case, verdict="missed", words="李家门口，天天走过", judged_at=NOW)
    services.refresh([case.pk])
    before = CaseFact.objects.filter(case=case).values().get()
    made = disposal.propose(world.who("shift_leader"), [case.pk], "鉴定")
    disposal.decide(world.who("leader"), made.pk, True, "")
    assert disposal.carry_out(made.pk) == 1
    assert services.differing() == []
    assert CaseFact.objects.filter(case=case).values().get() == before
    assert (MissedReport.objects.get().words, MissedReport.objects.get().verdict) == ("", "missed")
    check.refresh_from_db()
    assert (check.words, check.photos.count(), check.verdict) == ("", 0, "overturned")
