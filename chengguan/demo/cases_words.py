"""What people of the sample county report: matters with their filing condition, how often, words, and what was done."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Matter:
    code: str
    hint: str
    weight: int
    words: tuple[str, ...]
    done: str
    scene: str
    on: str = ""  # component classes it happens on (prefix), "" for the open street


MATTERS = (
    Matter("06010", "litter", 22, ("人行道边散落生活垃圾", "垃圾袋扔在路边，没有进箱", "巷口有一堆生活垃圾"), "已清运并冲洗地面", "litter"),
    Matter("06012", "dirty", 14, ("路面有油污和泥沙", "车道积灰，过车扬尘", "路面散落菜叶"), "已清扫冲洗", "litter"),
    Matter("09005", "vendor", 12, ("店铺把货架摆到人行道上", "餐馆桌椅摆出店外"), "商户已收回店内，现场教育", "street"),
    Matter("09001", "vendor", 10, ("流动摊贩占道卖水果", "路口有流动早餐车"), "已劝离并清理地面", "street"),
    Matter("09009", "found", 9, ("小车停在人行道上", "车辆堵住消防通道口"), "车辆已驶离", "street"),
    Matter("09010", "parking", 7, ("电动车停满盲道", "摩托车乱停影响通行"), "已摆放整齐", "street"),
    Matter("07001", "graffiti", 9, ("墙上贴满小广告", "电杆上喷涂电话号码"), "已铲除覆盖", "wall"),
    Matter("06042", "overflow", 8, ("垃圾箱满溢，周边有散落", "垃圾桶两天没清"), "已清空并擦洗箱体", "litter"),
    Matter("06036", "heap", 5, ("人行道堆放砂石", "门前堆放装修材料"), "物料已清走", "heap"),
    Matter("06013", "pothole", 6, ("车道有坑，积水看不清", "人行道砖松动塌陷"), "已铣刨补平", "road"),
    Matter("08004", "dust", 3, ("工地没有洒水，扬尘大",), "工地已开启喷淋", "heap"),
    Matter("08011", "vehicle", 3, ("渣土车没有盖严，沿路掉土",), "车辆已整改，路面已清扫", "road"),
    Matter("04002", "fallen", 3, ("行道树断枝垂到车道上",), "断枝已锯除运走", "tree"),
    Matter("03005", "broken", 3, ("果皮箱门掉了",), "已换新箱门", "litter"),
    Matter("01037", "dark_single", 10, ("路灯不亮", "夜里这盏灯一直不亮"), "更换光源，亮灯正常", "lamp", "01037"),
    Matter("01037", "fallen", 1, ("灯杆被车撞歪",), "灯杆已扶正加固", "lamp", "01037"),
    Matter("01003", "broken", 5, ("雨水井盖破了一角",), "已换新井盖", "cover", "01003"),
    Matter("01002", "rattling", 5, ("污水井盖过车弹响",), "已加垫圈，踩压无声", "cover", "01002"),
    Matter("01003", "open", 3, ("井盖移位，露出一半井口",), "井盖已复位加锁", "cover", "01003"),
    Matter("10994", "flooded", 1, ("路口积水没过脚踝",), "已疏通雨水口，积水退去", "road"),
)

REFUSED = ("小区内部事务，请联系物业", "现场没有发现所述问题", "描述不清，电话无法接通", "属于私人纠纷，不在城市管理范围")
DECLINED = ("达不到立案条件，损坏很轻微", "已在计划改造范围内", "与在办案件是同一处")
ANSWERS = ("已告知清运时间为每晚八点", "已告知该路段下月封闭施工", "已解释夜间减半亮灯的安排")
RECEIVERS = ("县生态环境局", "县市场监督管理局", "12345 热线平台", "县公安局")
RETURNS = ("该处管线不属本单位养护", "位置在乡道，不在本单位范围")
NOT_DONE = ("清理不彻底，还有残留", "灯还是不亮", "只围了没有修")
CALLERS = ("张先生", "李女士", "王先生", "田女士", "彭先生", "石女士", "杨先生", "吴女士")

WAIT = {
    "accept": (1, 12), "file": (1, 10), "dispatch": (1, 10), "receive": (2, 50), "assign": (1, 30), "report_back": (2, 40),
    "forward": (1, 11), "send_to_verify": (1, 11), "verify": (15, 100), "accept_result": (1, 10), "close": (1, 12),
    "send_to_confirm": (1, 9), "confirm": (10, 50), "rework": (1, 12), "archive": (9 * 1440, 12 * 1440),
}  # fmt: skip
"""Minutes between a move and the one before; `submit` takes its share of the limit."""

AGE = {  # minutes since the last move of a case that is still open
    "reported": (1, 13), "confirming": (3, 50), "awaiting_filing": (1, 13), "awaiting_dispatch": (1, 14), "dispatched": (3, 120),
    "handling": (20, 1200), "department_review": (10, 180), "reported_back": (1, 14), "awaiting_verification": (1, 14),
    "verifying": (5, 100), "verified": (1, 13), "awaiting_closing": (1, 14), "suspended": (2000, 20000), "self_handled": (5, 60),
}  # fmt: skip
