"""What people wrote by hand on sheets of handing over of a case or of who reported it: looked through before the case is destroyed, and taken
out with it. A line is found by the number of the case, and while the case went on by the reporter's name or telephone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext_noop

from chengguan.cases.models import Case
from chengguan.cases.selectors.reporters import below, names_of
from chengguan.console.models import HandOver
from chengguan.console.selectors.handing_over import sheets
from chengguan.people.selectors import Who

WORDS = ("remarks", "coming_words")
GONE = gettext_noop("〔此行写到的案卷 %s 已到期销毁，文字已清除〕")
"""What stands in the place of a line; the database takes no other (migration 0004)."""
NUMBER = re.compile(r"[0-9A-Za-z-]+")
SHORTEST_NUMBER = 6
"""A shorter one of another system stands in any text."""
A_DAY = timedelta(days=1)


def stands_in(number: str, line: str) -> bool:
    """By itself, not as the beginning of a longer one; a number with other signs in it, as 2024〔113〕号, anywhere."""
    return number in NUMBER.findall(line) if NUMBER.fullmatch(number) else number in line


@dataclass(frozen=True)
class Named:
    """By what a line tells of a case: its numbers at any time since it came, the names while it went on."""

    case: str
    numbers: tuple[str, ...]
    names: tuple[str, ...]
    since: datetime
    until: datetime

    def in_line(self, line: str, signed_at: datetime) -> bool:
        if line == GONE % self.case or signed_at < self.since:
            return False
        return any(stands_in(number, line) for number in self.numbers) or (signed_at <= self.until and any(name in line for name in self.names))


@dataclass(frozen=True)
class Mention:
    """One line of a sheet, and the case that it tells of."""

    sheet: HandOver
    line: str
    case: str


def named(case: Case, names: Iterable[str]) -> Named:
    old = getattr(case, "taken_over", None)
    numbers = {case.number, case.register_number, old.old_number if old else None}
    main = case
    while main.merged_into is not None:  # what was merged goes on with its main case
        main = main.merged_into
    return Named(
        str(case), tuple(each for each in numbers if each and len(each) >= SHORTEST_NUMBER), tuple(names), case.reported_at,
        (main.archived_at or main.entered_at) + A_DAY,
    )  # fmt: skip


def mentions(who: Who, case_ids: Sequence[int]) -> list[Mention]:
    """On the sheets this person may see, the newest first: every line that goes when these cases, and what was merged into them, go."""
    told = names_of([*case_ids, *below(case_ids)])
    cases = Case.objects.filter(pk__in=told).select_related("taken_over").only(
        "number", "register_number", "reported_at", "archived_at", "entered_at", "merged_into", "taken_over__old_number"
    )  # fmt: skip
    looked_for = sorted((named(case, told[case.pk]) for case in cases), key=lambda each: each.since)
    if not looked_for:
        return []
    written = sheets(who).filter(signed_at__gte=looked_for[0].since).exclude(remarks="", coming_words="").defer("contents").order_by("signed_at")
    return list(_found(looked_for, written.iterator()))[::-1]


def of_case(told: Named) -> list[HandOver]:
    """Every sheet with a line that tells of it."""
    words = Q()
    for column in WORDS:
        for number in told.numbers:
            words |= Q(**{f"{column}__contains": number})
        for name in told.names:
            words |= Q(**{f"{column}__contains": name}, signed_at__lte=told.until)
    written = HandOver.objects.filter(words, signed_at__gte=told.since).defer("contents")
    return [sheet for sheet in written if any(told.in_line(line.strip(), sheet.signed_at) for column in WORDS for line in getattr(sheet, column).split("\n"))]


def _found(looked_for: Sequence[Named], written: Iterable[HandOver]) -> Iterator[Mention]:
    """Through the sheets in their order; names are looked for of those cases alone that went on when the sheet was signed."""
    by_number = {number: each for each in looked_for for number in each.numbers}
    of_other_signs = [(number, each) for number, each in by_number.items() if not NUMBER.fullmatch(number)]
    going: list[Named] = []
    at = 0
    for sheet in written:
        while at < len(looked_for) and looked_for[at].since <= sheet.signed_at:
            going.append(looked_for[at])
            at += 1
        going = [each for each in going if each.until >= sheet.signed_at]
        for line in (line.strip() for name in WORDS for line in getattr(sheet, name).splitlines()):
            numbered = [by_number[number] for number in NUMBER.findall(line) if number in by_number]
            numbered += [each for number, each in of_other_signs if number in line]
            told = next((each for each in (*numbered, *going) if each.in_line(line, sheet.signed_at)), None)
            if told is not None:
                yield Mention(sheet, line, told.case)


def without(text: str, told: Named, signed_at: datetime) -> str:
    """The same with every line gone that tells of the case."""
    return "\n".join(GONE % told.case if told.in_line(line.strip(), signed_at) else line for line in text.split("\n"))
