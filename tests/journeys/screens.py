"""Every screen of the platform: who looks at it, where it is, and what its picture shows. One list, from which the journeys
open each screen, the pictures are taken, and a test finds the page that nobody listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, resolve


@dataclass(frozen=True)
class Screen:
    """`address` may name what `standing.stand` made, as {device}; a phone's screen is 390x844, a desk's 1440x900."""

    name: str
    who: str
    address: str
    chinese: str
    english: str
    phone: bool = False
    alarms: bool = False  # shows what stands on the desk: worth a picture when the stories' alarms stand there
    on_a_phone_too: bool = False  # a desk's screen that keeps inside a phone's window

    @property
    def view(self) -> str:
        """The name under which the URL conf knows the page."""
        return resolve(re.sub(r"\{\w+\}", "1", self.address.split("?")[0])).view_name


def desk(name: str, who: str, address: str, chinese: str, english: str, **more: Any) -> Screen:
    return Screen(name, who, address, chinese, english, **more)


def phone(name: str, who: str, address: str, chinese: str, english: str) -> Screen:
    return Screen(name, who, address, chinese, english, phone=True)


ENTRANCE = (
    desk("sign-in", "", "/signin", "登录", "Sign in", on_a_phone_too=True),
    desk("welcome", "evaluate", "/welcome", "没有任职的账号", "An account without a post", on_a_phone_too=True),
    desk("password", "admin", "/password", "修改密码", "Change the password", on_a_phone_too=True),
    desk("leave", "accept", "/leave", "休假：请谁代班", "Leave: who stands in", on_a_phone_too=True),
    desk("notices", "accept", "/notices", "通知", "Notices", on_a_phone_too=True),
)
DUTY = (
    desk("duty-map", "duty", "/map", "值班地图：现在哪里不对", "Duty map: what is wrong now, and where", alarms=True, on_a_phone_too=True),
    desk("duty-map-card", "duty", "/map?sel=alarm-{alarm}", "值班地图：一条告警的卡片", "Duty map: the card of an alarm", alarms=True),
    desk("duty-map-dark", "leader", "/map?theme=dark&z=12", "值班地图：深色，全城", "Duty map: dark, the whole town", alarms=True),
    desk("alarm-desk", "duty", "/alarms", "告警台：按起因归并", "Alarm desk: grouped by cause", alarms=True, on_a_phone_too=True),
    desk("alarm-desk-past", "duty", "/alarms?show=past", "告警台：过去的告警", "Alarm desk: what is past", alarms=True),
    desk("alarm", "duty", "/alarms/{alarm}", "一条告警：当时的读数，谁做了什么", "An alarm: the reading around the moment, who did what", alarms=True),
    desk("devices", "duty", "/devices", "设备", "Devices"),
    desk("device", "engineer", "/devices/{device}", "设备页：状态、曲线、指令", "A device: state, history, commands", alarms=True, on_a_phone_too=True),
    desk("quarantine", "admin", "/quarantine", "隔离区：收不下的报文和原因", "Quarantine: messages that could not be taken, and why"),
    desk("quarantine-entry", "admin", "/quarantine/{entry}", "隔离区：一条报文", "Quarantine: one message"),
    desk("operations", "engineer", "/operations", "运行状况：每一步的速率、积压、时延", "Operations: each step's rate, backlog and age"),
)
RULES = (
    desk("rules", "engineer", "/rules", "告警规则", "Alarm rules"),
    desk("rule", "engineer", "/rules/lamp_dark", "一条规则：限值与历次修改", "A rule: its limits and every change of them"),
)
WORK = (
    desk("work-list", "accept", "/work", "受理员的工作台", "The acceptor's work list"),
    desk("work-shift", "shift", "/work", "值班长的工作台", "The shift leader's work list"),
    desk("work-dispatch", "dispatch", "/work", "派遣员的工作台", "The dispatcher's work list"),
    desk("work-department", "lighting", "/work", "责任单位的工作台", "A department's work list"),
    desk("work-hotline", "hotline", "/work", "坐席员的工作台", "The hotline operator's work list"),
    desk("work-all", "leader", "/work", "领导看全部案件", "What a leader sees of all cases"),
    desk("work-filtered", "desk", "/work?post=dispatcher&text=路&light=green", "一人多岗，带筛选条件", "Several posts in one hand, filtered"),
    desk("recurrences", "leader", "/recurrence", "顽疾：哪里总是反复", "What comes back again and again, and where"),
    desk("recurrence", "leader", "/recurrence/{close}", "一处顽疾：历次案件与位置", "One such place: every time it happened"),
    desk("cases-found", "accept", "/cases?text=路灯", "案件查询：按中文词查全部案件", "Search over all cases by Chinese words"),
    desk("loads", "dispatch", "/loads", "单位负荷：各单位、班组在办多少，超期多少，平均用时", "Load of departments and crews: open, overdue, mean handling time"),
    desk("urges", "lighting", "/urges?side=owed", "督办：等我回复的", "Urges: what waits for my answer"),
    desk("urges-all", "leader", "/urges?side=all", "督办：全部，谁还没回复", "Urges: all of them, and who has not answered"),
    desk("archive", "shift", "/archive", "档案保管：到期的案卷", "The archive: what is past its time"),
    desk("archive-register", "leader", "/archive?show=register", "档案保管：清除登记", "The archive: the register of what was taken out"),
    desk("archive-disposal", "leader", "/archive/disposals/{disposal}", "档案保管：销毁申请", "The archive: a proposal to destroy"),
    desk("surveys", "shift", "/surveys", "专项普查：进行中的和结束的", "Special surveys: those that run and those that are closed", on_a_phone_too=True),
    desk("survey", "shift", "/surveys/{survey}", "一次普查：走到哪里", "A survey: how far it is"),
    desk("survey-findings", "shift", "/surveys/{survey}?tab=findings&show=", "一次普查：发现了什么", "A survey: what was found"),
    desk("survey-finding", "accept", "/surveys/{survey}/findings/{finding}", "一条发现：转为案件、只作统计或不采用", "A finding: a case, a figure, or refused"),
    desk("survey-patch", "shift", "/surveys/{survey}/patches/{patch}", "一个片区：哪些网格看过，谁来走", "A patch: which grids were looked at, who walks"),
    desk("survey-new", "shift", "/surveys/new", "发起普查", "A survey is opened"),
    desk("handovers", "shift", "/handover", "交接班：各岗位的交接班单", "Hand-over: the sheets of every post", on_a_phone_too=True),
    desk("handover-new", "shift", "/handover/new", "交班：此刻的待办、超时、督办和告警", "Handing over: what is open, late, owed and alarming now", on_a_phone_too=True),
    desk("handover", "shift", "/handover/{handover}", "一张交接班单", "A signed sheet", on_a_phone_too=True),
    desk("register", "hotline", "/work/new", "热线登记：当场答复、转办，需要回复、保密", "A call is written down, answered or transferred on the spot"),
    desk("follow-ups", "accept", "/follow-ups", "回访：等回话的来电人", "Follow-ups: callers who want to hear the result"),
    desk("round", "lighting", "/round?all=1", "路线：在办任务就近排好", "The round: jobs in the order one walks them"),
)
CASE = (
    desk("accept", "accept", "/cases/{reported}", "待受理：大类小类、立案条件、网格已找到", "Reported: class, filing condition and grid are found already"),
    desk("merge", "accept", "/cases/{reported}?act=merge", "待受理：并入已有案件", "Reported: merge into a case that is there"),
    desk("file", "shift", "/cases/{accept}", "待立案", "Accepted: to be filed"),
    desk("dispatch", "dispatch", "/cases/{file}", "待派遣：建议的单位和理由", "Filed: the suggested department, with its reason"),
    desk("receive", "lighting", "/cases/{dispatch}", "待处置：责任单位签收", "Dispatched: the department receives"),
    desk("report-back", "lighting", "/cases/{assign}?act=report_back", "处置中：责任单位反馈", "At work: the department reports back"),
    desk("forward", "dispatch", "/cases/{report_back}", "已反馈待批转", "Reported back: to be forwarded"),
    desk("accept-result", "accept", "/cases/{verify}", "核查完毕：核查批转", "Verified: the result is accepted"),
    desk("suspended", "dispatch", "/cases/{suspended}", "挂账：停表到哪一天，到期自己恢复", "Suspended: until when its clock stands, after which it goes on by itself"),
    desk("urged", "lighting", "/cases/{urged}?act=reply_urge", "督办：谁催的，什么时候之前回复", "Urged: by whom, and by when the answer is due", on_a_phone_too=True),
    desk("appealed", "dispatch", "/cases/{appealed}", "超期结案后的申诉：派遣员初审", "Appealed against after a late closing: the dispatcher reviews it first", on_a_phone_too=True),
    desk("appeal-reviewed", "accept", "/cases/{reviewed}", "申诉：受理员终审，初审意见在上面", "An appeal: the acceptor decides, after the first review"),
    desk("case-staged", "dispatch", "/cases/{staged}", "分段限时：哪一段做完，哪一段在走", "Staged: which stretch is finished, which one runs", on_a_phone_too=True),
    desk("case-file", "shift", "/cases/{close}", "已结案：前后照片、每一步、各时限用了多少", "Closed: photos before and after, every step, how much of each limit was used"),
)
EVALUATION = (
    desk("evaluation", "leader", "/evaluation", "综合评价：各单位并排，率与公式", "Evaluation: departments side by side, ratios with their formulas", on_a_phone_too=True),
    desk("evaluation-posts", "leader", "/evaluation?by=post&role=acceptor", "综合评价：受理员", "Evaluation: the acceptors"),
    desk("evaluation-one", "leader", "/evaluation/one?by=all", "全县的每一个数、每一个率", "Every count and ratio of the county"),
    desk("evaluation-cases", "leader", "/evaluation/cases?by=all&count=reported", "一个数背后的案件", "The cases behind a figure"),
    desk("missed", "evaluate", "/evaluation/missed", "漏报：别人先报的，该不该采集员先发现", "Missed: what others reported first", on_a_phone_too=True),
    desk("spot-checks", "leader", "/evaluation/checks", "抽查", "Spot checks"),
    desk("spot-sample", "leader", "/evaluation/checks/{sample}", "抽查：一批", "A sample"),
    desk("spot-check", "leader", "/evaluation/check/{check}", "抽查：一件", "A case looked at again"),
)
TRADES = (
    desk("lights", "engineer", "/lights", "路灯照明总览", "Street lights"),
    desk("circuit", "engineer", "/lights/circuits/{circuit}", "一条回路：每盏灯，开关与调光", "A circuit: each lamp, on, off and dim"),
    desk("schedules", "engineer", "/lights/schedules", "开关灯计划：保存前先看今晚", "Schedules: tonight, before it is saved"),
    desk("covers", "drainage", "/manholes", "井盖监测总览", "Manhole covers"),
    desk("cover", "drainage", "/devices/{cover}", "一个井盖标签", "A cover's tag"),
)
FIELD = (
    phone("crew-tasks", "crew", "/field/", "班组：任务，近的在前", "The crew's tasks, the nearest first"),
    phone("crew-task", "crew", "/field/tasks/{assign}", "班组：到场、照片、材料，灯自己说亮了没有", "The crew's task: photos, material, and the lamp's own reading"),
    phone("crew-urged", "crew", "/field/tasks/{urged}", "班组：领导督办的一件", "The crew's task that a leader urged"),
    phone("crew-stage", "crew", "/field/tasks/{staged}", "班组：分段的一件，报这一段完成", "The crew's task in stretches: this one is finished"),
    phone("crew-round", "crew", "/round?all=1", "班组：今天的路线", "The crew's round"),
    phone("inspector-tasks", "inspect", "/field/", "采集员：任务", "The inspector's tasks"),
    phone("verify", "inspect", "/field/tasks/{send_to_verify}", "采集员：现场核查", "The inspector verifies on the spot"),
    phone("field-done", "inspect", "/field/tasks/{verify}/done", "采集员：发出去了", "The inspector: it is sent"),
    phone("field-surveys", "inspect", "/field/surveys", "采集员：我的普查", "The inspector's surveys"),
    phone("field-survey", "inspect", "/field/surveys/{survey}", "采集员：一次普查，看过还是发现", "The inspector walks a survey"),
    phone("field-survey-new", "inspect", "/field/surveys/{survey}/new", "采集员：报一条发现", "The inspector reports a finding"),
    phone("new-report", "inspect", "/field/new", "采集员：上报", "The inspector reports"),
)
CITIZEN = (
    phone("citizen", "", "/report", "市民上报", "A citizen reports"),
    phone("citizen-find", "", "/report/find", "市民：凭查询码查看", "A citizen looks for a report by its code"),
    phone("citizen-follow", "", "/report/{code}", "市民：办到哪一步了", "A citizen sees what became of it"),
)
ADMINISTRATION = (
    ("administration", "", "管理总览", "Administration"),
    ("accounts", "/accounts", "账号", "Accounts"),
    ("accounts-found", "/accounts?q=李敏", "账号：查找", "Accounts: found by name"),
    ("account", "/accounts/{account}", "一个账号：岗位、权限、会话", "An account: posts, rights, sessions"),
    ("organisations", "/organisations", "机构", "Organisations"),
    ("organisation", "/organisations/{organisation}", "一个机构", "An organisation"),
    ("organisation-new", "/organisations/new", "新机构", "A new organisation"),
    ("responsibilities", "/responsibilities", "权责：什么问题归谁办", "Responsibilities: who handles what"),
    ("responsibility-holes", "/responsibilities/holes?major=01", "权责：空白与重叠", "Responsibilities: holes and overlaps"),
    ("leaves", "/leaves", "休假与代班", "Leaves and stand-ins"),
    ("settings", "/settings", "流程与时限设置", "The county's settings"),
    ("setting", "/settings/approval.extend", "一项设置：延期由谁审批", "A setting: who decides an extension"),
    ("setting-matters", "/settings/dispatch.automatic", "一项设置：自动派遣的事项", "A setting: matters dispatched by the platform"),
    ("setting-notice", "/settings/notice.dispatched", "一项设置：通知的文字", "A setting: the text of a notice"),
    ("takeovers", "/takeovers", "接管案件：各批文件", "Taking over cases: the files"),
    ("takeover", "/takeovers/{batch}", "接管案件：一个文件的映射与试运行", "Taking over cases: the mapping of a file and its dry run"),
    ("changes", "/changes", "设置的历史，可以撤销", "The history of settings, to be undone"),
    ("duties", "/duties", "责任网格的责任人", "Who walks which grid"),
    ("gateways", "/gateways", "网关", "Gateways"),
    ("gateway", "/gateways/{gateway}", "一个网关：设备、口令、最近上线", "A gateway: its devices, key, last seen"),
    ("partners", "/partners", "上报伙伴与密钥", "Partners that report, and their keys"),
    ("partner", "/partners/{partner}", "一个上报伙伴", "A partner: what it may, its key, every change"),
    ("components", "/components", "部件", "Components"),
    ("component", "/components/{component}", "一个部件：属性与历次修改", "A component: attributes and every change"),
    ("calendar", "/calendar?year=2026", "工作日历：一年的工作日、放假、调休和本县的设定", "The working calendar: working days, holidays, make-up days, the county's own"),
    ("limits", "/limits?q=井盖", "时限：按立案条件和区域等级", "Limits: by filing condition and class of area"),
    ("limit", "/limits/01037-03", "一个立案条件：清单时限、本县时限、历次修改", "A condition: the list's limit, the county's own, every change"),
    ("staged", "/stages", "分段时限：哪些立案条件分段", "Staged limits: which conditions have stretches"),
    ("stages", "/stages/10999-01", "一个立案条件的分段", "The stretches of a condition"),
    ("area-classes", "/limits/areas", "区域等级", "The classes of areas"),
    ("audit", "/audit", "审计：谁在什么时候做了什么", "Audit: who did what, when"),
)
TABLES = desk("tables", "admin", "/admin/", "数据表", "The tables behind", on_a_phone_too=True)
STORY_PAGE = desk("story-page", "duty", "/demo/story", "演示剧情（只在演示里有）", "The stories of the demo (in the demo only)", alarms=True)

PARTS: tuple[tuple[str, str, tuple[Screen, ...]], ...] = (
    ("值班室", "The duty room", DUTY),
    ("工作台", "The work lists", WORK),
    ("案件", "The case, stage by stage", CASE),
    ("综合评价", "Evaluation", EVALUATION),
    ("路灯与井盖", "Lights and covers", TRADES),
    ("规则", "Rules", RULES),
    ("现场", "In the field", FIELD),
    ("市民", "Citizens", CITIZEN),
    ("管理", "Administration", tuple(
        desk(name, "admin", "/administration" + rest, chinese, english, on_a_phone_too="{" not in rest) for name, rest, chinese, english in ADMINISTRATION
    ) + (TABLES,)),
    ("人人都有", "For everyone", (*ENTRANCE, STORY_PAGE)),
)  # fmt: skip
SCREENS = tuple(screen for _chinese, _english, part in PARTS for screen in part)

# ---- what in the URL conf is no screen of its own, and why ---------------------------------------
NAMESPACES = {
    "api": "JSON for programs; docs/reference/api.md tells of it",
    "admin": "one page for each table, drawn by Django; the first page of it is on the list",
}
LEADS_ELSEWHERE = {"home": "to the first page of the post", "gateway_key": "to the gateway's page, once the new key was shown", "partner_key": "to the partner's page, once the new key was shown", "set_language": "back, in the other language"}
POSTED = {
    "archive-propose", "archive-decide", "archive-keep", "missed-judge",
    "signout", "account_create", "notices_read_all", "notice_open", "account_act", "accounts_import", "organisations_import",
    "responsibilities_import", "responsibility_end", "responsibility_undo", "duty_end", "leave_end", "leave_own_end", "components_import", "gateway_act", "partner_act", "field-act", "case-act", "work-bulk", "work-view", "work-view-save",
    "alarms_acknowledge", "alarm_acknowledge", "alarm_shelve", "alarm_unshelve", "alarm_register", "device_send", "rule_undo",
    "takeover-upload", "takeover-columns", "takeover-words", "takeover-keep", "takeover-go", "takeover-discard", "settings_import", "settings_carry_out", "change_undo", "spot-check-judge", "spot-check-follow", "quarantine_redrive", "quarantine_discard", "street_lights_command",
    "survey-decide", "survey-prolong", "survey-close", "field-survey-look", "field-survey-finish", "survey-take-back", "field-survey-take-back",
    "handover-accept",
    "staged_undo", "stages_import",
    "limit_drop", "limit_undo", "calendar_import", "calendar_undo", "limits_import", "area_class_undo", "area_classes_import",
}  # fmt: skip
"""Only takes what a form on a listed page sends."""
PIECES = {
    "notices_bell": "work-list", "portal-near": "citizen", "field-near": "new-report", "field-classes": "new-report",
    "field-survey-near": "field-survey-new", "field-survey-classes": "field-survey-new",
    "field-reading": "crew-task", "case-live": "case-file", "case-form": "accept", "device_state": "device", "device_commands": "device",
    "map_card": "duty-map-card", "rule_preview": "rule", "setting_preview": "setting-notice", "setting_matters": "setting-matters", "work-classes": "register", "work-conditions": "register",
    "work-places": "register", "work-here": "register", "work-caller": "register",
}  # fmt: skip
"""A part of the named screen, fetched by it."""
DATA = {
    "live": "the stream of hints", "map_alarms": "JSON", "map_states": "JSON", "map_search": "JSON", "device_series": "JSON", "alarm_series": "JSON",
    "base_tile": "a vector tile", "component_tile": "a vector tile", "file": "a photo or document", "file_small": "a photo, small",
    "portal-photo": "a photo", "case-pdf": "a PDF", "case-form-pdf": "a PDF", "case-data": "a zip", "round-pdf": "a PDF", "takeover-report": "a spreadsheet", "devices_sheet": "a spreadsheet",
    "settings_sheet": "a spreadsheet",
    "survey-sheet": "a spreadsheet",
    "handover-pdf": "a PDF",
}  # fmt: skip
"""Not HTML."""
EXCUSED = {*LEADS_ELSEWHERE, *POSTED, *PIECES, *DATA}


def pages_of_the_url_conf(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each view's name and route, without the namespaces above."""
    for each in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            if each.namespace not in NAMESPACES:
                yield from pages_of_the_url_conf(each.url_patterns, route)
        elif isinstance(each, URLPattern):
            yield each.name or route, route
