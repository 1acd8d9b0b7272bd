"""The audit trail: every change says who, what, before and after. Rows are only appended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from chengguan.engines import prepared
from chengguan.people.models import AuditEntry
from chengguan.people.permissions import PERMISSIONS
from chengguan.people.selectors import SYSTEM, Who, may

SECRET_FIELDS = {"password", "password_hash", "key_hash"}


def facts_of(obj: models.Model) -> dict[str, Any]:
    """The stored columns of a row as JSON can hold them, secrets left out."""
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
    entry = _entry(who, action, obj, summary, before, after)
    entry.save()
    return entry


def audit_each(who: Who, done: Iterable[tuple[str, Any, str]]) -> None:
    """Append several lines (action, object, summary) at once."""
    entries = [_entry(who, action, obj, summary, None, None) for action, obj, summary in done]
    if len(entries) == 1:
        prepared.append(*entries)
    else:
        AuditEntry.objects.bulk_create(entries)


def _entry(
    who: Who, action: str, obj: Any, summary: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> AuditEntry:
    return AuditEntry(
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
    return None if value is None else json.loads(json.dumps(dict(value), cls=DjangoJSONEncoder, default=str))


def require(who: Who, action: str, organisation: Any = None, area: Any = None) -> None:
    """PermissionDenied, in words, unless `who` may."""
    if not may(who, action, organisation, area):
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


@transaction.atomic
def remove_old_audit(keep_days: int) -> int:
    """Remove entries older than `keep_days`, at least 183; the database itself refuses anything younger than six
    months. Returns how many went, which is entered in the trail."""
    if keep_days < 183:
        raise ValueError("the audit trail is kept at least six months")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL chengguan.audit_retention = 'on'")
        cursor.execute(
            "DELETE FROM people_auditentry WHERE at < now() - make_interval(days => %s) AND at < now() - interval '6 months'",
            [keep_days],
        )
        removed = cursor.rowcount
        cursor.execute("SET LOCAL chengguan.audit_retention = 'off'")
    if removed:
        audit(
            SYSTEM,
            "audit.retention",
            AuditEntry._meta.label_lower,
            str(removed),
            None,
            {"removed": removed, "keep_days": keep_days},
        )
    return removed
