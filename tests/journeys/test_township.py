"""A township's desk through a day: the county gave it the lamps, it accepts and handles those of its own streets, and knows nothing of
the street next door; the county sees both. (M-45)"""

from __future__ import annotations

from typing import Any

import pytest

from chengguan.demo.people import load_people
from chengguan.places.models import Area, UnitGrid
from chengguan.things.models import Component
from tests import small_town
from tests.journeys.clerks import LAMP, Clerk, case_of, patched

pytestmark = [pytest.mark.journey]

EAST = (108.9930, 28.4482)
THEIRS = "中和街道办事处"
REPORTER, PHONE = "田先生", "13800001234"


@pytest.fixture
def streets(town: dict[str, Any]) -> dict[str, Any]:
    """The town with a second sub-district, to whose desk the eastern half belongs; a lamp stands there, too."""
    east = town["cells"][1]
    other = small_town.area("township", "500241002", "平凯街道", small_town.box(108.9916, 28.4, 109.1, 28.5), town["county"])
    Area.objects.filter(pk=town["street"].pk).update(geom=small_town.box(108.9, 28.4, 108.9916, 28.5))
    Area.objects.filter(pk=east.community_id).update(parent=other)
    load_people()
    lamp = town["lamp"]
    Component.objects.create(
        code="50024101037004712", class_code=lamp.class_code, name="路灯", label="L-004712", point=small_town.Point(*EAST, srid=4490),
        unit_grid=UnitGrid.objects.get(pk=east.pk), address="东风路12号附近", owner=lamp.owner, maintainer=lamp.owner,
    )  # fmt: skip
    return town


def given_the_lamps() -> None:
    """The administrator finds the matter and ticks it."""
    admin, address = Clerk("admin"), "/administration/settings/township.accepts"
    found = admin.open(f"{address}/matters?q=01037")
    assert "路灯异常" in found.text
    page = admin.open(address)
    page = admin.send(page, page.form("setting-form"), matter=["01037"], reason="路灯交镇街先办")
    assert "已保存" in page.text


def call(at: tuple[float, float], words: str) -> str:
    return Clerk("hotline").register(at=at, matter_code="01037", description=words, reporter_name=REPORTER, reporter_phone=PHONE)


def test_a_township_accepts_and_handles_its_own_and_sees_no_others(streets: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = patched(monkeypatch, "2026-11-10 09:00")
    west, east, accept = Clerk("township"), Clerk("township2"), Clerk("accept")
    given_the_lamps()
    case, other = call(LAMP, "学校门口的路灯不亮"), call(EAST, "东风路口的路灯不亮")
    assert [case_of(each).township.name for each in (case, other)] == ["中和街道", "平凯街道"]  # type: ignore[union-attr]

    # each has its own on its list; at the centre both are seen and neither waits
    assert (west.listed(case), west.listed(other)) == (True, False)
    assert (east.listed(case), east.listed(other)) == (False, True)
    assert not accept.listed(case)
    assert accept.listed(case, "/cases")
    assert accept.listed(other, "/cases")
    assert west.open("/notices").text.count("登记") >= 1
    stops_at_the_border(east, case)

    clock.to("2026-11-10 09:05")
    page = west.decide(case, "受理", "待立案", condition_key="01037-03")
    assert REPORTER not in page.text
    assert PHONE not in page.text
    clock.to("2026-11-10 09:10")
    west.decide(case, "立案", "待派遣")
    clock.to("2026-11-10 09:15")
    lighting = str(streets["lamp"].owner_id)
    west.refused(case, "派遣", "镇街只能派给本单位", department=lighting, opinion="请路灯所去修")
    offered = west.open(west.open(case).action("派遣")).form("action-form").choices("department")
    assert [THEIRS in each for each in offered] == [True], offered
    west.decide(case, "派遣", "待处置", opinion="本街道自己修")
    west.decide(case, "签收", "处置中")
    clock.to("2026-11-10 15:00")
    west.decide(case, "反馈", "已反馈待批转", done="电工换了灯头", photos=small_town.photo_file())

    # verifying and closing are the county's
    for slug in ("forward", "send_to_verify", "accept_result", "close"):
        west.cannot(case, slug)
    clock.to("2026-11-10 15:05")
    Clerk("dispatch").decide(case, "批转", "待发核查")
    accept.decide(case, "发核查", "核查中", inspector="杨秀英")
    clock.to("2026-11-10 15:30")
    Clerk("inspect").looks(case, "通过")
    accept.decide(case, "核查批转", "待结案")
    Clerk("shift").decide(case, "结案", "已结案")
    assert west.open(case).stage == "已结案"
    assert west.listed(case, "/cases?state=closed")

    # what is too big for it goes up with a reason, and is the centre's from there
    clock.to("2026-11-10 16:00")
    east.decide(other, "上交县中心", "待受理", reason="要动用县里的高空车")
    assert not east.listed(other)
    assert accept.listed(other)
    east.cannot(other, "accept", matter_code="01037", condition_key="01037-03")
    accept.decide(other, "受理", "待立案", condition_key="01037-03")
    judged(west, east)


def stops_at_the_border(neighbour: Clerk, case: str) -> None:
    """No page of any kind tells the neighbour what is told of the street next door, nor who works there."""
    file = case_of(case)
    neighbour.open(case, 404)
    for piece in ("file.pdf", "file.zip", "live", "act/accept"):
        neighbour.open(f"{case}/{piece}", 404)
    neighbour.cannot(case, "accept", matter_code="01037", condition_key="01037-03")
    for page in ("/work", "/cases", "/urges?side=owed", "/recurrence", f"/map/card/case/{file.pk}", "/loads"):
        answer = neighbour.client.get(page)
        text = answer.content.decode()
        assert answer.status_code == 200, f"{page}: a page that is there, and tells nothing"
        assert file.register_number not in text, page
        assert "学校门口" not in text, page
    for page in ("/administration", "/administration/accounts", "/administration/organisations", "/administration/audit", "/admin/"):
        assert neighbour.client.get(page).status_code in (302, 403), page
    colleagues = neighbour.open("/leave").text
    assert "中和街道经办" not in colleagues, "nor may it ask somebody of another street to stand in"
    assert neighbour.client.get(f"/api/v1/cases/{file.pk}").status_code == 404


def judged(west: Clerk, east: Clerk) -> None:
    """Each is scored, and sees its own score; the county sees both side by side."""
    own = west.open("/evaluation?by=township&kind=month&day=2026-11-10").text
    assert "中和街道 各社区 100.00% 1 / 1" in own
    assert "平凯街道" not in own
    assert "平凯街道" in east.open("/evaluation?by=township&kind=month&day=2026-11-10").text
    county = Clerk("evaluate").open("/evaluation?by=township&kind=month&day=2026-11-10").text
    assert "中和街道" in county
    assert "平凯街道" in county
