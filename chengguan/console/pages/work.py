"""Work lists: what must this person do next, and what is about to be late."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chengguan.cases import selectors, workflow
from chengguan.cases.models import SOURCES
from chengguan.console.pages import together
from chengguan.console.pages.line import lines
from chengguan.console.pages.lists import LIGHTS, late_word, rows_of
from chengguan.console.selectors.saved import saved_views
from chengguan.people.models import Organisation
from chengguan.people.roles import ROLES
from chengguan.people.selectors import Who, may
from chengguan.people.typed import whole_number
from chengguan.places.models import Area

FILTERS = ("state", "light", "source", "urgent", "overdue", "text", "matter", "department", "crew", "township", "community", "stage", "due", "hand", "asked", "mine", "unread", "mark", "part", "sort")
NUMBERS = ("department", "crew", "township", "community")
SWITCHES = ("urgent", "overdue", "hand", "asked", "mine", "unread")
PAGE, MOST_PRINTED = 50, 500
"""Rows of a list on the screen, and on paper, where all its pages are one."""
PARTS = {"helper": gettext_lazy("请我协办"), "copy": gettext_lazy("抄告我")}


def working_posts(who: Who) -> list[str]:
    """The posts of this person that have a work list, in the order of the day."""
    movers = {role for row in workflow.TABLE for role in row.who} - {"inspector", "crew", "citizen", "system"}
    held = [role for role in ROLES.values() if role.slug in who.roles and role.slug in movers]
    return [role.slug for role in sorted(held, key=lambda role: role.order)]


def chosen_filters(data: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {name: data[name].strip() for name in FILTERS if data.get(name, "").strip()}
    if found.get("light") not in (None, "green", "yellow", "red"):
        found.pop("light")
    if found.get("state") not in (None, *workflow.STATES):
        found.pop("state")
    if found.get("due") not in (None, "hour", "today"):
        found.pop("due")
    if found.get("mark") not in (None, *selectors.MARKS):
        found.pop("mark")
    if found.get("part") not in (None, *PARTS):
        found.pop("part")
    if found.get("sort", "").removeprefix("-") not in ("", *selectors.SORTS):
        found.pop("sort")
    for name in NUMBERS:
        if name in found and whole_number(found[name]) is None:
            found.pop(name)
    for name in SWITCHES:
        if name in found:
            found[name] = True
    return found


def address_of(post: str, filters: Mapping[str, Any], **changed: Any) -> str:
    """The address of the list with these filters; a changed filter of None is taken away."""
    values = {"post": post, **filters, **changed}
    return "?" + urlencode({name: "1" if value is True else value for name, value in values.items() if value not in (None, "", False)})


def _lights(post: str) -> dict[str, Any]:
    """The lights in the words of this post's list."""
    return {**LIGHTS, "red": late_word(selectors.POST_STATES.get(post, workflow.OPEN))}


def chip(name: str, value: Any, lights: Mapping[str, Any]) -> str:
    words = {
        "state": lambda: _("环节：%s") % _(workflow.STATES[value]),
        "light": lambda: _("灯：%s") % lights[value],
        "source": lambda: _("来源：%s") % dict(SOURCES).get(value, value),
        "urgent": lambda: _("急要件"),
        "overdue": lambda: _("处置超期"),
        "text": lambda: _("含“%s”") % value,
        "matter": lambda: _("类别：%s") % value,
        "department": lambda: _named(Organisation, value) or _("责任单位"),
        "crew": lambda: _named(Organisation, value) or _("班组"),
        "township": lambda: _named(Area, value) or _("镇街"),
        "community": lambda: _named(Area, value) or _("社区"),
        "due": lambda: _("1 小时内到期") if value == "hour" else _("今天到期"),
        "hand": lambda: _("单位在办"),
        "asked": lambda: _("有申请待审"),
        "mine": lambda: _("我经手的"),
        "unread": lambda: _("未读"),
        "stage": lambda: _("阶段：%s") % value,
        "mark": lambda: str(selectors.MARKS[value]),
        "part": lambda: str(PARTS[value]),
    }
    return words[name]()


def _named(model: Any, pk: Any) -> str:
    """What the chip calls an organisation or an area; empty when there is none of that number."""
    return model.objects.filter(pk=pk).values_list("name", flat=True).first() or ""


def _quick(post: str, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """Narrowing by one click, beside lights and stages."""
    offered = (("unread", True), ("due", "hour"), ("urgent", True), ("asked", True), ("mine", True))
    return [
        {"name": chip(name, value, {}), "url": address_of(post, filters, **{name: value})}
        for name, value in offered
        if filters.get(name) != value
    ]


def _choices(who: Who, post: str, filters: dict[str, Any]) -> dict[str, Any]:
    """What can be filtered, with how many each would show beside the filters that stand."""
    part, state_on, light_on = filters.get("part", ""), filters.get("state"), filters.get("light")
    others = {name: value for name, value in filters.items() if name not in ("light", "state", "part", "sort")}
    counted = selectors.counts_lately(who, post, part, **others)
    whole = counted.pop("")
    names = _lights(post)
    here = counted.get(state_on, {}) if state_on else whole
    lights = {light: here.get(light, 0) for light in ("red", "yellow", "green")}
    return {
        "total": (selectors.counts_lately(who, post, part)[""] if others else whole)["all"],
        "states": [
            {"name": _(workflow.STATES[state]), "n": row[light_on or "all"], "on": state_on == state,
             "url": address_of(post, filters, state=None if filters.get("state") == state else state)}
            for state, row in sorted(counted.items(), key=lambda item: list(workflow.STATES).index(item[0]))
            if row[light_on or "all"] or state_on == state
        ],
        "lights": [
            {"slug": light, "name": names[light], "n": n, "on": filters.get("light") == light,
             "url": address_of(post, filters, light=None if filters.get("light") == light else light)}
            for light, n in lights.items()
        ],
        "chips": [{"words": chip(name, value, names), "url": address_of(post, filters, **{name: None})} for name, value in filters.items() if name != "sort"],
        "sources": [{"slug": slug, "name": name, "on": filters.get("source") == slug} for slug, name in SOURCES],
        "quick": _quick(post, filters),
        "marks": [{"slug": slug, "name": name, "on": filters.get("mark") == slug} for slug, name in selectors.MARKS.items()],
        "beside": [
            {"name": PARTS[part], "n": n, "on": filters.get("part") == part, "url": address_of(post, filters, part=None if filters.get("part") == part else part)}
            for part, n in selectors.beside_counts(who, post).items()
        ],
    }  # fmt: skip


@login_required
@selectors.held()
def work(request: HttpRequest) -> HttpResponse:
    """The list of one post; with htmx only the part that changes."""
    who: Who = request.who  # type: ignore[attr-defined]
    if not may(who, "work.see"):
        raise PermissionDenied(_("您的岗位没有工作台。"))
    posts = working_posts(who)
    asked = request.GET.get("post", "")
    post = asked if asked in posts else (posts[0] if posts else "")
    filters = chosen_filters(request.GET)
    now = timezone.now()
    printing = request.GET.get("all") == "1"
    after = "" if printing else request.GET.get("after", "")
    page = selectors.worklist(who, post=post, after=after, size=MOST_PRINTED if printing else PAGE, **filters)
    names = {slug: role.name for slug, role in ROLES.items()}
    choices = _choices(who, post, filters)
    here = address_of(post, filters)
    unread, moves = selectors.unread_of(who, page.cases), together.moves_of(post)
    plain, typed = ([], []) if printing else together.offered(post)
    rows = rows_of(page.cases, names, now, unread=unread, moves=moves)
    for row in rows:
        row["moves"] = together.moves_beside(row["moves"], {mark.slug for mark in row["asked"]})
    counted = [slug for slug in posts if slug != post or filters.get("part")]
    waits_at = {post: choices["total"], **selectors.waiting_at(who, counted)}
    columns, further = _columns(post, filters), bool(page.after or after)
    context = {
        "post": post,
        "tabs": [
            {"slug": slug, "name": names[slug], "url": address_of(slug, {}), "on": slug == post, "n": waits_at[slug]}
            for slug in posts
        ],
        "rows": rows,
        "lines": lines(rows, ticks=bool(plain or typed)),
        "columns": columns,
        "next": address_of(post, filters, after=page.after) if page.after else "",
        "first": address_of(post, filters) if after else "",
        "at": now,
        "printing": printing,
        "whole_url": f"{here}&all=1" if further and not printing else "",
        "sorted_by": next((each for each in columns if each["order"]), None),
        "filters": {name: value for name, value in filters.items() if name != "sort"},
        "hidden": [(name, "1" if value is True else value) for name, value in filters.items() if name not in ("text", "source", "mark")],
        "bulk": plain,
        "bulk_typed": typed,
        "may_register": may(who, "cases.register"),
        "waits": [_(workflow.STATES[state]) for state in _states_of(post)],
        "calls": selectors.call_counts(who, now) if selectors.may_follow_up(who) else None,
        "here": here,
        "views": saved_views(who),
        **choices,
    }  # fmt: skip
    part = request.htmx and request.htmx.target == "work-list"  # type: ignore[attr-defined]
    if not part:
        context["durations"] = selectors.durations_lately(who)
    return render(request, "console/work/list.html" if part else "console/work/page.html", context)


def _states_of(post: str) -> list[str]:
    """The states in which this post has the next step."""
    states = selectors.POST_STATES.get(post, ())
    ends = post != "township" or selectors.settings()["township.closes"]
    return [state for state in states if ends or state not in workflow.OWN_END]


def _columns(post: str, filters: dict[str, Any]) -> list[dict[str, Any]]:
    """The heads of the list. Clicked, a column puts it in order; once more, the other way round."""
    names = {
        "light": _("灯"), "number": _("编号"), "matter": _("问题"), "place": _("地点"), "source": _("来源"), "state": _("环节"), "asked": _("申请"),
        "deadline": _("剩余时间"), "holder": _("在谁手里"),
    }  # fmt: skip
    by, down = selectors.sorts_of(filters.get("sort", ""))
    found = []
    for slug, name in names.items():
        turned = slug == by and not down
        url = address_of(post, filters, sort=("-" if turned else "") + slug) if slug in selectors.SORTS else ""
        found.append({"slug": slug, "name": name, "url": url, "order": ("descending" if down else "ascending") if slug == by else ""})
    return found


urlpatterns = [path("work", work, name="work")]
