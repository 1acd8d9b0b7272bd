"""Manhole covers (井盖状态): tags under the cover, heard by our own radio gateways or by LoRaWAN.

Limits are vendor practice unless a rule names another source; the installed angle of a tag is its
zero. The matter of an alarm is the one of the cover's own component class (class code and matter
code are the same five digits), so `matter` here is only what applies when the class is unknown.
"""

from __future__ import annotations

from chengguan.registry import DeviceModel, Grouping, Layer, Manifest, Metric, Page, Rule

SLUG = "manholes"
COVER_CLASSES = tuple(f"010{n:02d}" for n in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 17, 18, 19, 20, 21, 22, 23))
UNKNOWN_COVER = "01023"  # 不明井盖

METRICS = (
    Metric("tilt", "倾角", "°", 0, 180, 0.1),
    Metric("opened", "开启状态", states={0: "关着", 1: "开着"}, low=0, high=1),
    Metric("displaced", "移位状态", states={0: "在位", 1: "移位或丢失"}, low=0, high=1),
    Metric("water_level", "水位", "cm", 0, 1000, 1),
    Metric("battery", "电量", "%", 0, 100, 1),
    Metric("temperature", "温度", "℃", -40, 85, 0.1),
    Metric("signal", "信号强度", "dBm", -160, 0, 1),
)
REPORTED = tuple(metric.slug for metric in METRICS)

MODELS = (
    DeviceModel("radio_tag", "井盖射频标签", REPORTED, heartbeat_s=12 * 3600, component_classes=COVER_CLASSES),
    DeviceModel(
        "lorawan_tag", "井盖 LoRaWAN 标签", REPORTED, wire="chirpstack", heartbeat_s=12 * 3600, component_classes=COVER_CLASSES
    ),
)

RULES = (
    Rule(
        "cover_open",
        "井盖打开",
        "state",
        metric="opened",
        limits={"states": [1]},
        severity=1,
        source="标签开启状态",
        matter=UNKNOWN_COVER,
        settle_s=0,
        explains=("cover_tilted",),
        advice="有坠落危险：立即通知最近的采集员到场看护，派抢修班复位。",
    ),
    Rule(
        "cover_displaced",
        "井盖移位或丢失",
        "state",
        metric="displaced",
        limits={"states": [1]},
        severity=1,
        source="标签离开井口",
        matter=UNKNOWN_COVER,
        settle_s=0,
        explains=("cover_tilted",),
        advice="有坠落危险：立即设围挡，补装井盖。",
    ),
    Rule(
        "cover_tilted",
        "井盖倾斜",
        "threshold",
        metric="tilt",
        limits={"above": 15.0, "clear_above": 10.0},
        hold_s=0,
        severity=2,
        source="倾角大于 15°（厂家惯例，10–30° 可调，以安装角为零）",
        matter=UNKNOWN_COVER,
        settle_s=120,
        advice="派人查看井圈和井盖是否松动。",
    ),
    Rule(
        "cover_flooded",
        "井内水位过高",
        "threshold",
        metric="water_level",
        limits={"above": 150.0, "clear_above": 120.0},
        hold_s=60,
        clear_hold_s=300,
        severity=2,
        source="水位接近井口（按井深设定）",
        matter=UNKNOWN_COVER,
        settle_s=300,
        auto_register=False,
        advice="查看同管段其他井；雨天通知排水班值守。",
    ),
    Rule(
        "cover_battery_low",
        "井盖标签电量低",
        "threshold",
        metric="battery",
        limits={"below": 20.0, "clear_below": 30.0},
        severity=4,
        source="电量低于 20 %（厂家惯例）",
        matter=UNKNOWN_COVER,
        settle_s=86400,
        auto_register=False,
        advice="列入下次养护更换电池。",
    ),
    Rule(
        "cover_lost",
        "井盖标签失联",
        "missing",
        limits={"silent_s": 25 * 3600},
        severity=3,
        source="超过两次心跳（12 小时一次）未上报，25 小时",
        matter=UNKNOWN_COVER,
        settle_s=3600,
        auto_register=False,
        grouping=(Grouping("gateway", least=3, share=0.5, within_s=12 * 3600, name="网关下井盖失联", severity=3),),
        advice="先看所属网关；单个失联派人查看标签是否被盗或电池耗尽。",
    ),
    Rule(
        "manhole_gateway_silent",
        "井盖网关失联",
        "missing",
        limits={"silent_s": 900},
        severity=3,
        source="超过 5 次心跳未上报",
        matter=UNKNOWN_COVER,
        settle_s=1800,
        auto_register=False,
        watches="gateway",
        explains=("cover_lost",),
        advice="检查网关供电与通信；其下井盖状态暂不可知，安排人工巡查。",
    ),
)

MANIFEST = Manifest(
    slug=SLUG,
    name="井盖监测",
    phase=3,
    grade="simulated",
    component_classes=COVER_CLASSES,
    metrics=METRICS,
    models=MODELS,
    rules=RULES,
    layers=(Layer("covers", "井盖", COVER_CLASSES, hue="#2f7d8c", icon="manhole", min_zoom=13),),
    pages=(Page("overview", "井盖监测", "manholes_overview", ("trade_engineer", "duty_officer", "department", "leader")),),
    indicators={"devices_online": "设备在线率", "covers_open": "未复位井盖"},
    requirements=("M-27",),
)
