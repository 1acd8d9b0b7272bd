"""Messages that were not taken, as an operator reads them."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import Count, QuerySet

from chengguan.observations.models import Quarantine
from chengguan.people.selectors import Who, may

SHOWN_BYTES = 4096


def entries(who: Who, state: str = "waiting", reason: str = "", gateway: str = "") -> QuerySet[Quarantine]:
    """Newest first; none for those who may not handle them."""
    if not may(who, "observations.quarantine"):
        return Quarantine.objects.none()
    found = Quarantine.objects.filter(state=state).select_related("decided_by")
    if reason:
        found = found.filter(reason=reason)
    return found.filter(gateway_key=gateway) if gateway else found


def counts(who: Who) -> dict[str, dict[str, int]]:
    """{"reasons": {reason: n}, "states": {state: n}} of what stands there."""
    if not may(who, "observations.quarantine"):
        return {"reasons": {}, "states": {}}
    rows = Quarantine.objects.order_by().values_list("state", "reason").annotate(n=Count("id"))
    reasons: dict[str, int] = {}
    states = dict.fromkeys(Quarantine.State.values, 0)
    for state, reason, n in rows:
        states[state] += n
        if state == Quarantine.State.WAITING:
            reasons[reason] = reasons.get(reason, 0) + n
    return {"reasons": dict(sorted(reasons.items(), key=lambda item: -item[1])), "states": states}


MOST_TIMES = 50


def came_back(entry: Quarantine) -> Quarantine | None:
    """The newest entry that this one became after it was sent in again; None when it did not come back."""
    newest, known = None, {entry.pk}
    for _again in range(MOST_TIMES):
        later = Quarantine.objects.filter(again_of=(newest or entry).pk).exclude(pk__in=known).order_by("-pk").first()
        if later is None:
            break
        newest = later
        known.add(later.pk)
    return newest


def readable(entry: Quarantine) -> dict[str, Any]:
    """The payload as text when it is text, always as bytes in hexadecimal with their offsets."""
    raw = bytes(entry.payload)
    shown = raw[:SHOWN_BYTES]
    try:
        text = shown.decode()
        pretty = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except UnicodeDecodeError:
        text, pretty = "", ""
    except ValueError:
        pretty = ""
    lines = [
        f"{at:06x}  {shown[at : at + 16].hex(' '):<47}  {''.join(chr(b) if 32 <= b < 127 else '.' for b in shown[at : at + 16])}"
        for at in range(0, min(len(shown), 1024), 16)
    ]
    return {"text": pretty or text, "hex": "\n".join(lines), "cut": entry.size > len(shown)}
