"""Who decides a request that waits: written into it for the work lists, and anew when that changes."""

from __future__ import annotations

from django.db import connection, transaction

from chengguan.cases.models import Request
from chengguan.cases.selectors.ladders import LADDERS, asked_on, counts_cases, deciders_of
from chengguan.standards.calendars import WorkCalendar
from chengguan.standards.limits import Settings


@transaction.atomic
def deciders_follow(settings: Settings, calendar: WorkCalendar) -> None:
    """Requests that wait are decided by the ladder that holds now."""
    for request in Request.objects.filter(state="waiting", kind__in=LADDERS).select_related("case").select_for_update(of=("self",)).order_by("pk"):
        _write(request, settings, calendar)


def ask(request: Request, settings: Settings, calendar: WorkCalendar) -> None:
    """Save a new request with those who decide it. Where the ladder counts cases, what its organisation asked earlier that day and is
    not decided yet climbs with it: a batch is decided by one post."""
    if request.kind not in LADDERS:
        request.save()
        return
    batches = counts_cases(settings[LADDERS[request.kind]])
    if batches:
        with connection.cursor() as cursor:  # of two who ask at once the second sees the first
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('cases.asked ' || %s))", [f"{request.kind} {request.organisation_id}"])
    request.details["who"] = deciders_of(request, settings, calendar)
    request.save()
    if batches:
        earlier = Request.objects.filter(asked_on(request.kind, request.organisation_id, request.asked_at, calendar), state="waiting")
        for other in earlier.exclude(pk=request.pk).select_related("case").select_for_update(of=("self",)).order_by("pk"):
            _write(other, settings, calendar)


def _write(request: Request, settings: Settings, calendar: WorkCalendar) -> None:
    deciders = deciders_of(request, settings, calendar)
    if request.details.get("who") != deciders:
        request.details["who"] = deciders
        request.save(update_fields=["details"])
