"""Spreadsheets taken in row by row: a row that is refused is named with its reason, the others stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from chengguan.people.models import Account, Organisation
from chengguan.people.roles import ROLES
from chengguan.people.selectors import Who
from chengguan.people.services.accounts import change_account, create_account, create_post, give_post
from chengguan.people.services.organisations import (
    end_dated,
    save_organisation,
    set_responsibility,
    set_responsibility_for,
)
from chengguan.people.services.trail import audit, require
from chengguan.people.typed import day, telephone
from chengguan.places.models import Area

Row = Mapping[str, str]
YES = {"是", "1", "true", "yes", "y", ""}


@dataclass
class Report:
    """What became of a sheet; `refused` holds (line in the sheet, reason)."""

    created: int = 0
    changed: int = 0
    same: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)


def lines_of(rows: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """Each row with its line in the sheet, as it was read there; else counted from below the head."""
    return ((getattr(row, "line", number), row) for number, row in enumerate(rows, 2))


def each_row(who: Who, action: str, rows: Sequence[Row], take: Callable[[Row], str]) -> Report:
    report = Report()
    for line, row in lines_of(rows):
        try:
            with transaction.atomic():
                outcome = take(row)
        except ValidationError as refused:
            report.refused.append((line, " ".join(refused.messages)))
        else:
            setattr(report, outcome, getattr(report, outcome) + 1)
    figures = {"created": report.created, "changed": report.changed, "refused": len(report.refused)}
    audit(who, action, summary=f"{len(rows)}", after=figures)
    return report


def _organisation(code: str) -> Organisation:
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise ValidationError(_("没有编码为 %(code)s 的机构") % {"code": code or "—"})
    return found


def _area(code: str) -> Area | None:
    if not code:
        return None
    found = Area.objects.filter(code=code).first()
    if found is None:
        raise ValidationError(_("没有代码为 %(code)s 的区域") % {"code": code})
    return found


def _telephone(row: Row) -> str:
    """As it would be kept; what is no number is refused where it is written."""
    found = telephone(row["电话"])
    return row["电话"] if found is None else found


def import_accounts(who: Who, rows: Sequence[Row]) -> Report:
    """By username: made without a password, or brought up to date; the post is given when one is named."""
    require(who, "people.manage")

    def take(row: Row) -> str:
        active = row["启用"].lower() in YES
        account = Account.objects.filter(username=row["账号"]).first()
        outcome = "same"
        if account is None:
            account, outcome = (
                create_account(who, row["账号"], row["姓名"], None, _telephone(row), must_change=True),
                "created",
            )
        elif (account.name, account.phone, account.is_active) != (row["姓名"], _telephone(row), active):
            change_account(who, account, name=row["姓名"], phone=_telephone(row), is_active=active)
            outcome = "changed"
        if row["机构编码"] or row["角色"]:
            if row["角色"] not in ROLES:
                raise ValidationError(_("没有角色 %(role)s") % {"role": row["角色"] or "—"})
            organisation = _organisation(row["机构编码"])
            if not account.holdings.filter(
                post__organisation=organisation, post__role=row["角色"], valid_to=None
            ).exists():
                give_post(who, account, create_post(who, organisation, row["角色"]))
                outcome = outcome if outcome == "created" else "changed"
        return outcome

    return each_row(who, "account.import", rows, take)


def import_organisations(who: Who, rows: Sequence[Row]) -> Report:
    """By code: made, or brought up to date. A parent must stand above its children in the sheet, or exist."""
    require(who, "people.manage")

    def take(row: Row) -> str:
        known = Organisation.objects.filter(code=row["编码"]).first()
        organisation = known or Organisation(code=row["编码"])
        wanted = {
            "name": row["名称"],
            "short": row["简称"],
            "kind": row["类别"],
            "parent": _organisation(row["上级编码"]) if row["上级编码"] else None,
            "area": _area(row["区域代码"]),
            "phone": _telephone(row),
            "enabled": row["启用"].lower() in YES,
        }
        if known is not None and all(getattr(known, name) == value for name, value in wanted.items()):
            return "same"
        for name, value in wanted.items():
            setattr(organisation, name, value)
        save_organisation(who, organisation)
        return "changed" if known else "created"

    return each_row(who, "organisation.import", rows, take)


def import_responsibilities(who: Who, rows: Sequence[Row]) -> Report:
    """By matter, area and owner of the component: from its day on (today) the named department answers, or until its day, or on the days
    between. A row that says what holds already changes nothing."""
    require(who, "people.manage_responsibility")

    def take(row: Row) -> str:
        area, organisation = _area(row["区域代码"]), _organisation(row["责任单位编码"])
        owner = _organisation(row["权属单位编码"]) if row["权属单位编码"] else None
        since, until = _day(row["自"]), _day(row["至"])
        if not row["事项编码"].isdigit() or len(row["事项编码"]) not in (2, 5):
            raise ValidationError(_("事项编码应为 2 位或 5 位数字：%(code)s") % {"code": row["事项编码"]})
        known = organisation.responsibilities.filter(matter_code=row["事项编码"], area=area, owner=owner)
        stands = known.filter(valid_to=until)
        if (stands.filter(valid_from=since) if since else stands).exists():
            return "same"
        runs = known.filter(valid_to=None).first()
        if runs is not None and since not in (None, runs.valid_from):
            raise ValidationError(_("这家单位已自 %(day)s 起负责这一项，“自”不能改") % {"day": runs.valid_from})
        begins = since or (runs.valid_from if runs else None)
        if until is not None and begins is not None and until <= begins:
            raise ValidationError(_("“至”要晚于“自”"))
        if until is not None and runs is not None:
            end_dated(who, runs, until)
        elif until is not None:
            set_responsibility_for(who, since, until, matter_code=row["事项编码"], organisation=organisation, area=area, owner=owner)
        else:
            set_responsibility(who, row["事项编码"], organisation, area, owner, since)
        return "changed"

    return each_row(who, "responsibility.import", rows, take)


def _day(text: str) -> date | None:
    found = day(text[:10].replace("/", "-").replace(".", "-")) if text else None
    if text and found is None:
        raise ValidationError(_("日期应写成 2026-01-31：%(text)s") % {"text": text})
    return found
