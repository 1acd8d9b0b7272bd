"""抽查: an evaluator draws closed cases by lot, somebody looks again, and what was wrongly verified is counted and dealt with."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases.models import Case, Task
from chengguan.cases.selectors.refusals import Refused
from chengguan.cases.services import act, link_case, may_be_reopened
from chengguan.evaluation.models import CaseFact, Sample, SpotCheck
from chengguan.evaluation.selectors.counts import RECALLED
from chengguan.evaluation.services.deriving import refresh
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import Who, may
from chengguan.people.services import audit, notify
from chengguan.places.models import Area
from chengguan.places.selectors import inside_county
from chengguan.things.models import Attachment

MOST = 500
FOUND_BY = "leader"
"""The source of a case that begins with a spot check: given out by those who oversee the work, reported by nobody below them."""


def _verifications(case_ids: Sequence[int]) -> dict[int, int]:
    """Case -> who verified it last."""
    tasks = Task.objects.filter(case__in=case_ids, kind="verify", done_at__isnull=False).exclude(result=RECALLED)
    return dict(tasks.order_by("pk").values_list("case", "account"))


def population(
    start: datetime, end: datetime, department: Organisation | None = None, township: Area | None = None, inspector: Account | None = None
) -> list[int]:
    """Cases closed in the period, self-handled ones left out, in the order of their ids."""
    rows = CaseFact.objects.filter(closed_at__gte=start, closed_at__lt=end)
    if department is not None:
        rows = rows.filter(department=department)
    if township is not None:
        rows = rows.filter(township=township)
    found = list(rows.order_by("pk").values_list("pk", flat=True))
    if inspector is None:
        return found
    by = _verifications(found)
    return [pk for pk in found if by.get(pk) == inspector.pk]


def how_many(wanted: str, of: int) -> int:
    """20 of 300 are 20, 5% of 300 are 15; a share is rounded up. Refused for anything else."""
    text = wanted.strip().replace("％", "%")
    number = text.removesuffix("%")
    if not (number.isascii() and number.isdigit() and 0 < int(number) <= (100 if text.endswith("%") else MOST)):
        raise Refused(_("抽多少请写件数（1 到 %(most)d）或比例（1%% 到 100%%）") % {"most": MOST}, "wanted")
    return min(of, MOST, ceil(of * int(number) / 100) if text.endswith("%") else int(number))


@transaction.atomic
def draw(
    who: Who, *, start: datetime, end: datetime, wanted: str, assigned_to: Account, department: Organisation | None = None,
    township: Area | None = None, inspector: Account | None = None, seed: int | None = None, now: datetime | None = None,
) -> Sample:  # fmt: skip
    """Draw by lot. The seed is kept: the same seed over the same cases gives the same sample."""
    if not may(who, "evaluation.draw"):
        raise Refused(_("您的岗位不能抽查"))
    cases = population(start, end, department, township, inspector)
    size = how_many(wanted, len(cases))
    if not cases:
        raise Refused(_("这个范围里没有已结案件，请换一个期间或条件"))
    seed = random.SystemRandom().randrange(1, 10**9) if seed is None else seed
    sample = Sample.objects.create(
        seed=seed, start=start, end=end, department=department, township=township, inspector=inspector, wanted=wanted.strip(),
        population=len(cases), drawn_at=now or timezone.now(), drawn_by_id=who.account_id,
    )  # fmt: skip
    chosen = sorted(random.Random(seed).sample(cases, size))
    by = _verifications(chosen)
    SpotCheck.objects.bulk_create(
        [SpotCheck(sample=sample, case_id=pk, inspector_id=by.get(pk), assigned_to=assigned_to) for pk in chosen]
    )
    words = _("抽查 %(n)d 件（共 %(of)d 件）") % {"n": size, "of": len(cases)}
    audit(who, "sample.draw", sample, summary=words)
    if assigned_to.pk != who.account_id:
        notify(assigned_to, words, _("请逐件复核并下结论"), f"/evaluation/checks/{sample.pk}", "evaluation")
    return sample


@transaction.atomic
def judge(
    who: Who, check: SpotCheck | int, verdict: str, *, words: str = "", photos: Sequence[Attachment] = (), point: Point | None = None,
    persists: bool = False, now: datetime | None = None,
) -> SpotCheck:  # fmt: skip
    """Say once what was found. To overturn a verification asks for words and a photo; the inspector hears of it, and of a
    fault that persists the shift leaders, who open the case again."""
    found = SpotCheck.objects.select_for_update(of=("self",)).get(pk=check if isinstance(check, int) else check.pk)
    if not may(who, "evaluation.judge") or (found.assigned_to_id != who.account_id and not may(who, "evaluation.draw")):
        raise Refused(_("这一件不是派给您复核的"))
    if found.verdict:
        raise Refused(_("这一件已经有结论了，结论不改"))
    against = list(_against(verdict, words, photos, point, persists))
    if against:
        raise Refused.together(against)
    found.verdict, found.words, found.point, found.persists = verdict, words.strip(), point, persists
    found.judged_at, found.judged_by_id = now or timezone.now(), who.account_id
    found.save()
    found.photos.set(photos)
    refresh([found.case_id])
    audit(who, "sample.judge", found, summary=f"{found.case} {found.get_verdict_display()}")
    _tell(found, found.judged_at)
    return found


def _against(verdict: str, words: str, photos: Sequence[Attachment], point: Point | None, persists: bool) -> Iterator[Refused]:
    """What is wrong with a conclusion. Where somebody looked again is a place of this county."""
    if verdict not in dict(SpotCheck.VERDICTS):
        yield Refused(_("请选一个结论"), "verdict")
    if verdict == "stands" and persists:
        yield Refused(_("核查属实就是问题已经解决；问题仍在的，请选“推翻核查”"), "persists")
    if verdict == "overturned" and not words.strip():
        yield Refused(_("推翻核查要说明看到了什么"), "words")
    if verdict == "overturned" and not photos:
        yield Refused(_("推翻核查要有现场照片"), "photos")
    if point is not None and not (-180 <= point.x <= 180 and -90 <= point.y <= 90):
        yield Refused(_("复核位置不是一个坐标，请在地图上重新点"), "place")
    elif point is not None and not inside_county(point):
        yield Refused(_("复核位置不在本县范围内，请在地图上重新点"), "place")


def _tell(check: SpotCheck, now: datetime) -> None:
    if check.verdict != "overturned":
        return
    title = _("抽查推翻核查：%(case)s") % {"case": check.case}
    link = f"/evaluation/check/{check.pk}"
    if check.inspector is not None:
        notify(check.inspector, title, check.words, f"/cases/{check.case_id}", "evaluation")
    if check.persists:
        reopens = may_be_reopened(check.case, now)
        words = _("问题仍在，请重开或另立关联案件：%(words)s") if reopens else _("问题仍在，重开期已过，请另立关联案件：%(words)s")
        notify("shift_leader", title, words % {"words": check.words}, link, "evaluation")


@transaction.atomic
def follow(who: Who, check: SpotCheck | int, how: str, now: datetime | None = None) -> Case:
    """What a fault that persists leads to: the case opened again ("reopen", within its window) or a linked one ("link")."""
    found = SpotCheck.objects.select_for_update(of=("self",)).select_related("case", "judged_by").get(pk=check if isinstance(check, int) else check.pk)
    if not who.has("shift_leader"):
        raise Refused(_("重开或另立案件由值班长办"))
    if not found.persists:
        raise Refused(_("抽查没有说问题仍在"))
    if found.followed_by_id is not None:
        raise Refused(_("已经重开或另立过了"))
    words = _("抽查（%(who)s）发现问题仍在：%(words)s") % {"who": found.judged_by.name if found.judged_by else "", "words": found.words}
    moment = now or timezone.now()
    if how == "reopen":
        given: dict[str, Any] = {"reason": words}
        act(who, found.case, "reopen", now=moment, **given)
        found.followed_by = found.case
    else:
        found.followed_by = link_case(who, found.case, words, moment, source=FOUND_BY, photos=list(found.photos.all()))
    found.save(update_fields=["followed_by"])
    return found.followed_by


def empty_spot_checks(case_id: int) -> None:
    """The case is past its time and its contents are destroyed: what was written and photographed in looking again goes too."""
    for check in SpotCheck.objects.filter(case=case_id):
        check.photos.clear()
    SpotCheck.objects.filter(case=case_id).update(words="", point=None)
