"""The raw tables, for an administrator to look at. What has a page of its own is changed there, by its rules; what has
none may be changed here, and is audited like everything else."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.contrib.gis.db.models import GeometryField
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from chengguan.people.models import Account, AuditEntry, GridDuty, Holding, Notice, Organisation, Post, Responsibility
from chengguan.people.services import audit, facts_of

admin.site.site_header = admin.site.site_title = _("城管 · 数据表")
admin.site.index_title = _("数据表")
for _model in list(admin.site._registry):
    if _model._meta.app_label in {"auth", "axes", "procrastinate"}:  # the audit trail and the operations page tell this
        admin.site.unregister(_model)


class ReadOnly(ModelAdmin):
    """Looked at, never changed."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        hidden = (GeometryField, models.GeneratedField)
        named = {"password", "password_hash", "upload_token"}
        return [f.name for f in self.model._meta.concrete_fields if isinstance(f, hidden) or f.name in named]


class Audited(ReadOnly):
    """May be changed, not removed; each change is entered in the audit trail."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    def save_model(self, request: Any, obj: models.Model, form: Any, change: bool) -> None:
        before = facts_of(type(obj)._default_manager.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)
        audit(request.who, f"{obj._meta.model_name}.{'change' if change else 'create'}", obj, str(obj), before, facts_of(obj))


@admin.register(Account)
class AccountAdmin(ReadOnly):
    list_display = ("username", "name", "phone", "is_active", "last_login")
    search_fields = ("username", "name")


@admin.register(Organisation)
class OrganisationAdmin(ReadOnly):
    list_display = ("code", "name", "kind", "parent", "enabled")
    list_filter = ("kind", "enabled")
    search_fields = ("code", "name")


@admin.register(Post, Holding, GridDuty, Responsibility, Notice)
class PlainAdmin(ReadOnly):
    pass


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("at", "who", "ip", "action", "summary")
    list_filter = ("action",)
    search_fields = ("who", "summary")


def _sign_in_elsewhere(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """There is one door: the sign-in page, with its lock and its trail."""
    return redirect_to_login(request.GET.get("next") or "/admin/")


admin.site.login = _sign_in_elsewhere  # type: ignore[method-assign]
