"""What tests of what happens beside the stage ask again and again."""

from __future__ import annotations

from datetime import timedelta

from chengguan.cases import selectors, services
from chengguan.cases.models import Case, Task
from chengguan.cases.tests.conftest import NOW, World
from chengguan.people.models import Account, Notice
from chengguan.people.selectors import Who

HOUR = timedelta(hours=1)


def rung(account: Account) -> list[str]:
    return list(Notice.objects.filter(account=account).order_by("id").values_list("title", flat=True))


def slugs(who: Who, case: Case) -> set[str]:
    case.refresh_from_db()
    return {action.slug for action in selectors.actions_for(who, case, NOW)}


def urge(world: World, case: Case, role: str = "leader", level: str = "2", **given: object) -> Task:
    services.act(world.who(role), case, "urge", now=NOW, urge_kind="leader", level=level, words="今天办完", **given)
    return case.tasks.filter(kind="reply").latest("id")
