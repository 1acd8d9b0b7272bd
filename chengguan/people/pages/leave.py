"""Leaves: the own page, and the administrators' for everyone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.people import selectors, services
from chengguan.people.access import Request, requires, sent_from
from chengguan.people.models import Account, Leave
from chengguan.people.pages.administration.forms import LeaveForm
from chengguan.people.typed import whole_number


def _form(request: Request, account: Account, own: bool) -> LeaveForm:
    posts = selectors.lendable(account, own)
    initial = {"posts": posts, "valid_from": timezone.localdate()}
    everyone = Account.objects.filter(is_active=True).exclude(pk=account.pk).order_by("username")
    return LeaveForm(request.POST or None, initial=initial, posts=posts, colleagues=selectors.colleagues(account) if own else everyone)


def _taken(request: Request, form: LeaveForm, account: Account) -> bool:
    """Whether the form was sent and the leave is set."""
    if request.method != "POST":
        return False

    def set_it(given: dict[str, Any]) -> Leave:
        posts = list(given.pop("posts")) if given["stand_in"] else []
        given.pop("posts", None)
        return services.set_leave(request.who, account, posts=posts, **given)

    if not form.attempt(set_it):
        return False
    messages.success(request, _("已登记，到期自动结束。"))
    return True


@requires("people.see")
def own(request: Request) -> HttpResponse:
    form = _form(request, request.user, True)
    if _taken(request, form, request.user):
        return redirect("leave")
    context = {"form": form, "rows": selectors.own_leaves(request.who)[:30], "today": timezone.localdate(), "mine": request.user.pk}
    return render(request, "people/leave.html", context)


def _end(request: Request, leave: Leave) -> None:
    try:
        begun = leave.valid_from <= timezone.localdate()
        services.end_leave(request.who, leave)
        messages.success(request, _("已结束，岗位回到本人。") if begun else _("已撤销，这次休假不会开始。"))
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))


@sent_from("leave")
@requires("people.see")
def own_end(request: Request, leave_id: int) -> HttpResponse:
    _end(request, get_object_or_404(Leave, pk=leave_id, account=request.who.account_id))
    return redirect("leave")


@requires("people.manage")
def leaves(request: Request) -> HttpResponse:
    """All leaves; with ?account= the form for that account."""
    account = selectors.accounts(request.who).filter(pk=whole_number(request.GET.get("account")) or 0).first()
    form = _form(request, account, False) if account else None
    if account and form and _taken(request, form, account):
        return redirect("leaves")
    past = bool(request.GET.get("past"))
    context = {
        "account": account,
        "form": form,
        "rows": selectors.all_leaves(request.who, past)[:200],
        "past": past,
        "today": timezone.localdate(),
        "accounts": selectors.accounts(request.who).filter(is_active=True).order_by("username"),
    }
    return render(request, "people/administration/leaves.html", context)


@sent_from("leaves")
@requires("people.manage")
def leave_end(request: Request, leave_id: int) -> HttpResponse:
    _end(request, get_object_or_404(Leave, pk=leave_id))
    return redirect("leaves")


urlpatterns = [
    path("leave", own, name="leave"),
    path("leave/<int:leave_id>/end", own_end, name="leave_own_end"),
    path("administration/leaves", leaves, name="leaves"),
    path("administration/leaves/<int:leave_id>/end", leave_end, name="leave_end"),
]
