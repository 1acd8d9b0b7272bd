"""Sample cases of the last six weeks, in every stage, each moved through the state table at its own past times.

Synthetic and marked so. The histories ring no bells; what is still open stands where it would stand now.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils import timezone

from chengguan.cases import selectors, services, workflow
from chengguan.cases.models import Case
from chengguan.demo import cases_words as said
from chengguan.demo.cases_pictures import picture
from chengguan.demo.cases_words import MATTERS, Matter
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import ANONYMOUS, SYSTEM, Who, accounts_with_role, inspectors_of, who_is
from chengguan.places.selectors import grid_at, street_points
from chengguan.standards import filing
from chengguan.things.models import Attachment, Component

SEED = 20261122
DAYS = 42
MINUTE = timedelta(minutes=1)
LEAVE_ALONE = ("L-004711", "MH-000123")
"""The story's own things."""
REVIEWED = ("01003", "03", "06")
"""Matters whose department looks at a crew's work before it is reported back; lamps are not among them."""

ENDINGS: dict[str, int] = {
    "archived": 140, "merged": 5, "refused": 8, "declined": 6, "answered": 6, "transferred": 4, "voided": 3,
    "self_handled": 2, "self_closed": 12, "suspended": 3, "reported": 5, "confirming": 2, "awaiting_filing": 3,
    "awaiting_dispatch": 3, "dispatched": 7, "handling": 18, "department_review": 3, "reported_back": 3,
    "awaiting_verification": 3, "verifying": 4, "verified": 2, "awaiting_closing": 3,
}  # fmt: skip
MAIN_PATH = (
    "accept", "file", "dispatch", "receive", "assign", "submit", "report_back", "forward", "send_to_verify", "verify",
    "accept_result", "close", "archive",
)  # fmt: skip


@dataclass
class Plan:
    """One case to be: what, where, from whom, how it ends."""

    matter: Matter
    ending: str
    source: str
    point: Point
    component: Component | None
    chance: random.Random
    share: float  # of the handling limit
    moves: list[str] = field(default_factory=list)
    into: Case | None = None  # the case it repeats

    @cached_property
    def condition(self) -> filing.FilingCondition:
        found = filing.condition_for(self.matter.code, self.matter.hint)
        assert found is not None
        return found

    def wait(self, action: str) -> timedelta:
        if action in ("submit", "report_back_now"):
            hours = {"urgent_hour": 1, "work_hour": 2.4, "work_day": 24, "urgent_day": 24}[self.condition.clock] * self.condition.limit
            return timedelta(hours=hours * self.share)
        low, high = said.WAIT.get(action, (2, 30))
        late = 3.0 if self.chance.random() < 0.04 else 1.0
        return self.chance.uniform(low, high) * late * MINUTE


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
        for plan in sorted(_plans(chance, share), key=lambda plan: plan.ending == "merged"):
            _live(plan, people, _again(plan, now) if plan.ending == "merged" else _begin(plan, now), now)
    return Case.objects.filter(synthetic=True).count()


def _plans(chance: random.Random, share: float) -> Iterator[Plan]:
    streets = [
        Point(place.lon, place.lat, srid=4490) for place in street_points(90) if place.klass not in ("village", "county", "expressway")
    ]
    chance.shuffle(streets)
    components = {
        on: list(Component.objects.filter(class_code=on).exclude(label__in=LEAVE_ALONE).order_by("code").values_list("pk", flat=True))
        for on in {matter.on for matter in MATTERS if matter.on}
    }
    endings = [ending for ending, count in ENDINGS.items() for _each in range(max(1, round(count * share)))]
    for number, ending in enumerate(endings):
        matter = chance.choices(MATTERS, [matter.weight for matter in MATTERS])[0]
        if ending in ("self_handled", "self_closed"):
            matter = chance.choice([each for each in MATTERS if each.scene in ("litter", "wall", "street")])
        component = None
        if matter.on and components[matter.on]:
            with_place = Component.objects.select_related("unit_grid__community__parent", "owner")
            component = with_place.get(pk=chance.choice(components[matter.on]))
        point = component.point if component else streets[number % len(streets)]
        source = chance.choices(("inspector", "citizen", "hotline", "leader"), (84, 6, 8, 2))[0]
        if ending in ("refused", "answered", "transferred", "confirming"):
            source = chance.choice(("citizen", "hotline"))
        usual = chance.betavariate(2.2, 3.2)
        used = chance.uniform(1.05, 1.7) if chance.random() < 0.09 else usual
        plan = Plan(matter, ending, source, point, component, random.Random(SEED + number), used)
        plan.moves = _moves(plan)
        yield plan


def _moves(plan: Plan) -> list[str]:
    """The actions from registration to where the case stands."""
    first = {"refused": "refuse", "answered": "answer", "transferred": "transfer", "merged": "merge"}
    if plan.ending in first:
        return [first[plan.ending]]
    if plan.ending in ("self_handled", "self_closed"):
        return ["approve"] if plan.ending == "self_closed" else []
    if plan.ending == "declined":
        return ["accept", "decline"]
    if plan.ending == "voided":
        return ["accept", "file", "dispatch", "ask_void", "grant_void"]
    if plan.ending == "suspended":
        return ["accept", "file", "dispatch", "receive", "ask_suspend", "review_suspend", "grant_suspend"]
    moves = []
    if plan.source != "inspector" and plan.chance.random() < 0.5:
        moves += ["send_to_confirm", "confirm"]
    if plan.ending == "confirming":
        return ["send_to_confirm"]
    state = "reported"
    for action in MAIN_PATH:
        if state == plan.ending:
            break
        row = workflow.row_for(state, action)
        assert row is not None
        moves.append(action)
        state = state if row.to == workflow.SAME else row.to
        if action == "dispatch" and plan.chance.random() < 0.05 and plan.ending == "archived":
            moves += ["ask_return", "grant_return", "dispatch"]
        if action == "verify" and plan.chance.random() < 0.11:
            moves += ["rework", "submit", "report_back", "forward", "send_to_verify", "verify"]
    if plan.ending == "archived" and plan.source in ("citizen", "hotline"):
        moves.insert(-1, "follow_up")
    return moves if plan.ending != "reported" else []


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
    return services.register(
        who,
        source=plan.source,
        point=plan.point,
        description=words,
        matter_code=plan.matter.code,
        component=plan.component,
        reporter_name=plan.chance.choice(said.CALLERS) if named else "",
        reporter_phone=f"023-0000{plan.chance.randint(1000, 9999)}" if named else "",
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
        assert department is not None
        return dispatcher, {"department": department}
    if action == "merge":
        return desk, {"into": plan.into}
    if action in ("receive", "assign", "submit", "report_back", "ask_return", "ask_suspend"):
        return _at_the_department(plan, people, case, action, at)
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
        "verify": (walker, {"passed": "no" if to_fail else "yes", "photos": [people.photo(words.scene, not to_fail)], "position": position}),
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
