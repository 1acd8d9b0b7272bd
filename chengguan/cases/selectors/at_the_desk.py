"""Guards of the desks before filing: whose matter it is, where it lies, into which case it goes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from chengguan.cases import workflow
from chengguan.cases.selectors import levels
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.selectors.seeing import visible
from chengguan.places.selectors import grid_at


def own_level(move: Move) -> None:
    """A township's desk does the centre's work for the matters it was given, in its own area, within itself."""
    if move.role != "township":
        return
    case = move.case
    if case.level != "township":
        raise Refused(_("这件由县中心受理、立案、派遣"))
    if case.state in workflow.OWN_END and not levels.lies_with_township(case, move.settings):
        raise Refused(_("这类事项由县中心核查、结案"))
    matter = move.given.get("matter_code")
    if matter not in (None, case.matter_code) and not levels.given_to_townships(str(matter), move.settings):
        raise Refused(_("这类事项不归镇街受理，请上交县中心"), "matter_code")
    codes = tuple(post.area_code for post in move.who.posts if post.role == "township" and post.area_code)
    grid = grid_at(move.given["place"][0]) if "place" in move.given else None
    if grid is not None and not grid.community.code.startswith(codes):
        raise Refused(_("位置不在本镇街辖区，请上交县中心"), "place")
    own = frozenset().union(*(post.organisation_ids for post in move.who.posts if post.role == "township"))
    sent = [move.given[name] for name in ("department",) if name in move.given]
    sent += [each for name in ("helpers", "copies") for each in move.given.get(name, ())]
    if any(each.pk not in own for each in sent):
        raise Refused(_("镇街只能派给本单位和下属单位，别的单位请上交县中心派遣"), "department")
    if "inspector" in move.given and move.given["inspector"] not in levels.inspectors_within(case):
        raise Refused(_("镇街只能派在本辖区巡查的采集员"), "inspector")


def township_with_desk(move: Move) -> None:
    if move.case.level != "county":
        raise Refused(_("这件已经在镇街"))
    if not levels.has_desk(move.case.township_id):
        raise Refused(_("还没有定到镇街，或者那个镇街没有经办岗位"))


def place_in_grid(move: Move) -> None:
    if move.case.point is None and "place" not in move.given:
        raise Refused(_("还没有事发位置，请在地图上点出来"), "place")
    found = grid_at(move.given["place"][0]) if "place" in move.given else move.case.unit_grid_id
    if found is None:
        raise Refused(_("事发位置不在任何单元网格内，请改正位置"), "place")


def confirm_wanted(move: Move) -> None:
    if move.settings.covers("confirm.never", move.case.matter_code):
        raise Refused(_("按设置，这类事项不必核实，请直接受理或不予受理"))


def condition_met(move: Move) -> None:
    if not move.case.condition_key or not move.case.matter_code:
        raise Refused(_("没有选定立案条件，不能立案"), "condition_key")


def other_case(move: Move) -> None:
    into = move.given["into"]
    if move.role == "township" and not visible(move.who).filter(pk=into.pk).exists():
        raise Refused(_("没有找到所选的%(what)s") % {"what": _("并入案件")}, "into")
    if into.pk == move.case.pk:
        raise Refused(_("不能并入自己"), "into")
    if into.state not in workflow.OPEN:
        words = _("%(case)s 已经结束（%(state)s），不能并入；请并入还在办理的案件，或另行受理")
        raise Refused(words % {"case": into, "state": into.get_state_display()}, "into")


def not_urgent_yet(move: Move) -> None:
    if move.case.urgent:
        raise Refused(_("已经是急要件"))


def place_or_words(move: Move) -> None:
    """Checked by the registration itself."""


AT_THE_DESK = (
    own_level, township_with_desk, place_in_grid, confirm_wanted, condition_met, other_case, not_urgent_yet, place_or_words,
)  # fmt: skip
"""Guards of the table that stand here."""
