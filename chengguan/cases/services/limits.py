"""The county's own limits and the classes of its areas, one by one and by spreadsheet; each change is kept and can be set back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengguan.cases.models import Change, FilingLimit
from chengguan.cases.selectors.configuration import settings as county_settings
from chengguan.cases.selectors.own_limits import OwnLimits, listed
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services.administration import SETTERS, administrator_only, deadlines_follow_once, say_changed
from chengguan.cases.services.seen import refuse_unseen
from chengguan.people.selectors import Who
from chengguan.people.services import audit
from chengguan.people.services.imports import Report, Row, each_row
from chengguan.places.models import Area, AreaClass, UnitGrid
from chengguan.standards import filing
from chengguan.standards.limits import CLOCKS, LONGEST, Limit


def set_limit(
    who: Who, condition_key: str, area_class: str, valid_from: date, limit: Limit | None, verify: Limit | None = None,
    *, reason: str = "", undoes: Change | None = None, seen: int | None = None,
) -> None:  # fmt: skip
    """From that day on handling (and verifying) of such cases may take so long; a limit left out is the list's again. `seen`: the
    last change of this condition's limits that the person saw; Stale when there is a newer one."""
    _sensible(condition_key, area_class, limit, verify)
    _set(who, condition_key, area_class, valid_from, {"limit": _said(limit), "verify": _said(verify)}, reason, undoes, seen)


def drop_limit(who: Who, condition_key: str, area_class: str, valid_from: date, *, reason: str = "", seen: int | None = None) -> None:
    """Take the word back as if it had not been said: the one before it holds again."""
    _set(who, condition_key, area_class, valid_from, None, reason, None, seen)


def _sensible(condition_key: str, area_class: str, *given: Limit | None) -> None:
    try:
        filing.condition(condition_key)
    except KeyError:
        raise Refused(_("没有这个立案条件：%(key)s") % {"key": condition_key or "—"}, "condition_key") from None
    if area_class and area_class not in AreaClass.values:
        raise Refused(_("区域等级应为 A、B、C，或空着（各类区域）：%(klass)s") % {"klass": area_class}, "area_class")
    for limit in given:
        if limit is None:
            continue
        if limit.clock not in CLOCKS:
            raise Refused(_("没有这种计时方式：%(clock)s") % {"clock": limit.clock}, "clock")
        if limit.value <= 0:
            raise Refused(_("时限应大于零"), "value")
        if limit.value > LONGEST[limit.clock]:
            raise Refused(_("时限不能超过一年"), "value")
        if limit.clock == "natural_day" and limit.value != int(limit.value):
            raise Refused(_("自然日应为整数"), "value")


def _said(limit: Limit | None) -> list[Any] | None:
    return [limit.value, limit.clock] if limit else None


@transaction.atomic
def _set(
    who: Who, key: str, klass: str, day: date, after: dict[str, Any] | None, reason: str, undoes: Change | None, seen: int | None = None
) -> None:
    administrator_only(who)
    refuse_unseen(seen, "limit", beginning=f"{key}|")
    own = FilingLimit.objects.select_for_update().filter(condition_key=key, area_class=klass, valid_from=day).first()
    before = _word_of(own) if own else None
    if after is None:
        if own:
            own.delete()
    else:
        limit, verify = after["limit"] or (None, ""), after["verify"] or (None, "")
        columns = {"value": limit[0], "clock": limit[1], "verify_value": verify[0], "verify_clock": verify[1]}
        FilingLimit.objects.update_or_create(condition_key=key, area_class=klass, valid_from=day, defaults=columns)
    if before != after:
        audit(who, "cases.limit", None, f"{key} {klass} {day}", before or {}, after or {})
    say_changed(who, "limit", f"{key}|{klass}|{day.isoformat()}", before, after, reason, undoes)


def _word_of(row: FilingLimit) -> dict[str, Any]:
    return {
        "limit": [row.value, row.clock] if row.value is not None else None,
        "verify": [row.verify_value, row.verify_clock] if row.verify_value is not None else None,
    }


def _set_back(who: Who, key: str, value: Any, undone: Change) -> None:
    condition_key, klass, day = key.split("|")
    _set(who, condition_key, klass, date.fromisoformat(day), value, "", undone)


# ---- the classes of areas -------------------------------------------------------------------------
@transaction.atomic
def set_area_class(who: Who, code: str, area_class: str, *, reason: str = "", undoes: Change | None = None, seen: int | None = None) -> None:
    """Of a unit grid (15 digits) or an area; "" leaves it to what lies around."""
    administrator_only(who)
    refuse_unseen(seen, "area_class", [code])
    if area_class and area_class not in AreaClass.values:
        raise Refused(_("区域等级应为 A、B、C，或空着（随上级区域）：%(klass)s") % {"klass": area_class}, "area_class")
    kept: Any = UnitGrid.objects.filter(valid_to=None) if len(code) == 15 else Area.objects.all()
    found = kept.only("id", "code", "area_class").select_for_update(of=("self",)).filter(code=code).first()
    if found is None:
        raise Refused(_("没有代码为 %(code)s 的区域或单元网格") % {"code": code or "—"}, "code")
    before = found.area_class
    if before != area_class:
        found.area_class = area_class
        found.save(update_fields=["area_class"])
        audit(who, "cases.area_class", None, code, {"area_class": before}, {"area_class": area_class})
    say_changed(who, "area_class", code, before, area_class, reason, undoes)


SETTERS["limit"] = _set_back
SETTERS["area_class"] = lambda who, key, value, undone: set_area_class(who, key, value, undoes=undone)


# ---- by spreadsheet -------------------------------------------------------------------------------
LIMIT_HEADERS = [
    gettext_noop("条件编码"), gettext_noop("小类"), gettext_noop("立案条件"), gettext_noop("区域等级"), gettext_noop("处置时限"), gettext_noop("处置计时"),
    gettext_noop("核查时限"), gettext_noop("核查计时"), gettext_noop("生效日期"),
]  # fmt: skip
CLASS_HEADERS = [gettext_noop("代码"), gettext_noop("名称"), gettext_noop("级别"), gettext_noop("区域等级")]
CLOCK_NAMES = {
    "minute": gettext_noop("分钟"), "urgent_hour": gettext_noop("紧急工作时"), "urgent_day": gettext_noop("紧急工作日"),
    "work_hour": gettext_noop("工作时"), "work_day": gettext_noop("工作日"), "natural_day": gettext_noop("自然日"),
}  # fmt: skip


def clock_of(word: str) -> str:
    return next((clock for clock, name in CLOCK_NAMES.items() if word in (clock, name, _(name))), word)


def _limit(value: str, clock: str, what: str) -> Limit | None:
    if not value and not clock:
        return None
    try:
        return Limit(float(value), clock_of(clock))
    except ValueError:
        raise ValidationError(_("%(what)s应为数字：%(value)s") % {"what": what, "value": value or "—"}) from None


def _day(text: str, otherwise: date) -> date:
    if not text:
        return otherwise
    try:
        return date.fromisoformat(text[:10].replace("/", "-").replace(".", "-"))
    except ValueError:
        raise ValidationError(_("日期应写成 2026-01-31：%(text)s") % {"text": text}) from None


def _taken(act: Any) -> None:
    try:
        act()
    except Refused as refused:
        raise ValidationError(refused.words) from refused


def import_limits(who: Who, rows: Sequence[Row], valid_from: date, *, dry: bool = False, reason: str = "") -> Report:
    """A row that says what holds already changes nothing; one without a day holds from `valid_from` on. Nothing is written when dry."""
    administrator_only(who)
    settings, seen = county_settings(), set[tuple[str, str, date]]()

    def take(row: Row) -> str:
        key, klass, given = row["条件编码"], row["区域等级"].upper(), bool(row["生效日期"])
        limit, verify = _limit(row["处置时限"], row["处置计时"], _("处置时限")), _limit(row["核查时限"], row["核查计时"], _("核查时限"))
        day = _day(row["生效日期"], valid_from)
        if (key, klass, day) in seen:
            raise ValidationError(_("同一条件、同一区域等级、同一天写了两次"))
        seen.add((key, klass, day))
        own = OwnLimits(key).row(key, klass, day)
        stands = own is not None and own.valid_from == day
        now = _word_of(own) if own else {"limit": None, "verify": None}
        wanted = {"limit": _said(limit), "verify": _said(verify)}
        _taken(lambda: _sensible(key, klass, limit, verify))
        as_listed = own is None and not klass and wanted == {"limit": _said(listed(key, settings)), "verify": None}
        if as_listed or (wanted == now and (stands or not given or own is None)):
            return "same"
        _taken(lambda: set_limit(who, key, klass, day, limit, verify, reason=reason))
        return "changed" if stands else "created"

    return _all_or_dry(who, "cases.limits_import", rows, take, dry)


def import_area_classes(who: Who, rows: Sequence[Row], *, dry: bool = False, reason: str = "") -> Report:
    administrator_only(who)

    def take(row: Row) -> str:
        before = Change.objects.count()
        _taken(lambda: set_area_class(who, row["代码"], row["区域等级"].upper(), reason=reason))
        return "changed" if Change.objects.count() > before else "same"

    return _all_or_dry(who, "cases.area_class_import", rows, take, dry)


def _all_or_dry(who: Who, action: str, rows: Sequence[Row], take: Any, dry: bool) -> Report:
    """The rows in one transaction, taken back at its end when dry."""
    with transaction.atomic():
        with deadlines_follow_once():
            report = each_row(who, action, rows, take)
        if dry:
            transaction.set_rollback(True)
    return report
