"""Organisations, and who answers for which matter and grid. What is replaced is closed, not edited."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.people.models import Account, GridDuty, Holding, Organisation, Responsibility
from chengguan.people.roles import ADMINISTRATOR
from chengguan.people.selectors import Who, accounts_with_role, on, reach
from chengguan.people.services.telephones import kept_telephone
from chengguan.people.services.trail import require, save_audited
from chengguan.standards import codes

SET, REPLACED = "responsibility.set", "responsibility.replace"


@transaction.atomic
def save_organisation(who: Who, organisation: Organisation) -> Organisation:
    """Create or change an organisation. It cannot stand below itself; disabling may not take the last administrator away."""
    require(who, "people.manage")
    parent = organisation.parent
    while parent is not None:
        if parent.pk == organisation.pk:
            raise ValidationError({"parent": _("上级不能是本机构或其下级")})
        parent = parent.parent
    before = Organisation.objects.filter(pk=organisation.pk).values_list("phone", flat=True).first()
    if organisation.phone != before:
        organisation.phone = kept_telephone(organisation.phone)
    saved = save_audited(who, organisation, "organisation.save")
    if not saved.enabled:
        _somebody_administers()
    return saved


def _somebody_administers() -> None:
    if not accounts_with_role(ADMINISTRATOR, with_away=True):
        raise ValidationError(_("停用后将没有管理员，已撤销。"), code="last_administrator")


@transaction.atomic
def set_responsibility(
    who: Who,
    matter_code: str,
    organisation: Organisation,
    area: Any = None,
    owner: Organisation | None = None,
    valid_from: date | None = None,
) -> Responsibility:
    """From that day `organisation` answers for the matter there; the row valid until then is closed, not edited."""
    require(who, "people.manage_responsibility")
    _is_known(matter_code)
    start = valid_from or timezone.localdate()
    old = (
        Responsibility.objects.order_by().select_for_update()
        .filter(matter_code=matter_code, area=area, owner=owner, valid_to__isnull=True)
        .first()
    )
    if old is not None:
        if old.organisation_id == organisation.pk:
            return old
        old.valid_to = max(start, old.valid_from)
        save_audited(who, old, REPLACED)
    row = Responsibility(matter_code=matter_code, area=area, owner=owner, organisation=organisation, valid_from=start)
    return save_audited(who, row, SET)


@transaction.atomic
def set_responsibility_for(who: Who, since: date | None, until: date, **of: Any) -> Responsibility:
    """The days somebody answered for a matter (of: matter_code, organisation, area, owner), as a sheet from elsewhere tells them; refused
    where another answers on one of these days, for what runs here is closed by its successor only."""
    require(who, "people.manage_responsibility")
    _is_known(of["matter_code"])
    if since is None or since >= until:
        raise ValidationError(_("写了“至”而这家单位没有还在负责的这一项：“自”也要写，并早于“至”"))
    about = {name: value for name, value in of.items() if name != "organisation"}
    same = Responsibility.objects.order_by().select_for_update(of=("self",)).filter(**about, valid_from__lt=until)
    other = same.exclude(valid_to__lte=since).exclude(valid_to=F("valid_from")).select_related("organisation").first()  # taken back is never held
    if other is not None:
        raise ValidationError(_("这段时间里已由%(name)s负责，自 %(day)s 起") % {"name": other.organisation, "day": other.valid_from})
    return save_audited(who, Responsibility(valid_from=since, valid_to=until, **of), SET)


def _is_known(matter_code: str) -> None:
    book = codes.in_force()
    if matter_code not in book.matters and matter_code not in book.majors["matter"]:
        raise ValidationError({"matter_code": _("现行编码中没有事项 %(code)s") % {"code": matter_code}})


def _manages_duties_of(who: Who, account: Account) -> None:
    """PermissionDenied, or ValidationError for another company's inspector, unless `who` may say which grid this one answers for."""
    require(who, "people.manage_duties")
    found = reach(who, "people.manage_duties")
    own = Holding.objects.filter(on(), account=account, post__role="inspector", post__organisation__in=found.organisation_ids)
    if not found.everything and not own.exists():
        raise ValidationError(_("%(name)s不是您单位的信息采集员。") % {"name": account})


@transaction.atomic
def give_grid_duty(
    who: Who,
    account: Account,
    responsibility_grid: Any,
    shift: str = GridDuty.Shift.ALL_DAY,
    valid_from: date | None = None,
) -> GridDuty:
    """The inspector answers for the grid from that day on. A collection company's lead sets its own people only."""
    _manages_duties_of(who, account)
    duty = GridDuty.objects.filter(
        account=account, responsibility_grid=responsibility_grid, shift=shift, valid_to__isnull=True
    ).first()
    if duty is None:
        duty = GridDuty(
            account=account,
            responsibility_grid=responsibility_grid,
            shift=shift,
            valid_from=valid_from or timezone.localdate(),
        )
        save_audited(who, duty, "duty.give")
    return duty


@transaction.atomic
def end_dated(who: Who, row: Any, on_day: date | None = None) -> Any:
    """Close a dated row (a duty, a responsibility) on that day; it stays as history."""
    if isinstance(row, GridDuty):
        _manages_duties_of(who, row.account)
    else:
        require(who, "people.manage_responsibility")
    row.valid_to = max(on_day or timezone.localdate(), row.valid_from)
    return save_audited(who, row, f"{row._meta.model_name}.end")
