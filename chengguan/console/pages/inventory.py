"""Administration of what stands in the town: gateways with their keys, components with their lives."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, pgettext_lazy
from django.views.decorators.http import require_GET

from chengguan import registry
from chengguan.people import navigation, shown_once, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.pages.administration.forms import FileForm, Plain
from chengguan.people.selectors import history_of
from chengguan.things import selectors, services
from chengguan.things.models import Component, Gateway

navigation.add("gateways", gettext_lazy("网关与密钥"), "/administration/gateways", action="things.manage_gateways", place="administration", order=50)
navigation.add("components", pgettext_lazy("navigation", "部件"), "/administration/components", action="things.change", place="administration", order=60)

COMPONENT_HEADERS = [
    gettext_noop("标识码"), gettext_noop("小类"), gettext_noop("名称"), gettext_noop("现场编号"), gettext_noop("经度"), gettext_noop("纬度"), gettext_noop("地址"), gettext_noop("权属单位编码"), gettext_noop("养护单位编码"), gettext_noop("状态"), gettext_noop("备注"),
]
DEVICE_HEADERS = [
    gettext_noop("子系统"), gettext_noop("标识"), gettext_noop("型号"), gettext_noop("名称"), gettext_noop("网关"), gettext_noop("分组"), gettext_noop("部件标识码"), gettext_noop("安装日期"), gettext_noop("启用"),
]


class Ids(forms.CharField):
    """Names apart by lines, blanks or commas, as a list."""

    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false"})

    def clean(self, value: str) -> list[str]:
        return super().clean(value).replace(",", " ").replace("，", " ").split()

    def prepare_value(self, value: object) -> object:
        return "\n".join(value) if isinstance(value, list) else value


class ApplicationsForm(Plain):
    applications = Ids(label=gettext_lazy("ChirpStack 应用编号"), required=False)


class GatewayForm(Plain):
    key = forms.RegexField(r"^[A-Za-z0-9_-]{1,40}$", label=gettext_lazy("标识"), help_text=gettext_lazy("即 MQTT 用户名：字母、数字、- 和 _"))
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    subsystem = forms.ChoiceField(label=gettext_lazy("子系统"))
    kind = forms.ChoiceField(label=gettext_lazy("类别"), choices=Gateway.Kind.choices)
    applications = Ids(label=gettext_lazy("ChirpStack 应用编号"), required=False, help_text=gettext_lazy("仅 ChirpStack：这个账号可以替哪些应用上报，用空格分开"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        choices = [(slug, _(each.manifest.name)) for slug, each in registry.present().items()]

        self.fields["subsystem"].choices = choices  # type: ignore[attr-defined]


class StatusForm(Plain):
    status = forms.ChoiceField(label=gettext_lazy("状态"), choices=Component.Status.choices)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)


def _part(request: Request, name: str) -> str:
    return f"console/inventory/{name}{'_list' if request.htmx else ''}.html"


@requires("things.manage_gateways")
def gateways(request: Request) -> HttpResponse:
    form = GatewayForm(request.POST or None)
    if request.method == "POST":
        gateway = form.attempt(lambda given: services.create_gateway(request.who, **given))
        if gateway:
            return _new_key(request, gateway)
    given = {key: request.GET.get(key, "").strip() for key in ("q", "subsystem", "state")}
    page = Paginator(selectors.find_gateways(request.who, **given), 30).get_page(request.GET.get("page"))
    context = {"page": page, "given": given, "form": form, "subsystems": registry.present()}
    return render(request, _part(request, "gateways"), context)


def _new_key(request: Request, gateway: Gateway) -> HttpResponse:
    return shown_once.lead_to(request, "gateway_key", gateway.pk, services.rotate_gateway_key(request.who, gateway))


@require_GET
@requires("things.manage_gateways")
def gateway_key(request: Request, gateway_id: int) -> HttpResponse:
    one = get_object_or_404(selectors.gateways(request.who), pk=gateway_id)
    return shown_once.show(request, "gateway_key", one.pk, "console/inventory/key_once.html", {"gateway": one}, "gateway")


@requires("things.manage_gateways")
def gateway(request: Request, gateway_id: int) -> HttpResponse:
    one = get_object_or_404(selectors.gateways(request.who), pk=gateway_id)
    form = ApplicationsForm(initial={"applications": one.applications})
    context = {"gateway": one, "form": form, "devices": one.devices.select_related("component")[:100], "history": history_of(request.who, one)[:20]}
    return render(request, "console/inventory/gateway.html", context)


@sent_from("gateway", "gateway_id")
@requires("things.manage_gateways")
def gateway_act(request: Request, gateway_id: int, action: str) -> HttpResponse:
    one = get_object_or_404(selectors.gateways(request.who), pk=gateway_id)
    if action == "key":
        return _new_key(request, one)
    if action == "applications":
        form = ApplicationsForm(request.POST)
        if form.attempt(lambda given: services.set_gateway_applications(request.who, one, **given)):
            messages.success(request, _("已保存。"))
        else:
            messages.warning(request, form.words)
    if action in {"enable", "disable"}:
        services.set_gateway_enabled(request.who, one, action == "enable")
        messages.success(request, _("已保存。"))
    return redirect("gateway", one.pk)


@requires("things.change")
def components(request: Request) -> HttpResponse:
    given = {key: request.GET.get(key, "").strip() for key in ("q", "class_code", "status")}
    rows = selectors.find_components(request.who, **given)
    if request.GET.get("as") == "xlsx":
        lines = (
            (c.code, c.class_code, c.name, c.label, c.point.x, c.point.y, c.address, c.owner.code if c.owner else "",
             c.maintainer.code if c.maintainer else "", c.get_status_display(), c.note)
            for c in rows[: spreadsheets.MOST_ROWS]
        )  # fmt: skip
        return spreadsheets.download("components", COMPONENT_HEADERS, lines)
    context = {
        "page": Paginator(rows, 30).get_page(request.GET.get("page")),
        "given": given,
        "classes": selectors.classes_in_use(request.who),
        "statuses": Component.Status.choices,
        "file_form": FileForm(),
    }
    return render(request, _part(request, "components"), context)


@requires("things.change")
def component(request: Request, component_id: int) -> HttpResponse:
    one = get_object_or_404(selectors.components(request.who).select_related("unit_grid", "owner", "maintainer", "authority"), pk=component_id)
    form = StatusForm(request.POST or None, initial={"status": one.status})
    if request.method == "POST" and form.attempt(lambda given: services.change_status(request.who, one, **given)):
        messages.success(request, _("已保存。"))
        return redirect("component", one.pk)
    return render(request, "console/inventory/component.html", {"component": one, "form": form, "changes": one.changes.all()[:50], "devices": one.devices.all()})


@sent_from("components")
@requires("things.change")
def components_import(request: Request) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    report = form.attempt(lambda given: services.import_components(request.who, spreadsheets.read(given["file"], COMPONENT_HEADERS)))
    if report is None:
        messages.warning(request, form.words)
        return redirect("components")
    return render(request, "people/administration/import_report.html", {"report": report, "back": "components"})


@requires("things.change")
def devices_sheet(request: Request) -> HttpResponse:
    rows = selectors.devices(request.who).select_related("gateway", "group", "component")[: spreadsheets.MOST_ROWS]
    lines = (
        (d.subsystem, d.key, d.model, d.name, d.gateway.key, d.group.key if d.group else "", d.component.code if d.component else "",
         d.installed_on, _("是") if d.enabled else _("否"))
        for d in rows
    )  # fmt: skip
    return spreadsheets.download("devices", DEVICE_HEADERS, lines)


urlpatterns = [
    path("administration/gateways", gateways, name="gateways"),
    path("administration/gateways/<int:gateway_id>", gateway, name="gateway"),
    path("administration/gateways/<int:gateway_id>/new-key", gateway_key, name="gateway_key"),
    path("administration/gateways/<int:gateway_id>/<slug:action>", gateway_act, name="gateway_act"),
    path("administration/components", components, name="components"),
    path("administration/components/import", components_import, name="components_import"),
    path("administration/components/<int:component_id>", component, name="component"),
    path("administration/devices.xlsx", devices_sheet, name="devices_sheet"),
]
