"""The side navigation of the administration pages, and forms in the house's looks."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from chengguan.people import navigation

register = template.Library()


@register.simple_tag(takes_context=True)
def administration_nav(context: dict[str, Any]) -> SafeString:
    request = context["request"]
    shown = navigation.entries(request.who, "administration")
    here = navigation.current([entry for entry in shown if entry.url != "/administration"], request.path)
    here = here or ("overview" if request.path == "/administration" else "")
    rows = ((entry.url, "here" if entry.slug == here else "", entry.name) for entry in shown)
    return format_html_join("", '<a href="{}" class="{}">{}</a>', rows)


@register.inclusion_tag("people/field.html")
def field(bound: Any, wide: bool = False) -> dict[str, Any]:
    return {"field": bound, "wide": wide}


@register.simple_tag
def indent(depth: int) -> SafeString:
    return format_html('<span style="display:inline-block;width:{}px"></span>', depth * 24)
