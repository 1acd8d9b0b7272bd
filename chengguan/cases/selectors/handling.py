"""Guards of dispatch and handling: who may receive a case, whose crew does it, whether the unit looks first."""

from __future__ import annotations

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext as _

from chengguan.cases.selectors.levels import within
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.refusals import Refused
from chengguan.people.models import Organisation, Post
from chengguan.people.selectors import children_of, on
from chengguan.standards import filing
from chengguan.standards.limits import fits

RECEIVES = {Organisation.Kind.DEPARTMENT, Organisation.Kind.TOWNSHIP, Organisation.Kind.ENTERPRISE}


def department_with_right(move: Move) -> None:
    may_receive(move)
    department = move.given["department"]
    if move.row.action == "redirect" and department.pk == move.case.department_id:
        raise Refused(_("已经在%(name)s，请选另一家") % {"name": department}, "department")
    if move.case.level == "township" and within(department, move.case.township_id):
        return  # what a township accepted it does itself, whomever the table names for the county
    prefixes = [move.case.matter_code[:length] for length in range(1, 6)]
    answers = department.responsibilities.filter(on(), matter_code__in=prefixes).exists()
    if not answers and not move.text("opinion") and not move.text("reason"):
        raise Refused(_("责任表里%(name)s不管这类事项，仍要派遣请写明意见") % {"name": department}, "opinion")


def urgent_case(move: Move) -> None:
    condition = next((each for each in filing.conditions(move.case.matter_code) if each.key == move.case.condition_key), None)
    if not move.case.urgent and not (condition and condition.urgent):
        raise Refused(_("只有急要件或紧急时限的案件可以先行派遣"))
    if "department" in move.given:
        may_receive(move)


def crews_of(department_id: int) -> QuerySet[Organisation]:
    """Who may be sent to do this department's work: its own crews and contractors, then contractors that keep a crew and
    stand below nobody who handles. A company that only collects reports is none of them."""
    below = children_of(department_id) - {department_id}
    own = Q(pk__in=below, kind__in=(Organisation.Kind.CREW, Organisation.Kind.CONTRACTOR))
    with_crew = Post.objects.filter(role="crew").values("organisation")
    hired = Q(kind=Organisation.Kind.CONTRACTOR, pk__in=with_crew) & ~Q(parent__kind__in=RECEIVES)
    rank = Case(When(pk__in=below, then=0), default=1)
    return Organisation.objects.filter(own | hired, enabled=True).order_by(rank, "code")


def own_crew(move: Move) -> None:
    crew = move.given["crew"]
    if not move.case.department_id or not crews_of(move.case.department_id).filter(pk=crew.pk).exists():
        raise Refused(_("%(name)s不是本单位的班组或养护公司") % {"name": crew}, "crew")


def own_case(move: Move) -> None:
    if move.case.crew_id not in move.who.organisation_ids:
        raise Refused(_("这件活不是派给您的班组的"))


def _reviewed_matter(move: Move) -> bool:
    """Whether the unit looks first at what its crew did: as the department says for itself, else as the county says for all."""
    own = move.settings["handling.crew_review_own"]
    department = move.case.department if own else None
    if department is not None and department.code in own:
        return fits(own[department.code], move.case.matter_code)
    return move.settings.covers("handling.crew_review", move.case.matter_code)


def review_wanted(move: Move) -> None:
    if not _reviewed_matter(move):
        raise Refused(_("这类事项不经单位初审，请直接反馈"))


def no_review_of_the_crew(move: Move) -> None:
    if move.role == "crew" and _reviewed_matter(move):
        raise Refused(_("这类事项要单位先看一遍，请提交初审"))


def may_receive(move: Move) -> None:
    department = move.given["department"]
    if not department.enabled or department.kind not in RECEIVES:
        raise Refused(_("%(name)s不是可以派遣的责任单位") % {"name": department}, "department")


def responsibility_open(move: Move) -> None:
    if not move.case.responsibility_open:
        raise Refused(_("责任已经明确"))


def done_by_whom_it_is(move: Move) -> None:
    """Another department can be named while there is still something for it to do."""
    if move.case.state not in ("dispatched", "handling") and move.given["department"].pk != move.case.department_id:
        raise Refused(_("活是%(name)s干的，现在只能定它；不是它的责任，退回处置后再改") % {"name": move.case.department}, "department")


HANDLING = (
    may_receive, done_by_whom_it_is, department_with_right, urgent_case, responsibility_open, own_crew, own_case, review_wanted,
    no_review_of_the_crew,
)  # fmt: skip
"""Guards of the table that stand here."""
