"""The whole program as an operator starts it (`chengguan up`: three engines, web, ingest, jobs), with the small town of the
tests in it, or the sample county, and a fleet of lamps beside: for measurements that end at a page.

`BenchTown` is a context; the functions at the end run inside the town's own Django (`ask`).
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(REPOSITORY)]

from rig import result  # noqa: E402

from tests.journeys.town import PASSWORD, Town, short_folder  # noqa: E402 - found beside the package

__all__ = ["BenchTown", "percentile", "result"]
ARGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]


class BenchTown:
    def __init__(self, gateways: int, lamps: int, demo: bool = False) -> None:
        self.gateways, self.lamps = gateways, lamps
        self.town = Town(short_folder(), demo=demo)
        self.generator: subprocess.Popen[str] | None = None

    def __enter__(self) -> BenchTown:
        try:
            print("starting the program", flush=True)
            self.town.start(600)
            if not self.town.demo:
                self.town.build()
            self.fleet = self.ask(f"lay_fleet({self.gateways}, {self.lamps})")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop_load()
        self.town.stop()
        shutil.rmtree(self.town.root, ignore_errors=True)

    def ask(self, call: str) -> Any:
        return self.town.ask(f"import sys; sys.path.insert(0, {str(REPOSITORY / 'bench')!r}); import town; town.{call}")

    def start_load(self, rate: float) -> None:
        """Readings of the fleet, none of them beyond a limit, until `stop_load`."""
        path = self.town.root / "plan.json"
        plan = {"host": "127.0.0.1", "port": self.town.mqtt_port, "gateways": self.fleet, "rate": rate, "seconds": 3600, "alarms": 1}
        path.write_text(json.dumps(plan))
        self.said = (self.town.root / "generator.txt").open("w+")
        self.generator = subprocess.Popen(
            [sys.executable, str(REPOSITORY / "bench" / "gateways.py"), str(path)], stdin=subprocess.PIPE, stdout=self.said, text=True
        )

    def sent(self) -> int:
        """Messages of the fleet so far."""
        lines = Path(self.said.name).read_text().splitlines()
        return json.loads(lines[-1])["sent"] if lines else 0

    def stop_load(self) -> None:
        if self.generator is not None:
            self.generator.kill()
            self.generator.wait()
            self.generator = None

    def chromium(self, playwright: Any) -> Any:
        return playwright.chromium.launch(executable_path=os.environ.get("PLAYWRIGHT_CHROMIUM", "/usr/bin/chromium"), args=ARGS)

    def signed_in(self, browser: Any, username: str) -> Any:
        """A page of a desk's size, signed in."""
        context = browser.new_context(base_url=self.town.url, viewport={"width": 1440, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
        context.set_default_timeout(60_000)
        page = context.new_page()
        page.goto("/signin")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", PASSWORD)
        page.press("input[name=password]", "Enter")
        page.wait_for_url(lambda url: "/signin" not in url)
        return page


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def lay_fleet(gateways: int, lamps: int) -> None:
    """Gateways B000 ... with lamps on a field of the town. An overvoltage stands at its first reading."""
    import bcrypt
    from django.contrib.gis.geos import Point

    from chengguan.alarms.models import Rule
    from chengguan.alarms.services import change_rule
    from chengguan.people.selectors import SYSTEM
    from chengguan.places.models import UnitGrid
    from chengguan.things.models import Component, Device, Gateway
    from chengguan.things.services import write_gateway_accounts

    change_rule(SYSTEM, Rule.objects.get(slug="lamp_overvoltage").slug, {"hold_s": 0}, "测量：第一个读数即告警")
    cell, plan, number = UnitGrid.objects.order_by("code").first(), [], 0
    for g in range(gateways):
        key, password = f"B{g:03d}", f"bench-{g:03d}-{os.urandom(6).hex()}"
        hashed = bcrypt.hashpw(password.encode(), bcrypt.gensalt(4)).decode()
        gateway = Gateway.objects.create(key=key, name=key, subsystem="street_lights", password_hash=hashed)
        components = []
        for n in range(lamps):
            number += 1
            components.append(
                Component(
                    code=f"50024101038{number:06d}", class_code="01037", name="路灯", label=f"{key}-{n:03d}", unit_grid=cell,
                    point=Point(108.985 + n / 2e4, 28.444 + g / 2e4, srid=4490), address=f"{key} {n}",
                )
            )  # fmt: skip
        Component.objects.bulk_create(components)
        Device.objects.bulk_create(
            Device(
                subsystem="street_lights", key=each.label, model="lamp_controller", name=each.label, gateway=gateway, component=each,
                attributes={"rated_w": 90},
            )
            for each in components
        )  # fmt: skip
        plan.append({"key": key, "password": password, "devices": [each.label for each in components]})
    write_gateway_accounts()
    print(json.dumps(plan))


def alarms_by_device() -> None:
    """{alarm: device key}"""
    from chengguan.alarms.models import Alarm

    rows = Alarm.objects.filter(rule="lamp_overvoltage").values_list("pk", "cause_key")
    print(json.dumps({str(pk): key for pk, key in rows}))


def lay_cases(count: int) -> None:
    """Open reports for the acceptor's desk, and a signed-in acceptor's session: its key."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from chengguan.cases.services import register
    from chengguan.cases.services.telling import quietly
    from chengguan.people.models import Account
    from chengguan.people.selectors import SYSTEM
    from chengguan.things.models import Component

    components = list(Component.objects.filter(class_code="01037").select_related("unit_grid__community__parent")[:count])
    with quietly():
        for at in range(count):
            register(SYSTEM, source="alarm", component=components[at % len(components)], matter_code="01037", description=f"灯不亮 {at}", hint="dark_single")
    account = Account.objects.get(username="accept")
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(account.pk), settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.save()
    print(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "key": session.session_key}))
