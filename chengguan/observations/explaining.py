"""Why a message lies in quarantine, as a sentence for an operator; the technical text stays beside it."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

TYPES = {
    "float": gettext_lazy("数字"), "int": gettext_lazy("整数"), "str": gettext_lazy("文字"), "bool": gettext_lazy("真假值"),
    "object": gettext_lazy("对象"), "array": gettext_lazy("数组"), "null": gettext_lazy("空值"), "datetime": gettext_lazy("时间"),
}  # fmt: skip
BOUNDS = {">=": gettext_lazy("不小于"), "<=": gettext_lazy("不大于"), ">": gettext_lazy("大于"), "<": gettext_lazy("小于")}

SENTENCES = tuple(
    (reason, re.compile(pattern), words)
    for reason, pattern, words in (
        ("too_large", r"(?P<size>\d+) > (?P<most>\d+)", gettext_lazy("报文有 %(size)s 字节，最多 %(most)s 字节")),
        ("not_json", r"truncated", gettext_lazy("报文不完整，后面被截断了")),
        ("not_json", r"byte (?P<at>\d+)", gettext_lazy("从第 %(at)s 个字节起不是合法的 JSON")),
        ("wrong_type", r"required field `(?P<name>[^`]+)`", gettext_lazy("缺少字段 %(name)s")),
        ("wrong_type", r"Expected `(?P<types>[^`]+)` (?P<bound>[<>]=?) (?P<limit>\S+)", gettext_lazy("%(where)s应是%(bound)s %(limit)s 的%(types)s")),
        ("wrong_type", r"Expected `(?P<types>[^`]+)`, got `(?P<got>[^`]+)`", gettext_lazy("%(where)s应是%(types)s，收到的是%(got)s")),
        ("wrong_type", r"^t: no offset", gettext_lazy("时间 t 没有写时区")),
        ("wrong_type", r"^t: |RFC3339|datetime", gettext_lazy("%(where)s不是合法的时间")),
        ("wrong_type", r"out of range", gettext_lazy("%(where)s的数太大，放不下")),
        ("wrong_type", r"^deduplicationId: (?P<id>.*)", gettext_lazy("deduplicationId 不是合法的编号：%(id)s")),
        ("wrong_type", r"^\w+(Error|Exception): ", gettext_lazy("设备发来的字节与它的型号的格式不符")),
        ("no_values", r"fPort (?P<port>\d+)", gettext_lazy("端口 %(port)s 的这一帧里没有监测值")),
        ("unknown_topic", r"(?P<what>.+)", gettext_lazy("平台不认识这种事件：%(what)s")),
        ("foreign_gateway", r"(?P<device>.+)", gettext_lazy("报文里写的是另一台设备：%(device)s")),
        ("unknown_metric", r"(?P<metric>.+)", gettext_lazy("这类设备没有名为 %(metric)s 的监测指标")),
        (
            "out_of_range", r"(?P<metric>\S+) = (?P<value>\S+), (?P<low>\S+) … (?P<high>\S+)",
            gettext_lazy("%(metric)s 是 %(value)s，可信的范围是 %(low)s 到 %(high)s"),
        ),
        ("clock_future", r"\+(?P<ahead>\d+) s", gettext_lazy("设备的钟比平台快 %(span)s，最多容许 5 分钟")),
        ("clock_past", r"-(?P<behind>\d+) s", gettext_lazy("报文的时间是 %(span)s之前，最多容许 7 天")),
        ("contradiction", r"(?P<before>\S+) / (?P<now>\S+)", gettext_lazy("同一时刻先报 %(before)s，又报 %(now)s")),
    )
)  # fmt: skip

WITHOUT_DETAIL = {
    "not_json": gettext_lazy("报文不是合法的 JSON"),
    "wrong_type": gettext_lazy("有字段的类型不对"),
    "no_values": gettext_lazy("报文里没有监测值"),
    "unknown_topic": gettext_lazy("主题不是约定的写法，请核对网关的主题设置"),
    "unknown_gateway": gettext_lazy("平台没有登记这个网关，或它不代表这个应用；登记后可以重新送入"),
    "unknown_device": gettext_lazy("平台没有登记这台设备；登记后可以重新送入"),
    "foreign_gateway": gettext_lazy("这台设备登记在另一个网关名下；改正登记后可以重新送入"),
    "disabled": gettext_lazy("设备或网关已停用；启用后可以重新送入"),
    "failed": gettext_lazy("平台处理这条报文时出错，请把技术原文交给维护人员"),
}


def explained(reason: str, detail: str) -> str:
    """The sentence; empty when the name of the reason says it all."""
    for of, pattern, words in SENTENCES:
        found = pattern.search(detail) if of == reason and detail else None
        if found:
            return str(words) % (found.groupdict(default="") | _spoken(found.groupdict(), detail))
    return str(WITHOUT_DETAIL.get(reason, ""))


def _spoken(found: dict[str, str | None], detail: str) -> dict[str, str]:
    """Types, bounds, places and spans of time in words."""
    said = {"where": _where(detail)}
    for name in ("types", "got"):
        said[name] = _("或").join(str(TYPES.get(each, each)) for each in (found.get(name) or "").split(" | "))
    said["bound"] = str(BOUNDS.get(found.get("bound") or "", ""))
    seconds = int(found.get("ahead") or found.get("behind") or 0)
    said["span"] = _span(seconds)
    return said


def _where(detail: str) -> str:
    """`$.v[...]` is the field v; without a place it is the message as a whole."""
    found = re.search(r"at (key in )?`\$\.?(?P<path>[^`]*)`", detail)
    path = found["path"].replace("[...]", "") if found else ("t" if detail.startswith("t:") else "")
    return _("字段 %(name)s ") % {"name": path} if path else _("整条报文")


def _span(seconds: int) -> str:
    for size, words in ((86400, _("%(n)d 天")), (3600, _("%(n)d 小时")), (60, _("%(n)d 分钟"))):
        if seconds >= 2 * size:
            return words % {"n": seconds // size}
    return _("%(n)d 秒") % {"n": seconds}
