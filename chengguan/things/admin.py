"""The raw tables of things."""

from __future__ import annotations

from django.contrib import admin

from chengguan.people.admin import Audited, ReadOnly
from chengguan.things.models import Attachment, Command, Component, ComponentChange, Device, Gateway, Group


@admin.register(Component)
class ComponentAdmin(Audited):
    list_display = ("code", "name", "label", "status", "address")
    list_filter = ("status",)
    search_fields = ("code", "label")
    raw_id_fields = ("unit_grid", "owner", "maintainer", "authority")
    readonly_fields = ("code", "class_code", "status")

    def has_add_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(Device)
class DeviceAdmin(Audited):
    list_display = ("key", "name", "subsystem", "model", "gateway", "enabled")
    list_filter = ("subsystem", "model", "enabled")
    search_fields = ("key", "name")
    raw_id_fields = ("component", "gateway", "group")


@admin.register(Group)
class GroupAdmin(Audited):
    list_display = ("key", "name", "subsystem", "kind", "gateway")
    list_filter = ("subsystem", "kind")
    search_fields = ("key", "name")
    raw_id_fields = ("gateway",)


@admin.register(Gateway)
class GatewayAdmin(ReadOnly):
    list_display = ("key", "name", "kind", "applications", "subsystem", "enabled", "key_issued_at")
    list_filter = ("subsystem", "kind", "enabled")
    search_fields = ("key", "name")


@admin.register(Command)
class CommandAdmin(ReadOnly):
    list_display = ("asked_at", "asked_name", "name", "device", "group", "state")
    list_filter = ("state", "name")
    list_select_related = ("device", "group")


@admin.register(ComponentChange, Attachment)
class PlainAdmin(ReadOnly):
    pass
