"""Why a message was not taken, by code; the Chinese text is what an operator reads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

REASONS = {
    "too_large": _("报文过大"),
    "not_json": _("不是合法的 JSON"),
    "wrong_type": _("字段类型不符"),
    "no_values": _("没有监测值"),
    "unknown_topic": _("主题格式不符"),
    "unknown_gateway": _("网关未登记"),
    "unknown_device": _("设备未登记"),
    "foreign_gateway": _("设备不属于该网关"),
    "disabled": _("设备已停用"),
    "unknown_metric": _("监测指标未登记"),
    "out_of_range": _("监测值超出可信范围"),
    "clock_future": _("设备时间晚于平台时间"),
    "clock_past": _("设备时间过早"),
    "contradiction": _("同一设备同一时刻出现不同的值"),
    "failed": _("处理出错"),
}

DROPPED = {
    "repeat": _("重复报文"),
    "flood": _("超过设备限速"),
}
"""Left out without a quarantine entry: counted only."""
