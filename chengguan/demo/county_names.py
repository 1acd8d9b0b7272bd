"""Names of the sample county. Townships are the real ones with the codes of two public lists; where their seats
are drawn, and every community, street and place name below the township, is made up (synthetic).

The two lists disagree about numbers (001 and 002, 118 and 119 are swapped, three townships are numbered otherwise
or absent), so areas are joined by name.
"""

from __future__ import annotations

from typing import NamedTuple

COUNTY_CODE, COUNTY_NAME = "500241", "秀山土家族苗族自治县"
SEAT = (108.9916, 28.4482)


class Township(NamedTuple):
    code: str  # statistics list of 2023
    name: str
    other_code: str  # the other list of 2025, empty where it has none
    other_name: str
    later: tuple[str, str] | None  # code and name in a list of 2026, where they changed
    seat_km: tuple[float, float]  # east and north of the county seat, made up
    communities: int


TOWNSHIPS = (
    Township("500241001", "中和街道", "500241002", "中和街道", None, (0.2, -0.1), 3),
    Township("500241002", "乌杨街道", "500241001", "乌杨街道", None, (2.3, 1.5), 5),
    Township("500241003", "平凯街道", "500241003", "平凯街道", None, (-2.7, 0.8), 6),
    Township("500241004", "官庄街道", "500241004", "官庄街道", None, (1.2, -2.5), 6),
    Township("500241005", "清溪场街道", "500241102", "清溪场镇", None, (-8.6, -4.3), 11),
    Township("500241103", "隘口镇", "500241103", "隘口镇", None, (-16.5, -12.6), 12),
    Township("500241104", "溶溪镇", "500241104", "溶溪镇", None, (-18.7, 4.1), 10),
    Township("500241106", "龙池镇", "500241106", "龙池镇", None, (1.4, 12.3), 12),
    Township("500241107", "石堤镇", "500241107", "石堤镇", None, (20.6, 38.8), 9),
    Township("500241108", "峨溶镇", "500241108", "峨溶镇", None, (17.9, -3.2), 8),
    Township("500241109", "洪安镇", "500241109", "洪安镇", None, (26.3, -6.4), 10),
    Township("500241110", "雅江镇", "500241110", "雅江镇", None, (19.6, 3.3), 9),
    Township("500241111", "石耶镇", "500241111", "石耶镇", None, (9.7, -4.1), 10),
    Township("500241112", "梅江镇", "500241112", "梅江镇", None, (2.1, -15.2), 13),
    Township("500241113", "兰桥镇", "500241113", "兰桥镇", None, (12.4, -13.5), 8),
    Township("500241114", "膏田镇", "500241114", "膏田镇", None, (-12.8, 14.6), 9),
    Township("500241115", "溪口镇", "500241115", "溪口镇", None, (3.9, 23.4), 9),
    Township("500241116", "妙泉镇", "500241116", "妙泉镇", None, (10.3, 11.9), 8),
    Township("500241117", "宋农镇", "500241117", "宋农镇", None, (9.1, 31.2), 7),
    Township("500241118", "里仁镇", "500241119", "里仁镇", None, (18.8, 27.3), 8),
    Township("500241119", "钟灵镇", "500241118", "钟灵镇", None, (-7.4, -19.6), 11),
    Township("500241120", "龙凤坝镇", "", "", None, (7.6, 5.4), 9),
    Township("500241121", "涌洞镇", "500241211", "涌洞乡", None, (-8.9, 6.8), 7),
    Township("500241207", "海洋乡", "500241207", "海洋乡", None, (1.2, 36.5), 7),
    Township("500241208", "大溪乡", "500241208", "大溪乡", ("500241128", "大溪镇"), (24.3, 19.4), 7),
    Township("500241214", "中平乡", "500241214", "中平乡", None, (16.2, 17.6), 7),
    Township("500241215", "岑溪乡", "500241215", "岑溪乡", None, (14.8, 5.9), 6),
)

URBAN = {
    "500241001": "十字街 文庙 东门 西门 南门 北门 凤鸣 滨江 花灯 渝秀 迎凤 西街".split(),
    "500241002": "乌杨 朝阳 站前 梅江 园区 东风 春晖 新河 香樟 东岸 龙门 梧桐".split(),
    "500241003": "平凯 凤栖 武陵 银杏 莲花 学府 平江 金桥 西城 同兴 桂苑 康宁".split(),
    "500241004": "官庄 凤凰 南桥 迎宾 茶园 南岸 青云 双桥 柏香 柳林 枫香 鹭秀".split(),
}
"""Communities (社区) of the town by its four street offices."""

VILLAGE_FIRST = "龙 凤 石 青 白 黄 大 小 新 上 下 茶 桐 枫 竹 梨 柏 松 岩 水 田 平 高 双 三 金 银 玉 云 泉".split()
VILLAGE_LAST = "坝 塘 溪 坪 寨 湾 岩 井 田 坳 岭 洞 河 桥 坡 堡 沟 场 林 门".split()

SUB_ROADS = {
    "old": "文庙街 盐店街 油坊巷 铁匠巷 水巷 书院街 会馆街 鼓楼街 马道子 米市街 染坊巷 城隍巷 状元巷 天灯街 花灯巷 东门街 西门街 "
    "南门街 北门街 十字街 衙门口 井水巷 草鞋巷 银匠巷 豆腐巷 吊脚楼巷 青石巷 观音巷 柳巷 桂花巷 半边街 横街 后街 新街 河街 码头街",
    "new": "学府路 银杏路 金桥路 莲花路 香樟路 丹桂路 紫薇路 海棠路 玉兰路 翠竹路 文慧路 康宁路 同心路 和顺路 安泰路 平安路 幸福路 "
    "民族路 团结路 振兴路 创业路 体育路 科技路 会展路 文化路 崇文路 思源路 明德路 志远路 博雅路 锦绣路 育才路 星光路 云锦路 汇景路",
    "east": "朝阳路 东风路 春晖路 梧桐路 新河路 龙门路 枫林路 晨光路 曙光路 东升路 迎春路 惠民路 富民路 丰收路 兴农路 松柏路 杨柳路 "
    "石榴路 樱花路 杏林路 芙蓉路 清风路 明月路 望江路 听涛路 沁园路 东湖路 东坡路",
    "south": "凤凰南路 迎宾路 茶园路 青云路 双桥路 柏香路 南桥路 柳林路 枫香路 鹭秀路 山水路 松涛路 翠屏路 揽胜路 望山路 南华路 "
    "映山红路 杜鹃路 茶花路 清泉路 竹海路 南湖路 彩云路 金秋路",
    "works": "工业大道 兴业路 物流路 园区一路 园区二路 园区三路 园区四路 园区五路 园区六路 创新路 制造路 材料路 仓储路 铁路南路 货场路",
}
STREET_HEADS = "福 寿 安 康 泰 宁 和 顺 祥 瑞 丰 裕 兴 隆 昌 盛 仁 义 礼 智 信 德 善 美 文 武 庆 嘉 吉 荣".split()
STREET_MIDDLES = "民 乐 园 华 源 平 景 庭 居 阳 秀 苑 林 泉 竹 梅 兰 桂 松 柏".split()

COMMERCE = "农商银行 邮政支行 百货 超市 大药房 土家菜馆 苗家酸汤鱼 米豆腐店 花灯酒店 武陵宾馆 茶楼 书店 电信营业厅 移动营业厅 五金店 家电城 菜市场 停车场 影城 健身馆".split()
ESTATES = "花园 小区 名苑 家园 华庭 新城 雅居 公馆 新村 佳苑".split()
SCHOOLS = "第一中学 高级中学 民族中学 凤栖中学 第一小学 实验小学 鹭秀小学 东风路小学 平凯小学 乌杨小学 官庄小学 凤翔小学 职业教育中心 机关幼儿园 花灯幼儿园".split()
HOSPITALS = "县人民医院 县中医院 县妇幼保健院 平凯卫生服务中心".split()
PARKS = "花灯广场公园 滨江公园 梅江湿地公园 平江公园 西城公园 东岸公园 银杏公园 体育公园".split()
SQUARES = "花灯广场 站前广场 凤栖广场 民族文化广场".split()
OFFICES = "县人民政府 县公安局 县城市管理局 县政务服务中心 中和街道办事处 乌杨街道办事处 平凯街道办事处 官庄街道办事处 县法院 县自然资源局".split()
