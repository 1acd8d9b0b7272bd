"""One table: which roles may do what, and how far. `docs/reference/permissions.md` is generated from it.

What moves a case from state to state is said, with its roles, in the state table of `cases`; here stands
everything else. Scope: `all` the county; `department` the own organisation and those below it; `area` the
own area; `own` what was given to this person.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chengguan.people.roles import EVERYONE, ROLES


class Scope(IntEnum):
    """From narrow to wide."""

    OWN = 1
    DEPARTMENT = 2
    AREA = 3
    ALL = 4


SCOPE_NAMES: dict[Scope, Any] = {
    Scope.OWN: _("本人"),
    Scope.DEPARTMENT: _("本单位"),
    Scope.AREA: _("本辖区"),
    Scope.ALL: _("全县"),
}


@dataclass(frozen=True)
class Permission:
    action: str
    name: str | Promise
    scopes: dict[str, Scope] = field(default_factory=dict)  # role -> how far


OWN, DEPARTMENT, AREA, ALL = Scope.OWN, Scope.DEPARTMENT, Scope.AREA, Scope.ALL

CENTRE = {
    role: ALL
    for role in (
        "acceptor", "shift_leader", "dispatcher", "hotline_operator", "duty_officer", "evaluator", "overseer", "leader",
    )
}  # fmt: skip
WIDE = CENTRE | {"trade_engineer": ALL, "administrator": ALL}
LIMITED = {"department": DEPARTMENT, "crew": DEPARTMENT, "township": AREA, "contractor_lead": DEPARTMENT}

_TABLE: tuple[Permission, ...] = (
    Permission("people.see", _("查看机构与通讯录"), dict.fromkeys(EVERYONE, ALL)),
    Permission("people.manage", _("管理账号、机构、岗位"), {"administrator": ALL}),
    Permission("people.manage_responsibility", _("设定事项责任单位"), {"administrator": ALL}),
    Permission("people.manage_duties", _("安排网格责任人"), {"administrator": ALL, "contractor_lead": DEPARTMENT}),
    Permission("people.see_audit", _("查看审计记录"), {"administrator": ALL}),
    Permission("things.see", _("查看部件与设备"), WIDE | LIMITED | {"inspector": ALL}),
    Permission("things.change", _("变更部件、设备资料"), {"administrator": ALL, "trade_engineer": ALL}),
    Permission("things.command", _("向单个设备发指令"), {"trade_engineer": ALL, "duty_officer": ALL, "department": DEPARTMENT, "administrator": ALL}),
    Permission("things.command_group", _("向整个分组发指令"), {"trade_engineer": ALL, "department": DEPARTMENT, "administrator": ALL}),
    Permission("things.manage_gateways", _("管理网关账号与密钥"), {"administrator": ALL}),
    Permission("things.see_files", _("查看照片与文档"), WIDE | LIMITED | {"inspector": ALL}),
    Permission("observations.see", _("查看监测值"), WIDE | LIMITED | {"inspector": ALL}),
    Permission("observations.quarantine", _("处理隔离报文"), {"trade_engineer": ALL, "administrator": ALL, "duty_officer": ALL}),
    Permission("observations.operations", _("查看运行状况"), {"administrator": ALL, "trade_engineer": ALL, "duty_officer": ALL}),
    Permission("alarms.see", _("查看告警"), WIDE | LIMITED),
    Permission("alarms.acknowledge", _("确认告警"), {"duty_officer": ALL, "trade_engineer": ALL, "department": DEPARTMENT}),
    Permission("alarms.shelve", _("搁置告警"), {"duty_officer": ALL, "trade_engineer": ALL}),
    Permission("alarms.register", _("由告警登记案件"), {"duty_officer": ALL, "acceptor": ALL, "shift_leader": ALL}),
    Permission("alarms.change_rules", _("修改告警规则与限值"), {"trade_engineer": ALL, "administrator": ALL}),
    Permission("cases.see", _("查看案件"), WIDE | LIMITED | {"inspector": OWN}),
    Permission("cases.register", _("登记案件"), dict.fromkeys(("acceptor", "shift_leader", "hotline_operator", "duty_officer", "township", "inspector", "leader"), ALL)),
    Permission("cases.see_reporter", _("查看举报人联系方式"), dict.fromkeys(("acceptor", "shift_leader", "hotline_operator", "overseer"), ALL)),
    Permission("cases.see_secret_reporter", _("查看要求保密的举报人"), dict.fromkeys(("acceptor", "hotline_operator"), ALL)),
    Permission("cases.configure", _("设置案件的时限、流程与用语"), {"administrator": ALL}),
    Permission("cases.see_archive", _("查看保管期限与清除登记"), dict.fromkeys(("administrator", "shift_leader", "leader", "evaluator", "overseer"), ALL)),
    Permission("cases.propose_disposal", _("提出销毁到期案卷"), {"administrator": ALL, "shift_leader": ALL}),
    Permission("cases.grant_disposal", _("审批销毁到期案卷"), {"leader": ALL}),
    Permission("portal.manage_partners", _("管理上报伙伴与密钥"), {"administrator": ALL}),
    Permission("map.see", _("查看值班地图"), WIDE | LIMITED),
    Permission("work.see", _("使用工作台"), CENTRE | {k: LIMITED[k] for k in ("department", "township", "contractor_lead")} | {"trade_engineer": ALL, "administrator": ALL}),
    Permission("evaluation.see", _("查看综合评价"), dict.fromkeys(("evaluator", "leader", "overseer", "shift_leader"), ALL) | {"department": DEPARTMENT, "township": AREA}),
    Permission("evaluation.draw", _("抽查已结案件"), {"evaluator": ALL}),
    Permission("evaluation.judge", _("给抽查下结论"), {"evaluator": ALL, "overseer": ALL}),
    Permission("surveys.see", _("查看专项普查"), CENTRE | {"administrator": ALL, "contractor_lead": DEPARTMENT, "inspector": OWN}),
    Permission("surveys.manage", _("发起和结束专项普查"), {"shift_leader": ALL}),
    Permission("surveys.decide", _("处理普查发现"), {"acceptor": ALL, "shift_leader": ALL}),
    Permission("surveys.walk", _("现场普查"), {"inspector": OWN}),
    Permission("handover.sign", _("交班与接班"), dict.fromkeys(("acceptor", "shift_leader", "dispatcher", "hotline_operator", "duty_officer"), ALL) | {"township": DEPARTMENT}),
    Permission("handover.see", _("查看交接班"), CENTRE | {"administrator": ALL, "township": DEPARTMENT}),
    Permission("field.use", _("使用现场手机端"), {"inspector": OWN, "crew": OWN}),
    Permission("admin.use", _("进入系统管理"), {"administrator": ALL}),
)  # fmt: skip

PERMISSIONS: dict[str, Permission] = {permission.action: permission for permission in _TABLE}


def scopes(roles: frozenset[str], action: str) -> dict[str, Scope]:
    """Role -> scope for those of `roles` that may do `action`; KeyError when the table has no such action."""
    return {role: scope for role, scope in PERMISSIONS[action].scopes.items() if role in roles}


SCOPES = (Scope.ALL, Scope.AREA, Scope.DEPARTMENT, Scope.OWN)


def as_markdown() -> str:
    """The table as the page docs/reference/permissions.md; `chengguan document` writes it."""
    lines = [
        "# Permissions",
        "",
        "Written from `chengguan/people/permissions.py`; a test fails when the two differ. How far a permission reaches:",
        *(f"`{scope.name.lower()}` {SCOPE_NAMES[scope]}{',' if scope != Scope.ALL else '.'}" for scope in Scope),
        "What moves a case is said, with its roles, by the state table of `chengguan/cases/workflow.py`.",
        "",
        "| action | 名称 | " + " | ".join(f"{scope.name.lower()} {SCOPE_NAMES[scope]}" for scope in SCOPES) + " |",
        "|---|---|" + "---|" * len(Scope),
    ]
    for permission in _TABLE:
        cells = (" ".join(role for role in ROLES if permission.scopes.get(role) == scope) for scope in SCOPES)
        lines.append(f"| `{permission.action}` | {permission.name} | " + " | ".join(cells) + " |")
    lines += ["", "| role | 岗位 | first page |", "|---|---|---|"]
    lines += [f"| `{role.slug}` | {role.name} | `{role.first_page}` |" for role in ROLES.values()]
    return "\n".join(lines) + "\n"
