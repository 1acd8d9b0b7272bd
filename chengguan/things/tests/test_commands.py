from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from chengguan.engines import announce
from chengguan.people.models import AuditEntry
from chengguan.things import selectors, services
from chengguan.things.models import Command


def issue(town, target=None, name="on", parameters=None, who=None, **more):
    return services.issue_command(who or town.engineer, target or town.lamp, name, parameters, **more)


@pytest.fixture
def leave(django_capture_on_commit_callbacks, told):
    """Issue a command and let its transaction commit."""

    def act(*args, **kwargs):
        with django_capture_on_commit_callbacks(execute=True):
            command = issue(*args, **kwargs)
        command.refresh_from_db()
        return command

    return act


def test_a_command_leaves_after_the_commit_and_not_before(town, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as waiting:
        command = issue(town)
    assert (command.state, told) == ("queued", [])
    for callback in waiting:
        callback()
    command.refresh_from_db()
    assert command.state == "sent"
    assert told == [("zhcg.down.G01.lanterns.L-1", {"command": command.pk, "name": "on", "lit": 1})]


def test_a_command_lives_from_sent_through_acknowledged_to_confirmed_by_a_reading(town, leave):
    command = leave(town)
    services.acknowledge_command(command.pk, "G01")
    command.refresh_from_db()
    assert (command.state, command.confirmed_at) == ("acknowledged", None)
    assert services.confirm_commands({town.lamp.pk: {"lit": 0.0}}) == []
    assert services.confirm_commands({town.lamps[1].pk: {"lit": 1.0}}) == []
    assert services.confirm_commands({town.lamp.pk: {"lit": 1.0}}) == [command.pk]
    command.refresh_from_db()
    assert (command.state, command.waiting) == ("confirmed", [])


def test_a_reading_proves_a_command_that_the_device_never_acknowledged(town, leave):
    command = leave(town, name="dim", parameters={"level": 40})
    assert command.expect == {"metric": "dim", "value": 40}
    assert services.confirm_commands({town.lamp.pk: {"dim": 40.0}}) == [command.pk]


def test_a_command_that_no_reading_can_prove_is_done_when_acknowledged(town, leave):
    command = leave(town, name="hello")
    services.acknowledge_command(command.pk)
    command.refresh_from_db()
    assert command.state == "confirmed"


def test_another_gateways_word_does_not_count(town, leave):
    command = leave(town)
    assert services.acknowledge_command(command.pk, "G99") is None
    assert services.acknowledge_command(command.pk, "G01") == command


def test_a_device_that_could_not_says_why_and_a_group_goes_on_without_it(town, leave):
    one = leave(town)
    assert services.fail_command(one.pk, "继电器不动作", "G99") is None
    services.fail_command(one.pk, "继电器不动作\0", "G01")
    one.refresh_from_db()
    assert (one.state, one.failure) == ("failed", "继电器不动作\ufffd")
    assert services.confirm_commands({town.lamp.pk: {"lit": 1.0}}) == []
    all_of_them = leave(town, town.circuit, confirmed=True)
    services.fail_command(all_of_them.pk, "继电器不动作", "G01")
    all_of_them.refresh_from_db()
    assert (all_of_them.state, all_of_them.failure) == ("sent", "继电器不动作")


def test_what_is_not_proved_in_time_times_out_and_stays_so(town, leave):
    command = leave(town)
    assert services.expire_commands() == 0
    Command.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert services.expire_commands() == 1
    command.refresh_from_db()
    assert command.state == "timed_out"
    assert services.acknowledge_command(command.pk) is None
    assert services.confirm_commands({town.lamp.pk: {"lit": 1.0}}) == []


def test_a_command_waits_while_the_broker_is_away(town, leave, monkeypatch, told):
    def away(*_args):
        raise TimeoutError

    monkeypatch.setattr("chengguan.engines.nats.publish", away)
    command = leave(town)
    assert command.state == "queued"
    monkeypatch.setattr("chengguan.engines.nats.publish", lambda subject, payload, *_: told.append(subject))
    assert services.send_waiting() == 0, "just issued: its own attempt is given time"
    Command.objects.update(asked_at=timezone.now() - timedelta(seconds=5))
    assert services.send_waiting() == 1
    assert len(told) == 1


def test_a_whole_group_is_asked_twice_and_told_how_many(town, leave, told):
    with pytest.raises(services.AskAgain) as asked:
        issue(town, town.circuit)
    assert asked.value.touches == 3
    command = leave(town, town.circuit, confirmed=True)
    assert sorted(subject for subject, _ in told) == [f"zhcg.down.G01.lanterns.L-{n}" for n in (1, 2, 3)]
    assert services.confirm_commands({town.lamps[0].pk: {"lit": 1.0}, town.lamps[1].pk: {"lit": 1.0}}) == []
    assert services.confirm_commands({town.lamps[2].pk: {"lit": 1.0}}) == [command.pk]


def test_a_dangerous_command_is_asked_twice_even_for_one_device(town, told):
    with pytest.raises(services.AskAgain):
        issue(town, name="blackout")
    assert not Command.objects.exists()


def test_a_department_switches_its_own_devices_only(town, told):
    assert issue(town, who=town.who("light", "department", town.lighting)).pk
    with pytest.raises(PermissionDenied):
        issue(town, who=town.who("drain", "department", town.drainage))
    with pytest.raises(PermissionDenied):
        issue(town, who=town.who("accept", "acceptor", town.lighting))
    with pytest.raises(PermissionDenied):
        issue(town, town.circuit, who=town.who("duty", "duty_officer", town.lighting), confirmed=True)


def test_a_device_that_nobody_maintains_is_no_departments_own(town, told):
    town.lamp.component.maintainer = None
    town.lamp.component.save()
    with pytest.raises(PermissionDenied):
        issue(town, who=town.who("light", "department", town.lighting))


@pytest.mark.parametrize(
    ("name", "parameters"), [("nothing", {}), ("dim", {}), ("dim", {"level": 101}), ("dim", {"level": "nan"}), ("dim", {"level": "x"}), ("on", {"level": 1})]
)
def test_a_wrong_command_is_refused_and_nothing_leaves(town, told, name, parameters):
    with pytest.raises(ValidationError):
        issue(town, name=name, parameters=parameters)
    assert not Command.objects.exists()


def test_disabled_devices_are_left_out(town, leave, told):
    services.set_device_enabled(town.engineer, town.lamps[2], False)
    leave(town, town.circuit, confirmed=True)
    assert len(told) == 2
    services.set_device_enabled(town.engineer, town.lamp, False)
    with pytest.raises(ValidationError, match="没有能执行"):
        issue(town)


def test_each_step_is_announced_and_the_order_is_audited(town, leave, monkeypatch):
    heard = []
    monkeypatch.setitem(announce._handlers, services.CommandIssued, [lambda fact: heard.append("issued")])
    monkeypatch.setitem(announce._handlers, services.CommandChanged, [lambda fact: heard.append(fact.state)])
    command = leave(town)
    services.acknowledge_command(command.pk)
    services.confirm_commands({town.lamp.pk: {"lit": 1}})
    assert heard == ["issued", "sent", "acknowledged", "confirmed"]
    assert AuditEntry.objects.get(action="command.issue").who == "engineer"


def test_commands_of_others_are_not_shown(town, leave):
    leave(town)
    assert selectors.commands(town.engineer, device_id=town.lamp.pk).count() == 1
    assert selectors.commands(town.who("drain", "department", town.drainage)).count() == 0
