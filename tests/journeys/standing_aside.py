"""Cases that have left the main path, for their screens: suspended, urged, appealed against in both reviews, at work stretch by stretch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.utils import timezone

from chengguan.cases.models import Case
from chengguan.things.models import Component
from tests.small_town import PATH, a_photo, dark_lamp, move, person, walk

STRETCHES = [["围护", 2, "urgent_hour"], ["立杆", 3, "work_day"], ["恢复路面", 5, "work_day"]]


def aside(lamps: Sequence[Component]) -> dict[str, int]:
    """Their keys: suspended, urged, appealed (waits for its first review), reviewed (waits for its second), staged; on these lamps by turns."""
    made = {name: make(lamps[number % len(lamps)]) for number, (name, make) in enumerate(MADE.items())}
    _go(made["reviewed"], "dispatch", "review_appeal", opinion="情况属实，停电审批用了六天，附供电公司回函。")
    return {name: case.pk for name, case in made.items()}


def _go(case: Case, who: str, slug: str, **given: Any) -> None:
    case.refresh_from_db()
    move(case, who, slug, **given)


def _at_work(lamp: Component, words: str, **given: Any) -> Case:
    return walk(dark_lamp({"lamp": lamp}, description=words, **given), "assign")


def _suspended(lamp: Component) -> Case:
    case = _at_work(lamp, "灯杆基础下沉，要等地下管廊的施工队让出作业面才能重做")
    _go(case, "lighting", "ask_suspend", reason_code="conditions", until=timezone.now() + timedelta(days=24), reason="管廊施工占用作业面，下月中旬交还，之后五天做完。")
    _go(case, "dispatch", "review_suspend", opinion="已向管廊项目部核实。")
    _go(case, "shift", "grant_suspend", opinion="同意，期间先挂临时灯。")
    return case


def _urged(lamp: Component) -> Case:
    case = _at_work(lamp, "学校门口三盏灯同时不亮，放学时家长打着手电接孩子", urgent=True)
    _go(case, "leader", "urge", urge_kind="leader", level="1", words="学校门口，今天放学之前要亮；亮不了的先挂临时灯，回复怎么安排的。", until=timezone.now() + timedelta(hours=6))
    return case


def _appealed(lamp: Component) -> Case:
    """Handled late, closed an hour ago, and appealed against by the department."""
    now = timezone.now
    with patch.object(timezone, "now", lambda: now() - timedelta(days=20)):
        case = _at_work(lamp, "半条街的灯时亮时灭，查到是箱变里的接触器")
    with patch.object(timezone, "now", lambda: now() - timedelta(hours=1)):
        for who, slug in PATH[5:]:
            case.refresh_from_db()
            _go(case, who, slug)
    case.refresh_from_db()
    _go(case, "lighting", "ask_appeal", reason="停电要供电公司审批，六天之后才批下来，不是本单位拖延。")
    return case


def _staged(lamp: Component) -> Case:
    case = _at_work(lamp, "货车撞倒灯杆，压住半条路")
    _go(case, "dispatch", "set_stages", stages=STRETCHES, reason="先清出路来，再立杆，最后恢复路面。")
    _go(case, "lighting", "finish_stage", done="已围护并清出一条车道。", photos=[a_photo(person("lighting"))])
    return case


MADE = {"suspended": _suspended, "urged": _urged, "appealed": _appealed, "reviewed": _appealed, "staged": _staged}
ASIDE = len(MADE)
