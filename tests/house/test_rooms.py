"""The house has few rooms, each under its one name."""

from __future__ import annotations

import pytest

from tests.house import source

DRAWERS = {"utils", "util", "helpers", "common", "base", "misc", "core", "manager", "managers", "lib", "shared"}
OTHER_NAMES = {
    "views": "pages or api", "urls": "pages or api", "tasks": "jobs", "signals": "handlers", "receivers": "handlers",
    "queries": "selectors", "serializers": "api", "utils": "a noun", "helpers": "a noun", "constants": "a noun",
}  # fmt: skip
APPS = {"places", "people", "things", "observations", "alarms", "cases", "evaluation", "surveys", "ingest", "portal", "field", "console", "demo"}
WITH_PAGES = {"people", "console", "portal", "field", "subsystems", "demo"}


def test_the_package_has_at_most_25_folders() -> None:
    top = [each for each in source.PACKAGE.iterdir() if each.is_dir() and each.name not in source.NOT_SOURCE]
    assert len(top) <= 25, sorted(each.name for each in top)


def test_no_folder_and_no_module_is_a_drawer() -> None:
    drawers = [source.named(each) for each in source.folders() if each.name in DRAWERS]
    drawers += [source.named(each) for each in source.modules() if each.stem in DRAWERS - {"base"}]
    assert drawers == []


def test_a_room_goes_by_its_one_name() -> None:
    wrong = [
        f"{source.named(each)}: call it {OTHER_NAMES[each.stem]}"
        for each in source.modules()
        if each.stem in OTHER_NAMES and each.relative_to(source.PACKAGE).parts[0] in APPS | {"subsystems"}
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ["pages", "templates"])
def test_pages_and_templates_stand_only_where_people_look(room: str) -> None:
    found = {each.relative_to(source.PACKAGE).parts[0] for each in source.PACKAGE.rglob(room) if each.is_dir()}
    found |= {each.relative_to(source.PACKAGE).parts[0] for each in source.PACKAGE.rglob(f"{room}.py")}
    assert found <= WITH_PAGES


def test_only_settings_read_the_environment() -> None:
    """The engines hand it on to their children, and the command line sets it; nobody else looks."""
    allowed = ("chengguan/config/", "chengguan/engines/", "chengguan/__main__.py")
    readers = [
        source.named(each)
        for each in source.modules()
        if not source.named(each).startswith(allowed) and ("os.environ" in each.read_text() or "getenv" in each.read_text())
    ]
    assert readers == []


def test_tests_sit_beside_what_they_test() -> None:
    strays = [source.named(each) for each in source.modules(tests=True) if each.stem.startswith("test_") and "tests" not in each.parts]
    assert strays == []
