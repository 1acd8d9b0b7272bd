"""How far a survey is: by patch, by what was found, by who walked; and all of it as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengguan.people.selectors import Who, reach
from chengguan.surveys.models import Finding, Patch, PatchGrid, Survey
from chengguan.surveys.selectors.seeing import findings, patches

OUTCOMES = ("waiting", "case", "counted", "refused")
_BY_OUTCOME: dict[str, Any] = {name: Count("pk", filter=Q(outcome="" if name == "waiting" else name)) for name in OUTCOMES}


@dataclass(frozen=True)
class Line:
    """A patch: its unit grids, how many of them somebody looked at, what was found and became of it."""

    patch: Patch
    walkers: tuple[str, ...]
    grids: int
    looked: int
    found: Mapping[str, int]

    @property
    def percent(self) -> int:
        return round(100 * self.looked / self.grids) if self.grids else 0


NOTHING = dict.fromkeys(("all", *OUTCOMES), 0)


def lines(who: Who, survey: Survey) -> list[Line]:
    """The patches this person may see, in their order."""
    return lines_of(patches(who).filter(survey=survey))


def lines_of_each(who: Who, surveys: Iterable[Survey]) -> dict[int, list[Line]]:
    """By survey the patches this person may see, of all of them at once."""
    return by_survey(lines_of(patches(who).filter(survey__in=list(surveys))))


def by_survey(of: Iterable[Line]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    for line in of:
        found.setdefault(line.patch.survey_id, []).append(line)
    return found


def lines_of(chosen: QuerySet[Patch]) -> list[Line]:
    rows = list(chosen.select_related("finished_by").prefetch_related("walkers").order_by("pk"))
    grids = PatchGrid.objects.filter(patch__in=rows).order_by().values("patch").annotate(n=Count("pk"), looked=Count("looked_at"))
    cells = {row["patch"]: (row["n"], row["looked"]) for row in grids}
    counted: Any = Finding.objects.filter(patch__in=rows).order_by().values("patch").annotate(all=Count("pk"), **_BY_OUTCOME)
    found = {row.pop("patch"): row for row in counted}
    return [
        Line(each, tuple(str(walker) for walker in each.walkers.all()), *cells.get(each.pk, (0, 0)), found.get(each.pk, NOTHING))
        for each in rows
    ]


def totals(of: Sequence[Line]) -> dict[str, int]:
    """patches, finished, grids, looked, percent, and the findings by what became of them."""
    grids, looked = sum(line.grids for line in of), sum(line.looked for line in of)
    return {
        "patches": len(of),
        "finished": sum(line.patch.finished_at is not None for line in of),
        "grids": grids,
        "looked": looked,
        "percent": round(100 * looked / grids) if grids else 0,
        **{name: sum(line.found[name] for line in of) for name in NOTHING},
    }


def found_in(who: Who, survey: Survey, show: str = "", patch: int | None = None, matter: str = "") -> QuerySet[Finding]:
    """Its findings, newest first; `show` is one of OUTCOMES."""
    rows = findings(who).filter(survey=survey).prefetch_related("photos")
    if show in OUTCOMES:
        rows = rows.filter(outcome="" if show == "waiting" else show)
    if patch is not None:
        rows = rows.filter(patch=patch)
    return rows.filter(matter_code=matter) if matter else rows


def cells(patch: Patch) -> list[PatchGrid]:
    """Its unit grids in the order of their codes, each with `.found`: how many findings it has."""
    rows = patch.grids.select_related("unit_grid", "looked_by").defer("unit_grid__geom", "unit_grid__geom_3857").order_by("unit_grid__code")
    counted = dict(patch.findings.order_by().values_list("unit_grid").annotate(n=Count("pk")))
    found = list(rows)
    for each in found:
        each.found = counted.get(each.unit_grid_id, 0)  # type: ignore[attr-defined]
    return found


def summary_of(survey: Survey) -> dict[str, Any]:
    """All counts: totals, by patch, by matter, by inspector; as JSON."""
    of = lines_of(survey.patches.all())
    return {
        "totals": totals(of),
        "patches": [
            {"name": line.patch.name, "walkers": list(line.walkers), "grids": line.grids, "looked": line.looked,
             "finished": line.patch.finished_at is not None, "words": line.patch.finished_words, **line.found}
            for line in of
        ],
        "matters": _by(survey, "matter_code", "matter_name"),
        "inspectors": _by(survey, "found_by", "found_by__name"),
    }  # fmt: skip


def kept_summary(who: Who, survey: Survey) -> dict[str, Any]:
    """What was counted when it closed, by name: for who sees the whole survey; a company's people see their own lines alone."""
    return (survey.summary or {}) if reach(who, "surveys.see").everything else {}


def _by(survey: Survey, key: str, name: str) -> list[dict[str, Any]]:
    rows = survey.findings.order_by().values(key, name).annotate(all=Count("pk"), **_BY_OUTCOME).order_by("-all", key)
    return [{"name": row[name], **({"code": row[key]} if key == "matter_code" else {}), **{each: row[each] for each in NOTHING}} for row in rows]


Sheet = tuple[str, Sequence[str], Iterable[Sequence[Any]]]
_COUNTED = [gettext_noop("发现"), gettext_noop("待处理"), gettext_noop("转为案件"), gettext_noop("只作统计"), gettext_noop("不采用")]
_PATCHES = [gettext_noop("片区"), gettext_noop("谁来走"), gettext_noop("单元网格"), gettext_noop("看过"), gettext_noop("走完"), gettext_noop("说明"), *_COUNTED]
_FINDINGS = [
    gettext_noop("发现时间"), gettext_noop("发现人"), gettext_noop("片区"), gettext_noop("单元网格"), gettext_noop("类别编码"), gettext_noop("类别"),
    gettext_noop("地点"), gettext_noop("经度"), gettext_noop("纬度"), gettext_noop("部件"), gettext_noop("情况"), gettext_noop("处理"), gettext_noop("原因"), gettext_noop("案件"),
]  # fmt: skip


def sheets(who: Who, survey: Survey) -> list[Sheet]:
    """For a workbook: by patch, by matter, and every finding, as far as this person may see them."""
    of = lines(who, survey)
    rows = list(found_in(who, survey))
    by_matter: dict[tuple[str, str], dict[str, int]] = {}
    for found in rows:
        counted = by_matter.setdefault((found.matter_code, found.matter_name), dict(NOTHING))
        counted["all"] += 1
        counted[found.outcome or "waiting"] += 1
    return [
        (gettext_noop("片区"), _PATCHES, [
            [line.patch.name, "、".join(line.walkers), line.grids, line.looked, line.patch.finished_at, line.patch.finished_words, *(line.found[name] for name in NOTHING)]
            for line in of
        ]),
        (gettext_noop("类别"), [gettext_noop("类别编码"), gettext_noop("类别"), *_COUNTED], [
            [code, name, *(counted[each] for each in NOTHING)] for (code, name), counted in sorted(by_matter.items())
        ]),
        (gettext_noop("发现"), _FINDINGS, [_row(found) for found in rows]),
    ]  # fmt: skip


def _row(found: Finding) -> list[Any]:
    return [
        found.found_at, str(found.found_by), found.patch.name, found.unit_grid.code, found.matter_code, found.matter_name, found.address,
        round(found.point.x, 6), round(found.point.y, 6), found.component.code if found.component else "", found.description,
        found.get_outcome_display() if found.outcome else _("待处理"), found.reason, str(found.case or ""),
    ]  # fmt: skip
