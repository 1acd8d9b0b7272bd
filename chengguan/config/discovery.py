"""Finds subsystems (folders here, and installed entry points) and hands their manifests to the registry.

Also finds every app's `pages.urlpatterns`, `api.router` and `handlers`, so that no central list names them.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from types import ModuleType

from chengguan import registry


def find_subsystems(only: Sequence[str] = ()) -> list[str]:
    """Dotted names of the subsystem apps present, by folder name; entry points of the group
    `chengguan.subsystems` after them."""
    package = importlib.import_module("chengguan.subsystems")
    names = [f"chengguan.subsystems.{m.name}" for m in pkgutil.iter_modules(package.__path__) if m.ispkg and m.name != "tests"]
    names += [point.value for point in entry_points(group="chengguan.subsystems")]
    return [name for name in sorted(names) if not only or name.rsplit(".", 1)[1] in only]


def optional(name: str) -> ModuleType | None:
    """The module of that dotted name, or None when there is no such file. Errors inside it are raised."""
    if importlib.util.find_spec(name) is None:
        return None
    return importlib.import_module(name)


def register_subsystem(name: str) -> None:
    """Read `<name>.manifest` and the plain modules beside it into the registry."""
    manifest = importlib.import_module(f"{name}.manifest").MANIFEST
    decoders, commands, rules = (optional(f"{name}.{part}") for part in ("decoders", "commands", "rules"))
    conditions = {f"rules.{key}": value for key, value in vars(rules).items() if callable(value)} if rules else {}
    registry.register(
        registry.Subsystem(
            manifest=manifest,
            decode=getattr(decoders, "decode", None),
            encode=getattr(commands, "encode", None),
            conditions=conditions,
            module=name,
        )
    )


def app_modules(part: str) -> Iterator[tuple[str, ModuleType]]:
    """(app label, module) of every app of ours that has a module `part`, upstream first."""
    from django.apps import apps

    for config in apps.get_app_configs():
        module = optional(f"{config.name}.{part}") if config.name.startswith("chengguan.") or hasattr(config, "manifest_module") else None
        if module is not None:
            yield config.label, module
