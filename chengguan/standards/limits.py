"""Time limits and windows as settings with defaults. A county's own value replaces one by its key.

`source` of a value: seen in one city, or ours; none is law.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chengguan.standards.calendars import read_hours, read_seasons
from chengguan.standards.ratios import OPEN
from chengguan.standards.shapes import SHAPES
from chengguan.standards.switches import SWITCHES


@dataclass(frozen=True)
class Limit:
    """`value` counted by `clock`: minute and urgent_hour and urgent_day elapse; work_hour, work_day and natural_day
    follow the calendar."""

    value: float
    clock: str


@dataclass(frozen=True)
class Setting:
    key: str
    name: str
    default: Any
    source: str
    choices: tuple[str, ...] = ()
    shape: str = ""  # of shapes.SHAPES; else the shape of the default


_STAGES: dict[str, tuple[float, str, str]] = {
    "受理": (15, "minute", "seen in one city"),
    "发核实": (15, "minute", "ours"),
    "核实": (1, "urgent_hour", "ours"),
    "立案": (15, "minute", "ours"),
    "派遣": (15, "minute", "seen in one city"),
    "批转": (15, "minute", "ours"),
    "发核查": (15, "minute", "ours"),
    "核查": (2, "urgent_hour", "ours"),
    "核查批转": (15, "minute", "ours"),
    "结案": (15, "minute", "seen in one city"),
    "督办回复": (1, "work_day", "ours"),
    "回访": (1, "work_day", "ours"),
}

SETTINGS: dict[str, Setting] = {
    setting.key: setting
    for setting in (
        *(
            Setting(f"stage.{name}", f"{name}环节时限", {"value": value, "clock": clock}, source)
            for name, (value, clock, source) in _STAGES.items()
        ),
        Setting("handling.starts", "处置时限起算", "dispatch", "seen in three cities", ("filing", "dispatch", "receipt")),
        Setting("handling.default", "未列条件的处置时限", {"value": 3, "clock": "work_day"}, "ours"),
        Setting("limits.area_class", "未评定区域按哪一类", "A", "ours", ("A", "B", "C")),
        Setting("handling.return_pauses", "回退待审时停表", False, "seen in one city", ("true", "false")),
        Setting("handling.report_back_pauses", "反馈后停处置时钟", True, "seen in one city", ("true", "false")),
        Setting("handling.suspend_pauses", "挂账期间停处置时钟", True, "seen in one city", ("true", "false")),
        Setting("handling.rework", "返工计时", "goes_on", "seen in one city", ("goes_on", "starts_again")),
        Setting("handling.rework_through_dispatcher", "返工先交派遣员", False, "ours", ("true", "false")),
        Setting("handling.crew_review", "班组报回先经单位初审的事项(代码前缀)", [], "ours"),
        Setting("handling.extensions", "最多延期次数", 2, "seen in one city"),
        Setting("handling.extension_times", "每次延期加原时限的倍数", 1, "seen in one city"),
        Setting("handling.extend_overdue", "超期后也可申请延期", False, "seen in one city", ("true", "false")),
        Setting("handling.suspend_days", "挂账最长天数", 365, "seen in one city"),
        Setting("stage.entered_twice", "再次进入环节", "anew", "seen as a choice", ("anew", "added_up")),
        Setting("stage.task_pauses", "核实、核查任务在外时停受理员的时钟", True, "seen in one city", ("true", "false")),
        Setting("lights.yellow", "黄灯起点(已用比例)", 0.8, "seen"),
        Setting("duplicates.metres", "重复案件距离(米)", 50, "ours"),
        Setting("duplicates.hours", "重复案件时间(小时)", 24, "ours"),
        Setting("duplicates.same", "重复案件要同到哪一级", "matter", "ours", ("matter", "class", "any")),
        Setting("recurrence.times", "顽疾：同一处同类问题的次数", 3, "ours"),
        Setting("recurrence.days", "顽疾：多少天内", 90, "ours"),
        Setting("recurrence.metres", "顽疾：同一处的距离(米)", 50, "ours"),
        Setting("window.return", "回退时窗", {"value": 4, "clock": "work_hour"}, "ours"),
        Setting("window.appeal", "申诉时窗", {"value": 5, "clock": "work_day"}, "ours"),
        Setting("window.reopen", "重开时窗", {"value": 30, "clock": "natural_day"}, "ours"),
        Setting("verify.metres", "核查与案件的最大距离(米)", 200, "ours"),
        Setting("verify.accuracy_metres", "定位误差最多计入(米)", 100, "ours"),
        Setting("filing.automatic", "自动立案的事项(代码前缀)", [], "ours"),
        Setting("township.accepts", "由镇街受理、立案、派遣的事项(代码前缀)", [], "ours"),
        Setting("township.closes", "镇街受理的事项中，由镇街核查、结案的(代码前缀)", [], "ours"),
        Setting("retention.permanent", "永久保管的事项(代码前缀)", [], "ours"),
        Setting("retention.long", "长期保管的事项(代码前缀)", [], "ours"),
        Setting("retention.long_also", "另外长期保管的案件", "urgent_and_leader", "ours", ("none", "urgent", "urgent_and_leader")),
        Setting("retention.long_years", "长期保管的年数", 30, "ours"),
        Setting("retention.years", "其余案件保管的年数", 10, "ours"),
        Setting("retention.hide_reporter", "办结后隐去举报人姓名、电话", False, "ours", ("true", "false")),
        Setting("retention.reporter_days", "办结多少天后隐去举报人", 730, "ours"),
        Setting("verify.skip", "可免核查的事项(代码前缀)", [], "ours"),
        Setting("verify.by_reading", "设备读数恢复可作免核查依据", True, "ours", ("true", "false")),
        Setting("task.recall_grace_minutes", "任务逾期多久后自动撤回(分钟)", 30, "ours"),
        Setting("urge.automatic", "超期自动督办", True, "ours"),
        Setting("urge.desk_automatic", "中心各岗位环节超时也自动督办", False, "ours", ("true", "false")),
        Setting("handover.hours", "交接班：一班多长(小时)", 8, "ours"),
        Setting("survey.take_back_hours", "普查片区报走完后几小时内可自己撤回", 24, "ours"),
        Setting("number.area", "案件号区划", "500241", "ours"),
        Setting("evaluation.suspended", "挂账(缓办)案件与应处置数、应结案数", "left_out", "seen in one city", ("left_out", "counted")),
        Setting("calendar.hours", "工作时间", [["08:00", "12:00"], ["14:00", "18:00"]], "seen"),
        Setting("calendar.seasons", "自某日起的工作时间(夏令、冬令)", [], "seen as a practice"),
        *(Setting(key, name, default, source, shape=shape) for key, name, default, source, shape in SWITCHES),
        *(Setting(f"ratio.{ratio.slug}", ratio.name, {"over": [*ratio.over], "under": [*ratio.unders]}, "ours", shape="ratio") for ratio in OPEN.values()),
    )
}


CLOCKS = ("minute", "urgent_hour", "urgent_day", "work_hour", "work_day", "natural_day")
WHOLE = {
    "retention.years": (1, 100, "年"), "retention.long_years": (1, 100, "年"), "retention.reporter_days": (1, 36_500, "天"), "handover.hours": (1, 72, "小时"),
    "survey.take_back_hours": (0, 720, "小时"),
}  # fmt: skip
"""Settings that are whole numbers, with the least and the most."""
LONGEST = {"minute": 60 * 24 * 366, "urgent_hour": 24 * 366, "urgent_day": 366, "work_hour": 24 * 366, "work_day": 366, "natural_day": 366}
"""A year: a longer limit is a slip of the pen."""
MOST = 100_000
"""Of metres, days, times: what is more is a slip of the pen too."""


def check(key: str, value: Any) -> None:
    """ValueError, in words, unless the value has the shape of the setting's default and makes sense. KeyError for an
    unknown setting."""
    setting = SETTINGS[key]
    default = setting.default
    if setting.shape:
        words = SHAPES[setting.shape](value)
        good = not words
    elif isinstance(default, dict):
        good = isinstance(value, dict) and set(value) == {"value", "clock"} and value["clock"] in CLOCKS and _positive(value["value"], LONGEST[value["clock"]])
        words = "应为大于零、不超过一年的数，再选一种计时方式"
    elif isinstance(default, bool):
        good, words = isinstance(value, bool), "应为是或否"
    elif isinstance(default, str):
        good = isinstance(value, str) and (value in setting.choices if setting.choices else len(value) == 6 and value.isdigit())
        words = f"应为 {' | '.join(setting.choices)}" if setting.choices else "应为 6 位区划代码"
    elif key == "calendar.hours":
        read_hours(value)
        return
    elif key == "calendar.seasons":
        try:
            read_seasons(value)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{setting.name}: 应为 [{{\"from\": \"2026-06-01\", \"hours\": [[\"08:30\", \"12:00\"], ...]}}, ...]") from error
        return
    elif key in WHOLE:
        least, most, unit = WHOLE[key]
        good = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most and value == int(value)
        words = f"应为 {least} 到 {most} 的整数（{unit}）"
    elif isinstance(default, list):
        words = SHAPES["matters"](value)
        good = not words
    else:
        good, words = _positive(value, MOST) and (key != "lights.yellow" or value < 1), f"应为大于零、不超过 {MOST} 的数"
    if not good:
        raise ValueError(f"{setting.name}: {words}")


def _positive(value: Any, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most


def fits(prefixes: Iterable[str], matter: str) -> bool:
    """Whether the code of a matter begins with one of these."""
    return bool(matter) and any(matter.startswith(prefix) for prefix in prefixes)


class Settings:
    """The defaults with a county's own values over them. An unknown key is a KeyError."""

    def __init__(self, own: Mapping[str, Any] | None = None) -> None:
        self._own = dict(own or {})

    def __getitem__(self, key: str) -> Any:
        return self._own[key] if key in self._own else SETTINGS[key].default

    def limit(self, key: str) -> Limit:
        value = self[key]
        return Limit(float(value["value"]), value["clock"])

    def stage(self, name: str) -> Limit:
        return self.limit(f"stage.{name}")

    def covers(self, key: str, matter: str) -> bool:
        """Whether a setting that lists matters by the beginning of their codes names this one."""
        return fits(self[key], matter)

    def number_for(self, key: str, matter: str) -> int:
        """Of a setting that gives numbers by matter: the longest prefix that fits; 0 when none does."""
        fitting = [prefix for prefix in self[key] if matter.startswith(prefix)]
        return int(self[key][max(fitting, key=len)]) if fitting else 0
