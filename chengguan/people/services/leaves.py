"""Leaves and stand-ins: set by the person or by who manages people, ended by their date or by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.people.models import Account, Leave, Post
from chengguan.people.selectors import Who, colleagues, lendable, may, overlapping
from chengguan.people.services.notices import notify
from chengguan.people.services.trail import audit, facts_of, save_audited

MOST_DAYS = 366


@transaction.atomic
def set_leave(
    who: Who,
    account: Account,
    valid_from: date,
    last_day: date,
    stand_in: Account | None = None,
    posts: Sequence[Post] = (),
    reason: str = "",
) -> Leave:
    """The account is away from the first day to the last; `stand_in` acts with these of its posts for that time. By oneself
    only a colleague can be asked, and the administrator's post is not given away. What is lent cannot be lent on."""
    manages = may(who, "people.manage")
    if not manages and who.account_id != account.pk:
        raise PermissionDenied(_("只能登记自己的休假。"))
    _one_at_a_time()
    after = last_day + timedelta(days=1)
    _check_days(valid_from, last_day)
    rows = Leave.objects.filter(overlapping(valid_from, after))
    if rows.filter(account=account).exists():
        raise ValidationError(_("这段时间已经登记了休假，请先结束那一条。"))
    _check_stand_in(account, stand_in, posts, manages)
    if stand_in is not None and rows.filter(account=stand_in).exists():
        raise ValidationError({"stand_in": _("%(name)s这段时间也在休假，不能代班。") % {"name": stand_in}})
    if rows.filter(stand_in=account).exists():
        raise ValidationError(_("%(name)s这段时间在替别人代班，代来的岗位不能再转交，请先改由别人代。") % {"name": account})
    leave = Leave(account=account, stand_in=stand_in, valid_from=valid_from, valid_to=after, reason=reason[:100])
    leave.full_clean()
    leave.save()
    leave.posts.set(posts)
    words = "、".join(str(post) for post in posts)
    audit(who, "leave.set", leave, str(leave), None, {**facts_of(leave), "posts": words})
    days = {"first": valid_from.isoformat(), "last": last_day.isoformat(), "name": account, "posts": words}
    if stand_in is not None:
        notify(stand_in, _("%(first)s 至 %(last)s 由您代%(name)s上岗") % days, _("代行岗位：%(posts)s") % days, "/leave")
    if who.account_id != account.pk:
        notify(account, _("已为您登记休假：%(first)s 至 %(last)s") % days, str(stand_in or ""), "/leave")
    return leave


def _check_days(first: date, last: date) -> None:
    if last < first:
        raise ValidationError({"last_day": _("最后一天不能早于第一天。")})
    if last < timezone.localdate():
        raise ValidationError({"last_day": _("这段时间已经过去了。")})
    if (last - first).days >= MOST_DAYS:
        raise ValidationError({"last_day": _("一次最多登记 %(days)d 天。") % {"days": MOST_DAYS}})


def _check_stand_in(account: Account, stand_in: Account | None, posts: Sequence[Post], manages: bool) -> None:
    if stand_in is None:
        if posts:
            raise ValidationError({"stand_in": _("选了岗位，还要选由谁来代。")})
        return
    if stand_in.pk == account.pk:
        raise ValidationError({"stand_in": _("不能自己代自己。")})
    if not stand_in.is_active or (not manages and stand_in not in colleagues(account)):
        raise ValidationError({"stand_in": _("请选本单位（或上下级单位）在岗的同事；要请别的单位的人代班，由管理员登记。")})
    if not posts:
        raise ValidationError({"posts": _("请选要代行的岗位。")})
    allowed = {post.pk for post in lendable(account, own=not manages)}
    if any(post.pk not in allowed for post in posts):
        raise ValidationError({"posts": _("只能交出本人现在担任的岗位；管理员岗位由管理员登记。")})


@transaction.atomic
def end_leave(who: Who, leave: Leave) -> Leave:
    """The person is back today; a leave that has not begun never does."""
    if who.account_id != leave.account_id and not may(who, "people.manage"):
        raise PermissionDenied(_("只能结束自己的休假。"))
    _one_at_a_time()
    leave = Leave.objects.select_for_update(of=("self",)).get(pk=leave.pk)
    today = timezone.localdate()
    if leave.valid_to is not None and leave.valid_to <= max(today, leave.valid_from):
        raise ValidationError(_("这条休假已经结束了。"))
    leave.valid_to = max(today, leave.valid_from)
    save_audited(who, leave, "leave.end")
    if leave.stand_in is not None:
        title = _("%(name)s撤销了休假，不用代班了") if leave.valid_from > today else _("%(name)s已经回岗，代班结束")
        notify(leave.stand_in, title % {"name": leave.account}, "", "/leave")
    return leave


def _one_at_a_time() -> None:
    """Two leaves set at once could otherwise each overlook the other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people.leaves'))")
