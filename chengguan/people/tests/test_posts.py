"""Posts are held from one day to another, and somebody always administers. (M-01)"""

import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chengguan.people import selectors, services
from chengguan.people.models import Account, AuditEntry, Holding, Post, Responsibility
from chengguan.people.roles import ADMINISTRATOR
from chengguan.people.selectors import SYSTEM, accounts_with_role, responsible_department, who_is


def test_the_last_administrator_cannot_be_disabled_or_relieved(person, office):
    root = person("root", "administrator")
    with pytest.raises(ValidationError, match="最后一名管理员"):
        services.change_account(who_is(root), root, is_active=False)
    with pytest.raises(ValidationError, match="最后一名管理员"):
        services.end_post(who_is(root), root.holdings.get())
    office["centre"].enabled = False
    with pytest.raises(ValidationError, match="没有管理员"):
        services.save_organisation(who_is(root), office["centre"])
    assert accounts_with_role(ADMINISTRATOR) == [root]


def test_with_a_second_administrator_the_first_may_go(person):
    root, _second = person("root", "administrator"), person("second", "administrator")
    services.end_post(who_is(root), root.holdings.get())
    assert [each.username for each in accounts_with_role(ADMINISTRATOR)] == ["second"]


def test_nobody_disables_themselves_nor_leaves_it_to_who_cannot_sign_in(person):
    first, second = person("root", "administrator"), person("second", "administrator")
    with pytest.raises(ValidationError, match="自己的账号"):
        services.change_account(who_is(first), first, is_active=False)
    second.set_unusable_password()
    second.save()
    first.set_password("a-good-long-one")
    first.save()
    with pytest.raises(ValidationError, match="最后一名管理员"):
        services.change_account(who_is(second), first, is_active=False)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_cannot_relieve_each_other_at_once(person):
    accounts = [person("one", "administrator"), person("two", "administrator")]
    ready, refused = threading.Barrier(2), []

    def relieve(by: Account, whom: Account) -> None:
        try:
            who = who_is(by)
            ready.wait(10)
            services.end_post(who, whom.holdings.get())
        except ValidationError:
            refused.append(whom.username)
        finally:
            connection.close()

    threads = [threading.Thread(target=relieve, args=pair) for pair in (accounts, accounts[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert len(accounts_with_role(ADMINISTRATOR)) == 1


def test_only_an_administrator_manages_people(who, person, office):
    acceptor = who("accept", "acceptor", "leader")
    for act in (
        lambda: services.create_account(acceptor, "new", "New", "quiet-river-42"),
        lambda: services.give_role(acceptor, person("other"), office["centre"], "administrator"),
        lambda: services.set_password(acceptor, person("victim", "acceptor"), "quiet-river-42"),
        lambda: services.set_responsibility(acceptor, "01037", office["lighting"]),
    ):
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize(("role", "where", "good"), [
    ("dispatcher", "lighting", False), (ADMINISTRATOR, "town", False), ("township", "lighting", False),
    ("dispatcher", "centre", True), ("township", "town", True), ("department", "lighting", True),
])  # fmt: skip
def test_a_post_stands_where_it_belongs(person, office, role, where, good):
    root = who_is(person("root", "administrator"))
    if good:
        assert services.create_post(root, office[where], role).role == role
    else:
        with pytest.raises(ValidationError, match=office[where].name):
            services.create_post(root, office[where], role)


def test_a_post_that_stands_elsewhere_from_before_is_found_again(person, office):
    root = who_is(person("root", "administrator"))
    stands = Post.objects.create(organisation=office["lighting"], role="overseer", name="督查员")
    assert services.create_post(root, office["lighting"], "overseer") == stands


def test_create_administrator_makes_one_who_may_sign_in(db, client, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("a-long-river-88\n"))
    call_command("create_administrator", "root", "--password-stdin", stdout=StringIO())
    root = Account.objects.get(username="root")
    assert who_is(root).is_administrator
    assert not root.demo
    assert client.post("/signin", {"username": "root", "password": "a-long-river-88"})["Location"] == "/administration"


def test_create_administrator_refuses_a_weak_password_and_creates_nothing(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", StringIO("12345\n"))
    with pytest.raises(CommandError):
        call_command("create_administrator", "root", "--password-stdin", stdout=StringIO())
    assert not Account.objects.exists()


def test_an_organisation_cannot_stand_below_itself(office):
    office["lighting"].parent = office["crew"]
    with pytest.raises(ValidationError, match="上级"):
        services.save_organisation(SYSTEM, office["lighting"])


def test_the_longest_matter_code_decides_who_answers(office):
    services.set_responsibility(SYSTEM, "01", office["drainage"])
    services.set_responsibility(SYSTEM, "01037", office["lighting"])
    assert responsible_department("01037")[0] == office["lighting"]
    assert responsible_department("01002")[0] == office["drainage"]
    found, reason = responsible_department("06010")
    assert found is None
    assert "没有" in reason


def test_responsibility_for_a_matter_that_does_not_exist_is_refused(office):
    with pytest.raises(ValidationError, match="没有事项"):
        services.set_responsibility(SYSTEM, "01999", office["lighting"])


def test_a_new_department_closes_the_old_row_and_keeps_it(office):
    first = services.set_responsibility(SYSTEM, "01037", office["drainage"], valid_from=timezone.localdate() - timedelta(days=9))
    services.set_responsibility(SYSTEM, "01037", office["lighting"])
    first.refresh_from_db()
    assert first.valid_to == timezone.localdate()
    assert Responsibility.objects.count() == 2
    assert responsible_department("01037")[0] == office["lighting"]


def test_changes_of_people_are_entered_with_before_and_after(who, person):
    root = who("root", "administrator")
    services.change_account(root, person("somebody", "acceptor"), phone="13900000000")
    entry = AuditEntry.objects.get(action="account.change")
    assert (entry.who, entry.before, entry.after) == ("Root", {"phone": ""}, {"phone": "13900000000"})


def test_a_notice_reaches_its_receivers_once_and_is_theirs_alone(person):
    one, two = person("one", "acceptor", "shift_leader"), person("two", "acceptor")
    other = person("other", "dispatcher")
    services.notify("acceptor", "新的上报", "渝秀大道路灯不亮", "/work")
    assert [selectors.notices(who_is(each)).count() for each in (one, two, other)] == [1, 1, 0]
    assert services.mark_read(who_is(other), list(selectors.notices(who_is(one)).values_list("pk", flat=True))) == 0
    assert services.mark_read(who_is(one)) == 1
    assert selectors.notices(who_is(two), unread=True).count() == 1


def test_an_import_names_refused_rows_and_takes_the_others(person):
    root = who_is(person("root", "administrator"))
    row = {"账号": "zhang", "姓名": "张三", "电话": "", "机构编码": "lighting", "角色": "department", "岗位名称": "", "启用": "是"}
    report = services.import_accounts(root, [row, row | {"账号": "li", "机构编码": "nowhere"}, row | {"账号": "root", "角色": "", "机构编码": "", "启用": "否"}])
    assert (report.created, [line for line, _why in report.refused]) == (1, [3, 4])
    assert not Account.objects.filter(username="li").exists()
    assert Account.objects.get(username="root").is_active
    assert Holding.objects.get(account__username="zhang").post.role == "department"
    with transaction.atomic():
        assert services.import_accounts(root, [row]).same == 1


NEW = {"username": "zhao", "name": "赵敏", "phone": "023-76660000", "role": "acceptor"}


@pytest.mark.parametrize(("typed", "words"), [
    ({"username": "root"}, "账号 “root” 已被使用。"),
    ({"name": "长" * 200}, "最多 40 字，现在有 200 字。"),
    ({"phone": "abc"}, "电话号码好像不对"),
])  # fmt: skip
def test_a_refused_account_comes_back_as_typed_with_the_reason(client, person, office, typed, words):
    client.force_login(person("root", "administrator"))
    answer = client.post("/administration/accounts/new", {**NEW, "organisation": office["centre"].pk, **typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert '<dialog id="create" open' in page
    for value in {**NEW, **typed}.values():
        assert f'value="{value}"' in page
    assert Account.objects.count() == 1
    assert client.post("/administration/accounts/new", {**NEW, "organisation": office["centre"].pk}).status_code == 200
    assert Account.objects.get(username="zhao").phone == NEW["phone"]


@pytest.mark.parametrize(("address", "page"), [
    ("accounts/new", "accounts"), ("accounts/import", "accounts"), ("organisations/import", "organisations"),
    ("responsibilities/import", "responsibilities"), ("responsibilities/3/end", "responsibilities"), ("duties/3/end", "duties"),
    ("accounts/3/password", "accounts/3"), ("components/import", "components"), ("gateways/3/key", "gateways/3"),
])  # fmt: skip
def test_reloading_where_a_form_was_sent_leads_to_its_page(client, person, address, page):
    client.force_login(person("root", "administrator"))
    answer = client.get(f"/administration/{address}")
    assert (answer.status_code, answer["Location"]) == (302, f"/administration/{page}")
    assert client.put(f"/administration/{address}").status_code == 405


def test_reloading_the_page_of_a_new_password_makes_no_other(client, person):
    client.force_login(person("root", "administrator"))
    account = person("somebody", "acceptor")
    address = f"/administration/accounts/{account.pk}"
    sent = {"seen": client.get(address).context["seen"]}
    assert 'class="secret"' in client.post(f"{address}/password", sent).content.decode()
    account.refresh_from_db()
    given = account.password
    again = client.post(f"{address}/password", sent, follow=True).content.decode()
    assert 'class="secret"' not in again and "没有再换" in again
    account.refresh_from_db()
    assert account.password == given
    assert 'class="secret"' in client.post(f"{address}/password", {"seen": client.get(address).context["seen"]}).content.decode()


def test_a_password_that_was_changed_otherwise_is_kept_and_the_administrator_is_told_by_whom(client, person):
    client.force_login(person("root", "administrator"))
    account = person("somebody", "acceptor")
    address = f"/administration/accounts/{account.pk}"
    sent = {"seen": client.get(address).context["seen"]}
    services.set_password(selectors.who_is(account), account, "my-own-river-7")
    refused = client.post(f"{address}/password", sent, follow=True).content.decode()
    assert 'class="secret"' not in refused and "Somebody 在" in refused
    account.refresh_from_db()
    assert account.check_password("my-own-river-7")


def test_two_administrators_at_one_password_wait_for_each_other(person):
    account = person("somebody", "acceptor")
    with CaptureQueriesContext(connection) as asked:
        services.reset_password(SYSTEM, account.pk, "given-by-phone-1", 0)
    questions = [query["sql"] for query in asked]
    locked = next(place for place, sql in enumerate(questions) if "FOR UPDATE" in sql)
    compared = next(place for place, sql in enumerate(questions) if "people_auditentry" in sql and sql.startswith("SELECT"))
    assert locked < compared
    with pytest.raises(ValidationError, match="没有再换"):
        services.reset_password(SYSTEM, account.pk, "given-by-phone-2", 0)
