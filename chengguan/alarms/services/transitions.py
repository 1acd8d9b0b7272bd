"""What rules concluded becomes alarms: one for a cause, each once, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from chengguan.alarms.conditions import Transition
from chengguan.alarms.models import Alarm, AlarmMember, AlarmStep
from chengguan.alarms.services import causes, moving, raising
from chengguan.alarms.services.raising import Raise, Scene

FLAPPING = timedelta(seconds=120)
"""An alarm that comes again within this time of its return is the same one."""


def apply_transitions(transitions: Sequence[Transition], watermark: datetime) -> list[int]:
    """Raise and return alarms; ids of those that changed. Idempotent: a transition that is already
    so does nothing. Causes are locked first, so two processes never count one circuit apart."""
    if not transitions:
        return []
    if not connection.in_atomic_block:
        raise RuntimeError("apply_transitions outside a transaction")
    scene = raising.look(transitions)
    lock(scene.causes())
    changed: dict[int, Alarm] = {}
    for chunk in _rounds(transitions):
        returned = [t for t in chunk if not t.active]
        raised = [raising.wanted(scene, t) for t in chunk if t.active and raising.knows(scene, t)]
        for alarm in [*return_all(scene, returned, watermark), *raise_all(scene, raised, watermark)]:
            changed[alarm.pk] = alarm
    moving.hint(changed.values())
    return list(changed)


def lock(keys: Iterable[tuple[int, int]]) -> None:
    """Advisory locks on causes until the end of the transaction, always in the same order."""
    ordered = sorted(set(keys))
    if ordered:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(k, i) FROM (SELECT * FROM unnest(%s::int[], %s::int[]) AS t(k, i) ORDER BY k, i) AS ordered",
                [[kind for kind, _ in ordered], [one for _, one in ordered]],
            )


def _rounds(transitions: Sequence[Transition]) -> Iterable[list[Transition]]:
    """Cut so that one rule moves one subject at most once in a round."""
    chunk: list[Transition] = []
    seen: set[tuple[str, str, int]] = set()
    for transition_ in transitions:
        key = (transition_.rule, transition_.subject, transition_.id)
        if key in seen:
            yield chunk
            chunk, seen = [], set()
        seen.add(key)
        chunk.append(transition_)
    yield chunk


def raise_all(scene: Scene, wanted: Sequence[Raise], now: datetime) -> list[Alarm]:
    """Each becomes a member of a cause that already stands, or of one that now shows, or an alarm of its own."""
    if not wanted:
        return []
    # causes before what follows from them, so that a silent gateway swallows its covers in the same batch
    first = [one for one in wanted if one.explains]
    rest = [one for one in wanted if not one.explains]
    changed: list[Alarm] = []
    for wave in (first, rest):
        if not wave:
            continue
        left = causes.join_standing(scene, wave, now)
        together, alone = causes.group(scene, left, now)
        changed += open_alarms([*together, *alone], now)
        changed += causes.gather_all([*together, *alone], now)
    return changed


def open_alarms(wanted: Sequence[Raise], now: datetime) -> list[Alarm]:
    """Insert alarms whose cause has none open, wake those that had returned; what already is active stays as it is."""
    if not wanted:
        return []
    before = standing(wanted)
    finished = {key: before.pop(key) for key, alarm in list(before.items()) if _is_finished(alarm, now)}
    moving.clear_desk(finished.values(), now)
    fresh = [one for one in wanted if one.key not in before]
    if fresh:
        Alarm.objects.bulk_create([one.alarm(now) for one in fresh], ignore_conflicts=True)
    after = standing(wanted)
    new, again, members, steps = [], [], [], []
    for one in wanted:
        alarm = after[one.key]
        one.opened = alarm
        if one.key not in before:
            new.append(alarm)
            steps.append(moving.step(alarm, "raise", now, words=alarm.text))
        elif not alarm.active:
            moving.move(alarm, "raise", now)
            alarm.raised_at, alarm.value, alarm.text = now, one.transition.value, one.text
            if alarm.registered_at is None:
                alarm.settle_due = moving.settles(now, one.settle_s)
            again.append(alarm)
            steps.append(moving.step(alarm, "raise", now, words=alarm.text))
        members += [member for member in one.members(alarm, now)]
    moving.save(again)
    AlarmStep.objects.bulk_create(steps)
    if members:
        AlarmMember.objects.bulk_create(members, ignore_conflicts=True)
    moving.fold([(alarm, after[key]) for key, alarm in finished.items()], now)
    moving.announce_raised([*new, *again], now)
    return [*new, *again]


def _is_finished(alarm: Alarm, now: datetime) -> bool:
    """It was registered and has been normal for a while: if it comes again, that is a new alarm (and may be a new
    case) which takes the old one over, so that nothing vanishes unseen."""
    return (
        not alarm.active
        and alarm.registered_at is not None
        and alarm.returned_at is not None
        and now - alarm.returned_at >= FLAPPING
    )


def standing(wanted: Iterable[Raise]) -> dict[tuple[str, str, str], Alarm]:
    """Open alarms of those causes, locked."""
    by_rule: dict[tuple[str, str], list[str]] = {}
    for one in wanted:
        by_rule.setdefault(one.key[:2], []).append(one.key[2])
    which = Q(pk__in=[])
    for (rule, kind), keys in by_rule.items():
        which |= Q(rule=rule, cause_kind=kind, cause_key__in=keys)
    open_ = Alarm.objects.select_for_update().filter(which, off_desk_at__isnull=True)
    return {(alarm.rule, alarm.cause_kind, alarm.cause_key): alarm for alarm in open_.order_by("pk")}


def return_all(scene: Scene, returned: Sequence[Transition], now: datetime) -> list[Alarm]:
    """Alarms of single devices and gateways return; members leave, and a cause returns when too few are left."""
    if not returned:
        return []
    by_rule: dict[tuple[str, str], list[int]] = {}
    for transition_ in returned:
        by_rule.setdefault((transition_.rule, transition_.subject), []).append(transition_.id)
    which = Q(pk__in=[])
    for (rule, subject), ids in by_rule.items():
        which |= Q(rule=rule, cause_kind=subject, **{f"{subject}__in": ids})
    alarms = list(Alarm.objects.select_for_update().filter(which, off_desk_at__isnull=True, active=True).order_by("pk"))
    changed = _return(alarms, now)
    shrunk = [alarm for alarm in causes.leave(returned, now) if alarm not in alarms]
    inside = causes.still_members([*alarms, *shrunk])
    over = [alarm for alarm in shrunk if causes.is_over(scene, alarm, len(inside[alarm.pk]))]
    left_over = [member for alarm in [*alarms, *over] for member in inside[alarm.pk]]
    changed += _return(over, now)
    return changed + [alarm for alarm in shrunk if alarm not in over] + _release(scene, left_over, now)


def _return(alarms: Sequence[Alarm], now: datetime) -> list[Alarm]:
    if not alarms:
        return []
    for alarm in alarms:
        moving.move(alarm, "return", now)
    moving.save(alarms)
    AlarmStep.objects.bulk_create([moving.step(alarm, "return", now) for alarm in alarms])
    moving.announce_returned(alarms)
    return list(alarms)


def _release(scene: Scene, members: Sequence[AlarmMember], now: datetime) -> list[Alarm]:
    """Members of a cause that is over, and are still wrong themselves, stand alone from now on, after a long settling time."""
    if not members:
        return []
    AlarmMember.objects.filter(pk__in=[member.pk for member in members]).update(until=now)
    at = int(now.timestamp() * 1000)
    again = [Transition(member.rule, "device", member.device_id, True, at, int(member.since.timestamp() * 1000)) for member in members]
    scene.add(again)
    return open_alarms([raising.wanted(scene, one, causes.PATIENCE_S) for one in again if raising.knows(scene, one)], now)
