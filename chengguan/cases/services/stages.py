"""The county's word on which filing conditions are handled stretch by stretch; each change is kept and can be set back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengguan.cases.models import Change, StagedLimit
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.administration import SETTERS, administrator_only, say_changed
from chengguan.cases.services.seen import refuse_unseen
from chengguan.people.selectors import Who
from chengguan.people.services import audit
from chengguan.standards import filing, staging
from chengguan.standards.limits import Limit
from chengguan.standards.staging import Part


def set_stages(who: Who, condition_key: str, parts: Sequence[Part] | None, *, reason: str = "", seen: int | None = None) -> None:
    """Cases whose handling begins from now on fall into these; none at all: one limit for the whole; None: as the list says.
    Cases at work keep theirs. `seen`: the last change of these that the person saw; Stale when there is a newer one."""
    administrator_only(who)
    known_condition(condition_key)
    if parts is not None and (faults := faults_of(parts)):
        raise Refused.together(faults)
    _set(who, condition_key, None if parts is None else staging.kept(parts), reason, None, seen)


def known_condition(condition_key: str) -> None:
    try:
        filing.condition(condition_key)
    except KeyError:
        raise Refused(_("没有这个立案条件：%(key)s") % {"key": condition_key or "—"}, "condition_key") from None


def read_parts(given: Sequence[tuple[Any, Any, Any]]) -> tuple[list[Part], list[Refused]]:
    """From name, value and clock as they were typed, with all that is wrong. A time that is no number is told, and the rest of its
    stretch looked at nevertheless."""
    parts, faults = [], []
    for place, (name, value, clock) in enumerate(given):
        try:
            number = float(value)
        except ValueError:
            number = 1.0
            faults.append(Refused(_("第 %(n)d 段的时限要写数字") % {"n": place + 1}, f"stages.{place}"))
        parts.append(Part(name, Limit(number, clock)))
    return parts, [*faults, *faults_of(parts)]


def faults_of(parts: Sequence[Part]) -> list[Refused]:
    """What stands against these as the stretches of a condition; of a single one its field is "stages." and its place from 0."""
    faults = [Refused(words, "stages" if place is None else f"stages.{place}") for place, words in staging.faults(parts)]
    return [*faults, Refused(_("分段至少两段；不分段就都空着"), "stages")] if len(parts) == 1 else faults


@transaction.atomic
def _set(who: Who, condition_key: str, after: list[list[Any]] | None, reason: str, undoes: Change | None, seen: int | None = None) -> None:
    administrator_only(who)
    refuse_unseen(seen, "stages", [condition_key])
    own = StagedLimit.objects.select_for_update().filter(condition_key=condition_key).first()
    before = own.parts if own else None
    if after is None:
        StagedLimit.objects.filter(condition_key=condition_key).delete()
    else:
        StagedLimit.objects.update_or_create(condition_key=condition_key, defaults={"parts": after})
    if before != after:
        audit(who, "cases.stages", None, condition_key, {"stages": before}, {"stages": after})
    say_changed(who, "stages", condition_key, before, after, reason, undoes)


SETTERS["stages"] = lambda who, key, value, undone: _set(who, key, value, "", undone)
