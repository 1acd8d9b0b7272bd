"""Partners and their keys. A key is shown once; only its digest is kept."""

from __future__ import annotations

import hashlib
import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.engines import prepared
from chengguan.people.selectors import Who
from chengguan.people.services import audit, require, save_audited
from chengguan.portal.models import Partner
from chengguan.portal.services.refusals import UnknownKey

BEGINNING = "cg_"
"""So that a key that strays into a log is known for one."""


def _digest(key: str) -> str:
    """Plain: a key is 32 random bytes, which nobody guesses, however fast a guess is."""
    return hashlib.sha256(key.encode()).hexdigest()


def partner_of(key: str) -> Partner:
    """Whose key it is. UnknownKey, in words, for any other."""
    found = prepared.found(Partner, "key_hash = %s", [_digest(key)])
    if not found or not found[0].enabled:
        raise UnknownKey([_("密钥不对，或者已停用。请向县监督中心的管理员要一把新的。")], *found)
    return found[0]


@transaction.atomic
def create_partner(who: Who, *, name: str, source: str, an_hour: int) -> Partner:
    """A partner without a key; `issue_key` issues one."""
    require(who, "portal.manage_partners")
    return save_audited(who, Partner(name=name.strip(), source=source, an_hour=an_hour), "partner.create")


@transaction.atomic
def change_partner(who: Who, partner: Partner, *, name: str, source: str, an_hour: int) -> Partner:
    require(who, "portal.manage_partners")
    partner.name, partner.source, partner.an_hour = name.strip(), source, an_hour
    return save_audited(who, partner, "partner.change")


@transaction.atomic
def issue_key(who: Who, partner: Partner) -> str:
    """A new key; the old one stops working at once. Returned once, never stored."""
    require(who, "portal.manage_partners")
    key = BEGINNING + secrets.token_urlsafe(32)
    partner.key_hash, partner.key_ends, partner.key_issued_at = _digest(key), key[-4:], timezone.now()
    partner.save(update_fields=["key_hash", "key_ends", "key_issued_at"])
    audit(who, "partner.key", partner, str(partner))
    return key


@transaction.atomic
def set_partner_enabled(who: Who, partner: Partner, enabled: bool) -> Partner:
    """A disabled partner is refused with its next report; what it has reported stays."""
    require(who, "portal.manage_partners")
    partner.enabled = enabled
    return save_audited(who, partner, "partner.enable" if enabled else "partner.disable")
