"""Whether a value of a setting has its shape and makes sense; if not, why, in words."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from string import Formatter
from typing import Any

from chengguan.standards import codes
from chengguan.standards.ratios import COUNTABLE
from chengguan.standards.switches import DECIDERS, NOTICE_FIELDS

MOST_PHOTOS = 6
"""As many as the phone's form takes."""
MOST_RUNGS, MOST_DAYS, MOST_TIMES, MOST_CASES = 6, 3650, 20, 500
LONGEST_WORD, LONGEST_TITLE, LONGEST_TEXT = 12, 80, 200


def _whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def known_matter(prefix: Any) -> bool:
    """Whether some matter of the set in force begins with these digits."""
    return isinstance(prefix, str) and prefix.isdigit() and any(code.startswith(prefix) for code in codes.in_force().matters)


def matters(value: Any) -> str:
    if not isinstance(value, list):
        return "应为事项代码前缀的列表"
    strange = [str(each) for each in value if not known_matter(each)]
    if strange:
        return f"没有代码以 {'、'.join(strange)} 开头的事项"
    return "同一个代码写了两次" if len(set(value)) < len(value) else ""


def numbers(value: Any) -> str:
    """Matter prefix ("" for all) -> how many; the longest prefix that fits a matter counts."""
    if not isinstance(value, dict):
        return "应为每个事项代码前缀一个数"
    strange = [str(each) for each in value if each != "" and not known_matter(each)]
    if strange:
        return f"没有代码以 {'、'.join(strange)} 开头的事项"
    return "" if all(_whole(each, 0, MOST_PHOTOS) for each in value.values()) else f"照片数应为 0 到 {MOST_PHOTOS} 的整数"


def ladder(value: Any) -> str:
    """Rungs from the lowest to the highest; the last that fits decides, so the first has to fit always, and none may fit wherever an
    earlier one does."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_RUNGS:
        return f"应有 1 到 {MOST_RUNGS} 级"
    for rung in value:
        if not isinstance(rung, dict) or set(rung) - {"cases"} != {"times", "days", "who"}:
            return "每一级要写明第几次起、多少天起、由谁审批"
        if not _whole(rung["times"], 1, MOST_TIMES) or not _whole(rung["days"], 0, MOST_DAYS):
            return f"第几次应为 1 到 {MOST_TIMES} 的整数，天数应为 0 到 {MOST_DAYS} 的整数"
        if not _whole(rung.get("cases", 1), 1, MOST_CASES):
            return f"一天几件应为 1 到 {MOST_CASES} 的整数"
        if not isinstance(rung["who"], list) or not rung["who"] or not set(rung["who"]) <= set(DECIDERS):
            return "每一级至少选一个审批岗位：派遣员、值班长或领导"
    reaches = [(rung["times"], rung["days"], rung.get("cases", 1)) for rung in value]
    if reaches[0] != (1, 0, 1):
        return "第一级应从第 1 次、0 天、1 件起，否则有的申请没有人审批"
    for lower, higher in combinations(reaches, 2):
        if all(of_higher <= of_lower for of_higher, of_lower in zip(higher, lower, strict=True)):
            return "各级应由低到高排列，不能重复：排在后面的一级，不能样样都不高于前面的"
    return ""


def unknown_fields(text: str) -> list[str] | None:
    """What a text of a notice names in braces that does not exist; None when its braces make no sense."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        return None
    return [name for _text, name, form, change in parts if name is not None and (name not in NOTICE_FIELDS or form or change)]


def notice(value: Any) -> str:
    if not isinstance(value, dict) or set(value) != {"on", "title", "text"} or not isinstance(value["on"], bool):
        return "要写明是否启用、标题和正文"
    for name, most, what in (("title", LONGEST_TITLE, "标题"), ("text", LONGEST_TEXT, "正文")):
        text = value[name]
        if not isinstance(text, str) or len(text) > most:
            return f"{what}最多 {most} 字"
        strange = unknown_fields(text)
        if strange is None:
            return f"{what}里的大括号没有成对"
        if strange:
            known = " ".join("{" + each + "}" for each in NOTICE_FIELDS)
            return f"{what}里有不认识的占位 {' '.join('{' + each + '}' for each in strange)}，可用的有 {known}"
    return "" if value["title"].strip() else "标题不能空着"


def by_department(value: Any) -> str:
    """Code of a department -> matter prefixes; an empty list: none, whatever the county says for all."""
    if not isinstance(value, dict) or not all(isinstance(code, str) and code for code in value):
        return "应为每个单位编码一列事项代码前缀"
    return next((words for each in value.values() if (words := matters(each))), "")


def word(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or value != value.strip() or len(value) > LONGEST_WORD:
        return f"应为 1 到 {LONGEST_WORD} 个字，前后没有空格"
    return "不能含有尖括号、引号、百分号和大括号" if set(value) & set("<>\"'%{}\\&") else ""


def ratio(value: Any) -> str:
    """What is divided by what: counts of one kind on both sides."""
    sides = [value[side] for side in ("over", "under")] if isinstance(value, dict) and set(value) == {"over", "under"} else []
    if not sides or not all(isinstance(side, list) and side and all(isinstance(each, str) for each in side) for side in sides):
        return "分子、分母各至少选一个数"
    strange = [each for side in sides for each in side if not any(each in known for known in COUNTABLE.values())]
    if strange:
        return f"没有这个数：{'、'.join(strange)}"
    if any(len(set(side)) < len(side) for side in sides):
        return "同一个数选了两次"
    if not any(all(each in known for side in sides for each in side) for known in COUNTABLE.values()):
        return "案件的数和采集员的数不能混在一个率里"
    return "分子与分母相同，永远是 100%" if set(sides[0]) == set(sides[1]) else ""


SHAPES: dict[str, Callable[[Any], str]] = {"matters": matters, "numbers": numbers, "ladder": ladder, "notice": notice, "word": word, "by_department": by_department, "ratio": ratio}
"""shape -> what is wrong with a value, or "" """
