"""Run inside the town's Django: lays the small town, and makes the story's rules quick enough to watch."""

from __future__ import annotations

import json

from chengguan.alarms.models import Rule
from chengguan.alarms.services import change_rule
from chengguan.people.models import Account
from chengguan.people.selectors import SYSTEM
from chengguan.things.models import Gateway
from chengguan.things.services import rotate_gateway_key, write_gateway_accounts
from tests.small_town import build

QUICK = {"lamp_dark": {"hold_s": 2, "settle_s": 4}, "cover_open": {"settle_s": 2}}


def lay() -> None:
    build(latest=False)
    Account.objects.update(demo=False)  # this town runs as a county's own does: no simulators, no demo panel
    for slug, changes in QUICK.items():
        change_rule(SYSTEM, Rule.objects.get(slug=slug).slug, changes, "为演示缩短等待")
    keys = {gateway.key: rotate_gateway_key(SYSTEM, gateway) for gateway in Gateway.objects.all()}
    write_gateway_accounts()
    print(json.dumps(keys))
