"""Verbs of the desk itself, and those that join two stages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.alarms import selectors as alarm_questions
from chengguan.alarms.models import Alarm
from chengguan.alarms.services import moving
from chengguan.cases import services as cases
from chengguan.cases.models import Case
from chengguan.cases.services import Refused
from chengguan.cases.services.retention import without
from chengguan.console.models import LONGEST_NAME, LONGEST_QUERY, HandOver, SavedView
from chengguan.console.selectors import handing_over, remarks
from chengguan.console.selectors.saved import saved_views
from chengguan.people.models import Account
from chengguan.people.selectors import Who, accounts_with_role, may
from chengguan.people.services import audit, hide_in_notices, notify

MOST_VIEWS = 12
LISTS = ("late", "due", "owed", "instructions")
"""Of what a sheet says, the lists of cases."""


@transaction.atomic
def save_view(who: Who, name: str, query: str) -> SavedView:
    """Keep these filters under this name; the same name again replaces them. ValidationError in words."""
    name = _named(name)
    if len(query) > LONGEST_QUERY:
        raise ValidationError(_("筛选条件太长，存不下。"))
    account = Account.objects.select_for_update().get(pk=who.account_id or 0)  # one after the other, or the count is passed
    mine = saved_views(who)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_VIEWS:
        raise ValidationError(_("最多保存 %(n)d 个视图，请先删去不用的。") % {"n": MOST_VIEWS})
    view, _created = SavedView.objects.update_or_create(account=account, name=name, defaults={"query": query})
    return view


@transaction.atomic
def rename_view(who: Who, view_id: int, name: str) -> SavedView:
    """SavedView.DoesNotExist when it is not this person's."""
    name = _named(name)
    view = saved_views(who).select_for_update().get(pk=view_id)
    if saved_views(who).filter(name=name).exclude(pk=view_id).exists():
        raise ValidationError(_("已有叫“%(name)s”的视图。") % {"name": name})
    view.name = name
    view.save()
    return view


def delete_view(who: Who, view_id: int) -> None:
    """SavedView.DoesNotExist when it is not this person's."""
    saved_views(who).get(pk=view_id).delete()


def _named(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME:
        raise ValidationError(_("视图要有一个不超过 20 字的名字。"))
    return name


@transaction.atomic
def register_from_alarm(who: Who, alarm_id: int) -> Case:
    """A person makes the report that the alarm's policy has not made (yet): the open case on the same component and
    matter when there is one, else a new report. ValidationError when it has a case; PermissionDenied when not allowed."""
    if not may(who, "alarms.register") or not alarm_questions.alarms(who).filter(pk=alarm_id).exists():
        raise PermissionDenied(_("您的岗位不能由告警登记案件。"))
    alarm = Alarm.objects.select_for_update().get(pk=alarm_id)
    if hasattr(alarm, "case_link"):
        raise ValidationError(_("这条告警已经有案件：%(case)s") % {"case": alarm.case_link.case}, code="registered")
    now = timezone.now()
    case = cases.register_alarm(alarm, now)
    alarm.registered_at = now
    alarm.save(update_fields=["registered_at"])
    moving.step(alarm, "register", now, who, _("人工登记：%(case)s") % {"case": case}).save()
    audit(who, "alarm.register", alarm, f"{alarm.name} {alarm.cause_key} → {case}")
    moving.hint([alarm])
    return case


@transaction.atomic
def hand_over(who: Who, role: str, organisation_id: int, *, since: datetime | None = None, remarks: str = "", now: datetime | None = None) -> HandOver:
    """交班: the desk of this post as it stands now, signed by the one who goes; those who may come after are called."""
    now = now or timezone.now()
    post = next((each for each in handing_over.posts_of(who) if each.role == role and each.organisation_id == organisation_id), None)
    if post is None or who.account_id is None:
        raise Refused(_("您没有这个岗位，不能交班"))
    with connection.cursor() as cursor:  # a second tap, or somebody else of the post, waits and finds the first sheet
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('console.handover ' || %s), %s)", [role, organisation_id])
    last = handing_over.last_of(post)
    if last is not None and last.accepted_at is None and last.going_id != who.account_id:
        raise Refused(_("上一班%(name)s交的班还没有人接，请先接班") % {"name": last.going_name})
    if since is not None and not now - handing_over.LONGEST <= since < now:
        raise Refused(_("当班起点应在两天之内、现在之前"), "since")
    mine = last is not None and last.going_id == who.account_id and last.accepted_at is None
    if last is not None and mine and last.remarks == remarks.strip() and now - last.signed_at < timedelta(minutes=1):
        return last
    since = since or handing_over.begin_of(post, now)
    sheet = HandOver.objects.create(
        role=role, organisation_id=organisation_id, since=since, next_until=now + timedelta(hours=handing_over.hours_of_a_shift()),
        contents=handing_over.contents(who, post, since, now), remarks=remarks.strip(), going_id=who.account_id, going_name=who.name[:60], signed_at=now,
    )  # fmt: skip
    audit(who, "handover.sign", sheet, f"{post.organisation_name} · {post.name}")
    others = [account for account in accounts_with_role(role, organisation_id) if account.pk != who.account_id]
    notify(others, _("请接班：%(post)s") % {"post": post.name}, _("%(name)s已交班。%(remarks)s") % {"name": who.name, "remarks": sheet.remarks}, f"/handover/{sheet.pk}", "handover")
    return sheet


@transaction.atomic
def accept_shift(who: Who, sheet: HandOver | int, words: str = "", now: datetime | None = None) -> HandOver:
    """接班: the one who comes has read it and signs, once."""
    found = HandOver.objects.select_for_update(of=("self",)).select_related("going").get(pk=sheet if isinstance(sheet, int) else sheet.pk)
    if found.accepted_at is not None:
        raise Refused(_("%(name)s已经接班") % {"name": found.coming_name})
    if found.going_id == who.account_id:
        raise Refused(_("自己交的班不能自己接"))
    if not handing_over.may_accept(who, found):
        raise Refused(_("这张交接单由同岗位的人接，而且只接最新的一张"))
    found.coming_id, found.coming_name, found.coming_words, found.accepted_at = who.account_id, who.name[:60], words.strip(), now or timezone.now()
    found.save(update_fields=["coming", "coming_name", "coming_words", "accepted_at"])
    audit(who, "handover.accept", found, str(found.get_role_display()))
    notify(found.going, _("%(name)s已接班") % {"name": who.name}, found.coming_words, f"/handover/{found.pk}", "handover")
    return found


@transaction.atomic
def empty_sheets(case_id: int, names: Iterable[str] = ()) -> int:
    """A destroyed case leaves its number and class on the sheets that named it; address and words go, and of what was written by hand
    every line that tells of the case or of who reported it. Of what the sheets list only those of its own time are read."""
    case = Case.objects.select_related("taken_over").get(pk=case_id)
    named = _listing(case_id)
    until = (case.archived_at or case.entered_at) + timedelta(days=1)
    rows = HandOver.objects.filter(named, signed_at__gte=case.reported_at, signed_at__lte=until)
    listed = rows.update(contents=Func(F("contents"), function="console_handover_emptied"))
    told = remarks.named(case, names)
    for sheet in remarks.of_case(told):
        HandOver.objects.filter(pk=sheet.pk).update(**{name: remarks.without(getattr(sheet, name), told, sheet.signed_at) for name in remarks.WORDS})
    return listed


def _listing(case_id: int) -> Q:
    """The sheets that list the case."""
    named = Q()
    for part in LISTS:
        named |= Q(**{f"contents__{part}__rows__contains": [{"id": case_id}]})
    return named


@transaction.atomic
def hide_on_sheets(case_id: int, words: Sequence[str]) -> int:
    """Who reported a case is hidden where signed sheets list it, and in what was written by hand on them while the case went on (later the
    same name may be another's); and in the notices that repeat it. How many sheets said so."""
    case = Case.objects.select_related("taken_over").get(pk=case_id)
    told = remarks.named(case, words)
    written = Q()
    for name in remarks.WORDS:
        for word in words:
            written |= Q(**{f"{name}__contains": word})
    changed = []
    for sheet in HandOver.objects.filter(_listing(case_id) | written, signed_at__gte=told.since, signed_at__lte=told.until):
        new = {name: without(getattr(sheet, name), words) for name in remarks.WORDS}
        new["contents"] = {part: _hidden(part, said, case_id, words) for part, said in sheet.contents.items()}
        if any(getattr(sheet, name) != value for name, value in new.items()):
            HandOver.objects.filter(pk=sheet.pk).update(**new)
            changed.append(sheet.pk)
    hide_in_notices(lambda notice: words, Q(link__in=[f"/handover/{pk}" for pk in changed]), without)
    return len(changed)


def _hidden(part: str, said: Any, case_id: int, words: Sequence[str]) -> Any:
    """A list of a sheet with the line of the case hiding who reported it."""
    if part not in LISTS:
        return said
    rows = [{**row, **{name: without(row[name], words) for name in ("address", "words") if name in row}} if row["id"] == case_id else row for row in said["rows"]]
    return {**said, "rows": rows}
