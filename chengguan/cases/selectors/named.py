"""Names of places and units among the words of a search: they are no words of a case, which has them as what it points at."""

from __future__ import annotations

from django.db.models import Q

from chengguan.cases.selectors.handling import RECEIVES
from chengguan.people.models import Organisation
from chengguan.places.models import Area

ENDINGS = ("街道", "社区", "镇", "乡", "村")
LEVELS = ("township", "community")
LOOKED_AT = 6
"""Of a long question so many words are held against names."""


def names_in(text: str, loosely: bool = False) -> tuple[str, dict[str, int]]:
    """(the other words, filter of the work list -> whom or what it names). `loosely`: also names without their ending, and a unit's short
    name, which may as well be words of a case; so only where the words found nothing."""
    rest, found = [], dict[str, int]()
    for place, word in enumerate(text.split()):
        named = _named(word, loosely) if place < LOOKED_AT and len(word) > 1 and not word.isascii() else None
        if named is None or named[0] in found:
            rest.append(word)
        else:
            found[named[0]] = named[1]
    return " ".join(rest), found


def _named(word: str, loosely: bool) -> tuple[str, int] | None:
    names = [word, *(word + ending for ending in ENDINGS)] if loosely else [word]
    area = Area.objects.filter(level__in=LEVELS, name__in=names).order_by("-level", "pk").values_list("level", "pk").first()
    if area is not None:
        return area
    called = Q(name=word) | Q(short=word) if loosely else Q(name=word)
    unit = Organisation.objects.filter(called, enabled=True, kind__in=RECEIVES).order_by("pk").values_list("pk", flat=True).first()
    return ("department", unit) if unit is not None else None


def choices() -> dict[str, list[tuple[int, str]]]:
    """What a search can be narrowed to beside its words: the townships and the units that handle, by name."""
    units = Organisation.objects.filter(enabled=True, kind__in=RECEIVES).order_by("kind", "code")
    return {
        "township": list(Area.objects.filter(level="township").order_by("code").values_list("pk", "name")),
        "department": list(units.values_list("pk", "name")),
    }


def answering(words: str) -> Q:
    """Of a list: what lies where, or with whom, is called so."""
    areas = list(Area.objects.filter(level__in=LEVELS, name__contains=words).values_list("pk", flat=True))
    units = list(Organisation.objects.filter(Q(name__contains=words) | Q(short__contains=words)).values_list("pk", flat=True))
    found = Q(township__in=areas) | Q(community__in=areas) if areas else Q()
    return found | Q(department__in=units) | Q(crew__in=units) if units else found
