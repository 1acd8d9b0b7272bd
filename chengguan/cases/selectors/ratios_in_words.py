"""A ratio that the county chooses, in words and read back: (非常满意数 + 满意数) ÷ 有效回访数."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from chengguan.people.roles import name_of
from chengguan.standards.ratios import COUNTABLE

BY = "÷"


def label(slug: str) -> str:
    """A count by its name; what an inspector did with the post before it, for cases are counted under the same names."""
    kind, name = next((kind, known[slug]) for kind, known in COUNTABLE.items() if slug in known)
    return _(name) if kind == "case" else f"{name_of(kind)}·{_(name)}"


def in_words(value: Mapping[str, Sequence[str]]) -> str:
    over, under = (" + ".join(label(each) for each in value[side]) for side in ("over", "under"))
    return divided(over, under)


def divided(over: str, under: str) -> str:
    """A sum on either side stands in brackets."""
    return f" {BY} ".join(f"({side})" if " + " in side else side for side in (over, under))


def read(said: str) -> dict[str, Any]:
    """What `in_words` wrote; ValueError in words for what names no count."""
    over, sign, under = said.partition(BY)
    if not sign:
        raise ValueError(_("率应写成：结案数 ÷ 应结案数，几个数用 + 相加"))
    slugs = {label(slug): slug for known in COUNTABLE.values() for slug in known}
    sides = {side: [each.strip() for each in _unbracketed(text).split("+")] for side, text in (("over", over), ("under", under))}
    strange = [each for named in sides.values() for each in named if each not in slugs]
    if strange:
        raise ValueError(_("没有这个数：%(names)s") % {"names": "、".join(each or "—" for each in strange)})
    return {side: [slugs[each] for each in named] for side, named in sides.items()}


def _unbracketed(side: str) -> str:
    text = side.strip().replace("＋", "+")
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text


def offered() -> list[tuple[str, list[tuple[str, str]]]]:
    """(of what, [(slug, name)]): the counts a form offers."""
    heads = {"case": _("案件的数"), "inspector": _("采集员的数")}
    return [(heads[kind], [(slug, _(name)) for slug, name in known.items()]) for kind, known in COUNTABLE.items()]
