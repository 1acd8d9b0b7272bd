"""What the forms of the state table ask for: name, label, kind, and what can be chosen. Plain Python, as the table is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """What a form asks. kind: text choice photos department departments inspector crew datetime case position matter stages."""

    name: str
    label: str
    kind: str
    options: tuple[tuple[str, str], ...] = ()


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("reason", "理由", "text"),
        Field("opinion", "意见", "text"),
        Field("words", "内容", "text"),
        Field("answer", "答复内容", "text"),
        Field("receiver", "转往单位", "text"),
        Field("matter_code", "案件类别", "matter"),
        Field("condition_key", "立案条件", "choice"),
        Field("position", "所在位置", "position"),
        Field("place", "事发位置", "position"),
        Field("inspector", "信息采集员", "inspector"),
        Field("photos", "照片", "photos"),
        Field("photos_before", "处置前照片", "photos"),
        Field("photos_after", "处置后照片", "photos"),
        Field("true", "核实结论", "choice", (("yes", "属实"), ("no", "不属实"))),
        Field("far", "人不在现场", "choice", (("yes", "不在现场也报回"),)),
        Field("passed", "核查结论", "choice", (("yes", "通过"), ("no", "不通过"))),
        Field("into", "并入案件", "case"),
        Field("department", "主办单位", "department"),
        Field("helpers", "协办单位", "departments"),
        Field("copies", "抄告单位", "departments"),
        Field("participants", "参加单位", "departments"),
        Field("conclusion", "会商结论", "text"),
        Field("stages", "分段", "stages"),
        Field("crew", "班组", "crew"),
        Field("until", "截止时间", "datetime"),
        Field("extended_to", "延期到", "datetime"),
        Field("reason_code", "缓办原因", "choice", (
            ("season", "季节"), ("money", "资金"), ("conditions", "条件不具备"), ("no_owner", "无主"), ("other", "其他"),
        )),
        Field("done", "处置情况", "text"),
        Field("evidence", "免核查依据", "text"),
        Field("satisfaction", "满意度", "choice", (
            ("very", "非常满意"), ("satisfied", "满意"), ("fair", "基本满意"), ("unsatisfied", "不满意"), ("unreached", "没打通，再打"), ("given_up", "联系不上，不再打"),
        )),
        Field("linked", "另立关联案件", "choice", (("no", "否"), ("yes", "是"))),
        Field("urge_kind", "督办类型", "choice", (("overdue", "超期督办"), ("leader", "领导督办"), ("daily", "日常督办"))),
        Field("level", "督办级别", "choice", (("1", "一级"), ("2", "二级"), ("3", "三级"))),
        Field("closing_note", "结案意见", "text"),
    )
}  # fmt: skip
