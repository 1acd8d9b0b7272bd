"""How figures of evaluation are drawn: what they are figures of, a row with the addresses its figures lead to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases.selectors.ratios_in_words import divided
from chengguan.evaluation import selectors
from chengguan.evaluation.selectors import Question
from chengguan.evaluation.selectors.tables import Line, fits

PARTS: dict[str, Any] = {"community": gettext_lazy("各社区"), "unit_grid": gettext_lazy("各单元网格")}
"""What a township and a community are made of."""
MEANS: tuple[tuple[str, Any, Any, int, Any], ...] = (
    ("accept_s", gettext_lazy("平均受理时长"), gettext_lazy("环节计时的平均，暂停不计"), 3600, gettext_lazy("小时")),
    ("handle_s", gettext_lazy("平均处置时长"), gettext_lazy("环节计时的平均，暂停不计"), 3600, gettext_lazy("小时")),
    ("handle_times", gettext_lazy("平均处置超时倍数"), gettext_lazy("每件处置用时 ÷ 处置时限的平均，延期计入时限；大于 1 是超了时"), 1, gettext_lazy("倍")),
)
"""Slug, name, meaning, of how many it is one unit, the unit."""


def query(choice: Mapping[str, Any], **changed: Any) -> str:
    period = changed.pop("period", choice["period"])
    values = {
        "by": choice["by"], "role": choice["role"] if choice["by"] == "post" else "", "kind": period.kind, "day": period.first,
        "last": period.last if period.kind == "custom" else "", "basis": choice["basis"], "closing": choice["closing"],
        "within": choice["within"].pk if choice["within"] is not None else "", **changed,
    }  # fmt: skip
    return "?" + urlencode({name: value for name, value in values.items() if value not in ("", None)})


def question_of(choice: Mapping[str, Any]) -> Question:
    within = choice["within"]
    return Question(choice["period"], timezone.now(), choice["basis"], choice["closing"], (within.level, within.pk) if within is not None else None)


def back(choice: Mapping[str, Any]) -> str:
    """The ranking a figure was opened from."""
    inside = choice["within"].level if choice["within"] is not None else ""
    return query(choice, by=next((by for by, level in selectors.WITHIN.items() if level == inside), "") if choice["by"] == "all" else choice["by"])


def printed(choice: Mapping[str, Any], question: Question) -> list[tuple[str, str]]:
    """What the figures are figures of, as it stands on page and sheet."""
    basis = selectors.POSTS_BASIS if choice["by"] == "post" else selectors.BASES[choice["basis"]][0]
    found = [(_("期间"), choice["period"].words), (_("统计口径"), str(basis))]
    if choice["by"] == "post":
        found.append((_("计数"), _("按次，同一案件办两次算两次")))
    else:
        found.append((_("应结案数"), str(selectors.CLOSING_DUE[choice["closing"]])))
        found.append((_("挂账(缓办)"), _("算在应处置、应结案里") if question.rules.suspended_due else _("不算在应处置、应结案里")))
    if choice["within"] is not None:
        found.insert(0, (_("范围"), choice["within"].name))
    return found


def inside(choice: Mapping[str, Any]) -> dict[str, Any] | None:
    """The tab of one area's parts: communities of a township, unit grids of a community."""
    area = choice["within"]
    if area is None:
        return None
    return {"name": _("%(area)s的社区") % {"area": area.name} if choice["by"] == "community" else _("%(area)s的单元网格") % {"area": area.name}, "url": query(choice)}


def formula(ratio: Any) -> str:
    over, under = (" + ".join(str(selectors.COUNTS[slug].name) for slug in side) for side in (ratio.over, ratio.unders))
    return divided(over, under)


def standing(ratio: Any) -> str:
    """Whose word the formula is, where the field leaves it open."""
    return {"ours": _("本软件默认"), "county": _("本县设定")}.get(ratio.confidence, "")


def percent(value: float | None) -> str:
    return "—" if value is None else f"{100 * value:.2f}%"


def drawn(line: Line, choice: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the addresses its figures lead to."""
    by = choice["by"] if line.key != "" else "all"
    key = line.key
    return {
        "name": line.name, "url": reverse("evaluation-one") + query(choice, by=by, key=key),
        **below(choice, by, key),
        "counts": [{"n": n, "url": cases_url(choice, count.slug, by, key) if n and (by != "all" or count.of == "case") else ""} for count, n in line.counts],
        "rates": [{"value": percent(rate.value), **sides(choice, rate, by, key), **change(rate)} for rate in line.rates],
    }  # fmt: skip


def below(choice: Mapping[str, Any], by: str, key: Any) -> dict[str, Any]:
    """Where the parts of an area stand side by side."""
    lower = next((each for each, level in selectors.WITHIN.items() if level == by), "")
    return {"below": reverse("evaluation") + query(choice, by=lower, within=key), "below_name": PARTS[lower]} if lower else {}


def sides(choice: Mapping[str, Any], rate: Any, by: str, key: Any) -> dict[str, Any]:
    """Its two figures, and the addresses of the cases behind each. A sum over departments of what only they are asked has none."""
    opens = fits(rate.ratio, by)
    return {
        "over": rate.over, "under": rate.under,
        **{
            f"{side}_url": reverse("evaluation-cases") + query(choice, by=by, key=key, ratio=rate.ratio.slug, side=side) if n and opens else ""
            for side, n in (("over", rate.over), ("under", rate.under))
        },
    }  # fmt: skip


def change(rate: Any) -> dict[str, Any]:
    """The points against the period before; whether for the better is said by a word, not by a colour alone."""
    if rate.change is None or abs(rate.change) < 0.005:
        return {"change": "", "better": None}
    return {"change": f"{rate.change:+.2f}", "better": (rate.change > 0) == rate.ratio.higher_is_better}


def cases_url(choice: Mapping[str, Any], slug: str, by: str, key: Any) -> str:
    return reverse("evaluation-cases") + query(choice, by=by, key=key, count=slug)
