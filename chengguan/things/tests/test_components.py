import threading

import bcrypt
import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from chengguan.people.models import AuditEntry
from chengguan.people.selectors import SYSTEM
from chengguan.standards import identifiers
from chengguan.things import selectors, services
from chengguan.things.models import Component, ComponentChange, Gateway

HERE = Point(108.9916, 28.4482, srid=4490)


def test_codes_run_on_for_each_class_and_are_well_formed(db):
    assert services.issue_component_code("01037") == "50024101037000001"
    assert services.issue_component_codes("01037", 3)[-1] == "50024101037000004"
    code = services.issue_component_code("01002")
    assert code == "50024101002000001"
    assert identifiers.check_component_code(code).class_code == "01002"
    with pytest.raises(identifiers.Malformed):
        services.issue_component_code("99999")


@pytest.mark.django_db(transaction=True)
def test_no_code_is_given_twice_to_two_who_ask_at_once():
    ready, given = threading.Barrier(4), []

    def ask() -> None:
        try:
            ready.wait(10)
            for _ in range(25):
                given.append(services.issue_component_code("01037"))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == len(set(given)) == 100


def test_a_components_life_is_appended_step_by_step(db):
    lamp = services.create_component(SYSTEM, "01037", "路灯", HERE)
    services.change_status(SYSTEM, lamp, "broken", "灯杆撞歪")
    services.change_status(SYSTEM, lamp, "intact")
    steps = list(ComponentChange.objects.order_by("id").values_list("from_status", "to_status"))
    assert steps == [("", "intact"), ("intact", "broken"), ("broken", "intact")]
    lamp.refresh_from_db()
    assert lamp.changed_date is not None
    assert AuditEntry.objects.filter(action="component.status").count() == 2


def test_a_removed_component_does_not_come_back(db):
    lamp = services.create_component(SYSTEM, "01037", "路灯", HERE)
    services.change_status(SYSTEM, lamp, "removed")
    with pytest.raises(ValidationError, match="另行登记"):
        services.change_status(SYSTEM, lamp, "intact")


def test_code_and_class_of_a_component_never_change(db):
    lamp = services.create_component(SYSTEM, "01037", "路灯", HERE)
    for field in ("code", "class_code", "status"):
        with pytest.raises(ValidationError):
            services.change_component(SYSTEM, lamp, **{field: "x"})


def test_a_given_code_is_checked(db):
    with pytest.raises(identifiers.Malformed):
        services.create_component(SYSTEM, "01037", "路灯", HERE, code="123")


def test_each_sees_the_components_of_their_own_scope(town):
    other = Component.objects.create(code="50024101002000009", class_code="01002", name="污水井盖", point=HERE, maintainer=town.drainage)
    light, drain = town.who("light", "department", town.lighting), town.who("drain", "department", town.drainage)
    assert selectors.components(light).count() == 3
    assert list(selectors.components(drain)) == [other]
    assert selectors.devices(drain).count() == 0
    assert selectors.device(drain, town.lamp.pk) is None
    assert selectors.components(town.who("duty", "duty_officer", town.lighting)).count() == 4


def test_only_those_who_may_change_things_do(town):
    with pytest.raises(PermissionDenied):
        services.change_status(town.who("accept", "acceptor", town.lighting), town.lamp.component, "broken")
    with pytest.raises(PermissionDenied):
        services.rotate_gateway_key(town.engineer, town.gateway)


def test_a_gateways_key_is_returned_once_and_kept_as_a_hash(town, monkeypatch, django_capture_on_commit_callbacks):
    written = []
    monkeypatch.setattr("chengguan.engines.nats.write_accounts", lambda rows: written.append(list(rows)))
    with django_capture_on_commit_callbacks(execute=True):
        key = services.rotate_gateway_key(SYSTEM, town.gateway)
    town.gateway.refresh_from_db()
    assert bcrypt.checkpw(key.encode(), town.gateway.password_hash.encode())
    assert written == [[("G01", town.gateway.password_hash, "own", [])]]
    assert key not in str(list(AuditEntry.objects.values_list("summary", "before", "after")))
    with django_capture_on_commit_callbacks(execute=True):
        services.set_gateway_enabled(SYSTEM, town.gateway, False)
    assert written[-1] == []


def test_an_account_of_chirpstack_names_its_applications_and_nobody_elses(town, monkeypatch, django_capture_on_commit_callbacks):
    written = []
    monkeypatch.setattr("chengguan.engines.nats.write_accounts", lambda rows: written.append(list(rows)))
    lora = services.create_gateway(SYSTEM, "NS-1", "LoRaWAN", "lanterns", "chirpstack", applications=["a-1", "a-1"])
    assert lora.applications == ["a-1"]
    with django_capture_on_commit_callbacks(execute=True):
        services.rotate_gateway_key(SYSTEM, lora)
        services.set_gateway_applications(SYSTEM, lora, ["a-1", "a-2"])
    assert ["a-1", "a-2"] in [row[3] for row in written[-1]]
    for key, kind, applications, words in (
        ("NS-2", "chirpstack", ["a-2"], "已属于网关"),
        ("NS-2", "chirpstack", [], "至少要有一个"),
        ("NS-2", "chirpstack", ["a.>"], "不是应用编号"),
        ("G-9", "own", ["a-3"], "没有应用编号"),
    ):
        with pytest.raises(ValidationError, match=words):
            services.create_gateway(SYSTEM, key, "另一个", "lanterns", kind, applications=applications)
    with pytest.raises(PermissionDenied):
        services.set_gateway_applications(town.engineer, lora, ["a-3"])


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_an_application_at_once_do_not_both_get_it():
    refused = []

    def claim() -> None:
        try:
            services.create_gateway(SYSTEM, "NS-2", "另一个", "manholes", "chirpstack", applications=["a-1"])
        except ValidationError as error:
            refused.extend(error.messages)
        finally:
            connection.close()

    other = threading.Thread(target=claim)
    with transaction.atomic():
        services.create_gateway(SYSTEM, "NS-1", "LoRaWAN", "manholes", "chirpstack", applications=["a-1"])
        other.start()
        other.join(1)
    other.join(10)
    assert "已属于网关" in refused[0]
    assert Gateway.objects.filter(applications__contains=["a-1"]).count() == 1


def test_applications_are_changed_on_the_gateways_page(client, town, monkeypatch):
    from chengguan.people.models import Account

    monkeypatch.setattr("chengguan.engines.nats.write_accounts", lambda rows: None)
    client.force_login(Account.objects.get(pk=town.who("root", "administrator", town.lighting).account_id))
    shown = client.post(
        "/administration/gateways", {"key": "NS-1", "name": "LoRaWAN", "subsystem": "lanterns", "kind": "chirpstack", "applications": "a-1， a-2"}, follow=True
    )
    assert 'class="secret"' in shown.content.decode()
    lora = Gateway.objects.get(key="NS-1")
    assert lora.applications == ["a-1", "a-2"]
    page = client.get(f"/administration/gateways/{lora.pk}").content.decode()
    assert "a-1\na-2</textarea>" in page
    client.post(f"/administration/gateways/{lora.pk}/applications", {"applications": "a-3"})
    lora.refresh_from_db()
    assert lora.applications == ["a-3"]
    client.post(f"/administration/gateways/{lora.pk}/applications", {"applications": ""})
    lora.refresh_from_db()
    assert lora.applications == ["a-3"]


def test_a_key_is_shown_on_one_page_only(client, town, monkeypatch):
    from chengguan.people.models import Account

    monkeypatch.setattr("chengguan.engines.nats.write_accounts", lambda rows: None)
    root = town.who("root", "administrator", town.lighting)
    client.force_login(Account.objects.get(pk=root.account_id))
    address = f"/administration/gateways/{town.gateway.pk}"
    answer = client.post(f"{address}/key")
    assert (answer.status_code, answer["Location"]) == (302, f"{address}/new-key")
    shown = client.get(answer["Location"])
    assert 'class="secret"' in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    town.gateway.refresh_from_db()
    issued = town.gateway.password_hash
    again = client.get(answer["Location"], follow=True).content.decode()
    assert 'class="secret"' not in again and "密钥只显示一次" in again
    town.gateway.refresh_from_db()
    assert town.gateway.password_hash == issued, "reloaded, it makes no other"
    assert 'class="secret"' not in client.get(f"/administration/gateways/{town.gateway.pk}").content.decode()


def test_an_unknown_model_is_refused(town):
    with pytest.raises(ValidationError, match="没有型号"):
        services.create_device(town.engineer, "lanterns", "L-9", "toaster", "灯", town.gateway)


def test_the_nearest_components_come_first(town):
    away = services.create_component(SYSTEM, "01037", "路灯", Point(108.9902, 28.44, srid=4490), code="50024101037000009")
    found = selectors.nearby_components(town.engineer, Point(108.9902, 28.44, srid=4490), metres=30)
    assert found[0] == away
    assert len(found) == 4
    assert selectors.nearby_components(town.engineer, Point(108.9902, 28.44, srid=4490), metres=10) == [away]
