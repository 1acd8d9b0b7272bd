"""Townships are the second level: they accept, file, dispatch within themselves, and see their own area only. (M-45)"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from chengguan.cases import selectors, services, workflow
from chengguan.cases.models import Case, Photo, Setting
from chengguan.cases.tests.conftest import HERE, NOW, World, box
from chengguan.people.models import Notice, Organisation, Responsibility
from chengguan.people.selectors import Who, who_is
from chengguan.places.models import Area
from chengguan.things.models import Attachment
from chengguan.things.selectors import attachment

MATTER = "01037"


@pytest.fixture
def given(world: World) -> World:
    Setting.objects.create(key="township.accepts", value=["01"])
    return world


@pytest.fixture
def neighbour(world: World) -> Who:
    """The desk of the township next door."""
    area = Area.objects.create(level="township", parent=world.county, code="500241002", name="乌杨街道", geom=box(108.8, 28.3, 108.9, 28.4))
    office = Organisation.objects.create(code="T2", name="乌杨街道办", kind="township", area=area)
    return who_is(world.person("township2", "township", office))


def register(world: World, **more: Any) -> Case:
    values: dict[str, Any] = {"source": "hotline", "point": HERE, "description": "灯不亮", "matter_code": MATTER, "now": NOW}
    return services.register(world.who("hotline_operator"), **(values | more))


def slugs(who: Who, case: Case) -> set[str]:
    return {action.slug for action in selectors.actions_for(who, case, NOW)}


def test_what_the_county_gave_lies_with_the_townships_desk_and_on_no_desk_of_the_centre(given: World) -> None:
    case = register(given)
    assert case.level == "township"
    assert case in selectors.worklist(given.who("township"), post="township").cases
    assert case not in selectors.worklist(given.who("acceptor"), post="acceptor").cases
    assert case in selectors.find(given.who("acceptor")).cases, "the county still sees it"
    assert Notice.objects.filter(account=given.accounts["township"]).exists()
    assert not Notice.objects.filter(account=given.accounts["acceptor"]).exists()


def test_without_the_setting_another_matter_or_a_desk_the_county_accepts(world: World) -> None:
    assert register(world).level == "county"
    Setting.objects.create(key="township.accepts", value=["02"])
    assert register(world).level == "county"
    Setting.objects.update(value=["01"])
    Organisation.objects.filter(pk=world.street.pk).update(enabled=False)
    assert register(world).level == "county", "nobody would see it"


def test_a_township_takes_a_case_from_report_to_its_own_crew(given: World) -> None:
    who, case = given.who("township"), register(given)
    services.act(who, case, "accept", now=NOW, matter_code=MATTER, condition_key="01037-03")
    services.act(who, case, "file", now=NOW)
    step = services.act(who, case, "dispatch", now=NOW, department=given.street)  # whatever the table says for the county
    assert (step.role, step.organisation) == ("township", given.street)
    case.refresh_from_db()
    assert case.number
    services.act(who, case, "receive", now=NOW)
    services.act(who, case, "report_back", now=NOW, done="修好了", photos=[given.photo])
    case.refresh_from_db()
    assert case.state == "reported_back"
    assert case in selectors.worklist(given.who("dispatcher"), post="dispatcher").cases, "verifying and closing are the county's"
    assert not slugs(who, case) & {"forward", "send_to_verify", "skip", "close"}


def test_a_township_dispatches_within_itself_only(given: World) -> None:
    who, case = given.who("township"), given.case("awaiting_dispatch", level="township")
    dispatch = next(action for action in selectors.actions_for(who, case, NOW) if action.slug == "dispatch")
    department = next(field for field in dispatch.fields if field.name == "department")
    assert department.options == ((str(given.street.pk), given.street.name),)
    assert department.value == str(given.street.pk)
    with pytest.raises(services.Refused, match="只能派给本单位"):
        services.act(who, case, "dispatch", now=NOW, department=given.lighting)
    with pytest.raises(services.Refused, match="只能派给本单位"):
        services.act(who, case, "dispatch", now=NOW, department=given.street, opinion="x", helpers=[given.lighting])


def test_what_the_county_did_not_give_it_cannot_accept_by_another_class_or_place(given: World) -> None:
    who, case = given.who("township"), register(given)
    with pytest.raises(services.Refused, match="不归镇街受理"):
        services.act(who, case, "accept", now=NOW, matter_code="06001", condition_key="06001-01")
    county = given.case("reported")
    assert not slugs(who, county) & {"accept", "refuse", "merge", "hand_up"}
    with pytest.raises(services.Refused, match="县中心受理"):
        services.act(who, county, "accept", now=NOW, matter_code=MATTER, condition_key="01037-03")


@pytest.mark.parametrize("state", workflow.OWN_LEVEL)
def test_it_hands_up_with_a_reason_and_the_centre_goes_on_from_there(given: World, state: str) -> None:
    who, case = given.who("township"), given.case(state, level="township")
    with pytest.raises(services.Refused):
        services.act(who, case, "hand_up", now=NOW)
    services.act(who, case, "hand_up", now=NOW, reason="要动用县里的车")
    case.refresh_from_db()
    assert (case.state, case.level) == (state, "county")
    assert case not in selectors.worklist(who, post="township").cases
    post = workflow.DESK_OF.get(state, "acceptor")
    assert case in selectors.worklist(given.who(post), post=post).cases
    with pytest.raises(services.Refused):
        services.act(who, case, "hand_up", now=NOW, reason="再交一次")


def test_it_receives_what_the_county_sends_it_and_is_called(given: World) -> None:
    case = given.case("awaiting_dispatch")
    services.act(given.who("dispatcher"), case, "dispatch", now=NOW, department=given.street, opinion="请街道处理")
    assert Notice.objects.filter(account=given.accounts["township"]).exists()
    assert "receive" in slugs(given.who("township"), Case.objects.get(pk=case.pk))


def test_the_neighbour_does_nothing_with_it(given: World, neighbour: Who) -> None:
    for state in workflow.OWN_LEVEL:
        case = given.case(state, level="township")
        assert slugs(neighbour, case) == set()
        with pytest.raises(services.Refused):
            services.act(neighbour, case, "hand_up", now=NOW, reason="不是我的")


@pytest.fixture
def theirs(given: World) -> Case:
    """A case of 中和街道, with a photo and a reporter, that the neighbour must not learn of."""
    case = given.case("reported", level="township", reporter_name="王大爷", reporter_phone="13900000001", component=given.lamp)
    Photo.objects.create(case=case, attachment=given.photo, kind="report")
    return case


def test_lists_counts_search_and_duplicates_stop_at_the_border(given: World, theirs: Case, neighbour: Who) -> None:
    assert theirs not in selectors.worklist(neighbour).cases
    assert selectors.counts(neighbour)[""]["all"] == 0
    assert selectors.find(neighbour).cases == []
    assert selectors.waiting_at(neighbour, ["township"]) == {"township": 0}
    assert selectors.load_of_departments(neighbour) == {}
    assert selectors.counts(given.who("township"))[""]["all"] == 1
    border = given.case("reported", level="township", township=Area.objects.get(code="500241002"))
    merge = next((each for each in selectors.actions_for(neighbour, border, NOW) if each.slug == "merge"), None)
    assert merge is not None
    assert next(field for field in merge.fields if field.name == "into").options == ()
    with pytest.raises(services.Refused, match="没有找到"):
        services.act(neighbour, border, "merge", now=NOW, into=theirs)


def test_pages_cards_and_files_stop_at_the_border(client: Client, given: World, theirs: Case, neighbour: Who) -> None:
    from chengguan.people.models import Account

    client.force_login(Account.objects.get(pk=neighbour.account_id))
    assert client.get(f"/cases/{theirs.pk}").status_code == 404
    assert client.get(f"/api/v1/cases/{theirs.pk}").status_code == 404
    assert client.post(f"/cases/{theirs.pk}/do/accept", {"matter_code": MATTER}).status_code == 404
    card = client.get(f"/map/card/case/{theirs.pk}").content.decode()
    assert theirs.register_number not in card
    assert "渝秀" not in card
    assert str(theirs) not in client.get(f"/map/search.json?q={theirs.register_number}").content.decode()
    here = client.get(f"/work/here?lon={HERE.x}&lat={HERE.y}&matter_code={MATTER}")
    assert theirs.register_number not in here.content.decode()
    border = given.case("reported", level="township", township=Area.objects.get(code="500241002"))
    form = client.get(f"/cases/{border.pk}/act/merge").content.decode()
    assert "into" in form
    assert theirs.register_number not in form, "a case at the border does not name those across it"
    assert attachment(neighbour, given.photo.sha256) is None
    assert attachment(given.who("township"), given.photo.sha256) == given.photo
    own = Attachment.objects.create(sha256="b" * 64, content_type="image/jpeg", size=1, name="b.jpg", uploaded_by_id=neighbour.account_id)
    assert attachment(neighbour, "b" * 64) == own, "what was uploaded by oneself"


def test_who_reported_is_not_told_to_the_township(client: Client, given: World, theirs: Case) -> None:
    client.force_login(given.accounts["township"])
    page = client.get(f"/cases/{theirs.pk}").content.decode()
    assert "王大爷" not in page
    assert "13900000001" not in page


def test_a_citizens_name_is_not_in_the_history(given: World) -> None:
    from chengguan.people.selectors import ANONYMOUS

    case = services.register(ANONYMOUS, source="citizen", point=Point(HERE.x, HERE.y, srid=4490), description="灯不亮", reporter_name="王大爷", now=NOW)
    assert case.steps.get().who_name == "市民"
    assert case.reporter_name == "王大爷"


def test_what_a_township_may_register_in_its_area_becomes_its_own(given: World) -> None:
    Responsibility.objects.all().delete()
    case = services.register(given.who("township"), source="leader", point=HERE, description="灯不亮", matter_code=MATTER, now=NOW)
    assert case.level == "township"


def test_what_lies_with_it_is_urged_there_and_answered_there(given: World, neighbour: Who) -> None:
    case = given.case("awaiting_filing", level="township")
    services.act(given.who("leader"), case, "urge", now=NOW, urge_kind="leader", level="1", words="请抓紧")
    assert case.tasks.get(kind="reply").organisation == given.street
    assert "reply_urge" not in slugs(neighbour, case)
    services.act(given.who("township"), case, "reply_urge", now=NOW, words="今天立案")
    assert case.tasks.get(kind="reply").reply == "今天立案"
