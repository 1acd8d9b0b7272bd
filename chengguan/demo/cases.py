"""Sample cases of the last six weeks, in every stage, each moved through the state table at its own past times.

Synthetic and marked so. The histories ring no bells; what is still open stands where it would stand now.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from chengguan.cases import selectors, services, workflow
from chengguan.cases.models import Case
from chengguan.demo import cases_words as said
from chengguan.demo.cases_pictures import picture
from chengguan.demo.cases_plan import MINUTE, SEED, Plan, plans
from chengguan.demo.cases_words import MATTERS
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import ANONYMOUS, SYSTEM, Who, accounts_with_role, inspectors_of, who_is
from chengguan.places.selectors import grid_at
from chengguan.things.models import Attachment

DAYS = 42
REVIEWED = ("01002", "01003", "03", "06")
"""Matters whose department looks at a crew's work before it is reported back; lamps are not among them."""


class People:
    """Who does what, looked up once."""

    def __init__(self) -> None:
        self._who: dict[int, Who] = {}
        self._role: dict[tuple[str, int | None], Account | None] = {}
        self._crews: dict[int, Organisation | None] = {}
        self._pictures: dict[tuple[str, bool], Attachment] = {}

    def account(self, account: Account) -> Who:
        if account.pk not in self._who:
            self._who[account.pk] = who_is(account)
        return self._who[account.pk]

    def holder(self, role: str, organisation: Organisation | None = None) -> Account | None:
        key = (role, organisation.pk if organisation else None)
        if key not in self._role:
            held = accounts_with_role(role, organisation)
            self._role[key] = held[0] if held else None
        return self._role[key]

    def __call__(self, role: str, organisation: Organisation | None = None) -> Who:
        found = self.holder(role, organisation)
        assert found is not None, (role, organisation)
        return self.account(found)

    def photo(self, scene: str, after: bool) -> Attachment:
        """What their telephones hold: each drawing is stored once."""
        if (scene, after) not in self._pictures:
            self._pictures[scene, after] = picture(scene, after)
        return self._pictures[scene, after]

    def crew(self, department: Organisation) -> Organisation | None:
        """A crew of the department that somebody leads."""
        if department.pk not in self._crews:
            crews = Organisation.objects.filter(parent=department, kind="crew").order_by("code")
            self._crews[department.pk] = next((crew for crew in crews if self.holder("crew", crew)), None)
        return self._crews[department.pk]


@transaction.atomic
def load_cases(share: float = 1.0, now: datetime | None = None) -> int:
    """Make the sample cases when there are none yet; returns how many there are. `share` < 1 makes fewer."""
    if Case.objects.filter(synthetic=True).exists():
        return Case.objects.filter(synthetic=True).count()
    now = now or timezone.now()
    chance = random.Random(SEED)
    people = People()
    services.set_setting(SYSTEM, "handling.crew_review", list(REVIEWED))
    with services.quietly():
        for plan in sorted(plans(chance, share), key=lambda plan: plan.ending == "merged"):
            _live(plan, people, _again(plan, now) if plan.ending == "merged" else _begin(plan, now), now)
    return Case.objects.filter(synthetic=True).count()


def _begin(plan: Plan, now: datetime) -> datetime:
    """When it was reported: an open case so that its last move was a short while ago, an ended one on some day before."""
    if plan.ending in said.AGE:
        ahead = random.Random()
        ahead.setstate(plan.chance.getstate())
        rehearsal = Plan(plan.matter, plan.ending, plan.source, plan.point, plan.component, ahead, plan.share)
        total = sum((rehearsal.wait(action) for action in plan.moves), timedelta())
        return now - total - random.Random(plan.matter.code + plan.ending + str(total)).uniform(*said.AGE[plan.ending]) * MINUTE
    first = 12 if plan.ending == "archived" else 1
    day = now - timedelta(days=plan.chance.uniform(first, DAYS))
    minute = plan.chance.triangular(7 * 60, 20 * 60, 10 * 60)
    local = timezone.localtime(day).replace(hour=0, minute=0, second=0, microsecond=0)
    return min(local + minute * MINUTE, now - 30 * MINUTE)


def _again(plan: Plan, now: datetime) -> datetime:
    """A second report of what is in hand already, from the same place and with the same words: when it came."""
    in_hand = list(Case.objects.filter(synthetic=True, state="handling").select_related("component").order_by("reported_at", "id"))
    plan.into = first = in_hand[plan.chance.randrange(min(len(in_hand), 8))]
    assert first.point is not None
    plan.point, plan.component, plan.source = first.point, first.component, plan.chance.choice(("citizen", "hotline"))
    plan.matter = next(each for each in MATTERS if each.code == first.matter_code)
    return first.reported_at + plan.chance.uniform(0.1, 0.4) * (now - first.reported_at)


def _register(plan: Plan, people: People, at: datetime, inspector: Account) -> Case:
    words = plan.chance.choice(plan.matter.words)
    before = [people.photo(plan.matter.scene, False)]
    if plan.ending in ("self_handled", "self_closed"):
        done = [people.photo(plan.matter.scene, True)]
        case = services.self_handle(
            people.account(inspector), matter_code=plan.matter.code, point=plan.point, photos_before=before, photos_after=done,
            description=words, component=plan.component, now=at,
        )  # fmt: skip
        Case.objects.filter(pk=case.pk).update(synthetic=True)
        return case
    who = {"inspector": people.account(inspector), "citizen": ANONYMOUS, "leader": people("leader")}.get(plan.source) or people("hotline_operator")
    named = plan.source in ("citizen", "hotline")
    name = plan.chance.choice(said.CALLERS) if named else ""
    phone = f"023-0000{plan.chance.randint(1000, 9999)}" if named else ""
    return services.register(
        who,
        source=plan.source,
        point=plan.point,
        description=words,
        matter_code=plan.matter.code,
        component=plan.component,
        reporter_name=name,
        reporter_phone=phone,
        reply_wanted=phone.endswith(("0", "3", "6")) and plan.ending in (*workflow.OPEN, "archived"),  # these are followed up in time
        secret=phone.endswith(("3", "7")),
        photos=before if plan.source in ("inspector", "citizen") else (),
        occurred_at=at - plan.chance.uniform(10, 400) * MINUTE,
        synthetic=True,
        now=at,
    )


def _live(plan: Plan, people: People, at: datetime, now: datetime) -> None:
    """Register the case and make its moves, as far as the present lets it."""
    grid = grid_at(plan.point)
    here = inspectors_of(grid) if grid else []
    inspector = here[0] if here else people.holder("inspector")
    assert inspector is not None
    case = _register(plan, people, at, inspector)
    for number, action in enumerate(plan.moves):
        at += plan.wait(action)
        if at >= now:
            return
        if action in ("assign", "submit") and (case.department is None or people.crew(case.department) is None):
            continue  # a department that does the work itself
        if action == "submit" and not case.matter_code.startswith(REVIEWED):
            continue  # its crews report back themselves
        who, given = _given(plan, people, case, action, inspector, at, "rework" in plan.moves[number + 1 :])
        case = services.act(who, case, action, now=at, **given).case


def _given(
    plan: Plan, people: People, case: Case, action: str, inspector: Account, at: datetime, to_fail: bool
) -> tuple[Who, dict[str, Any]]:
    """Who makes the move, and what is given with it."""
    chance, words = plan.chance, plan.matter
    position = (plan.point.x + chance.uniform(-2e-4, 2e-4), plan.point.y + chance.uniform(-2e-4, 2e-4), chance.uniform(4, 18))
    desk, shift, dispatcher = people("acceptor"), people("shift_leader"), people("dispatcher")
    walker = people.account(inspector)
    if action == "dispatch":
        department, _why = selectors.suggested_department(case)
        if department is not None:
            return dispatcher, {"department": department}
        had = set(case.dispatches.values_list("department", flat=True))  # its return was granted: somebody else has to be chosen
        others = Organisation.objects.filter(kind="department", enabled=True).exclude(pk__in=had).order_by("code")
        return dispatcher, {"department": chance.choice(list(others)), "opinion": "按现场看到的权属改派"}
    if action == "merge":
        return desk, {"into": plan.into}
    if action in ("receive", "assign", "submit", "report_back", "ask_return", "ask_suspend"):
        return _at_the_department(plan, people, case, action, at)
    found = {"passed": "no", "words": said.NOT_DONE[int(case.pk) % len(said.NOT_DONE)]} if to_fail else {"passed": "yes"}
    moves: dict[str, tuple[Who, dict[str, Any]]] = {
        "accept": (desk, {"matter_code": words.code, "condition_key": plan.condition.key}),
        "send_to_confirm": (desk, {"inspector": inspector}),
        "confirm": (walker, {"true": "yes", "photos": [people.photo(words.scene, False)], "position": position}),
        "refuse": (desk, {"reason": chance.choice(said.REFUSED)}),
        "answer": (desk, {"answer": chance.choice(said.ANSWERS)}),
        "transfer": (desk, {"receiver": chance.choice(said.RECEIVERS)}),
        "approve": (desk, {}),
        "file": (shift, {}),
        "decline": (shift, {"reason": chance.choice(said.DECLINED)}),
        "grant_return": (dispatcher, {"opinion": "同意，改派"}),
        "review_suspend": (dispatcher, {"opinion": "情况属实"}),
        "grant_suspend": (shift, {"opinion": "同意"}),
        "ask_void": (dispatcher, {"reason": "与另一件是同一处，立案有误"}),
        "grant_void": (shift, {}),
        "forward": (dispatcher, {}),
        "send_to_verify": (desk, {"inspector": inspector}),
        "verify": (walker, {**found, "photos": [people.photo(words.scene, not to_fail)], "position": position}),
        "accept_result": (desk, {}),
        "rework": (desk, {"reason": chance.choice(said.NOT_DONE)}),
        "close": (shift, {"closing_note": "达到结案条件"}),
        "follow_up": (desk, {"satisfaction": chance.choices(("satisfied", "fair", "unsatisfied"), (80, 16, 4))[0]}),
        "archive": (SYSTEM, {}),
    }
    return moves[action]


def _at_the_department(plan: Plan, people: People, case: Case, action: str, at: datetime) -> tuple[Who, dict[str, Any]]:
    assert case.department is not None
    office = people("department", case.department)
    crew = people.crew(case.department)
    photos = [people.photo(plan.matter.scene, True)]
    if action == "assign":
        return office, {"crew": crew}
    if crew and (action == "submit" or (action == "report_back" and not case.matter_code.startswith(REVIEWED))):
        return people("crew", crew), {"done": plan.matter.done, "photos": photos}
    moves: dict[str, tuple[Who, dict[str, Any]]] = {
        "receive": (office, {}),
        "report_back": (office, {"done": plan.matter.done, "photos": photos}),
        "ask_return": (office, {"reason": plan.chance.choice(said.RETURNS)}),
        "ask_suspend": (office, {"reason_code": "season", "reason": "等枯水期施工", "until": at + timedelta(days=90)}),
    }
    return moves[action]
