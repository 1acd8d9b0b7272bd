"""Words of plain tables that screens translate when they show them: workflows and what the trades declare.

The tables stay plain Python, to be read aloud by a clerk; so their words are not marked where they stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from chengguan import registry
from chengguan.alarms import platform
from chengguan.alarms import workflow as alarms
from chengguan.cases import workflow as cases
from chengguan.cases.fields import FIELDS
from chengguan.standards import codes, limits, ratios, staging, switches


def words() -> set[str]:
    """Every Chinese word of the tables; the code book, addresses and names of people stay as they are."""
    return {word for word in chain(_cases(), _alarms(), _trades(), _standards()) if word and not word.isascii()}


def _cases() -> Iterator[str]:
    yield from cases.STATES.values()
    yield from cases.STAGES.values()
    yield from cases.SIX_STEPS
    for row in cases.TABLE:
        yield row.name
        yield row.why
    yield from cases.ACTIONS.values()
    yield from cases.RESULTS
    for asked in FIELDS.values():
        yield asked.label
        yield from (label for _, label in asked.options)


def _alarms() -> Iterator[str]:
    yield from alarms.ACTION_NAMES.values()
    yield from alarms.REFUSALS.values()
    yield platform.NAME
    yield from chain.from_iterable(_rule(rule) for rule in platform.RULES)


def _standards() -> Iterator[str]:
    yield from codes.KIND_NAMES.values()
    yield from (setting.name for setting in limits.SETTINGS.values())
    yield from switches.NOTICE_FIELDS.values()
    yield str(switches.NOTICE["title"])
    yield from (ratio.name for ratio in ratios.RATIOS.values())
    yield from staging.names()


def _rule(rule: registry.Rule) -> Iterator[str]:
    yield from (rule.name, rule.source, rule.says, rule.advice, rule.scale, *(grouping.name for grouping in rule.grouping))


def _trades() -> Iterator[str]:
    for each in registry.present().values():
        manifest = each.manifest
        yield manifest.name
        yield from manifest.group_kinds.values()
        for metric in manifest.metrics:
            yield from (metric.name, *(metric.states or {}).values())
        yield from (model.name for model in manifest.models)
        yield from (layer.name for layer in manifest.layers)
        yield from (page.name for page in manifest.pages)
        for command in manifest.commands:
            yield command.name
            yield from (str(given.get("name", "")) for given in command.parameters.values())
        yield from manifest.indicators.values()
        yield from chain.from_iterable(_rule(rule) for rule in manifest.rules)
