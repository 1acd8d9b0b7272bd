"""Run inside a town's Django: two hundred people, each with an account and a post of their own, signed in."""

from __future__ import annotations

import json

from django.utils import timezone
from laying import cookie_of

from chengguan.cases.models import Step
from chengguan.people.models import Account, Holding

CROWD = {"accept": 25, "dispatch": 25, "shift": 15, "hotline": 25, "leader": 10, "lighting": 60, "inspect": 25, "crew": 15}
"""How many hold the post of this account of the town."""
NAME = "desk-people-"


def come() -> None:
    """{post: the cookies of its people}. Who was here before comes again."""
    cookies = {}
    for like, count in CROWD.items():
        post = Holding.objects.filter(account__username=like).order_by("pk").first().post
        cookies[like] = []
        for number in range(1, count + 1):
            account, new = Account.objects.get_or_create(username=f"{NAME}{like}-{number}", defaults={"name": f"{post.name}{number}", "password": "!"})
            if new:
                Holding.objects.create(account=account, post=post, valid_from=timezone.localdate())
            cookies[like].append(cookie_of(account))
    print(json.dumps(cookies))


def steps() -> None:
    """How many steps these people have taken, ever."""
    print(json.dumps(Step.objects.filter(who__username__startswith=NAME).count()))
