"""Accounts: who may sign in, with which posts."""

from __future__ import annotations

import secrets

from axes.utils import reset as release_lock
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chengguan.people import selectors, services, spreadsheets
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.models import Account, Holding
from chengguan.people.pages.administration.forms import AccountFactsForm, AccountForm, FileForm, HoldingForm
from chengguan.people.roles import ROLES
from chengguan.people.typed import whole_number


def first_password() -> str:
    """Readable over the telephone: no letters that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _i in range(4)) for _j in range(3))


@requires("people.manage")
def index(request: Request) -> HttpResponse:
    return _index(request, AccountForm())


def _index(request: Request, form: AccountForm) -> HttpResponse:
    """The list, and a form that was refused: as it was typed, with the reasons."""
    given = {key: request.GET.get(key, "").strip() for key in ("q", "role", "state")}
    found = selectors.find_accounts(request.who, **given)
    if request.GET.get("as") == "xlsx":
        return _export(found)
    context = {
        "page": Paginator(found, 25).get_page(request.GET.get("page")),
        "given": given,
        "roles": ROLES.values(),
        "form": form,
        "file_form": FileForm(),
    }
    template = f"people/administration/accounts{'_list' if request.htmx else ''}.html"
    return render(request, template, context, status=422 if form.errors else 200)


HEADERS = [
    gettext_noop("账号"), gettext_noop("姓名"), gettext_noop("电话"), gettext_noop("机构编码"), gettext_noop("角色"), gettext_noop("岗位名称"), gettext_noop("启用"), gettext_noop("最近登录"),
]


def _export(found: object) -> HttpResponse:
    def rows():
        for account in found:  # type: ignore[attr-defined]
            held = account.open_holdings or [None]
            for holding in held:
                post = holding.post if holding else None
                yield (
                    account.username,
                    account.name,
                    account.phone,
                    post.organisation.code if post else "",
                    post.role if post else "",
                    post.name if post else "",
                    _("是") if account.is_active else _("否"),
                    account.last_login,
                )

    return spreadsheets.download("accounts", HEADERS, rows())


@sent_from("accounts")
@requires("people.manage")
def create(request: Request) -> HttpResponse:
    form = AccountForm(request.POST)
    password = first_password()
    account = form.attempt(lambda given: services.create_account_with_post(request.who, password=password, **given))
    if account is None:
        return _index(request, form)
    return _shown_once(request, account, password)


def _shown_once(request: Request, account: Account, password: str) -> HttpResponse:
    response = render(request, "people/administration/password_once.html", {"account": account, "password": password})
    response["Cache-Control"] = "no-store"
    return response


@requires("people.manage")
def one(request: Request, account_id: int) -> HttpResponse:
    account = get_object_or_404(selectors.accounts(request.who), pk=account_id)
    form = AccountFactsForm(request.POST or None, initial={"name": account.name, "phone": account.phone})
    if request.method == "POST" and form.attempt(lambda given: services.change_account(request.who, account, **given)):
        messages.success(request, _("已保存。"))
        return redirect("account", account.pk)
    context = {
        "account": account,
        "seen": getattr(services.last_password_line(account), "pk", 0),
        "form": form,
        "holding_form": HoldingForm(),
        "holdings": account.holdings.select_related("post__organisation").order_by("-valid_from", "-pk"),
        "history": selectors.history_of(request.who, account)[:20],
    }
    return render(request, "people/administration/account.html", context)


@sent_from("account", "account_id")
@requires("people.manage")
def act(request: Request, account_id: int, action: str) -> HttpResponse:
    """Enable, disable, reset the password, release the lock, give or end a post."""
    account = get_object_or_404(selectors.accounts(request.who), pk=account_id)
    try:
        if action == "password":
            password = first_password()
            services.reset_password(request.who, account.pk, password, whole_number(request.POST.get("seen")) or 0)
            release_lock(username=account.username)
            return _shown_once(request, account, password)
        _do(request, account, action)
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
    else:
        messages.success(request, _("已保存。"))
    return redirect("account", account.pk)


def _do(request: Request, account: Account, action: str) -> None:
    if action in {"enable", "disable"}:
        services.change_account(request.who, account, is_active=action == "enable")
    elif action == "unlock":
        release_lock(username=account.username)
        services.audit(request.who, "account.unlock", account, str(account))
    elif action == "give":
        form = HoldingForm(request.POST)
        if form.attempt(lambda given: services.give_role(request.who, account, **given)) is None:
            raise ValidationError(form.words)
    elif action == "end":
        holding = get_object_or_404(Holding, pk=request.POST.get("holding") or 0, account=account)
        services.end_post(request.who, holding)
    else:
        raise ValidationError(_("没有这个操作。"))


@sent_from("accounts")
@requires("people.manage")
def import_sheet(request: Request) -> HttpResponse:
    """Rows of the exported form: new accounts are made (without a password), names and posts are brought up to date."""
    form = FileForm(request.POST, request.FILES)
    report = form.attempt(lambda given: services.import_accounts(request.who, spreadsheets.read(given["file"], HEADERS[:7])))
    if report is None:
        messages.warning(request, form.words)
        return redirect("accounts")
    return render(request, "people/administration/import_report.html", {"report": report, "back": "accounts"})


urlpatterns = [
    path("administration/accounts", index, name="accounts"),
    path("administration/accounts/new", create, name="account_create"),
    path("administration/accounts/import", import_sheet, name="accounts_import"),
    path("administration/accounts/<int:account_id>", one, name="account"),
    path("administration/accounts/<int:account_id>/<slug:action>", act, name="account_act"),
]
