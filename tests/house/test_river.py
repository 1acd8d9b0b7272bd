"""Data flows down, imports point up: what import-linter cannot see."""

from __future__ import annotations

import re

from django.apps import apps
from django.conf import settings

from tests.house import source


def river() -> dict[str, int]:
    """App folder -> its place in the river, 0 upstream."""
    ours = [name for name in settings.INSTALLED_APPS if name.startswith("chengguan.")]
    order = {name.split(".")[1]: number for number, name in reversed(list(enumerate(ours)))}
    return order


def folder_of(module: str) -> str:
    return module.split(".")[1] if module.startswith("chengguan.") else ""


def test_services_and_selectors_know_no_http() -> None:
    rooms = [each for each in source.modules() if {"services", "selectors"} & {each.stem, each.parent.name}]
    guilty = [source.named(each) for each in rooms if any(name.startswith(("django.http", "ninja")) for name in source.imports(each))]
    assert rooms
    assert guilty == []


def test_no_foreign_key_points_down_the_river() -> None:
    order, down = river(), []
    for model in apps.get_models():
        here = folder_of(model.__module__)
        for field in model._meta.get_fields():
            other = getattr(field, "related_model", None)
            if not here or field.auto_created or not isinstance(other, type):
                continue
            there = folder_of(other.__module__)
            if there and order[there] > order[here]:
                down.append(f"{model.__name__}.{field.name} -> {other.__name__}")
    assert down == []


def test_no_template_extends_or_includes_one_from_further_down() -> None:
    order, down = river(), []
    for path in sorted(source.PACKAGE.rglob("templates/**/*.html")):
        here = path.relative_to(source.PACKAGE).parts[0]
        for other in re.findall(r"{%\s*(?:extends|include)\s+[\"']([^\"']+)[\"']", path.read_text()):
            there = other.split("/")[0]
            if there in order and order[there] > order[here]:
                down.append(f"{source.named(path)} -> {other}")
    assert down == []


def test_siblings_share_no_templates() -> None:
    siblings = {"console", "portal", "field", "ingest"}
    shared = []
    for path in sorted(source.PACKAGE.rglob("templates/**/*.html")):
        here = path.relative_to(source.PACKAGE).parts[0]
        for other in re.findall(r"{%\s*(?:extends|include)\s+[\"']([^\"']+)[\"']", path.read_text()):
            if here in siblings and other.split("/")[0] in siblings - {here}:
                shared.append(f"{source.named(path)} -> {other}")
    assert shared == []


def test_pages_hold_no_tables() -> None:
    """A page asks selectors and calls services; it opens no transaction and writes no row itself."""
    guilty = []
    for path in source.modules():
        if "pages" in (path.stem, path.parent.name) or path.stem == "api":
            found = re.findall(r"\.objects\.(?:create|bulk_create|update_or_create|get_or_create)\(|transaction\.atomic", path.read_text())
            guilty += [f"{source.named(path)}: {words}" for words in found]
    assert guilty == []


def test_templates_lie_under_their_apps_own_name() -> None:
    """Django looks for an error page at the top: those alone may lie there, and Django's own `admin`."""
    strays = [
        source.named(each)
        for folder in source.PACKAGE.rglob("templates")
        for each in folder.iterdir()
        if each.name not in {folder.parent.name, "admin"} and not re.fullmatch(r"[45]\d\d\w*\.html", each.name)
    ]
    assert strays == []
