"""A department may decide for itself what it looks at before its crew's work is reported back. (M-18)"""

from __future__ import annotations

import pytest

from chengguan.cases import services
from chengguan.cases.models import Case, Setting
from chengguan.cases.tests.conftest import HERE, NOW, World
from chengguan.standards.limits import check

COUNTY, OWN = "handling.crew_review", "handling.crew_review_own"


def own(key: str, value: object) -> None:
    check(key, value)
    Setting.objects.update_or_create(key=key, defaults={"value": value})


def send(world: World, action: str) -> Case:
    case = world.case("handling")
    services.act(world.who("crew"), case, action, now=NOW, done="换好了", photos=[world.photo], position=(HERE.x, HERE.y, 8))
    case.refresh_from_db()
    return case


@pytest.mark.parametrize(("county", "department", "reviewed"), [
    ([], {}, False), (["01037"], {}, True), (["01037"], {"D2": []}, True), (["01037"], {"D1": []}, False), ([], {"D1": ["01"]}, True), ([], {"D1": ["02"]}, False),
])  # fmt: skip
def test_the_departments_own_word_goes_before_the_countys(world: World, county: list[str], department: dict[str, list[str]], reviewed: bool) -> None:
    own(COUNTY, county)
    own(OWN, department)
    good, refused = ("submit", "report_back") if reviewed else ("report_back", "submit")
    with pytest.raises(services.Refused):
        send(world, refused)
    assert send(world, good).state == ("department_review" if reviewed else "reported_back")


def test_what_is_no_list_of_matters_for_a_department_is_refused() -> None:
    for value in ([], {"": ["01"]}, {"D1": ["99999"]}, {"D1": "01"}):
        with pytest.raises(ValueError, match="单位自己另定的初审事项"):
            check(OWN, value)
