"""The audit trail cannot be edited and keeps what it must. (M-01)"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from chengguan.people import services
from chengguan.people.models import AuditEntry
from chengguan.people.selectors import SYSTEM


@pytest.fixture
def entry(db):
    return services.audit(SYSTEM, "account.change", "account", "x", {"a": 1, "b": 2}, {"a": 1, "b": 3})


def old(days: int) -> AuditEntry:
    return AuditEntry.objects.create(at=timezone.now() - timedelta(days=days), who="x", action="old")


@pytest.mark.parametrize("statement", ["UPDATE people_auditentry SET who = 'y'", "DELETE FROM people_auditentry"])
def test_the_trail_can_be_neither_changed_nor_removed(entry, statement):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().who == "系统"


def test_retention_removes_what_is_old_and_says_so(db):
    old(400)
    recent = old(300)
    assert services.remove_old_audit(365) == 1
    assert AuditEntry.objects.filter(pk=recent.pk).exists()
    assert (AuditEntry.objects.get(action="audit.retention").after or {})["removed"] == 1


def test_nothing_younger_than_six_months_goes_even_with_the_retention_switch_on(db):
    old(100)
    with pytest.raises(ValueError, match="six months"):
        services.remove_old_audit(30)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL chengguan.audit_retention = 'on'")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute("DELETE FROM people_auditentry")
    assert AuditEntry.objects.count() == 1


def test_after_retention_the_switch_is_off_again(db):
    old(400)
    services.remove_old_audit(365)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_auditentry")


def test_only_what_changed_is_kept_and_never_a_secret(entry, person):
    assert (entry.before, entry.after) == ({"b": 2}, {"b": 3})
    account = person("somebody", "acceptor")
    services.set_password(SYSTEM, account, "another-river-9")
    services.change_account(SYSTEM, account, phone="123")
    for each in AuditEntry.objects.all():
        assert "password" not in {**(each.before or {}), **(each.after or {})} or each.before is None
        assert "another-river-9" not in str((each.before, each.after, each.summary))


def test_signing_in_and_out_is_entered(client, person):
    person("somebody", "acceptor")
    client.post("/signin", {"username": "somebody", "password": "quiet-river-42"}, headers={"User-Agent": "x"})
    client.post("/signout")
    assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == ["session.signin", "session.signout"]
    assert AuditEntry.objects.filter(ip="127.0.0.1").count() == 2


def test_a_change_is_read_in_words_and_numbers_with_nothing_nested(client, person, office):
    root = person("root", "administrator")
    limits = [{"limits": {"share_of_rated": value, "above": 242.0, "states": [1, 2]}, "settle_s": 60.0, "auto_register": on} for value, on in ((20, True), (30.5, False))]
    services.audit(SYSTEM, "alarms.change_rule", "alarms.rule", "x", *limits)
    services.audit(SYSTEM, "quarantine.redriven", "observations.quarantine", "x", {"state": "waiting"}, {"state": "redriven"})
    services.audit(SYSTEM, "command.issue", "things.command", "x", None, {"name": "dim", "parameters": {"level": 40.0}})
    rule, quarantine, command = AuditEntry.objects.order_by("id")
    assert rule.changes == [("亮与不亮以额定功率的多少为界", "20", "30.5"), ("自动登记", "是", "否")]
    assert quarantine.changes == [("状态", "待处理", "已重放")]
    assert command.changes == [("名称", "—", "dim"), ("level", "—", "40")]
    client.force_login(root)
    page = client.get("/administration/audit").content.decode()
    page = page[page.index('id="list"') :]
    assert "{" not in page
    assert "share_of_rated" not in page
