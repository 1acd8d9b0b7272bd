"""Verbs that change people and what they answer for. Every change leaves an audit entry with before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.engines import announce
from chengguan.people.models import (
    Account,
    AuditEntry,
    GridDuty,
    Holding,
    Notice,
    Organisation,
    Post,
    Responsibility,
)
from chengguan.people.roles import ADMINISTRATOR, ROLES, name_of
from chengguan.people.selectors import SYSTEM, Who, accounts_with_role, may, on

SECRET_FIELDS = {"password", "password_hash"}


def facts_of(obj: models.Model) -> dict[str, Any]:
    """The stored columns of a row as JSON can hold them, secrets left out."""
    import json

    columns = {f.attname: getattr(obj, f.attname) for f in obj._meta.concrete_fields if f.attname not in SECRET_FIELDS}
    columns = {key: value for key, value in columns.items() if not hasattr(value, "geom_type")}
    return json.loads(json.dumps(columns, cls=DjangoJSONEncoder, default=str))


def audit(
    who: Who,
    action: str,
    obj: Any = None,
    summary: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append to the audit trail. Of `before` and `after` only what differs is kept when both are given."""
    if before is not None and after is not None:
        keys = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        before, after = {key: before.get(key) for key in keys}, {key: after.get(key) for key in keys}
    return AuditEntry.objects.create(
        account_id=who.account_id,
        who=who.name[:80],
        ip=who.ip,
        action=action,
        object_type=obj._meta.label_lower if isinstance(obj, models.Model) else str(obj or "")[:60],
        object_id=str(obj.pk) if isinstance(obj, models.Model) else "",
        summary=summary[:300],
        before=_plain(before),
        after=_plain(after),
    )


def _plain(value: Mapping[str, Any] | None) -> Any:
    import json

    return None if value is None else json.loads(json.dumps(dict(value), cls=DjangoJSONEncoder, default=str))


def require(who: Who, action: str, organisation: Any = None, area: Any = None) -> None:
    """PermissionDenied, in words, unless `who` may."""
    if not may(who, action, organisation, area):
        from chengguan.people.permissions import PERMISSIONS

        raise PermissionDenied(_("您的岗位没有“%(action)s”的权限。") % {"action": PERMISSIONS[action].name})


@transaction.atomic
def save_audited(who: Who, obj: models.Model, action: str, summary: str = "") -> Any:
    """Validate and store a row, with an audit entry that says what changed."""
    old = type(obj)._default_manager.filter(pk=obj.pk).first() if obj.pk else None
    before = facts_of(old) if old else None
    obj.full_clean()
    obj.save()
    obj.refresh_from_db()
    after = facts_of(obj)
    if before != after:
        audit(who, action, obj, summary or str(obj), before, after)
    return obj


# accounts and posts


@transaction.atomic
def create_account(
    who: Who, username: str, name: str, password: str | None = None, phone: str = "", demo: bool = False, must_change: bool = False
) -> Account:
    """A new account. Without a password nobody can sign in with it yet."""
    require(who, "people.manage")
    account = Account(username=username, name=name, phone=phone, demo=demo, must_change_password=must_change)
    account.set_password(password)
    account.full_clean(exclude=["password"])
    account.save()
    audit(who, "account.create", account, f"{name}（{username}）", None, facts_of(account))
    return account


@transaction.atomic
def change_account(who: Who, account: Account, **changes: Any) -> Account:
    """Change name, phone or whether the account is enabled. The last administrator cannot be disabled."""
    require(who, "people.manage")
    locked = Account.objects.select_for_update().get(pk=account.pk)
    for key, value in changes.items():
        if key not in {"name", "phone", "is_active", "email", "must_change_password"}:
            raise ValueError(f"{key} is not changed here")
        setattr(locked, key, value)
    if not locked.is_active:
        _keep_an_administrator(without_account=locked.pk)
    save_audited(who, locked, "account.change")
    if not locked.is_active:
        end_sessions(locked)
    return locked


@transaction.atomic
def set_password(who: Who, account: Account, password: str, must_change: bool = False) -> None:
    """Set a password; all other sessions of the account end. Own password, or an administrator's act."""
    from django.contrib.auth.password_validation import validate_password

    if who.account_id != account.pk:
        require(who, "people.manage")
    validate_password(password, account)
    account.set_password(password)
    account.must_change_password = must_change
    account.save(update_fields=["password", "must_change_password"])
    audit(who, "account.password", account, str(account))


@transaction.atomic
def create_post(who: Who, organisation: Organisation, role: str, name: str = "") -> Post:
    """A post of that role at an organisation; the existing one when there is one of the same name."""
    require(who, "people.manage")
    if role not in ROLES:
        raise ValidationError({"role": _("没有这个角色")})
    post, created = Post.objects.get_or_create(organisation=organisation, role=role, name=name or name_of(role))
    if created:
        audit(who, "post.create", post, str(post), None, facts_of(post))
    return post


@transaction.atomic
def give_post(who: Who, account: Account, post: Post, valid_from: date | None = None, valid_to: date | None = None) -> Holding:
    """The account holds the post from that day; the open holding when it already does."""
    require(who, "people.manage")
    holding = Holding.objects.filter(account=account, post=post, valid_to__isnull=True).first()
    if holding is None:
        holding = Holding(account=account, post=post, valid_from=valid_from or timezone.localdate(), valid_to=valid_to)
        save_audited(who, holding, "holding.create")
    return holding


@transaction.atomic
def end_post(who: Who, holding: Holding, on_day: date | None = None) -> Holding:
    """The holding ends on that day (today). The last administrator keeps the post."""
    require(who, "people.manage")
    holding = Holding.objects.select_for_update().get(pk=holding.pk)
    if holding.post.role == ADMINISTRATOR:
        _keep_an_administrator(without_holding=holding.pk)
    holding.valid_to = max(on_day or timezone.localdate(), holding.valid_from)
    return save_audited(who, holding, "holding.end")


def _keep_an_administrator(without_account: int | None = None, without_holding: int | None = None) -> None:
    """ValidationError when nobody would be left who can sign in and administer. Locks the administrators' holdings,
    so that two administrators cannot remove each other at once."""
    rows = Holding.objects.filter(on(), post__role=ADMINISTRATOR, post__organisation__enabled=True, account__is_active=True)
    held = list(rows.select_for_update(of=("self",)))
    left = [h for h in held if h.account_id != without_account and h.pk != without_holding]
    if held and not left:
        raise ValidationError(_("这是最后一名管理员，不能停用或免去。请先指定另一名管理员。"), code="last_administrator")


def end_sessions(account: Account) -> None:
    """Whoever is signed in with this account is signed out at the next request."""
    Account.objects.filter(pk=account.pk).update(sessions_valid_from=timezone.now())


@transaction.atomic
def create_administrator(username: str, name: str, password: str, centre: str) -> Account:
    """An account with the administrator's post at a centre, which is made when there is none of that name."""
    from django.contrib.auth.password_validation import validate_password

    validate_password(password, Account(username=username, name=name))
    account = create_account(SYSTEM, username, name, password)
    organisation = Organisation.objects.filter(name=centre).first()
    if organisation is None:
        number = Organisation.objects.count() + 1
        organisation = save_organisation(SYSTEM, Organisation(code=f"centre-{number}", name=centre, kind=Organisation.Kind.CENTRE))
    give_post(SYSTEM, account, create_post(SYSTEM, organisation, ADMINISTRATOR))
    return account


# organisations, responsibility, duties


@transaction.atomic
def save_organisation(who: Who, organisation: Organisation) -> Organisation:
    """Create or change an organisation. It cannot stand below itself; disabling may not take the last administrator away."""
    require(who, "people.manage")
    parent = organisation.parent
    while parent is not None:
        if parent.pk == organisation.pk:
            raise ValidationError({"parent": _("上级不能是本机构或其下级")})
        parent = parent.parent
    saved = save_audited(who, organisation, "organisation.save")
    if not saved.enabled:
        _somebody_administers()
    return saved


def _somebody_administers() -> None:
    if not accounts_with_role(ADMINISTRATOR):
        raise ValidationError(_("停用后将没有管理员，已撤销。"), code="last_administrator")


@transaction.atomic
def set_responsibility(
    who: Who, matter_code: str, organisation: Organisation, area: Any = None, owner: Organisation | None = None, valid_from: date | None = None
) -> Responsibility:
    """From that day `organisation` answers for the matter there; the row valid until then is closed, not edited."""
    require(who, "people.manage_responsibility")
    start = valid_from or timezone.localdate()
    old = Responsibility.objects.select_for_update().filter(matter_code=matter_code, area=area, owner=owner, valid_to__isnull=True).first()
    if old is not None:
        if old.organisation_id == organisation.pk:
            return old
        end_dated(who, old, max(start, old.valid_from))
    row = Responsibility(matter_code=matter_code, area=area, owner=owner, organisation=organisation, valid_from=start)
    return save_audited(who, row, "responsibility.set")


@transaction.atomic
def give_grid_duty(
    who: Who, account: Account, responsibility_grid: Any, shift: str = GridDuty.Shift.ALL_DAY, valid_from: date | None = None
) -> GridDuty:
    """The inspector answers for the grid from that day on."""
    require(who, "people.manage_duties")
    duty = GridDuty.objects.filter(account=account, responsibility_grid=responsibility_grid, shift=shift, valid_to__isnull=True).first()
    if duty is None:
        duty = GridDuty(account=account, responsibility_grid=responsibility_grid, shift=shift, valid_from=valid_from or timezone.localdate())
        save_audited(who, duty, "duty.give")
    return duty


@transaction.atomic
def end_dated(who: Who, row: Any, on_day: date | None = None) -> Any:
    """Close a dated row (a duty, a responsibility) on that day; it stays as history."""
    require(who, "people.manage_duties" if isinstance(row, GridDuty) else "people.manage_responsibility")
    row.valid_to = max(on_day or timezone.localdate(), row.valid_from)
    return save_audited(who, row, f"{row._meta.model_name}.end")


# notices


@transaction.atomic
def notify(to: Account | Iterable[Account] | str, title: str, text: str = "", link: str = "", kind: str = "plain") -> list[Notice]:
    """Leave a notice for an account, several, or all who hold a role today; their bells ring after the commit."""
    if isinstance(to, str):
        receivers: list[Account] = accounts_with_role(to)
    elif isinstance(to, Account):
        receivers = [to]
    else:
        receivers = list({account.pk: account for account in to}.values())
    notices = Notice.objects.bulk_create(
        [Notice(account=account, title=title[:120], text=text[:500], link=link[:200], kind=kind) for account in receivers]
    )
    if notices:
        announce.hint("notices", accounts=[account.pk for account in receivers])
    return notices


@transaction.atomic
def mark_read(who: Who, ids: Iterable[int] | None = None) -> int:
    """Mark own notices read, all when no ids are given; returns how many were unread."""
    if who.account_id is None:
        return 0
    rows = Notice.objects.filter(account_id=who.account_id, read_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    changed = rows.update(read_at=timezone.now())
    if changed:
        announce.hint("notices", accounts=[who.account_id])
    return changed
