"""Every count and ratio that towns and vendors publish under a name has its place here: none is missing, none is there twice without a reason."""

from __future__ import annotations

import csv
import json
import re

import pytest
from django.conf import settings

from chengguan.evaluation.selectors import COUNTS
from chengguan.standards.ratios import RATIOS

DOMAIN = settings.REPOSITORY.parent / "shared" / "domain"
ALSO: dict[str, str] = {
    "按期核实数": "confirm_on_time", "按期核查数": "verify_on_time", "应发核实数": "post_confirm_sent", "超期待处置数": "unhandled_late", "挂账数": "suspended",
    "急要件": "urgent", "重点案件": "important", "回访数": "followed_up", "非常满意": "very_satisfied", "满意": "satisfied", "不满意": "unsatisfied",
}  # fmt: skip
"""Other names of the same count; what should be sent to confirm is what was sent, for that is the acceptor's to say."""
MEANS = {"平均处置时长": "handle_s", "平均受理时长": "accept_s", "处置超时倍数": "handle_times"}
"""No ratios, but means beside them."""
ALSO_RATIOS = {"超期待处置率": "unhandled_late", "按时结案率 (值班长 post)": "post_closing_on_time"}
ASIDE = {
    "平均处置时长": "an average of seconds, beside the ratios", "平均受理时长": "an average of seconds, beside the ratios",
    "处置超时倍数": "of one case, for graded deductions of a scoring scheme",
}  # fmt: skip
NAMES = ["上报数", "有效上报数", "公众举报数", "公众有效上报数", "受理数", "不予受理数", "立案数", "按时立案数", "准确立案数", "应派遣数", "派遣数", "按时派遣数", "准确派遣数", "错误派遣数", "应处置数", "处置数", "按期处置数", "超期处置数", "未处置数", "超期未处置数", "应结案数", "结案数", "按期结案数", "超期结案数", "超期未结案数", "应核实数", "核实数", "按期核实数", "应核查数", "核查数", "按期核查数", "返工数", "回退数", "延期数", "挂账(缓办)数", "作废数", "自行处置数", "督办数", "重复上报数", "漏报数", "满意数", "非常满意数", "不满意数", "按时核实数", "按时核查数", "按时受理数", "未结案数", "按时结案数", "有效回访数", "监督举报核实数", "准确受理数", "推诿数", "无效核查数", "自处置作废数", "应发核实数", "发核实数", "按时发核实数", "应发核查数", "发核查数", "按时发核查数", "核查批转数", "按时核查批转数", "应受理数", "待受理数", "超时受理数", "超时待受理数", "错误受理数", "待立案数", "待派遣数", "待核查数", "待结案数", "超时派遣数", "超时未派遣数", "应督查数", "督查数", "按时督查数", "待督查数", "超时核实数", "超时未核实数", "超时未核查数", "自处置待审核数", "自处置结案数", "按期待处置数", "超期待处置数", "按期未结案数", "返工次数", "挂账数", "历史挂账数", "当即办理数", "转办数", "急要件", "重点案件", "回访数", "非常满意", "满意", "不满意"]


def offered() -> dict[str, list[str]]:
    """name -> the counts of that name, of cases and of posts."""
    found: dict[str, list[str]] = {}
    for slug, count in COUNTS.items():
        found.setdefault(str(count.name), []).append(slug)
    return found | {name: [slug] for name, slug in ALSO.items()}


@pytest.mark.parametrize("name", NAMES)
def test_count_is_offered_under_its_name(name: str) -> None:
    assert all(slug in COUNTS for slug in offered()[name])


def test_another_name_leads_to_a_count_and_is_no_count_itself() -> None:
    names = {str(count.name) for count in COUNTS.values()}
    assert set(ALSO) & names == set()
    assert set(ALSO.values()) <= set(COUNTS)
    assert {slug for slug in ALSO_RATIOS.values()} <= set(RATIOS)


@pytest.mark.skipif(not DOMAIN.exists(), reason="../shared/domain is not there")
def test_what_was_collected_elsewhere_is_all_here() -> None:
    told = json.loads((DOMAIN / "evaluation.json").read_text(encoding="utf-8"))
    names = {*told["counts"]} | {each.strip() for key in told["definitions"]["counts used by ratios and not listed above"] for each in key.split("/")}
    for row in csv.DictReader((DOMAIN / "evaluation" / "counts_more.csv").open(encoding="utf-8")):
        plain = re.sub(r"[(（].*|[a-z].*", "", row["count"].replace(" and ", "/").replace(";", "/"))
        names |= {each.strip() for each in plain.split("/") if each.strip()}
    ratios = {str(ratio.name) for ratio in RATIOS.values()} | set(ALSO_RATIOS) | set(ASIDE)
    rated = {each["name"] for each in told["ratios"]}
    for row in csv.DictReader((DOMAIN / "evaluation" / "ratios.csv").open(encoding="utf-8")):
        rated |= {each.strip() for each in re.split(r"[,/]", row["name"])} if row["name"] not in ALSO_RATIOS else {row["name"]}
    assert names - set(offered()) == set()
    assert rated - ratios == set()
