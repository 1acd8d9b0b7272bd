"""Writing down what happened: the step, its photos."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_noop

from chengguan.cases.models import Clock, Photo, Step
from chengguan.cases.selectors.move import Move
from chengguan.cases.selectors.roles import acting_post
from chengguan.cases.services import given
from chengguan.people.selectors import HeldPost
from chengguan.things.models import Attachment

PHOTO_KIND = {"confirm": "confirm", "verify": "verify", "report_back": "after", "submit": "after",
              "finish_stage": "after", "report_help": "after", "answer_consult": "confirm"}  # fmt: skip


def write_step(move: Move, to_state: str, clock: Clock | None) -> Step:
    """Append the step with its photos."""
    step = new_step(move, to_state, clock)
    step.save()
    put_photos_of(move, step)
    return step


def new_step(move: Move, to_state: str, clock: Clock | None) -> Step:
    """The step, not yet saved. `clock` is the one the state stood on before the move, with its use noted by the
    caller's moment."""
    case = move.case
    others = move.task.account_id if move.task is not None and move.task.account_id != move.who.account_id else None
    post = acting_post(move.who, move.role, case, others)
    lent = {"for": post.for_account_id} if post is not None and post.for_account_id is not None else {}
    overdue = clock is not None and (clock.overdue or (clock.deadline is not None and move.now > clock.deadline))
    return Step(
        case=case,
        from_state=move.from_state,
        to_state=to_state,
        action=move.row.action,
        opinion=move.opinion,
        given={**given.keep(move.given), **move.kept, **lent},
        who_id=move.who.account_id,
        who_name=_who_words(move, post)[:60],
        organisation_id=post.organisation_id if post else None,
        organisation_name=(post.organisation_name if post else "")[:80],
        role=move.role,
        receiver=move.receiver[:120],
        received_at=case.entered_at,
        acted_at=move.now,
        used_s=round(move.clocks.used(clock), 3) if clock else 0,
        whole_s=round(move.clocks.whole(clock), 3) if clock else None,
        stage=clock.stage if clock else "",
        stage_deadline=clock.deadline if clock else None,
        overdue=overdue,
    )


def _who_words(move: Move, post: HeldPost | None) -> str:
    """Who did it; 代 with the name of the one on leave whose post it was done with."""
    name = move.who.name or "市民"  # the reporter is known to those who may see the reporter
    return gettext_noop("%(name)s（代%(away)s）") % {"name": name, "away": post.for_name} if post is not None and post.for_name else name


def put_photos_of(move: Move, step: Step) -> None:
    put_photos(step, move.given.get("photos", ()), PHOTO_KIND.get(move.row.action, "report"))
    put_photos(step, move.given.get("photos_before", ()), "before")
    put_photos(step, move.given.get("photos_after", ()), "after")


def put_photos(step: Step, photos: Sequence[Attachment], kind: str) -> None:
    if photos:
        Photo.objects.bulk_create([Photo(case_id=step.case_id, step=step, attachment=photo, kind=kind) for photo in photos])
