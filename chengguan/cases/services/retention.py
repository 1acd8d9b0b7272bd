"""归档保管期限: a case gets its period when it is archived (what ended otherwise: in the night after, from the day it ended), by the setting
that holds then; a changed setting leaves it as it is. What a
reporter said of himself goes earlier, by its own setting, and a register says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Model, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengguan.cases.facts import ReporterHidden
from chengguan.cases.models import Case, Removal, Report, Retention, TakenOver, Task
from chengguan.cases.selectors import configuration as chosen
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.effects import of
from chengguan.cases.workflow import FINAL, KEPT_STATES
from chengguan.engines import announce
from chengguan.people.selectors import SYSTEM, Who, may
from chengguan.people.services import audit, hide_in_notices, notify
from chengguan.standards.limits import Settings

HIDDEN = gettext_noop("〔已隐去〕")
AT_ONCE = 500
LONGEST_DAYS = 36_500
MOST_YEARS = 100
SHORTEST = 2
"""A name of one letter would be found in half of all words."""


@of("archive")
def archived(move: Move) -> None:
    move.case.archived_at = move.now
    Retention.objects.update_or_create(case=move.case, defaults=_period(move.case, move.now, move.settings))


def _period(case: Case, at: datetime, settings: Settings) -> dict[str, Any]:
    term, years, why = term_of(case, settings)
    starts = timezone.localdate(at)
    return {"term": term, "years": years, "starts_on": starts, "ends_on": years_after(starts, years) if years else None, "why": why}


def term_of(case: Case, settings: Settings) -> tuple[str, int | None, str]:
    """(term, years, why)."""
    also = settings["retention.long_also"]
    if settings.covers("retention.permanent", case.matter_code):
        return "permanent", None, _("设定为永久保管的事项")
    if settings.covers("retention.long", case.matter_code):
        return "long", _years(settings, "retention.long_years"), _("设定为长期保管的事项")
    if also != "none" and (case.urgent or case.important):
        return "long", _years(settings, "retention.long_years"), _("急要件或重点案件")
    if also == "urgent_and_leader" and case.source == "leader":
        return "long", _years(settings, "retention.long_years"), _("领导交办")
    return "normal", _years(settings, "retention.years"), _("其余案件")


def _years(settings: Settings, key: str) -> int:
    """A whole number that can be stored, also where an older version let another one in."""
    return max(1, min(int(settings[key]), MOST_YEARS))


def years_after(day: date, years: int) -> date:
    year = min(day.year + years, MAXYEAR)
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return day.replace(year=year, day=28)


def give_missing(most: int = 2000) -> int:
    """Cases that were archived before there were periods, or past the services, and those that ended without an archive, get theirs."""
    settings, after, given = chosen.settings(), 0, 0
    while missing := list(Case.objects.filter(pk__gt=after, state__in=KEPT_STATES, retention=None).order_by("pk")[:most]):
        rows = [Retention(case=case, **_period(case, case.archived_at or case.entered_at, settings)) for case in missing]
        Retention.objects.bulk_create(rows, ignore_conflicts=True)
        after, given = missing[-1].pk, given + len(rows)
    return given


@transaction.atomic
def prolong(who: Who, case_id: int, years: int | None, reason: str) -> Retention:
    """Keep one case longer, or for ever (None)."""
    if not may(who, "cases.propose_disposal"):
        raise Refused(_("您不能改保管期限"))
    if not reason.strip():
        raise Refused(_("请写明理由"), "reason")
    kept = Retention.objects.select_for_update(of=("self",)).select_related("case").get(pk=case_id)
    if kept.disposed_at or kept.disposal_id:
        raise Refused(_("这一件已在销毁申请里，或已销毁"))
    before = {"term": kept.term, "ends_on": kept.ends_on}
    if years is None:
        kept.term, kept.years, kept.ends_on = "permanent", None, None
    elif kept.ends_on is None or not 1 <= years <= 100:
        raise Refused(_("永久保管的不必延长；延长应为 1 到 100 年"), "years")
    else:
        kept.years, kept.ends_on = (kept.years or 0) + years, years_after(max(kept.ends_on, timezone.localdate()), years)
    kept.why = reason.strip()[:120]
    kept.save()
    audit(who, "cases.retention", kept.case, reason[:300], before, {"term": kept.term, "ends_on": kept.ends_on})
    return kept


# ---- the reporter's name and telephone -----------------------------------------------------------


def hide_reporters(now: datetime | None = None) -> int:
    """Where the county switched it on: names and telephones of cases that ended so many days ago. The administrators are told how many."""
    now, settings = now or timezone.now(), chosen.settings()
    if not settings["retention.hide_reporter"]:
        return 0
    before = now - timedelta(days=min(settings["retention.reporter_days"], LONGEST_DAYS))
    why, after, hidden = _("办结满 %(days)d 天") % {"days": int(settings["retention.reporter_days"])}, 0, 0
    told = Case.objects.filter(state__in=FINAL).exclude(reporter_name="", reporter_phone="")
    old = told.annotate(ended=Coalesce(F("archived_at"), F("entered_at"))).filter(ended__lt=before).order_by("pk")
    while ids := list(old.filter(pk__gt=after).values_list("pk", flat=True)[:AT_ONCE]):
        after = ids[-1]
        with transaction.atomic():
            over = [case for case in Case.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk") if _is_over(case)]
            words = {case: _hide(case, why, now) for case in over}
            _hide_in_notices(words)
            announce.announce(*(ReporterHidden(case.pk, secret) for case, secret in words.items() if secret))
        hidden += len(over)
    if hidden:
        notify("administrator", _("已隐去 %(n)d 件的举报人信息") % {"n": hidden}, why, link="/archive?show=register", kind="archive")
    return hidden


def _is_over(case: Case) -> bool:
    """Whether nobody needs the telephone any more: the case it was merged into has ended, and no call is owed for either."""
    chain = [case]
    while (main := chain[-1].merged_into) is not None and main not in chain:
        chain.append(main)
    return all(each.state in FINAL for each in chain) and not Task.objects.filter(case__in=chain, kind="follow_up", done_at=None).exists()


def _hide(case: Case, why: str, now: datetime) -> tuple[str, ...]:
    """What was hidden, the longest first."""
    name, phone = case.reporter_name, case.reporter_phone
    if Removal.objects.filter(case_key=case.pk, kind="anonymised").exists():
        what = ""
    else:
        what = _("姓名、电话") if name and phone else _("姓名") if name else _("电话")
        Removal.objects.create(kind="anonymised", case_key=case.pk, number=str(case), what=what, why=why, at=now, who=SYSTEM.name)
    reports = list(case.reports.all())
    spoken = {name, phone, *(each.reporter_name for each in reports), *(each.reporter_phone for each in reports)}
    secret = tuple(sorted((word for word in spoken if len(word) >= SHORTEST), key=len, reverse=True))
    for report in reports:
        Report.objects.filter(pk=report.pk).update(reporter_name="", reporter_phone="", **_texts(report, secret, "description", "address", "said"))
    for rows, names in (
        (case.steps.filter(Q(opinion__gt="") | ~Q(given={})), ("opinion", "given")),
        (case.tasks.all(), ("words", "reply")),
        (case.requests.all(), ("reason", "answer", "details")),
        (TakenOver.objects.filter(case=case), ("flags",)),
    ):
        for row in rows:
            texts = _texts(row, secret, *names)
            if any(texts[each] != getattr(row, each) for each in names):
                type(row)._default_manager.filter(pk=row.pk).update(**texts)
    told = _texts(case, secret, "description", "address", "closing_note", "proof")
    Case.objects.filter(pk=case.pk).update(reporter_name="", reporter_phone="", **told)
    return secret


def _hide_in_notices(words: Mapping[Case, tuple[str, ...]]) -> None:
    """In what was rung about them: it leads to the case, or, where its reader may not open it, begins with one of its numbers."""
    about: dict[str, tuple[str, ...]] = {}
    for case, secret in words.items():
        if not secret:
            continue
        called = [number for number in (case.number, case.register_number) if number]
        about |= dict.fromkeys((f"/cases/{case.pk}", f"/field/tasks/{case.pk}", *called), secret)
    if about:
        hide_in_notices(lambda notice: about.get(notice.link or notice.text.split(" ")[0], ()), Q(link__in=about) | Q(link="", kind="case"), without)


def _texts(row: Model, secret: Iterable[str], *names: str) -> dict[str, Any]:
    """These columns with the words hidden, as long as they may be."""
    found = {name: without(getattr(row, name), secret) for name in names}
    return {name: value[: getattr(row._meta.get_field(name), "max_length", None)] if isinstance(value, str) else value for name, value in found.items()}


def without(value: Any, secret: Iterable[str]) -> Any:
    """The same with these words hidden wherever they stand in it."""
    if isinstance(value, str):
        for word in secret:
            value = value.replace(word, HIDDEN)
        return value
    if isinstance(value, dict):
        return {key: without(each, secret) for key, each in value.items()}
    return [without(each, secret) for each in value] if isinstance(value, list) else value
