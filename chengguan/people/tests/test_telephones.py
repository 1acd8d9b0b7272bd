"""What a telephone number may look like: one rule for accounts, organisations, callers and citizens."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from chengguan.people import services
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import SYSTEM
from chengguan.people.typed import telephone

KEPT = {
    "13800001234": "13800001234", "138 0000 1234": "13800001234", "138-0000-1234": "13800001234", "１３８００００１２３４": "13800001234",
    "+86 138 0000 1234": "13800001234", "0086-13800001234": "13800001234", "8613800001234": "13800001234",
    "02376881234": "023-76881234", "(023) 7688 1234": "023-76881234", "（023）76881234转801": "023-76881234-801", "+86 23 76881234": "023-76881234",
    "0855–8221234": "0855-8221234", "023-76881234-801": "023-76881234-801", "010 12345678": "010-12345678", "76881234": "76881234",
    "12345": "12345", "110": "110", "95598": "95598", "400-810-1234": "400-810-1234", "+852 2123 4567": "+85221234567", "": "", "  ": "", None: "",
}  # fmt: skip


@pytest.mark.parametrize(("typed", "kept"), KEPT.items())
def test_one_number_is_kept_in_one_way_however_it_is_written(typed, kept):
    assert telephone(typed) == kept
    assert telephone(kept) == kept


@pytest.mark.parametrize("typed", ["1380000123", "138000012345", "12800001234", "电话没有", "0237688", "023-76881234-", "7", "99", "+86", "+86 12", "1381234x678", "١٢٣٤٥", "-", "023-76881234-1234567"])
def test_what_is_no_number_is_none(typed):
    assert telephone(typed) is None


def test_a_short_number_is_nobodys_own():
    assert telephone("12345") == "12345"
    assert telephone("12345", short=False) is None


def test_the_number_of_an_account_or_an_organisation_is_looked_at_when_it_is_typed(db):
    account = services.create_account(SYSTEM, "someone", "某人", phone="138 0000 1234")
    assert account.phone == "13800001234"
    for refused in (
        lambda: services.create_account(SYSTEM, "other", "别人", phone="1380000"),
        lambda: services.change_account(SYSTEM, account, phone="023-7688"),
        lambda: services.save_organisation(SYSTEM, Organisation(code="X", name="某单位", kind="department", phone="没有")),
    ):
        with pytest.raises(ValidationError, match="电话号码好像不对") as said:
            refused()
        assert list(said.value.error_dict) == ["phone"]
    assert not Organisation.objects.filter(code="X").exists()


def test_a_number_of_old_that_nobody_touches_holds_up_no_other_change(db):
    account = services.create_account(SYSTEM, "old", "老账号")
    Account.objects.filter(pk=account.pk).update(phone="7688 / 7689")
    assert services.change_account(SYSTEM, account, name="新名字", phone="7688 / 7689").name == "新名字"
