"""Cases at work keep the stretches under which their clock began: what the county says from now on is for those that begin later."""

from django.db import migrations
from django.db.models import Exists, OuterRef

from chengguan.standards import staging

AT_ONCE = 1000


def parts_under(case, clock, own):
    """Those of the county, or of the list, whose stretch is the one that runs; a clock without a name has one limit for the whole."""
    if not clock.part:
        return []
    listed = staging.kept(staging.parts_of(case.condition_key))
    for parts in (own.get(case.condition_key, []), listed):
        if parts and parts[min(case.parts_done, len(parts) - 1)][0] == clock.part:
            return parts
    return listed


def keep_stretches(apps, schema_editor):
    Case, Clock = apps.get_model("cases", "Case"), apps.get_model("cases", "Clock")
    own = dict(apps.get_model("cases", "StagedLimit").objects.values_list("condition_key", "parts"))
    running = Clock.objects.filter(case=OuterRef("pk"), kind="handling", ended_at=None)
    last = 0
    while True:
        waiting = Case.objects.filter(Exists(running), parts__isnull=True, pk__gt=last)
        cases = list(waiting.only("condition_key", "parts_done").order_by("pk")[:AT_ONCE])
        if not cases:
            break
        clocks = {clock.case_id: clock for clock in Clock.objects.filter(case__in=cases, kind="handling", ended_at=None).order_by("pk")}
        for case in cases:
            case.parts = parts_under(case, clocks[case.pk], own)
        Case.objects.bulk_update(cases, ["parts"])
        last = cases[-1].pk


class Migration(migrations.Migration):
    atomic = False  # each batch by itself: a county at work holds no lock on all its cases

    dependencies = [("cases", "0017_habits")]

    operations = [migrations.RunPython(keep_stretches, migrations.RunPython.noop)]
