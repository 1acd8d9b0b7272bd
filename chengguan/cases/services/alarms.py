"""Where alarms meet cases: an alarm whose time has come is registered or joins; a recovered reading is evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms.models import Alarm
from chengguan.cases import workflow
from chengguan.cases.models import Case, CaseAlarm, Step
from chengguan.cases.services import again
from chengguan.cases.services.moving import note_all
from chengguan.cases.services.registering import Reported, register_reported
from chengguan.registry import rule as declared_rule
from chengguan.standards import filing


def hint_of(alarm: Alarm) -> str:
    """The kind of trouble an alarm speaks of, as filing conditions know it: from its rule's name and its cause."""
    trouble = _trouble(alarm)
    return "dark_many" if alarm.cause_kind == "group" and trouble == "dark_single" else trouble


def _trouble(alarm: Alarm) -> str:
    if alarm.cause_kind == "gateway":
        return "device"
    words = alarm.rule.replace("-", "_").replace(".", "_").split("_")
    own = {each.hint for each in filing.conditions(alarm.matter)}
    for start in range(len(words)):  # cover_battery_low: the whole, then battery_low, then low
        part = "_".join(words[start:])
        if part in filing.SAME_HINT:
            return filing.SAME_HINT[part]
        if part in own:
            return part
    slug = "_".join(words)
    return next((trouble for word, trouble in filing.SAME_HINT.items() if word in slug), "")


def _matter(alarm: Alarm) -> str:
    if alarm.matter:
        return alarm.matter
    try:
        return declared_rule(alarm.rule)[1].matter
    except KeyError:
        return ""


def register_alarm(alarm: Alarm, now: datetime | None = None) -> Case:
    """The alarm's case: the one it already has, the open one on the same component and matter (it joins), or a new
    report. Two alarms of one component at once wait for each other."""
    return register_alarms([alarm.pk], now)[alarm.pk]


@transaction.atomic
def register_alarms(alarm_ids: Iterable[int], now: datetime | None = None) -> dict[int, Case]:
    """The same for all alarms of a batch together, in a few queries for all."""
    now = now or timezone.now()
    alarms = list(
        Alarm.objects.filter(pk__in=set(alarm_ids))
        .select_related("device", "group", "gateway", "unit_grid__community__parent", "component__unit_grid__community__parent")
        .order_by("pk")
    )
    matters = {alarm.pk: _matter(alarm) for alarm in alarms}
    _one_at_a_time({f"case:{_subject(alarm)}:{matters[alarm.pk]}" for alarm in alarms})
    found = {link.alarm_id: link.case for link in CaseAlarm.objects.filter(alarm__in=alarms).select_related("case")}
    waiting = [alarm for alarm in alarms if alarm.pk not in found]
    standing = _standing(waiting, matters)
    fresh: dict[tuple[str, str], list[Alarm]] = {}
    for alarm in waiting:
        if alarm.pk not in standing:
            fresh.setdefault((_subject(alarm), matters[alarm.pk]), []).append(alarm)
    firsts = [same[0] for same in fresh.values()]
    cases = register_reported([_reported(alarm, matters[alarm.pk]) for alarm in firsts], now)
    again.link_to_former(list(zip(firsts, cases, strict=True)), now)
    CaseAlarm.objects.bulk_create([CaseAlarm(case=case, alarm=alarm, joined_at=now) for case, alarm in zip(cases, firsts, strict=True)])
    for case, same in zip(cases, fresh.values(), strict=True):
        found[same[0].pk] = case
        standing.update({later.pk: case for later in same[1:]})
    _join([(alarm, standing[alarm.pk]) for alarm in waiting if alarm.pk in standing], now)
    return found | standing


def _join(pairs: Sequence[tuple[Alarm, Case]], now: datetime) -> None:
    if not pairs:
        return
    CaseAlarm.objects.bulk_create([CaseAlarm(case=case, alarm=alarm, joined_at=now) for alarm, case in pairs])
    rounds: list[dict[int, str]] = []  # a case that several alarms join gets a line for each
    for alarm, case in pairs:
        free = next((each for each in rounds if case.pk not in each), None)
        if free is None:
            rounds.append(free := {})
        free[case.pk] = _("又一告警并入：%(text)s") % {"text": alarm.text or alarm.name}
    for words in rounds:
        note_all("join_alarm", words, now)


def _reported(alarm: Alarm, matter: str) -> Reported:
    return Reported(
        source_key=f"alarm:{alarm.pk}",
        matter_code=matter,
        hint=hint_of(alarm),
        severity=alarm.severity,
        description=_describe(alarm),
        component=alarm.component,
        point=None if alarm.component_id else alarm.point,
        address=alarm.address,
        unit_grid=alarm.unit_grid,
        occurred_at=alarm.reading_at,
        said={"alarm": alarm.pk, "rule": alarm.rule, "cause": alarm.cause_key, "value": alarm.value, "limit": alarm.limit},
    )


def _describe(alarm: Alarm) -> str:
    """One sentence: what, what is wrong with it, what was measured."""
    where = str(alarm.device or alarm.group or alarm.gateway or alarm.component or alarm.cause_key)
    subject, _colon, measured = alarm.text.partition("：")
    if not measured:
        subject, measured = where, alarm.text
    return (f"{subject}：{measured}" if alarm.name in measured else f"{subject}：{alarm.name}" + (f"，{measured}" if measured else "")) + "。"


def _subject(alarm: Alarm) -> str:
    return str(alarm.component_id or f"{alarm.cause_kind}/{alarm.cause_key}")


def _one_at_a_time(names: Iterable[str]) -> None:
    """Locks until the end of the transaction, always in the same order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(n) FROM (SELECT DISTINCT hashtext(x) AS n FROM unnest(%s::text[]) AS t(x) ORDER BY n) AS ordered",
            [sorted(names)],
        )


def _standing(alarms: Sequence[Alarm], matters: Mapping[int, str]) -> dict[int, Case]:
    """By alarm the open case about the same thing: the component, or what a part of this greater cause began, or the
    cause, or the greater cause that already has this alarm's group or gateway in hand; of several the oldest."""
    by_component = {alarm.component_id for alarm in alarms if alarm.component_id}
    others = [alarm for alarm in alarms if not alarm.component_id]
    about: dict[tuple[Any, ...], Case] = {}
    if by_component:
        for case in Case.objects.filter(state__in=workflow.OPEN, component__in=by_component).order_by("-id"):
            about["component", case.component_id, case.matter_code] = case
    if others:
        keys: dict[str, list[str]] = {}
        for alarm in others:
            keys.setdefault(alarm.cause_kind, []).append(alarm.cause_key)
        which = Q(alarm__folded_into__in=others)
        for kind, of_kind in keys.items():
            which |= Q(alarm__cause_kind=kind, alarm__cause_key__in=of_kind)
        links = CaseAlarm.objects.filter(which, case__state__in=workflow.OPEN).select_related("case", "alarm")
        for link in links.order_by("-case_id"):
            case, alarm = link.case, link.alarm
            about["part", alarm.folded_into_id, case.matter_code] = case
            about["cause", alarm.cause_kind, alarm.cause_key, case.matter_code] = case
    found = {}
    for alarm in alarms:
        matter = matters[alarm.pk]
        if alarm.component_id:
            # a report of that very component which nobody has classified yet speaks of the same trouble
            case_ = about.get(("component", alarm.component_id, matter)) or about.get(("component", alarm.component_id, ""))
        else:
            case_ = about.get(("part", alarm.pk, matter)) or about.get(("cause", alarm.cause_kind, alarm.cause_key, matter))
        if case_ is not None:
            found[alarm.pk] = case_
    single = [alarm for alarm in alarms if alarm.pk not in found and alarm.cause_kind == "device"]
    return found | _in_a_greater_cause(single, matters)


def _in_a_greater_cause(alarms: Sequence[Alarm], matters: Mapping[int, str]) -> dict[int, Case]:
    """A lamp of a circuit that is already somebody's case: the circuit's own alarm may have returned in between, the work on
    it has not ended."""
    groups = {alarm.group_id for alarm in alarms if alarm.group_id}
    gateways = {alarm.gateway_id for alarm in alarms if alarm.gateway_id}
    if not groups and not gateways:
        return {}
    whole = Q(alarm__cause_kind="group", alarm__group__in=groups) | Q(alarm__cause_kind="gateway", alarm__gateway__in=gateways)
    links = CaseAlarm.objects.filter(whole, case__state__in=workflow.OPEN).select_related("case", "alarm").order_by("case_id")
    found: dict[int, Case] = {}
    for link in links:
        for alarm in alarms:
            same = link.alarm.group_id == alarm.group_id if link.alarm.cause_kind == "group" else link.alarm.gateway_id == alarm.gateway_id
            if same and link.case.matter_code == matters[alarm.pk] and _explains(link.alarm, alarm):
                found.setdefault(alarm.pk, link.case)
    return found


def _explains(greater: Alarm, single: Alarm) -> bool:
    if greater.rule == single.rule:
        return True
    try:
        return single.rule in declared_rule(greater.rule)[1].explains
    except KeyError:
        return False


@transaction.atomic
def withdraw_evidence(alarm_ids: Iterable[int], now: datetime | None = None) -> list[Step]:
    """These alarms are back: what their readings had proven no longer holds. Nothing where no open case leaned on it; where
    their case was closed lately, the closed case tells that it came again."""
    now = now or timezone.now()
    leaned = Q(case__proven_at__isnull=False, case__state__in=workflow.OPEN)
    linked = CaseAlarm.objects.filter(leaned | again.closed_lately("case__", now), alarm__in=alarm_ids)
    known = list(linked.select_related("alarm", "case").order_by("-id"))
    again.note_on_closed([link for link in known if link.case.state in again.CLOSED], now)
    words = {
        link.case_id: _("告警再次发生，先前的佐证作废：%(text)s") % {"text": link.alarm.text or link.alarm.name}
        for link in known
        if link.case.state not in again.CLOSED
    }
    return note_all("join_alarm", words, now)


@transaction.atomic
def add_evidence(alarm_ids: Iterable[int], now: datetime | None = None) -> list[Step]:
    """The devices' own readings say the trouble is over: written on each open case, once all its alarms are back.
    Nothing where no open case knows the alarm."""
    ids = list(alarm_ids)
    linked = CaseAlarm.objects.filter(alarm__in=ids, case__state__in=workflow.OPEN)
    back = {link.case_id: link.alarm for link in linked.select_related("alarm__component", "alarm__device").order_by("-id")}
    if not back:
        return []
    stands = set(CaseAlarm.objects.filter(case__in=back, alarm__active=True).exclude(alarm__in=ids).values_list("case", flat=True))
    words = {}
    for case, alarm in back.items():
        if case not in stands:
            words[case] = _("%(what)s 的读数已恢复正常 (%(when)s)") % {
                "what": alarm.component or alarm.device or alarm.cause_key,
                "when": timezone.localtime(alarm.returned_at or now or timezone.now()).strftime("%m-%d %H:%M:%S"),
            }
    return note_all("record_evidence", words, now or timezone.now())
