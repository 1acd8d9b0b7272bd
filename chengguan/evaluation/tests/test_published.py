"""天门市, December 2016, as the county published it: 1,054 accepted, 996 filed, 972 due to be closed, 911 closed, 737 of them on
schedule (hbcic.net.cn). (M-21) A month of that shape is made and counted, and the printed rates come out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from chengguan.cases.models import Case, Clock, Step
from chengguan.evaluation import services
from chengguan.evaluation.models import CaseFact
from chengguan.evaluation.selectors import Question, cases_behind, figures, period, table
from chengguan.evaluation.tests.conftest import World
from chengguan.people.selectors import SYSTEM
from chengguan.standards.scoring import PRESETS

REPORTED, DUE, NOW = (datetime(2016, 12, 12, 2, tzinfo=UTC), datetime(2016, 12, 20, tzinfo=UTC), datetime(2017, 1, 5, tzinfo=UTC))
LATER = datetime(2017, 2, 1, tzinfo=UTC)


def month_of(world: World) -> None:
    """58 declined; of 996 filed 737 closed on schedule, 174 late, 61 open and overdue, 24 open and not due."""
    kinds = ["component"] * 9 + ["matter"] * 902 + ["component"] * 7 + ["matter"] * (54 + 24 + 58)
    sources = ["inspector"] * 953 + ["citizen"] * (1054 - 953)
    cases, steps, clocks = [], [], []
    for number in range(1054):
        filed, closed = number < 996, number < 911
        late = closed and number >= 737
        cases.append(
            Case(
                register_number=f"TM{number}", state="closed" if closed else "handling" if filed else "declined", kind=kinds[number],
                source=sources[number], reported_at=REPORTED, entered_at=REPORTED, accepted_at=REPORTED, township=world.township,
                filed_at=REPORTED if filed else None, department=world.lighting if filed else None, dispatched_at=REPORTED if filed else None,
                reported_back_at=DUE if closed else None, closed_at=DUE if closed else None,
            )
        )
        if closed:
            steps.append(("report_back", number, late))
        elif filed:
            clocks.append((number, DUE if number < 972 else LATER))
    Case.objects.bulk_create(cases)
    common: dict[str, Any] = {"from_state": "handling", "to_state": "reported_back", "who_name": "x", "role": "department", "received_at": REPORTED}
    Step.objects.bulk_create([Step(case=cases[n], action=action, overdue=late, acted_at=DUE, stage_deadline=DUE, **common) for action, n, late in steps])
    Clock.objects.bulk_create(
        [Clock(case=cases[n], kind="handling", stage="处置", started_at=REPORTED, limit_value=1, limit_clock="work_day", deadline=due) for n, due in clocks]
    )
    services.rebuild()


def percent(value: float | None) -> float:
    assert value is not None
    return round(100 * value, 2)


def test_the_published_month_comes_out(world: World) -> None:
    month_of(world)
    question = Question(period("month", date(2016, 12, 1)), NOW)
    whole = figures(SYSTEM, "all", question)[""]
    assert {slug: whole.counts[slug] for slug in ("accepted", "filed", "close_due", "closed", "closed_on_schedule")} == {
        "accepted": 1054, "filed": 996, "close_due": 972, "closed": 911, "closed_on_schedule": 737,
    }  # fmt: skip
    assert (percent(whole.ratio("closing")), percent(whole.ratio("closing_on_schedule"))) == (93.72, 75.82)
    by_inspectors = cases_behind(SYSTEM, "filed", question).filter(source="inspector").count()
    assert percent(by_inspectors / whole.counts["filed"]) == 95.68
    for kind, due, closed, rate in (("matter", 956, 902, 94.35), ("component", 16, 9, 56.25)):
        of_kind = [cases_behind(SYSTEM, slug, question).filter(kind=kind).count() for slug in ("close_due", "closed")]
        assert of_kind == [due, closed]
        assert percent(closed / due) == rate
    (line,) = table(SYSTEM, "department", question).lines
    assert (line.name, dict((count.slug, n) for count, n in line.counts)["closed"]) == ("路灯管理所", 911)
    assert CaseFact.objects.count() == 1054


def test_the_published_month_is_scored_by_the_preset_from_what_was_counted(world: World) -> None:
    """996 filed are 40 points of a band, 93.72 of closing, 737 of 972 handled on schedule, nothing reworked."""
    month_of(world)
    one = figures(SYSTEM, "department", Question(period("month", date(2016, 12, 1)), NOW))[world.lighting.pk]
    score = PRESETS["department"].score({**one.counts, **one.scored})
    assert [round(part.points or 0, 2) for part in score.parts] == [40.0, 93.72, 75.82, 100.0]
    assert (str(score.value), score.grade) == ("84.86", "B")


def test_the_basis_says_by_which_moment_a_case_falls_into_the_period(world: World) -> None:
    month_of(world)
    january, february = period("month", date(2017, 1, 1)), period("month", date(2017, 2, 1))
    assert figures(SYSTEM, "all", Question(january, NOW))[""].counts["reported"] == 0
    assert figures(SYSTEM, "all", Question(february, NOW, basis="due"))[""].counts["handle_due"] == 24
    assert figures(SYSTEM, "all", Question(january.before(), NOW, basis="closed"))[""].counts["filed"] == 911
