"""Every clock and window that was collected of the field is a setting here, with that default. (M-18)

The collection lies beside the project, not in it; what follows from these settings is tested where it is done."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.conf import settings

from chengguan.cases.timing import CLOCKS
from chengguan.standards.limits import SETTINGS, Settings

FILE = settings.REPOSITORY.parent / "shared" / "domain" / "time_limit_rules.json"
UNITS = {"min": "minute", "h": "urgent_hour", "work_day": "work_day", "work_hour": "work_hour", "natural_day": "natural_day"}
OURS_TOO = {"回访"}
"""A stage that the collection does not have."""
SAID_BY = {
    "clock_kinds": (), "default_work_hours": ("calendar.hours",), "limit_belongs_to": ("limits.area_class",),
    "urgency_is_separate": (), "stage_clocks_default": ("stage.entered_twice", "stage.task_pauses"), "lights": ("lights.yellow",),
    "handling_clock": (
        "handling.starts", "handling.report_back_pauses", "handling.suspend_pauses", "handling.return_pauses", "handling.extensions",
        "handling.extension_times", "handling.extend_overdue", "handling.rework",
    ),
    "when_a_calendar_changes": (), "duplicates_default": ("duplicates.metres", "duplicates.hours", "duplicates.same"),
    "one_real_list": (), "windows_default_ours": ("window.return", "window.appeal", "window.reopen"), "about": (),
}  # fmt: skip
"""Which settings say what stands under each head; those without are rules that no county sets."""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    if not FILE.exists():
        pytest.skip("../shared/domain/time_limit_rules.json is not there")
    return json.loads(FILE.read_text(encoding="utf-8"))


def limit(text: str) -> dict[str, Any]:
    """15 min, 4 work_hour after dispatch"""
    value, unit = text.split()[:2]
    return {"value": int(value), "clock": UNITS[unit]}


def test_every_stage_has_its_clock_and_no_other(told: dict[str, Any]) -> None:
    asked = {name: limit(text) for name, text in told["stage_clocks_default"].items() if text[:1].isdigit()}
    ours = {key.removeprefix("stage."): SETTINGS[key].default for key in SETTINGS if key.startswith("stage.") and isinstance(SETTINGS[key].default, dict)}
    assert {name: ours[name] for name in ours if name not in OURS_TOO} == asked


def test_every_head_is_said_by_settings_that_are_there(told: dict[str, Any]) -> None:
    assert set(told) == set(SAID_BY)
    assert [key for keys in SAID_BY.values() for key in keys if key not in SETTINGS] == []


def test_the_defaults_are_those_collected(told: dict[str, Any]) -> None:
    ours = Settings()
    assert [kind for kind, _name, _words in told["clock_kinds"]] == [kind for kind in CLOCKS if kind != "minute"]
    assert ours["calendar.hours"] == [span.split("-") for span in told["default_work_hours"]]
    assert f"up to {ours['lights.yellow']:.0%}".replace("%", " %") in told["lights"]["green"]
    assert {name: ours[f"duplicates.{name}"] for name in told["duplicates_default"]} == told["duplicates_default"]
    assert {name: ours[f"window.{name}"] for name in told["windows_default_ours"]} == {name: limit(text) for name, text in told["windows_default_ours"].items()}
    handling = told["handling_clock"]
    assert (f"+{ours['handling.extension_times']} original limit" in handling["extension"]) and (f"at most {ours['handling.extensions']}" in handling["extension"])
    assert handling["starts"].startswith(f"at {ours['handling.starts']} ") and not ours["handling.extend_overdue"]
    assert handling["rework"].startswith(ours["handling.rework"].replace("_", " "))
