from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from chengguan.people import services
from chengguan.people.middleware import SEEN, STARTED
from chengguan.people.models import AuditEntry
from chengguan.people.selectors import SYSTEM
from chengguan.people.tests.conftest import PASSWORD


def sign_in(client: Client, username: str, password: str = PASSWORD, **extra):
    return client.post("/signin", {"username": username, "password": password, **extra})


@pytest.mark.parametrize(
    ("post", "page"),
    [("duty_officer", "/map"), ("acceptor", "/work"), ("crew@crew", "/field/"), ("inspector", "/field/"), ("administrator", "/administration")],
)
def test_sign_in_leads_each_role_to_its_own_first_page(client, person, post, page):
    person("somebody", post)
    answer = sign_in(client, "somebody")
    assert (answer.status_code, answer["Location"]) == (302, page)


def test_an_account_without_a_post_is_told_so(client, person):
    person("newcomer")
    assert sign_in(client, "newcomer")["Location"] == "/welcome"
    assert "没有任职" in client.get("/welcome").content.decode()


def test_sign_in_never_leads_to_another_site(client, person):
    person("somebody", "acceptor")
    assert sign_in(client, "somebody", next="https://evil.example/")["Location"] == "/work"
    assert sign_in(client, "somebody", next="//evil.example/")["Location"] == "/work"


def test_sign_in_leads_back_to_the_page_that_was_asked_for(client, person):
    person("somebody", "acceptor")
    assert "next=%2Fnotices" in client.get("/notices")["Location"]
    assert sign_in(client, "somebody", next="/notices")["Location"] == "/notices"


def test_five_wrong_passwords_lock_with_the_time_left_and_the_right_one_does_not_open(client, person):
    person("somebody", "acceptor")
    words = [sign_in(client, "somebody", "wrong").content.decode() for _ in range(4)]
    assert "再错 1 次将锁定" in words[-1]
    locked = sign_in(client, "somebody", "wrong")
    assert locked.status_code == 429
    assert "15 分钟后" in locked.content.decode()
    assert sign_in(client, "somebody").status_code == 429
    assert AuditEntry.objects.filter(action="session.failed").count() >= 5
    assert AuditEntry.objects.filter(action="session.locked").exists()


def test_the_lock_ends_after_its_time_and_trying_does_not_lengthen_it(client, person):
    person("somebody", "acceptor")
    for _ in range(5):
        sign_in(client, "somebody", "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=10))
    assert "5 分钟后" in sign_in(client, "somebody", "wrong").content.decode()
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert sign_in(client, "somebody").status_code == 302


def test_a_lock_does_not_shut_out_the_same_person_elsewhere_nor_others_here(client, person):
    person("somebody", "acceptor")
    person("colleague", "acceptor")
    for _ in range(5):
        sign_in(client, "somebody", "wrong")
    assert sign_in(Client(REMOTE_ADDR="10.0.0.9"), "somebody").status_code == 302
    assert sign_in(client, "colleague").status_code == 302


@pytest.mark.parametrize(("key", "ago", "reason"), [(SEEN, 2 * 3600 + 5, "idle"), (STARTED, 12 * 3600 + 5, "age")])
def test_a_session_ends_when_idle_or_too_old(client, person, key, ago, reason):
    client.force_login(person("somebody", "acceptor"))
    assert client.get("/notices").status_code == 200
    session = client.session
    session[key] -= ago
    session.save()
    answer = client.get("/notices")
    assert answer.status_code == 302
    assert f"ended={reason}" in answer["Location"]
    assert "自动退出" in client.get(answer["Location"]).content.decode()
    assert client.get("/notices").status_code == 302


def test_a_screen_that_re_reads_by_itself_does_not_keep_a_session_alive(client, person):
    client.force_login(person("somebody", "acceptor"))
    session = client.session
    session[SEEN] -= 3600
    before = session[SEEN]
    session.save()
    client.get("/notices", headers={"X-Background": "1"})
    assert client.session[SEEN] == before
    client.get("/notices")
    assert client.session[SEEN] > before


def test_a_disabled_account_is_out_at_its_next_request(client, person):
    account = person("somebody", "acceptor")
    client.force_login(account)
    services.change_account(SYSTEM, account, is_active=False)
    assert client.get("/notices").status_code == 302
    assert sign_in(client, "somebody").status_code == 200


def test_a_reset_password_ends_all_sessions_and_must_be_changed_first(client, person):
    account, elsewhere = person("somebody", "acceptor"), Client()
    elsewhere.force_login(account)
    services.set_password(SYSTEM, account, "given-by-phone-1", must_change=True)
    services.end_sessions(account)
    assert elsewhere.get("/notices").status_code == 302
    sign_in(client, "somebody", "given-by-phone-1")
    assert client.get("/notices")["Location"] == "/password"
    changed = client.post("/password", {"old": "given-by-phone-1", "new": "my-own-river-7", "again": "my-own-river-7"})
    assert changed.status_code == 200
    assert client.get("/notices").status_code == 200


@pytest.mark.parametrize(
    ("old", "new", "again"), [("wrong", "my-own-river-7", "my-own-river-7"), (PASSWORD, "short", "short"), (PASSWORD, "my-own-river-7", "another-river-8")]
)
def test_a_bad_password_change_changes_nothing(client, person, old, new, again):
    account = person("somebody", "acceptor")
    client.force_login(account)
    assert client.post("/password", {"old": old, "new": new, "again": again}).status_code == 422
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_demo_accounts_are_refused_outside_demo_mode(client, person, settings):
    person("somebody", "acceptor", demo=True)
    settings.DEMO = True
    assert "signin-card" in client.get("/signin").content.decode()
    assert sign_in(client, "somebody").status_code == 302
    settings.DEMO = False
    assert client.get("/notices").status_code == 302, "an open session must not outlive the demo"
    assert sign_in(client, "somebody").status_code == 200
    page = client.get("/signin").content.decode()
    assert "signin-card" not in page
    assert settings.DEMO_PASSWORD not in page


def test_programs_and_parts_of_pages_are_told_in_their_own_way(client, db):
    assert client.get("/notices", headers={"Accept": "application/json"}).status_code == 401
    part = client.get("/notices", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/work?x=1"})
    assert part.status_code == 401
    assert part["HX-Redirect"].startswith("/signin?next=")


def test_pages_are_chinese_until_the_person_asks_for_english(client, db):
    assert 'lang="zh-CN"' in client.get("/signin", headers={"Accept-Language": "en"}).content.decode()
    client.post("/language", {"language": "en", "next": "/signin"})
    assert 'lang="en"' in client.get("/signin").content.decode()


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page_and_says_that_nothing_was_saved(client, db):
    from urllib.parse import parse_qs, urlsplit

    sent = client.post("/cases/7/do/accept", {"opinion": "x"}, HTTP_REFERER="http://testserver/cases/7?act=accept")
    assert sent.status_code == 302
    assert parse_qs(urlsplit(sent.url).query) == {"next": ["/cases/7?act=accept"], "ended": ["unsent"]}
    assert "没有保存" in client.get(sent.url).content.decode()
    foreign = client.post("/cases/7/do/accept", {}, HTTP_REFERER="http://elsewhere.example/cases/7")
    assert "next" not in parse_qs(urlsplit(foreign.url).query)


@pytest.mark.parametrize(("headers", "kind"), [({"X-Requested-With": "fetch"}, "text/plain"), ({"HX-Request": "true"}, "text/plain"), ({}, "text/html")])
def test_a_form_of_an_earlier_sign_in_is_refused_in_words_that_fit_it(person, headers, kind):
    account = person("somebody", "acceptor")
    client = Client(enforce_csrf_checks=True)
    client.force_login(account)
    refused = client.post("/password", {"old": "x"}, headers=headers)
    assert refused.status_code == 403
    assert refused["Content-Type"].startswith(kind)
    assert ("登录换过" if kind == "text/plain" else "过期") in refused.content.decode()
