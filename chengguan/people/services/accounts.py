"""Accounts and the posts they hold. Nobody can lock the last administrator out."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.people.models import Account, AuditEntry, Holding, Organisation, Post
from chengguan.people.roles import ADMINISTRATOR, AT_THE_CENTRE, ROLES, name_of
from chengguan.people.selectors import SYSTEM, Who, on
from chengguan.people.services.organisations import save_organisation
from chengguan.people.services.telephones import kept_telephone
from chengguan.people.services.trail import audit, facts_of, require, save_audited


@transaction.atomic
def create_account(
    who: Who,
    username: str,
    name: str,
    password: str | None = None,
    phone: str = "",
    demo: bool = False,
    must_change: bool = False,
) -> Account:
    """A new account. Without a password nobody can sign in with it yet."""
    require(who, "people.manage")
    if Account.objects.filter(username=username).exists():
        raise ValidationError({"username": _("账号 “%(name)s” 已被使用。") % {"name": username}})
    account = Account(username=username, name=name, phone=kept_telephone(phone), demo=demo, must_change_password=must_change)
    account.set_password(password)
    account.full_clean(exclude=["password"])
    account.save()
    audit(who, "account.create", account, f"{name}（{username}）", None, facts_of(account))
    return account


@transaction.atomic
def change_account(who: Who, account: Account, **changes: Any) -> Account:
    """Change name, phone or whether the account is enabled. The last administrator cannot be disabled."""
    require(who, "people.manage")
    _one_at_a_time()
    locked = Account.objects.select_for_update().get(pk=account.pk)
    before = locked.phone
    for key, value in changes.items():
        if key not in {"name", "phone", "is_active", "email", "must_change_password"}:
            raise ValueError(f"{key} is not changed here")
        setattr(locked, key, value)
    if locked.phone != before:
        locked.phone = kept_telephone(locked.phone)
    if not locked.is_active:
        _keep_an_administrator(without_account=locked.pk)
        if who.account_id == locked.pk:
            raise ValidationError(_("不能停用自己的账号，请由另一名管理员来停用。"))
    save_audited(who, locked, "account.change")
    if not locked.is_active:
        end_sessions(locked)
    return locked


@transaction.atomic
def set_password(who: Who, account: Account, password: str, must_change: bool = False) -> None:
    """Set a password; all other sessions of the account end. Own password, or an administrator's act."""
    if who.account_id != account.pk:
        require(who, "people.manage")
    validate_password(password, account)
    account.set_password(password)
    account.must_change_password = must_change
    account.save(update_fields=["password", "must_change_password"])
    audit(who, "account.password", account, str(account))


@transaction.atomic
def reset_password(who: Who, account_id: int, password: str, seen: int) -> Account:
    """An administrator gives a first password, and every session of the account ends. `seen`: the line of the trail that the page knew as
    the last about this password; a form that is sent again, or after somebody else changed it, makes no other."""
    require(who, "people.manage")
    account = Account.objects.select_for_update().get(pk=account_id)
    last = last_password_line(account)
    if last is not None and last.pk != seen:
        said = {"who": last.who, "at": f"{timezone.localtime(last.at):%m-%d %H:%M}"}
        raise ValidationError(_("这一页打开之后，%(who)s 在 %(at)s 换过密码，这次没有再换。要另给一个新密码，请再点一次“重置密码”。") % said)
    set_password(who, account, password, must_change=True)
    end_sessions(account)
    return account


def last_password_line(account: Account) -> AuditEntry | None:
    """What the trail says last of this account's password."""
    about = AuditEntry.objects.filter(object_type=account._meta.label_lower, object_id=str(account.pk))
    return about.filter(action__in=("account.create", "account.password")).order_by("-pk").first()


@transaction.atomic
def create_post(who: Who, organisation: Organisation, role: str, name: str = "") -> Post:
    """A post of that role at an organisation; the existing one when there is one of the same name."""
    require(who, "people.manage")
    if role not in ROLES:
        raise ValidationError({"role": _("没有这个角色")})
    if (stands := Post.objects.filter(organisation=organisation, role=role, name=name or name_of(role)).first()) is not None:
        return stands
    if role in AT_THE_CENTRE and organisation.kind != Organisation.Kind.CENTRE:
        raise ValidationError({"role": _("%(role)s是监督中心的岗位，不能设在%(name)s") % {"role": name_of(role), "name": organisation}})
    if role == "township" and organisation.kind != Organisation.Kind.TOWNSHIP:
        raise ValidationError({"role": _("镇街的岗位只能设在镇街，%(name)s不是") % {"name": organisation}})
    post, created = Post.objects.get_or_create(organisation=organisation, role=role, name=name or name_of(role))
    if created:
        audit(who, "post.create", post, str(post), None, facts_of(post))
    return post


@transaction.atomic
def give_post(
    who: Who, account: Account, post: Post, valid_from: date | None = None, valid_to: date | None = None
) -> Holding:
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
    _one_at_a_time()
    holding = Holding.objects.select_for_update().get(pk=holding.pk)
    if holding.post.role == ADMINISTRATOR:
        _keep_an_administrator(without_holding=holding.pk)
    holding.valid_to = max(on_day or timezone.localdate(), holding.valid_from)
    return save_audited(who, holding, "holding.end")


def _one_at_a_time() -> None:
    """Until the end of the transaction nobody else relieves or disables anyone: two administrators could otherwise
    remove each other at once, or wait for each other for ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('people.administrators'))")


def _keep_an_administrator(without_account: int | None = None, without_holding: int | None = None) -> None:
    """ValidationError when nobody would be left who can sign in and administer."""
    held = Holding.objects.filter(on(), post__role=ADMINISTRATOR, post__organisation__enabled=True, account__is_active=True)
    held = held.exclude(account__password__startswith=UNUSABLE_PASSWORD_PREFIX)  # who was never given a password cannot sign in
    left = [pair for pair in held.values_list("pk", "account_id") if pair[0] != without_holding and pair[1] != without_account]
    if held.exists() and not left:
        raise ValidationError(_("这是最后一名管理员，不能停用或免去。请先指定另一名管理员。"), code="last_administrator")


def end_sessions(account: Account) -> None:
    """Whoever is signed in with this account is signed out at the next request."""
    Account.objects.filter(pk=account.pk).update(sessions_valid_from=timezone.now())


@transaction.atomic
def create_administrator(username: str, name: str, password: str, centre: str) -> Account:
    """An account with the administrator's post at a centre, which is made when there is none of that name."""
    validate_password(password, Account(username=username, name=name))
    account = create_account(SYSTEM, username, name, password)
    organisation = Organisation.objects.filter(name=centre).first()
    if organisation is None:
        number = Organisation.objects.count() + 1
        organisation = save_organisation(
            SYSTEM, Organisation(code=f"centre-{number}", name=centre, kind=Organisation.Kind.CENTRE)
        )
    give_post(SYSTEM, account, create_post(SYSTEM, organisation, ADMINISTRATOR))
    return account


@transaction.atomic
def create_account_with_post(
    who: Who, username: str, name: str, password: str, phone: str, organisation: Organisation, role: str
) -> Account:
    """A new person at their desk: the account with a first password that must be changed, and the post."""
    account = create_account(who, username, name, password, phone, must_change=True)
    give_post(who, account, create_post(who, organisation, role))
    return account


@transaction.atomic
def give_role(
    who: Who, account: Account, organisation: Organisation, role: str, valid_from: date | None = None
) -> Holding:
    """The account holds that role at the organisation; the post is made when there is none."""
    return give_post(who, account, create_post(who, organisation, role), valid_from)
