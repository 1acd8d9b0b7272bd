"""The form of one action, drawn from its fields, and what was typed in it read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from chengguan.cases import selectors
from chengguan.cases.models import Case
from chengguan.cases.selectors import Action, Field
from chengguan.cases.selectors.stages import left_of
from chengguan.cases.services.limits import CLOCK_NAMES
from chengguan.cases.words import limit_words
from chengguan.console.pages.lists import span
from chengguan.people.selectors import Who
from chengguan.people.typed import moment, whole_number
from chengguan.places.spelling import initials_of
from chengguan.standards import codes, filing, staging
from chengguan.things.services import put_attachment

LONG = ("reason", "opinion", "words", "answer", "done", "evidence", "conclusion", "closing_note")
IDS = ("department", "inspector", "crew")
MANY = 8
MOST_STAGES = staging.MOST


@dataclass
class Option:
    value: str
    label: str
    chosen: bool = False
    suggested: bool = False
    limit: str = ""
    more: str = ""
    link: str = ""
    words: str = ""  # by which it is found among many


@dataclass
class Drawn:
    """A field as the template draws it."""

    name: str
    label: str
    kind: str
    required: bool
    value: str = ""
    shown: str = ""  # the value in words, for a searched one
    why: str = ""
    weighed: tuple[str, ...] = ()
    long: bool = False
    many: bool = False  # too many to look over: they are searched
    options: list[Option] = field(default_factory=list)
    rows: list[tuple[Any, Any, Any]] = field(default_factory=list)  # of stretches: name, value, clock


def form_of(who: Who, case: Case, action: Action, typed: Any = None) -> list[Drawn]:
    """The fields of `action` with what is suggested, or with what was typed before it was refused."""
    return [_drawn(who, case, each, typed) for each in action.fields]


def _typed(typed: Any, name: str, fallback: str) -> list[str]:
    if typed is None or name not in typed:
        return [fallback] if fallback else []
    return [value for value in typed.getlist(name) if value]


def _drawn(who: Who, case: Case, each: Field, typed: Any) -> Drawn:
    values = _typed(typed, each.name, str(each.value or ""))
    drawn = Drawn(each.name, each.label, each.kind, each.required, values[0] if values else "", why=each.why, weighed=each.weighed, long=each.name in LONG)
    drawn.options = [
        Option(str(value), label, str(value) in values, bool(each.value) and str(value) == str(each.value)) for value, label in each.options
    ]
    if each.kind in ("department", "crew", "inspector"):
        drawn.options.sort(key=lambda option: not option.suggested)
        drawn.many = len(drawn.options) > MANY
        for option in drawn.options:
            option.words = f"{option.label} {initials_of(option.label)}"
    if each.kind == "department":
        _with_load(who, drawn.options)
    if each.name == "condition_key":
        matter = (_typed(typed, "matter_code", case.matter_code) or [""])[0]
        drawn.options = condition_options(matter, drawn.value)
    if each.kind == "matter":
        drawn.shown = matter_words(drawn.value)
    if each.name == "place" and case.point is not None:
        drawn.value, drawn.shown = f"{case.point.x:.7f}", f"{case.point.y:.7f}"
    if each.kind == "stages":
        given = stage_rows(typed) if typed is not None and "stage-name" in typed else [(part.name, f"{part.limit.value:g}", part.limit.clock) for part in left_of(case)]
        drawn.rows = [*given, *[("", "", "")] * max(1, MOST_STAGES - case.parts_done - len(given))]
        drawn.options = [Option(clock, _(name)) for clock, name in CLOCK_NAMES.items()]
    if each.kind == "case":
        drawn.options = _near_options(who, case, values)
    return drawn


def stage_rows(data: Any) -> list[tuple[Any, Any, Any]]:
    """Name, value and clock of every stretch of which something is typed."""
    rows = zip(data.getlist("stage-name"), data.getlist("stage-value"), data.getlist("stage-clock"), strict=False)
    return [(name.strip(), value.strip(), clock) for name, value, clock in rows if name.strip() or value.strip()]


def _with_load(who: Who, options: list[Option]) -> None:
    """How much each department has in hand already."""
    load = selectors.load_of_departments(who)
    for option in options:
        n, late = load.get(int(option.value), (0, 0))
        option.limit = (_("在办 %(n)d · 超期 %(late)d") if late else _("在办 %(n)d")) % {"n": n, "late": late} if n else ""


def matter_words(code: str) -> str:
    return f"{code} {codes.matter_name(code)}" if code else ""


def condition_options(matter: str, chosen: str = "") -> list[Option]:
    """The filing conditions of a matter with what closes them and their limit; a single one is chosen already."""
    found = filing.conditions(matter) if matter else ()
    return [
        Option(each.key, each.text, each.key == chosen or len(found) == 1, limit=limit_words(each.limit, each.clock), more=_("结案条件：%s") % each.closing)
        for each in found
    ]


def _near_options(who: Who, case: Case, values: list[str]) -> list[Option]:
    return [
        Option(
            str(other.pk),
            f"{other} {other.matter_name}",
            str(other.pk) in values,
            limit=_("%d 米") % round(getattr(other, "metres", 0)),
            more=_("%(time)s前上报 · %(state)s · %(address)s")
            % {"time": span((timezone.now() - other.reported_at).total_seconds()), "state": other.get_state_display(), "address": other.address},
            link=f"/cases/{other.pk}",
        )
        for other in selectors.mergeable(who, case)
    ]


def read(who: Who, action: Action, data: Any, files: MultiValueDict) -> tuple[dict[str, Any], dict[str, str]]:
    """What was given, by the names and kinds that `services.act` asks for, and by name what is wrong with the rest, in words."""
    given: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for each in action.fields:
        try:
            value = _read_one(who, each, data, files)
        except ValidationError as error:
            wrong[each.name] = f"{each.label}：{' '.join(error.messages)}"
            continue
        if value in (None, "", []):
            if each.required:
                wrong[each.name] = (_("请附上“%s”。") if each.kind == "photos" else _("请填写“%s”。")) % each.label
            continue
        given[each.name] = value
    return given, wrong


def _read_one(who: Who, each: Field, data: Any, files: MultiValueDict) -> Any:
    text = (data.get(each.name) or "").strip()
    if each.kind == "photos":
        return [put_attachment(file, who, photos_only=True) for file in files.getlist(each.name)]
    if each.kind == "departments":
        return [number for value in data.getlist(each.name) if (number := whole_number(value)) is not None]
    if each.kind == "stages":
        return stage_rows(data)
    if each.kind == "case":
        return (data.get(f"{each.name}_number") or "").strip() or text
    if each.kind in IDS:
        if text and whole_number(text) is None:
            raise ValidationError(_("请从列出的里面选。"))
        return whole_number(text)
    if each.kind == "datetime":
        return time_ahead(text) if text else None
    if each.kind == "position":
        return read_position(data, each.name)
    return text


def time_ahead(text: str) -> datetime:
    found = moment(text)
    if found is None:
        raise ValidationError(_("时间没有写对。"))
    if found < timezone.now() - timedelta(minutes=1):
        raise ValidationError(_("这个时间已经过去了。"))
    return found


def read_position(data: Mapping[str, Any], name: str) -> tuple[float, float] | None:
    """A place put on the map of the form. Being on the place cannot be claimed from a desk, so no accuracy is read."""
    try:
        return float(data[f"{name}-lon"]), float(data[f"{name}-lat"])
    except (KeyError, TypeError, ValueError):
        return None
