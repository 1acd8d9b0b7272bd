"""Two people at the same piece of the configuration: who comes later is shown what the other changed before it is changed again."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.models import Change
from chengguan.cases.selectors.refusals import Stale
from chengguan.cases.selectors.seen import changes_of
from chengguan.cases.selectors.settings_in_words import told

MOST_TOLD = 3


class Overtaken(Stale):
    """Somebody else changed it since the page was read; `changes` says who, when and what, in words."""

    def __init__(self, changes: str) -> None:
        super().__init__(_("%(changes)s。您填的没有保存，还在表里；看过之后再保存一次，就以您填的为准。") % {"changes": changes})
        self.changes = changes


def one_at_a_time(kind: str) -> None:
    """Until the end of the transaction nobody else changes this kind: of two who save at once the second sees the first, and the
    numbers of changes rise as they are committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cases.change ' || %s))", [kind])


def refuse_unseen(seen: int | None, kind: str, keys: Collection[str] = (), beginning: str = "") -> None:
    """Overtaken when any of these things (all whose key begins so) was changed after the change numbered `seen`, the last one on the page
    that was filled in. A program that shows no page says None and is not asked."""
    one_at_a_time(kind)
    if seen is None:
        return
    newer = list(changes_of(kind, keys, beginning).filter(pk__gt=seen).order_by("-pk"))
    if newer:
        raise Overtaken(_in_words(newer))


def _in_words(newer: list[Change]) -> str:
    lines = [
        _("%(who)s在 %(at)s 已经改过“%(what)s”：%(before)s → %(after)s") % {
            "who": each.change.who, "at": f"{timezone.localtime(each.change.at):%m-%d %H:%M}", "what": each.what, "before": each.before, "after": each.after,
        } + (_("（%(reason)s）") % {"reason": each.change.reason} if each.change.reason else "")
        for each in told(newer[:MOST_TOLD])
    ]  # fmt: skip
    more = len(newer) - len(lines)
    return "；".join([*lines, _("另有 %(n)d 处") % {"n": more}] if more else lines)
