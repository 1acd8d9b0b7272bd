"""Which row of the responsibility table answers for a matter at a place, and what was weighed on the way.

The rule, in this order: the longest matter code wins, then a row for the owner of the component, then the smallest area,
then the row that began last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.people.models import Organisation, Responsibility
from chengguan.standards import codes

Rank = tuple[int, int, int]
MAJOR = 2  # digits of a major class


@dataclass(frozen=True)
class Weighed:
    """A row that names the matter, and what became of it in words."""

    row: Responsibility
    words: str
    wins: bool


@dataclass(frozen=True)
class Answer:
    """`words` is the reason in one line; `weighed` every row that names the matter, the winner first."""

    organisation: Organisation | None
    words: str
    weighed: tuple[Weighed, ...] = ()
    owner: Organisation | None = None
    alone: bool = False
    """Whether no other organisation has a row with the same right."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The whole reason, line by line."""
        owner = (_("部件权属单位：%(owner)s") % {"owner": self.owner.name},) if self.owner is not None else ()
        return (*owner, *(f"{row_words(each.row)} · {each.words}" for each in self.weighed))


def rank(row: Responsibility) -> Rank:
    """The higher goes first: digits of the code, whether it is for one owner, digits of the area."""
    return len(row.matter_code), int(row.owner_id is not None), len(row.area.code) if row.area else 0


def explained(matter_code: str, area: Any = None, owner: Any = None, day: date | None = None) -> Answer:
    """Who handles this matter in this area on that day (today), for this owner of the component, and why."""
    area_code = str(getattr(area, "code", area) or "")
    owner_id = getattr(owner, "pk", owner)
    prefixes = [matter_code[:length] for length in range(len(matter_code), 0, -1)]
    day = day or timezone.localdate()
    found = Responsibility.objects.filter(matter_code__in=prefixes).exclude(valid_to__lte=day).select_related("organisation", "area", "owner")
    rows = sorted(found.defer("area__geom", "area__geom_3857"), key=lambda row: (rank(row), row.valid_from, row.pk), reverse=True)
    fit = [row for row in rows if not _unfit(row, area_code, owner_id, day)]
    owner_row = owner if isinstance(owner, Organisation) else Organisation.objects.filter(pk=owner_id).first() if owner_id else None
    if not fit:
        weighed = tuple(Weighed(row, _unfit(row, area_code, owner_id, day), False) for row in rows)
        return Answer(None, _("责任表中没有事项 %(code)s 的责任单位") % {"code": matter_code}, weighed, owner_row)
    best = fit[0]
    alone = all(row.organisation_id == best.organisation_id for row in fit if rank(row) == rank(best))
    weighed = tuple(
        Weighed(row, _("采用：%(why)s") % {"why": _because(row)} if row is best else _unfit(row, area_code, owner_id, day) or _beaten(row, best), row is best)
        for row in sorted(rows, key=lambda row: row is not best)
    )
    return Answer(best.organisation, _("责任表：%(row)s。%(why)s") % {"row": row_words(best), "why": _because(best)}, weighed, owner_row, alone)


def row_words(row: Responsibility) -> str:
    """01037 路灯异常 · 中和街道 · 权属路灯管理所 → 路灯管理所."""
    parts = [f"{row.matter_code} {row.matter_name}", row.area.name if row.area else _("全县")]
    if row.owner is not None:
        parts.append(_("权属 %(owner)s") % {"owner": row.owner})
    return f"{' · '.join(parts)} → {row.organisation}"


def _because(row: Responsibility) -> str:
    """On which steps of the rule the row stands."""
    parts = [_("按大类") if len(row.matter_code) <= MAJOR else _("按小类")]
    if row.owner_id is not None:
        parts.append(_("按部件权属"))
    parts.append(_("按区域") if row.area_id is not None else _("不分区域"))
    since = _("%(day)s 起") % {"day": row.valid_from.isoformat()}
    until = [_("%(day)s 止") % {"day": row.valid_to.isoformat()}] if row.valid_to else []
    return _("，").join([*parts, since, *until])


def _unfit(row: Responsibility, area_code: str, owner_id: int | None, day: date) -> str:
    """Why the row does not answer here; empty when it does."""
    if row.valid_from > day:
        return _("%(day)s 才生效") % {"day": row.valid_from.isoformat()}
    if not row.organisation.enabled:
        return _("责任单位已停用")
    if row.area is not None and not area_code.startswith(row.area.code):
        return _("不是这个区域")
    if row.owner_id is not None and row.owner_id != owner_id:
        return _("不是这家权属单位的部件")
    return ""


def _beaten(row: Responsibility, best: Responsibility) -> str:
    reasons = (_("类别不如采用的细"), _("没有指明权属单位"), _("区域不如采用的小"))
    for mine, its, words in zip(rank(row), rank(best), reasons, strict=True):
        if mine != its:
            return words
    return _("与采用的重复，采用的生效更晚")


def rows_today() -> list[Responsibility]:
    """Every row that is valid today or will be, with what is read of it."""
    today = timezone.localdate()
    found = Responsibility.objects.exclude(valid_to__lte=today).select_related("organisation", "area", "owner")
    return list(found.defer("area__geom", "area__geom_3857").order_by("matter_code", "area__code", "valid_from", "pk"))


def majors() -> dict[str, str]:
    return codes.in_force().majors["matter"]


