"""Mappings kept under a name for the next file, each change appended to the history of settings and set back from there."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chengguan.cases.models import Change, TakeoverMapping
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.administration import SETTERS, administrator_only, say_changed
from chengguan.cases.services.takeover_mapping import BadMapping, mapping_of
from chengguan.people.selectors import Who


@transaction.atomic
def save_mapping(who: Who, name: str, told: dict[str, Any] | None, *, reason: str = "", undoes: Change | None = None) -> None:
    """None forgets it."""
    administrator_only(who)
    name = name.strip()[:60]
    if not name:
        raise Refused(_("请给这份映射起个名字。"), "name")
    own = TakeoverMapping.objects.select_for_update().filter(name=name).first()
    before = own.told if own else None
    if told is None:
        TakeoverMapping.objects.filter(name=name).delete()
    else:
        try:
            mapping_of(told)
        except BadMapping as wrong:
            raise Refused(str(wrong)) from wrong
        TakeoverMapping.objects.update_or_create(name=name, defaults={"told": told})
    say_changed(who, "mapping", name, before, told, reason, undoes)


SETTERS["mapping"] = lambda who, key, value, undone: save_mapping(who, key, value, undoes=undone)
