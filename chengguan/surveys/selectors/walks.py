"""What an inspector sees of surveys on the phone: those they walk, their own patches, what is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib.gis.geos import Point
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.selectors.configuration import settings
from chengguan.people.selectors import Who
from chengguan.standards import codes
from chengguan.surveys.models import Finding, Patch, PatchGrid, Survey
from chengguan.surveys.selectors.progress import Line, by_survey, lines_of, totals
from chengguan.surveys.selectors.seeing import patches


@dataclass(frozen=True)
class Walk:
    """An open survey with the patches of one person; `begun` says whether findings are taken today."""

    survey: Survey
    lines: list[Line]
    totals: dict[str, int]
    begun: bool
    over: bool

    @property
    def runs(self) -> bool:
        return self.begun and not self.over

    @property
    def done(self) -> bool:
        return self.totals["finished"] == self.totals["patches"]


def walks(who: Who, today: date | None = None) -> list[Walk]:
    """Open surveys in which this person (or whom they stand in for) walks a patch, the one that ends first before the others."""
    mine = patches(who).filter(walkers__in=who.task_accounts, survey__closed_at=None)
    rows = Survey.objects.filter(pk__in=mine.values("survey")).order_by("last_day", "pk")
    of = by_survey(lines_of(Patch.objects.filter(pk__in=mine.values("pk"))))
    return [_walk(survey, of[survey.pk], today) for survey in rows if survey.pk in of]


def walk(who: Who, survey_id: int, today: date | None = None) -> Walk | None:
    """One of these; None when it is not theirs, or is closed."""
    survey = Survey.objects.filter(pk=survey_id, closed_at=None).first()
    if survey is None:
        return None
    mine = patches(who).filter(survey=survey, walkers__in=who.task_accounts)
    of = lines_of(Patch.objects.filter(pk__in=mine.values("pk")))
    return _walk(survey, of, today) if of else None


def _walk(survey: Survey, of: list[Line], today: date | None) -> Walk:
    today = today or timezone.localdate()
    return Walk(survey, of, totals(of), survey.first_day <= today, survey.last_day < today)


def back_until(patch: Patch) -> datetime:
    """Until when whoever called a finished patch walked may take that back."""
    assert patch.finished_at is not None
    return patch.finished_at + timedelta(hours=float(settings()["survey.take_back_hours"]))


def taken_back_by(who: Who, walk: Walk, now: datetime | None = None) -> set[int]:
    """The patches of which this person may say that they are not walked after all."""
    now = now or timezone.now()
    done = [line.patch for line in walk.lines if line.patch.finished_at is not None and line.patch.finished_by_id in who.task_accounts]
    return {patch.pk for patch in done if walk.runs and now <= back_until(patch)}


def wanted_words(survey: Survey) -> str:
    """What is looked for: whole major classes by their name, else the classes."""
    majors = codes.in_force().majors["matter"]
    return "、".join(_("%(name)s（整个大类）") % {"name": majors[code]} if code in majors else codes.matter_name(code) for code in survey.matters)


def somewhere(walk: Walk) -> Point | None:
    """Where the demo lets somebody at a desk stand: in a unit grid of their own patches, one nobody has looked at if there is any."""
    cells = PatchGrid.objects.filter(patch__in=[line.patch.pk for line in walk.lines]).select_related("unit_grid")
    cell = cells.order_by(F("looked_at").asc(nulls_first=True), "pk").first()
    return cell.unit_grid.geom.point_on_surface if cell else None


def matters_of(survey: Survey) -> list[tuple[str, str]]:
    """Codes and names of every matter looked for, those found already first, the commonest before the others."""
    book = codes.in_force()
    wanted = {code: item.name for code, item in book.matters.items() if survey.looks_for(code)}
    seen: dict[str, int] = {}
    for code in Finding.objects.filter(survey=survey).order_by().values_list("matter_code", flat=True):
        seen[code] = seen.get(code, 0) + 1
    return sorted(wanted.items(), key=lambda each: (-seen.get(each[0], 0), each[0]))
