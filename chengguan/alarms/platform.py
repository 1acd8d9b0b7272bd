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
        "history_lacking",
        "历史读数缺失",
        "state",
        limits={"states": [1]},
        severity=2,
        scale="平台",
        says="有报文没有写进历史库，已无处可补",
        source="历史入库与消息流的对照",
        settle_s=0,
        auto_register=False,
        advice="补不回来，曲线上那一段是空的；查明消息流为何换新，或历史库为何停写超过 24 小时。",
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
