"""The generated page of evaluation: every count, ratio and preset, and what goes by another name or is set aside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chengguan.cases.selectors.ratios_in_words import divided
from chengguan.evaluation.selectors import COUNTS
from chengguan.evaluation.selectors.elsewhere import ALSO, ALSO_RATIOS, ASIDE, MEANS, SENT_BY_CHOICE
from chengguan.standards.ratios import OPEN, RATIOS, Ratio
from chengguan.standards.scoring import PRESETS, Item

KINDS = {
    "case": "Of cases", "turn": "Of a department's share in a case", "step": "Of what a post did", "task": "Of tasks in the field",
    "check": "Of spot checks", "miss": "Of judged misses",
}  # fmt: skip


def evaluation() -> str:
    parts: list[Iterable[str]] = [
        [
            "# Counts, ratios and scores", "",
            "Written from `chengguan/evaluation/selectors/counts.py`, `chengguan/standards/ratios.py` and `chengguan/standards/scoring.py`; a test fails",
            "when they differ, and another compares the names with those collected from towns and vendors. What is *seen*, *checked* (it also",
            "reproduces a published figure), by *analogy*, from *memory* or *ours* says how sure a formula is; none is a standard's clause.",
        ],
        *(_counts(kind, head) for kind, head in KINDS.items()),
        _table("Ratios", ("name", "slug", "formula", "better", "how sure"), (_ratio(each) for each in RATIOS.values() if each.slug not in OPEN)),
        _table(
            "Ratios that differ by town", ("name", "setting", "default", "better"),
            ((each.name, f"`ratio.{each.slug}`", _formula(each), _better(each)) for each in OPEN.values()),
            "What is divided by what is a setting of the county, with history and undo; these are the defaults, ours.",
        ),
        _table("The first scoring preset", ("object", "item", "weight", "points", "how sure"), _presets()),
        _table(
            "By another name", ("elsewhere", "here"),
            [*((name, _name(slug)) for name, slug in ALSO.items()), *((name, f"{_name(slug)}, of an acceptor") for name, slug in SENT_BY_CHOICE.items()), *((name, RATIOS[slug].name) for name, slug in ALSO_RATIOS.items()),
             *((name, f"mean of `{column}` over the cases") for name, column in MEANS.items())],
        ),
        _table("Set aside", ("what", "why"), ASIDE.items(), "Seen among what others count or score, and not built."),
    ]  # fmt: skip
    return "\n".join(line for part in parts for line in part) + "\n"


def _table(head: str, columns: tuple[str, ...], rows: Iterable[Iterable[Any]], words: str = "") -> Iterator[str]:
    yield from ("", f"## {head}", "", *([words, ""] if words else []))
    yield from (f"| {' | '.join(columns)} |", "|" + "---|" * len(columns))
    yield from (f"| {' | '.join(str(cell) for cell in row)} |" for row in rows)


def _counts(kind: str, head: str) -> Iterator[str]:
    rows = ((count.name, f"`{count.slug}`", f"{count.meaning}{' (as things stand now)' if count.backlog else ''}") for count in COUNTS.values() if count.of == kind)
    return _table(head, ("name", "slug", "what counts"), rows)


def _name(slug: str) -> str:
    return str(COUNTS[slug].name)


def _formula(ratio: Ratio) -> str:
    over, under = (" + ".join(_name(slug) for slug in side) for side in (ratio.over, ratio.unders))
    return divided(over, under)


def _better(ratio: Ratio) -> str:
    return "more" if ratio.higher_is_better else "less"


def _ratio(ratio: Ratio) -> tuple[str, ...]:
    return ratio.name, f"`{ratio.slug}`", _formula(ratio), _better(ratio), ratio.confidence


def _presets() -> Iterator[tuple[str, ...]]:
    for slug, preset in PRESETS.items():
        for item in preset.items:
            yield f"`{slug}`", RATIOS[item.ratio].name if item.ratio else _name(item.count), f"{item.weight}", _points(item), item.confidence
    grades = "; ".join(f"{grade.name} from {grade.least}, {grade.colour}" for grade in next(iter(PRESETS.values())).grades)
    yield "every one", "", "", grades, "seen"


def _points(item: Item) -> str:
    if item.ratio:
        return "100 x rate" if RATIOS[item.ratio].higher_is_better else "100 x (1 - rate)"
    return "; ".join(
        f"{f'class {name}: ' if name else ''}{', '.join(f'{points} from {start}' for start, points in bands)}" for name, bands in item.bands.items()
    )
