"""The sample cases obey the same table as everybody, lie in the past, and are loaded once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.gis.geos import LineString
from django.utils import timezone

from chengguan.cases import workflow
from chengguan.cases.models import Case, Report, Step
from chengguan.cases.tests.conftest import World
from chengguan.demo import cases as sample
from chengguan.demo import cases_plan
from chengguan.demo.cases_plan import ENDINGS
from chengguan.people.models import AuditEntry, Notice, Responsibility
from chengguan.places.models import BaseFeature


@pytest.fixture
def town(db: Any) -> World:
    world = World()
    Responsibility.objects.all().delete()
    for prefix in ("01", "03", "04", "06", "07", "08", "09", "10"):
        Responsibility.objects.create(matter_code=prefix, organisation=world.lighting, valid_from="2020-01-01")
    line = LineString((108.98, 28.445), (109.0, 28.45), srid=4490)
    BaseFeature.objects.create(kind="road", klass="primary", name="渝秀大道", geom=line)
    return world


def test_sample_cases_stand_in_every_stage_by_the_tables_own_moves_and_load_once(town: World) -> None:
    now = timezone.now()
    made = sample.load_cases(share=0.03, now=now)
    cases = Case.objects.filter(synthetic=True)
    assert made == cases.count() >= len(ENDINGS)
    assert set(cases.values_list("state", flat=True)) >= {"handling", "refused", "declined", "merged", "suspended", "voided"}
    for step in Step.objects.filter(case__synthetic=True):
        row = workflow.row_for(step.from_state, step.action)
        assert row is not None, (step.from_state, step.action)
        assert step.role in (*row.who, "citizen")
        assert step.received_at <= step.acted_at <= now
        assert now - step.acted_at < timedelta(days=sample.DAYS + 10)
    assert Report.objects.filter(case__synthetic=True).count() == made
    assert not Notice.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="case.").exists()

    assert sample.load_cases(share=0.03) == made, "a second load changes nothing"


def test_a_sample_case_that_was_returned_is_sent_to_somebody_else(town: World, monkeypatch: pytest.MonkeyPatch) -> None:
    town.person("drains", "department", town.drainage)
    monkeypatch.setattr(cases_plan, "RETURNED", 1.0)
    sample.load_cases(share=0.02)
    returned = Case.objects.filter(synthetic=True, return_count=1)
    assert returned.exists()
    for case in returned:
        first, second = case.dispatches.filter(part="main").order_by("pk")
        assert first.department_id != second.department_id == case.department_id
