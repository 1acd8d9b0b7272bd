"""Every trade has the same anatomy, and says honestly how far it has been tried. (M-09)"""

from __future__ import annotations

import ast

import pytest

from chengguan import registry
from tests.house import source

ROOMS = {
    "README.md", "__init__.py", "apps.py", "manifest.py", "decoders.py", "commands.py", "rules.py", "models.py",
    "services.py", "selectors.py", "pages.py", "api.py", "jobs.py", "handlers.py", "admin.py", "templates", "static",
    "migrations", "management", "simulator.py", "tests",
}  # fmt: skip
ALWAYS = {"README.md", "__init__.py", "apps.py", "manifest.py", "simulator.py", "tests"}
FOLDERS = sorted(
    each for each in (source.PACKAGE / "subsystems").iterdir() if each.is_dir() and each.name not in source.NOT_SOURCE | {"tests"}
)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_trade_has_the_rooms_of_every_trade(folder) -> None:
    present = {each.name for each in folder.iterdir()} - source.NOT_SOURCE
    assert present >= ALWAYS
    plain = {name for name in present - ROOMS if not _is_plain(folder / name)}
    assert plain == set(), "a room of its own must be plain Python"


def _is_plain(path) -> bool:
    return path.suffix == ".py" and not any(name.startswith("django") for name in source.imports(path))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_manifest_names_its_folder_and_only_metrics_it_has(folder) -> None:
    manifest = registry.subsystem(folder.name).manifest
    metrics = {metric.slug for metric in manifest.metrics}
    assert {rule.metric for rule in manifest.rules if rule.metric} <= metrics
    assert {slug for model in manifest.models for slug in model.metrics} <= metrics
    assert {slug for model in manifest.models for slug in model.commands} <= {command.slug for command in manifest.commands}
    assert {command.confirm_metric for command in manifest.commands if command.confirm_metric} <= metrics
    assert all(rule.condition in registry.subsystem(folder.name).conditions for rule in manifest.rules if rule.kind == "python")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_readme_tells_the_grade(folder) -> None:
    assert registry.subsystem(folder.name).manifest.grade in (folder / "README.md").read_text()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_reading_a_rule_limits_says_where_its_limit_comes_from(folder) -> None:
    assert [rule.slug for rule in registry.subsystem(folder.name).manifest.rules if not rule.source] == []


def test_nobody_upstream_names_a_trade() -> None:
    trades = {folder.name for folder in FOLDERS}
    guilty = []
    for path in source.modules():
        top = path.relative_to(source.PACKAGE).parts[0]
        if top in {"subsystems", "demo", "config"}:
            continue
        words = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        guilty += [f"{source.named(path)}: {word}" for word in sorted(words & trades)]
    assert guilty == []
