"""A stage announces facts; handlers of stages downstream run in the same transaction.

Handlers run in the order they were registered (apps in the order of the river, so upstream
first); `chengguan flow` prints it. After the commit a hint may go out to open screens: hints can
be lost, screens read again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import transaction

F = TypeVar("F")

_handlers: dict[type, list[Callable[[Any], None]]] = {}
_together: set[Callable[[Any], None]] = set()


def handles(fact: type[F]) -> Callable[[Callable[[F], None]], Callable[[F], None]]:
    """Register the decorated function for facts of that class."""

    def remember(handler: Callable[[F], None]) -> Callable[[F], None]:
        known = _handlers.setdefault(fact, [])
        if handler not in known:
            known.append(handler)
        return handler

    return remember


def handles_together(fact: type[F]) -> Callable[[Callable[[list[F]], None]], Callable[[list[F]], None]]:
    """Register a function that is given all facts of that class that were announced at once: two hundred alarms
    of one batch cost it a few queries and not two hundred times as many."""

    def remember(handler: Callable[[list[F]], None]) -> Callable[[list[F]], None]:
        _together.add(handler)
        known = _handlers.setdefault(fact, [])
        if handler not in known:
            known.append(handler)
        return handler

    return remember


def announce(*facts: object) -> None:
    """Tell everyone downstream. Must run inside a transaction, so that the facts and what follows
    from them stand or fall together; RuntimeError otherwise."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{' '.join(type(fact).__name__ for fact in facts)} announced outside a transaction")
    for kind in dict.fromkeys(type(fact) for fact in facts):
        mine = [fact for fact in facts if type(fact) is kind]
        for handler in _handlers.get(kind, ()):
            if handler in _together:
                handler(mine)
                continue
            for fact in mine:
                handler(fact)


def flow() -> dict[str, list[str]]:
    """Fact name -> handlers in the order they run."""
    return {
        fact.__name__: [f"{handler.__module__}.{handler.__name__}" for handler in handlers]
        for fact, handlers in sorted(_handlers.items(), key=lambda item: item[0].__name__)
    }


def hint(topic: str, **about: Any) -> None:
    """After commit, tell open screens on `topic` ("alarms", "cases", "devices" ...) to look again."""
    from chengguan.engines import nats

    transaction.on_commit(lambda: nats.publish_hint(topic, about))
