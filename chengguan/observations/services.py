"""Verbs over what was measured: metrics from the manifests, and what an operator decides about the quarantine."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan import registry
from chengguan.engines import nats
from chengguan.observations.models import Metric, Quarantine
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit


@transaction.atomic
def sync_metrics() -> int:
    """Give every metric of every subsystem present its number; names, units and ranges follow the manifest. Returns how
    many are new. Metrics that are gone keep their number: the history still speaks of them."""
    known = {(row.subsystem, row.slug): row for row in Metric.objects.select_for_update()}
    new = 0
    for slug, subsystem in present_in_order():
        for metric in subsystem.manifest.metrics:
            row = known.get((slug, metric.slug))
            wanted = {"name": metric.name, "unit": metric.unit, "low": metric.low, "high": metric.high}
            if row is None:
                Metric.objects.create(subsystem=slug, slug=metric.slug, **wanted)
                new += 1
            elif any(getattr(row, name) != value for name, value in wanted.items()):
                Metric.objects.filter(pk=row.pk).update(**wanted)
    return new


def present_in_order() -> Iterable[tuple[str, registry.Subsystem]]:
    return sorted(registry.present().items())


def redrive(who: Who, entries: Iterable[int]) -> int:
    """Publish quarantined messages to the stream again, as they came, marked so that they are no repeats. Returns how
    many went. PermissionDenied; OSError or TimeoutError when the broker is away: then nothing changed for the rest."""
    _check(who)
    done = 0
    for pk in entries:
        with transaction.atomic():
            entry = Quarantine.objects.select_for_update().filter(pk=pk, state=Quarantine.State.WAITING).first()
            if entry is None:
                continue
            if entry.size > len(entry.payload):
                raise ValidationError(_("报文过大，平台只保留了开头，无法重放：%(subject)s") % {"subject": entry.subject})
            received = round(entry.received_at.timestamp() * 1000)
            headers = {
                "Chengguan-Redrive": str(entry.pk),
                "Chengguan-Received": str(received),
                "Nats-Msg-Id": f"redrive-{entry.incarnation}-{entry.sequence}",
            }
            nats.store(entry.subject, bytes(entry.payload), headers)
            _decide(who, entry, Quarantine.State.REDRIVEN)
            done += 1
    return done


def discard(who: Who, entries: Iterable[int]) -> int:
    """Set quarantined messages aside for good; they stay readable. Returns how many."""
    _check(who)
    with transaction.atomic():
        chosen = list(Quarantine.objects.select_for_update().filter(pk__in=list(entries), state=Quarantine.State.WAITING))
        for entry in chosen:
            _decide(who, entry, Quarantine.State.DISCARDED)
    return len(chosen)


def _check(who: Who) -> None:
    if not may(who, "observations.quarantine"):
        raise PermissionDenied(_("您的岗位不能处理隔离区的报文。"))


def _decide(who: Who, entry: Quarantine, state: Quarantine.State) -> None:
    before = entry.state
    entry.state, entry.decided_by_id, entry.decided_at = state, who.account_id, timezone.now()
    entry.save(update_fields=["state", "decided_by", "decided_at"])
    summary = f"{entry.subject} {entry.get_reason_display()} → {state.label}"
    audit(who, f"quarantine.{state.value}", entry, summary, {"state": before}, {"state": state.value})
