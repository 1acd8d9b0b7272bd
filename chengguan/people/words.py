"""The audit trail's actions in words. One that is not listed here is shown by its slug."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTION_NAMES = {
    "session.signin": _("登录"),
    "session.signout": _("退出"),
    "session.failed": _("登录失败"),
    "session.locked": _("登录锁定"),
    "account.create": _("建立账号"),
    "account.change": _("修改账号"),
    "account.password": _("设置密码"),
    "account.unlock": _("解除锁定"),
    "account.import": _("导入账号"),
    "post.create": _("设立岗位"),
    "holding.create": _("任职"),
    "holding.end": _("免职"),
    "organisation.save": _("修改机构"),
    "organisation.import": _("导入机构"),
    "responsibility.set": _("设定事项责任"),
    "responsibility.end": _("终止事项责任"),
    "responsibility.import": _("导入事项责任"),
    "duty.give": _("安排网格责任人"),
    "gridduty.end": _("终止网格责任"),
    "audit.export": _("导出审计记录"),
    "audit.retention": _("清理过期审计记录"),
    "component.create": _("登记部件"),
    "component.change": _("修改部件"),
    "component.status": _("变更部件状态"),
    "component.import": _("导入部件"),
    "device.create": _("登记设备"),
    "device.change": _("修改设备"),
    "device.enable": _("启用设备"),
    "device.disable": _("停用设备"),
    "gateway.create": _("登记网关"),
    "gateway.change": _("修改网关"),
    "gateway.key": _("签发网关密钥"),
    "gateway.applications": _("变更网关的应用"),
    "gateway.enable": _("启用网关"),
    "gateway.disable": _("停用网关"),
    "command.issue": _("下达指令"),
}
