"""A person on leave has a stand-in, for these posts and these days only. (M-01)"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from chengguan.people import services
from chengguan.people.models import AuditEntry, Holding, Leave, Notice
from chengguan.people.selectors import accounts_with_role, colleagues, who_is


def day(number: int) -> date:
    return timezone.localdate() + timedelta(days=number)


def posts(account):
    return [holding.post for holding in account.holdings.all()]


@pytest.fixture
def pair(person):
    return person("anna", "dispatcher", "shift_leader"), person("bert", "acceptor")


def lend(account, stand_in, first=0, last=3, which=None):
    return services.set_leave(who_is(account), account, day(first), day(last), stand_in, which or posts(account))


def test_the_stand_in_acts_with_the_lent_posts_and_no_others(pair):
    anna, bert = pair
    lend(anna, bert, which=[post for post in posts(anna) if post.role == "dispatcher"])
    found = who_is(bert)
    assert [(post.role, post.for_name) for post in found.posts] == [("acceptor", ""), ("dispatcher", "Anna")]
    assert not found.has("shift_leader")


@pytest.mark.parametrize(("first", "last", "stands"), [(0, 0, True), (1, 5, False), (0, 3, True)])
def test_it_begins_and_ends_by_itself(pair, first, last, stands):
    anna, bert = pair
    lend(anna, bert, first, last)
    assert who_is(bert).has("dispatcher") is stands
    Leave.objects.update(valid_from=day(-9), valid_to=day(0))
    assert not who_is(bert).has("dispatcher"), "the day after the last"


def test_what_is_lent_is_not_lent_on(pair, person):
    anna, bert = pair
    carl = person("carl", "acceptor")
    lend(anna, bert)
    with pytest.raises(ValidationError, match="不能再转交"):
        lend(bert, carl)
    lend(bert, carl, 4, 6)
    with pytest.raises(ValidationError, match="也在休假"):
        lend(carl, bert, 5, 8)
    assert not who_is(carl).has("dispatcher")


def test_one_leave_at_a_time_and_never_for_oneself(pair):
    anna, bert = pair
    lend(anna, bert)
    with pytest.raises(ValidationError, match="已经登记"):
        lend(anna, bert, 2, 9)
    with pytest.raises(ValidationError):
        lend(bert, bert, 10, 11)


def test_only_own_posts_to_a_colleague_and_never_the_administrators_by_oneself(person, pair):
    anna, bert = pair
    stranger, boss = person("lamp", "department@lighting"), person("boss", "administrator")
    with pytest.raises(ValidationError, match="本单位"):
        lend(anna, stranger)
    with pytest.raises(ValidationError, match="现在担任"):
        lend(anna, bert, which=posts(stranger))
    with pytest.raises(PermissionDenied):
        services.set_leave(who_is(bert), anna, day(0), day(1))
    services.set_leave(who_is(boss), anna, day(0), day(1), stranger, posts(anna))
    assert who_is(stranger).has("dispatcher"), "an administrator may ask anybody"


def test_a_post_taken_away_is_taken_from_the_stand_in_too(pair):
    anna, bert = pair
    lend(anna, bert)
    Holding.objects.filter(account=anna, post__role="dispatcher").update(valid_from=day(-3), valid_to=day(0))
    assert not who_is(bert).has("dispatcher")
    assert who_is(bert).has("shift_leader")
    assert accounts_with_role("dispatcher") == []


def test_who_was_shut_out_lends_nothing_any_more(pair):
    anna, bert = pair
    lend(anna, bert)
    assert who_is(bert).roles > {post.role for post in posts(bert)}
    anna.is_active = False
    anna.save()
    assert who_is(bert).roles == {post.role for post in posts(bert)}


def test_bells_ring_where_the_work_is_done(pair):
    anna, bert = pair
    assert accounts_with_role("dispatcher") == [anna]
    leave = lend(anna, bert)
    assert accounts_with_role("dispatcher") == [bert]
    assert accounts_with_role("dispatcher", with_away=True) == [anna]
    services.end_leave(who_is(anna), leave)
    assert accounts_with_role("dispatcher") == [anna]
    assert not who_is(bert).has("dispatcher")


def test_with_nobody_in_his_place_he_is_called_all_the_same(pair):
    anna, _bert = pair
    services.set_leave(who_is(anna), anna, day(0), day(1))
    assert accounts_with_role("dispatcher") == [anna]


def test_setting_and_ending_are_in_the_trail_and_told(pair):
    anna, bert = pair
    leave = lend(anna, bert)
    services.end_leave(who_is(anna), leave)
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"leave.set", "leave.end"}
    assert Notice.objects.filter(account=bert).count() == 2
    with pytest.raises(ValidationError, match="已经结束"):
        services.end_leave(who_is(anna), leave)


def test_the_own_page_sets_and_ends_a_leave(client, pair):
    anna, bert = pair
    client.force_login(anna)
    assert client.get("/leave").status_code == 200
    given = {"valid_from": day(0), "last_day": day(2), "stand_in": bert.pk, "posts": [post.pk for post in posts(anna)], "reason": "年假"}
    assert client.post("/leave", given).status_code == 302
    leave = Leave.objects.get()
    assert (leave.account, leave.stand_in, leave.last_day) == (anna, bert, day(2))
    client.force_login(bert)
    assert "代Anna" in client.get("/leave").content.decode()
    assert client.post(f"/leave/{leave.pk}/end").status_code == 404, "only the own leave"
    client.force_login(anna)
    client.post(f"/leave/{leave.pk}/end")
    assert not who_is(bert).has("dispatcher")


def test_the_stand_in_hears_that_a_leave_never_begins(pair):
    anna, bert = pair
    services.end_leave(who_is(anna), lend(anna, bert, 5, 7))
    assert Notice.objects.filter(account=bert).latest("pk").title == "Anna撤销了休假，不用代班了"


def test_whoever_holds_the_same_post_stands_first_among_those_who_can_be_asked(pair, person):
    anna, _bert = pair
    person("aaron", "inspector")
    twin = person("zed", "dispatcher")
    assert colleagues(anna).first() == twin


def test_the_administrators_page_does_it_for_anyone(client, pair, person):
    anna, bert = pair
    client.force_login(person("boss", "administrator"))
    address = f"/administration/leaves?account={anna.pk}"
    assert "Anna" in client.get(address).content.decode()
    given = {"valid_from": day(0), "last_day": day(2), "stand_in": bert.pk, "posts": [posts(anna)[0].pk]}
    assert client.post(address, given).status_code == 302
    client.post(f"/administration/leaves/{Leave.objects.get().pk}/end")
    assert not who_is(bert).has("dispatcher")
    client.force_login(bert)
    assert client.get("/administration/leaves").status_code == 403


def test_an_inspector_finds_it_on_the_phone(client, person):
    client.force_login(person("walker", "inspector"))
    page = client.get("/leave")
    assert page.status_code == 200
    assert "people/phone.html" in [template.name for template in page.templates]


def test_the_form_begins_with_today(client, pair):
    client.force_login(pair[0])
    assert f'value="{day(0).isoformat()}"' in client.get("/leave").content.decode()


def test_a_leave_that_was_withdrawn_cannot_be_withdrawn_again(client, pair):
    anna, bert = pair
    leave = lend(anna, bert, 5, 9)
    client.force_login(anna)
    assert "已撤销，这次休假不会开始" in client.post(f"/leave/{leave.pk}/end", follow=True).content.decode()
    page = client.post(f"/leave/{leave.pk}/end", follow=True).content.decode()
    assert "已经结束了" in page and f"/leave/{leave.pk}/end" not in page
