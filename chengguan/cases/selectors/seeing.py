"""What a person may see of cases."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from chengguan.cases.models import Case, Dispatch, Photo, Task
from chengguan.people.selectors import Who, may, reach
from chengguan.people.typed import telephone


def visible(who: Who) -> QuerySet[Case]:
    """Every case this person may see: all of them for the centre; a department's and a crew's own and
    where it was sent or asked for its opinion; a township's area;
    an inspector's own reports and tasks; nothing for a stranger."""
    far = reach(who, "cases.see")
    if far.everything:
        return Case.objects.all()
    if far.nothing:
        return Case.objects.none()
    allowed = Q(pk__in=[])
    if far.organisation_ids:
        sent = Dispatch.objects.filter(department__in=far.organisation_ids).values("case")
        asked = Task.objects.filter(organisation__in=far.organisation_ids).values("case")
        allowed |= Q(department__in=far.organisation_ids) | Q(crew__in=far.organisation_ids) | Q(pk__in=sent) | Q(pk__in=asked)
    if far.area_codes:
        allowed |= Q(township__code__in=far.area_codes) | Q(community__code__in=far.area_codes)
    if far.own:
        tasks = Task.objects.filter(account__in=who.task_accounts).values("case")
        allowed |= Q(reporter=who.account_id) | Q(inspector=who.account_id) | Q(pk__in=tasks)
    return Case.objects.filter(allowed)


def files(who: Who) -> QuerySet[Photo, int]:
    """The ids of the files on the cases this person may see."""
    return Photo.objects.filter(case__in=visible(who).order_by().values("pk")).values_list("attachment", flat=True)


def sees_reporter(who: Who, case: Case | None = None) -> bool:
    """Whether the reporter's name and telephone may be shown: at all, or of this case, which may be kept secret (保密)."""
    return may(who, "cases.see_reporter") and (case is None or not case.secret or may(who, "cases.see_secret_reporter"))


def called_from(number: str) -> Q:
    """Whoever left that number, however it is written here, and however it was written before numbers were looked at."""
    return Q(reporter_phone__in=sorted({number, telephone(number) or number}))


def reporter_known(who: Who) -> Q:
    """The cases whose reporter this person may know: a search by telephone number finds no others."""
    if not may(who, "cases.see_reporter"):
        return Q(pk__in=[])
    return Q() if may(who, "cases.see_secret_reporter") else Q(secret=False)
