"""What the platform watches in itself: rules that no trade declares. Plain Python."""

from __future__ import annotations

from chengguan.registry import Rule

SLUG = "platform"
NAME = "平台自身"

RULES = (
    Rule(
        "stream_filling",
        "上行数据流将满",
        "threshold",
        limits={"above": 80.0, "clear_above": 70.0},
        severity=1,
        scale="平台",
        says="上行数据流占用高于 {above} %",
        source="上行数据流占用超过 80 %",
        settle_s=0,
        auto_register=False,
        advice="入库进程是否停止或落后；数据流满后新报文将被拒收，由网关补发。",
    ),
    Rule(
        "history_paused",
        "历史库暂停写入",
        "state",
        limits={"states": [1]},
        severity=1,
        scale="平台",
        says="历史库拒绝写入（磁盘空间不足等）",
        source="历史库自身的应答",
        settle_s=0,
        auto_register=False,
        advice="清理历史库所在磁盘；告警与派单不受影响，恢复后自动补写。",
    ),
    Rule(
        "device_flooding",
        "设备上报过快被限流",
        "state",
        limits={"states": [1]},
        severity=3,
        scale="平台",
        says="一台设备上报快于速率上限",
        source="每设备速率上限",
        settle_s=0,
        auto_register=False,
        advice="查看该设备固件与上报周期。",
    ),
)
