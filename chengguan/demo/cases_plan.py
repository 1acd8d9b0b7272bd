"""Which sample cases there are to be: what, where, from whom, through which moves, to which end. The same from every seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from django.contrib.gis.geos import Point

from chengguan.cases import workflow
from chengguan.cases.models import Case
from chengguan.demo import cases_words as said
from chengguan.demo.cases_words import MATTERS, Matter
from chengguan.places.selectors import street_points
from chengguan.standards import filing
from chengguan.things.models import Component

SEED = 20261122
MINUTE = timedelta(minutes=1)
LEAVE_ALONE = ("L-004711", "MH-000123")
"""The story's own things."""
ENDINGS: dict[str, int] = {
    "archived": 140, "merged": 5, "refused": 8, "declined": 6, "answered": 6, "transferred": 4, "voided": 3,
    "self_handled": 2, "self_closed": 12, "suspended": 3, "reported": 5, "confirming": 2, "awaiting_filing": 3,
    "awaiting_dispatch": 3, "dispatched": 7, "handling": 18, "department_review": 3, "reported_back": 3,
    "awaiting_verification": 3, "verifying": 4, "verified": 2, "awaiting_closing": 3,
}  # fmt: skip
RETURNED = 0.05
"""Of the cases that go the whole way, so many are returned once and sent to somebody else."""
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


def plans(chance: random.Random, share: float) -> Iterator[Plan]:
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
        if action == "dispatch" and plan.chance.random() < RETURNED and plan.ending == "archived":
            moves += ["ask_return", "grant_return", "dispatch"]
        if action == "verify" and plan.chance.random() < 0.11:
            moves += ["rework", "submit", "report_back", "forward", "send_to_verify", "verify"]
    if plan.ending == "archived" and plan.source in ("citizen", "hotline"):
        moves.insert(-1, "follow_up")
    return moves if plan.ending != "reported" else []
