"""The tree as the house tests read it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "chengguan"
NOT_SOURCE = {"__pycache__", "node_modules", "build"}


def folders() -> list[Path]:
    """Every folder of the package that holds source of ours."""
    return sorted(
        each for each in PACKAGE.rglob("*") if each.is_dir() and not NOT_SOURCE & set(each.relative_to(PACKAGE).parts)
    )


def modules(*, tests: bool = False) -> Iterator[Path]:
    for each in sorted(PACKAGE.rglob("*.py")):
        parts = each.relative_to(PACKAGE).parts
        if not NOT_SOURCE & set(parts) and (tests or "tests" not in parts) and "migrations" not in parts:
            yield each


def imports(path: Path) -> Iterator[str]:
    """Dotted names a module imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def named(path: Path) -> str:
    return str(path.relative_to(REPOSITORY))
