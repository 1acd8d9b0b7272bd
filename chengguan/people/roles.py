"""The posts of a county centre: slug, Chinese name, and what its holder sees first after sign-in.

The words are those of the glossary; one account may hold several posts.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Role:
    slug: str
    name: str | Promise
    first_page: str  # where sign-in leads
    order: int  # the lowest of a person's roles decides where sign-in leads
    on_foot: bool = False  # works on the phone pages


ADMINISTRATOR = "administrator"

ROLES: dict[str, Role] = {
    role.slug: role
    for role in (
        Role("duty_officer", _("值班员"), "/map", 10),
        Role("acceptor", _("受理员"), "/work", 20),
        Role("shift_leader", _("值班长"), "/work", 30),
        Role("dispatcher", _("派遣员"), "/work", 40),
        Role("hotline_operator", _("坐席员"), "/work", 50),
        Role("department", _("责任单位"), "/work", 60),
        Role("township", _("镇街"), "/work", 70),
        Role("contractor_lead", _("采集公司负责人"), "/work", 80),
        Role("evaluator", _("考评员"), "/work", 90),
        Role("overseer", _("督查员"), "/work", 100),
        Role("trade_engineer", _("行业工程师"), "/map", 110),
        Role("leader", _("领导"), "/map", 120),
        Role("inspector", _("信息采集员"), "/field/", 130, on_foot=True),
        Role("crew", _("班组"), "/field/", 140, on_foot=True),
        Role(ADMINISTRATOR, _("管理员"), "/administration", 150),
    )
}

AT_THE_CENTRE = frozenset({"duty_officer", "acceptor", "shift_leader", "dispatcher", "hotline_operator", "evaluator", "overseer", ADMINISTRATOR})
"""Posts of the supervision centre and nobody else: who holds one sees the whole county."""

ROLE_CHOICES = [(role.slug, role.name) for role in ROLES.values()]
DESK = frozenset(slug for slug, role in ROLES.items() if not role.on_foot)
EVERYONE = frozenset(ROLES)


def name_of(slug: str) -> str:
    """The Chinese name of a role; the slug itself when nobody knows it."""
    role = ROLES.get(slug)
    return str(role.name) if role else slug


def first_page(slugs: frozenset[str]) -> str:
    """Where a person with these roles begins; "/" leads to a page that says no post is held."""
    held = sorted((ROLES[slug] for slug in slugs if slug in ROLES), key=lambda role: role.order)
    return held[0].first_page if held else "/welcome"
