"""Verbs that change components, devices, gateways, commands and attachments."""

from chengguan.things.services.attachments import put_attachment
from chengguan.things.services.commands import (
    AskAgain,
    CommandChanged,
    CommandIssued,
    acknowledge_command,
    confirm_commands,
    expire_commands,
    fail_command,
    issue_command,
    send_waiting,
)
from chengguan.things.services.components import (
    change_component,
    change_status,
    create_component,
    create_device,
    issue_component_code,
    issue_component_codes,
    set_device_enabled,
)
from chengguan.things.services.gateways import (
    create_gateway,
    rotate_gateway_key,
    set_gateway_applications,
    set_gateway_enabled,
    set_gateway_password,
    write_gateway_accounts,
)
from chengguan.things.services.imports import import_components
from chengguan.things.services.leftovers import remove_unused_attachments, storing
from chengguan.things.services.loading import load_components

__all__ = [
    "AskAgain",
    "CommandChanged",
    "CommandIssued",
    "acknowledge_command",
    "change_component",
    "change_status",
    "confirm_commands",
    "create_component",
    "create_device",
    "create_gateway",
    "expire_commands",
    "fail_command",
    "import_components",
    "issue_command",
    "issue_component_code",
    "issue_component_codes",
    "load_components",
    "put_attachment",
    "remove_unused_attachments",
    "rotate_gateway_key",
    "send_waiting",
    "set_device_enabled",
    "set_gateway_applications",
    "set_gateway_enabled",
    "set_gateway_password",
    "storing",
    "write_gateway_accounts",
]
