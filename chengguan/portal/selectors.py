"""What a citizen may know: what is already reported near a point, and how far an own report has come.

In plain words, and never who reported or who handles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.contrib.gis.geos import Point
from django.db.models import CharField, Count, F, Func, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases import selectors as cases
from chengguan.cases import workflow
from chengguan.cases.models import Case, Photo, Step
from chengguan.people.selectors import Who, may
from chengguan.people.typed import can_be_stored
from chengguan.portal.models import Partner, Tally
from chengguan.things.models import Attachment

NEAR_METRES = 60
NEAR_DAYS = 14
MOST_NEAR = 3
LATELY_DAYS, KEPT_DAYS = 7, 31
REASONS = {
    "id": gettext_lazy("编号（id）不对"), "matter": gettext_lazy("类别（matter）不对"), "description": gettext_lazy("内容（description）不对"),
    "place": gettext_lazy("位置（lon、lat、crs、address）不对"), "reporter": gettext_lazy("上报人（reporter_name、reporter_phone）不对"),
    "occurred_at": gettext_lazy("发生时间（occurred_at）不对"), "photos": gettext_lazy("照片（photos）不对"), "field": gettext_lazy("有不认识的字段"),
    "body": gettext_lazy("请求体读不懂"), "size": gettext_lazy("请求体太大"), "type": gettext_lazy("请求体的类型不对"),
    "too_many": gettext_lazy("超过每小时的数量"), "disabled": gettext_lazy("密钥已停用"), "other": gettext_lazy("其他"),
}  # fmt: skip
"""Why a report was refused (services/tallies.py), in words."""


@dataclass(frozen=True)
class Near:
    matter: str
    metres: int
    when: str
    state: str


@dataclass(frozen=True)
class Stage:
    words: str
    mark: str  # done | now | later
    at: datetime | None = None
    more: str = ""


@dataclass(frozen=True)
class Progress:
    code: str
    headline: str
    matter: str
    address: str
    description: str
    stages: Sequence[Stage]
    photos: Sequence[int]


def near(who: Who, point: Point) -> list[Near]:
    """Open cases close to a point, nearest first, without anything personal; the same for everyone who asks."""
    return _in_plain_words(cases.open_beside(point, "", metres=NEAR_METRES, hours=24 * NEAR_DAYS))


def repeated(who: Who, point: Point, matter_code: str) -> list[Near]:
    """Open cases that a report from there may repeat: within the county's distance and time for duplicates, of the same matter where one
    is named."""
    return _in_plain_words(cases.open_beside(point, matter_code))


def _in_plain_words(found: Sequence[cases.Beside]) -> list[Near]:
    return [
        Near(
            case.matter_name or _("尚未分类的问题"),
            round(case.metres),
            _("%(time)s前") % {"time": timesince(case.reported_at, depth=1)},
            plain_state(case.state),
        )
        for case in found[:MOST_NEAR]
    ]


def plain_state(state: str) -> str:
    """The state of a case as a citizen would say it."""
    if state in ("reported", "confirming", "awaiting_filing", "self_handled"):
        return _("正在核对")
    if state in ("awaiting_dispatch", "dispatched"):
        return _("已安排处理")
    if state in workflow.WITH_DEPARTMENT:
        return _("正在处理")
    if state == "suspended":
        return _("暂缓处理")
    if state in workflow.OPEN:
        return _("处理完了，正在检查")
    return _("已办结")


def follow(who: Who, code: str) -> Progress:
    """The progress of the report with that code; Case.DoesNotExist when there is none."""
    own = _own(code)
    case = _followed(own)
    return Progress(
        code=own.follow_code or "",
        headline=_headline(case),
        matter=case.matter_name or own.matter_name or _("您报的问题"),
        address=own.address,
        description=own.description,
        stages=_stages(own, case),
        photos=list(_after_photos(case).values_list("id", flat=True)),
    )


def _own(code: str) -> Case:
    code = code.strip().upper()
    if not can_be_stored(code):
        raise Case.DoesNotExist
    return Case.objects.get(follow_code=code)


def photo(who: Who, code: str, photo_id: int) -> Attachment:
    """A photo of the finished work of the report with that code; DoesNotExist for any other."""
    case = _followed(_own(code))
    return _after_photos(case).select_related("attachment").get(pk=photo_id).attachment


def recent_from_citizens(minutes: int) -> int:
    """How many reports came lately from people without a key; what partners bring has limits of its own."""
    lately = Case.objects.filter(source="citizen", reported_at__gte=timezone.now() - timedelta(minutes=minutes))
    return lately.exclude(source_key__startswith="partner:").count()


def _after_photos(case: Case):  # type: ignore[no-untyped-def]
    return Photo.objects.filter(case=case, kind="after").order_by("id")


def _followed(case: Case) -> Case:
    """The case that stands for this report now: the one it was merged into."""
    for _step in range(10):
        if case.merged_into is None:
            break
        case = case.merged_into
    return case


def _headline(case: Case) -> str:
    if case.state in ("refused", "declined"):
        return _("这件事没有立案")
    if case.state == "transferred":
        return _("已转给主管单位")
    if case.state in workflow.FINAL:
        return _("办完了")
    if case.state == "handling" and case.rework_count:
        return _("正在重新处理")
    return plain_state(case.state)


def _said(case: Case, action: str) -> str:
    """The words of the last step of that kind, telephone numbers masked."""
    step = Step.objects.filter(case=case, action=action).order_by("-id").first()
    return re.sub(r"(?<!\d)(\d{3})\d{4,5}(\d{3,4})(?!\d)", r"\1****\2", step.opinion) if step else ""


def _stages(own: Case, case: Case) -> list[Stage]:
    first = [Stage(_("收到您的上报"), "done", own.reported_at)]
    if case is not own:
        joined = Step.objects.filter(case=own, action="merge").order_by("-id").first()
        first.append(Stage(_("与附近同一件事一起处理"), "done", joined.acted_at if joined else None, _("下面是合并后的进展。")))
    ends = {
        "refused": ("refuse", _("核对后没有受理")),
        "declined": ("decline", _("核对后没有立案")),
        "answered": ("answer", _("已答复")),
        "transferred": ("transfer", _("已转给主管单位办理")),
        "voided": ("grant_void", _("核对后撤销")),
    }
    if case.state in ends:
        action, words = ends[case.state]
        last = Step.objects.filter(case=case, action=action).order_by("-id").first()
        return [*first, Stage(words, "done", last.acted_at if last else None, _said(case, action) if action != "transfer" else "")]
    stages = [
        (_("已受理"), case.filed_at, ""),
        (_("已安排单位处理"), case.dispatched_at, ""),
        (_("单位处理完毕"), case.reported_back_at, ""),
        (_("检查过了，办结"), case.closed_at, ""),
    ]
    reached = sum(1 for _words, at, _more in stages if at)
    if case.state in ("handling", "dispatched", "suspended") and case.rework_count:
        reached = min(reached, 2)
    shown = list(first)
    for position, (words, at, more) in enumerate(stages):
        mark = "done" if position < reached else "now" if position == reached else "later"
        if mark == "now":
            words = _headline(case)
        shown.append(Stage(words, mark, at if mark == "done" else None, more))
    return shown


def partners(who: Who) -> QuerySet[Partner]:
    """The systems that bring reports in; for who manages them."""
    return Partner.objects.all() if may(who, "portal.manage_partners") else Partner.objects.none()


@dataclass
class Came:
    """What became of a partner's reports; `why`: how many were refused for which of REASONS."""

    taken: int = 0
    repeated: int = 0
    refused: int = 0
    why: dict[str, int] = field(default_factory=dict)

    def add(self, more: Came) -> None:
        self.taken, self.repeated, self.refused = self.taken + more.taken, self.repeated + more.repeated, self.refused + more.refused
        for reason, n in more.why.items():
            self.why[reason] = self.why.get(reason, 0) + n

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """In words, most first."""
        return [(str(REASONS.get(reason, REASONS["other"])), n) for reason, n in sorted(self.why.items(), key=lambda each: (-each[1], each[0]))]


def came_lately(who: Who) -> dict[int, Came]:
    """By partner, of the last LATELY_DAYS days, today's with them; without those who sent nothing."""
    since = timezone.localdate() - timedelta(days=LATELY_DAYS - 1)
    found: dict[int, Came] = {}
    for (partner, _day), came in _came(partners(who), since):
        found.setdefault(partner, Came()).add(came)
    return found


def came_by_day(who: Who, partner: Partner) -> list[tuple[date, Came]]:
    """Of one partner each day on which it sent something, the latest first, as far back as is kept."""
    since = timezone.localdate() - timedelta(days=KEPT_DAYS - 1)
    return sorted(((day, came) for (_partner, day), came in _came(partners(who).filter(pk=partner.pk), since)), key=lambda each: each[0], reverse=True)


def _came(wanted: QuerySet[Partner], since: date) -> Iterable[tuple[tuple[int, date], Came]]:
    """By partner and day, in two questions however many partners. What was taken is counted by its cases, which are there anyway."""
    found: dict[tuple[int, date], Came] = {}
    for tally in Tally.objects.filter(partner__in=wanted, day__gte=since):
        came = found.setdefault((tally.partner_id, tally.day), Came())
        came.add(Came(repeated=tally.reports) if tally.outcome == "repeated" else Came(refused=tally.reports, why={tally.reason: tally.reports}))
    began = timezone.make_aware(datetime.combine(since, time.min))
    their = {f"{partner}": partner for partner in wanted.values_list("pk", flat=True)}
    sender = Func(F("source_key"), Value(":"), Value(2), function="split_part", output_field=CharField())
    cases = Case.objects.filter(source_key__startswith="partner:", reported_at__gte=began).annotate(sender=sender, day=TruncDate("reported_at"))
    for partner, day, n in cases.filter(sender__in=their).values_list("sender", "day").annotate(n=Count("pk")).order_by():
        found.setdefault((their[partner], day), Came()).add(Came(taken=n))
    return found.items()
