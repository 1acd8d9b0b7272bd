"""The tables of the evaluation page: which counts and ratios stand side by side for a department, an area, a post; whose row
a person may see; the period before beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from chengguan.evaluation.selectors.counts import COUNTS, Count
from chengguan.evaluation.selectors.figures import KEYS, Figures, Question, figures
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import Who, reach
from chengguan.places.models import Area, UnitGrid
from chengguan.standards.ratios import OPEN, Ratio

OBJECTS: dict[str, Any] = {"department": _("部门"), "township": _("镇街"), "community": _("社区"), "post": _("岗位")}
WITHIN: dict[str, str] = {"community": "township", "unit_grid": "community"}
"""What can be asked for within one area of the next level up; unit grids only so, for a county has thousands."""
POSTS = ("inspector", "acceptor", "shift_leader", "dispatcher", "hotline_operator")
_AREA = (
    ("reported", "accepted", "filed", "close_due", "closed", "closed_on_schedule", "unclosed_late", "reworked", "suspended", "voided", "public_confirmed", "missed", "important"),
    ("closing", "closing_on_schedule", "handling_on_schedule", "filing", "rework", "found_by_public", "missing"),
)
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "department": (
        ("handle_due", "handled", "handled_on_schedule", "unhandled", "unhandled_late", "close_due", "closed", "closed_on_schedule",
         "unclosed_late", "reworked", "extended", "suspended", "turn_returned", "turn_denied"),
        ("handling_on_schedule", "handling", "closing", "closing_on_schedule", "rework", "extension"),
    ),
    "township": _AREA,
    "community": _AREA,
    "unit_grid": _AREA,
    "inspector": (
        ("post_reported", "post_valid_reports", "post_self_handled", "confirm_due", "confirm_done", "confirm_on_time", "verify_due",
         "verify_done", "verify_on_time", "verify_undone", "checked", "check_overturned", "post_missed"),
        ("post_valid_reports", "post_confirming_on_time", "post_verifying_on_time", "post_missing"),
    ),
    "acceptor": (
        ("post_accepted", "post_accept_on_time", "post_accept_right", "post_refused", "post_confirm_sent", "post_confirm_sent_on_time",
         "post_verify_sent", "post_verify_sent_on_time", "post_result_passed", "post_result_on_time"),
        ("post_accepting_on_time", "post_accepting_right", "post_sending_to_confirm", "post_sending_to_verify"),
    ),
    "shift_leader": (
        ("post_filed", "post_file_on_time", "post_file_right", "post_closed", "post_close_on_time"),
        ("post_filing_on_time", "post_filing_right", "post_closing_on_time"),
    ),
    "dispatcher": (
        ("post_dispatched", "post_dispatch_on_time", "post_dispatch_right", "post_dispatch_wrong", "post_checked", "post_checked_on_time"),
        ("post_dispatch_on_time", "post_dispatch_right"),
    ),
    "hotline_operator": (("post_taken_down", "post_answered"), ()),
}  # fmt: skip
"""Counts, and ratios: the first ratio ranks."""
OPEN_BESIDE: dict[str, tuple[str, ...]] = {"department": ("rectifying", "satisfaction"), **dict.fromkeys(("township", "community", "unit_grid", "inspector"), tuple(OPEN))}
"""The open ratios that stand beside them, where they can be computed: which that is hangs on what the county made them of."""


def columns(by: str, role: str, question: Question) -> tuple[tuple[str, ...], tuple[str, ...]]:
    counted, rated = COLUMNS[role if by == "post" else by]
    beside = OPEN_BESIDE.get(role if by == "post" else by, ())
    return counted, (*rated, *(slug for slug in beside if fits(question.rules.ratios[slug], by)))


def fits(ratio: Ratio, by: str) -> bool:
    """Whether all that it is made of is counted for such objects."""
    return all(COUNTS[slug].of in KEYS[by] for slug in (*ratio.over, *ratio.unders))


@dataclass(frozen=True)
class Rate:
    """A ratio of one row: its two figures, its value, and how many points more or less than in the period before."""

    ratio: Ratio
    over: int
    under: int
    value: float | None
    change: float | None


@dataclass(frozen=True)
class Line:
    key: Any
    name: str
    counts: list[tuple[Count, int]]
    rates: list[Rate]
    means: dict[str, float | None]


@dataclass(frozen=True)
class Table:
    by: str
    counts: list[Count]
    ratios: list[Ratio]
    lines: list[Line]
    whole: Line | None
    """All together, for who may see everything."""


def objects_for(who: Who) -> list[str]:
    """What this person may compare: posts only over the whole county."""
    far = reach(who, "evaluation.see")
    if far.everything:
        return list(OBJECTS)
    return ["department", *(["township", "community"] if far.area_codes else [])]


def table(who: Who, by: str, question: Question, role: str = "inspector") -> Table:
    """Ranked by the first ratio, those without one last."""
    counted, rated = columns(by, role, question)
    ratios = question.rules.ratios
    slugs = {*counted, *(each for slug in rated for each in (*ratios[slug].over, *ratios[slug].unders))}
    before = replace(question, period=question.period.before())
    now_found, then_found = (figures(who, by, each, slugs) for each in (question, before))
    found = {key: one for key, one in now_found.items() if any(one.counts.values())}
    names = _names(who, by, found)
    lines = [_line(found[key], then_found.get(key), name, counted, rated) for key, name in names.items()]
    lines.sort(key=lambda line: (-(line.rates[0].value if line.rates and line.rates[0].value is not None else -1), line.name))
    whole = None
    if by != "post" and reach(who, "evaluation.see").everything and lines:
        of_cases = {slug for slug in slugs if COUNTS[slug].of == "case"}
        now_all, then_all = (figures(who, "all", each, of_cases)[""] for each in (question, before))
        for slug in slugs - of_cases:
            now_all.counts[slug] = sum(one.counts.get(slug, 0) for one in found.values())
        whole = _line(now_all, then_all, area_name(question) or str(_("全县")), counted, rated)
    return Table(by, [COUNTS[slug] for slug in counted], [ratios[slug] for slug in rated], lines, whole)


def area_name(question: Question) -> str:
    """Of the area within which it is asked; "" for the whole county."""
    found = Area.objects.filter(pk=question.within[1]) if question.within else Area.objects.none()
    return found.values_list("name", flat=True).first() or ""


def sheet(who: Who, by: str, key: Any, question: Question) -> tuple[str, list[tuple[Count, int, int]], list[Rate], dict[str, float | None]] | None:
    """Every count and ratio of one row of the table, with the counts of the period before; None for what is not this person's."""
    before, ratios = replace(question, period=question.period.before()), question.rules.ratios
    now, then = (figures(who, by, each).get(key, Figures(key, ratios)) for each in (question, before))
    name = area_name(question) or str(_("全县")) if by == "all" else _names(who, by, {key: now}).get(key)
    if name is None or (by == "all" and not reach(who, "evaluation.see").everything):
        return None
    slugs = [slug for slug, count in COUNTS.items() if count.of in KEYS[by]]
    rated = [slug for slug, ratio in ratios.items() if fits(ratio, by)]
    counts = [(COUNTS[slug], now.counts.get(slug, 0), then.counts.get(slug, 0)) for slug in slugs]
    return name, counts, [_rate(slug, now, then) for slug in rated], now.means


def _line(one: Figures, before: Figures | None, name: str, counted: tuple[str, ...], rated: tuple[str, ...]) -> Line:
    counts = [(COUNTS[slug], one.counts.get(slug, 0)) for slug in counted]
    return Line(one.key, name, counts, [_rate(slug, one, before) for slug in rated], one.means)


def _rate(slug: str, one: Figures, before: Figures | None) -> Rate:
    value, earlier = one.ratio(slug), before.ratio(slug) if before else None
    change = None if value is None or earlier is None else 100 * (value - earlier)
    return Rate(one.ratios[slug], *one.parts(slug), value, change)


def _names(who: Who, by: str, found: dict[Any, Figures]) -> dict[Any, str]:
    """Key -> name, of those rows this person may see."""
    far = reach(who, "evaluation.see")
    if by == "department":
        organisations = Organisation.objects.filter(pk__in=found)
        if not far.everything:
            organisations = organisations.filter(pk__in=far.organisation_ids)
        return dict(organisations.values_list("pk", "name"))
    if by in ("township", "community"):
        areas = Area.objects.filter(pk__in=found)
        rows = areas.values_list("pk", "name", "code")
        return {pk: name for pk, name, code in rows if far.everything or code.startswith(tuple(far.area_codes) or ("-",))}
    if by == "unit_grid":
        grids = UnitGrid.objects.filter(pk__in=found).values_list("pk", "code", "community__code")
        return {pk: code for pk, code, area in grids if far.everything or area.startswith(tuple(far.area_codes) or ("-",))}
    return dict(Account.objects.filter(pk__in=found).values_list("pk", "name")) if far.everything else {}
