"""Run inside a town's Django: makes one of everything that a screen shows, and prints their keys for the addresses.

`python -c "from tests.journeys.standing import stand; stand()"`. In the sample county what is there already is shown; in the
small town it is made.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.utils import timezone

from chengguan.alarms.models import Alarm
from chengguan.cases.models import Case, Disposal, Retention, TakeoverBatch
from chengguan.cases.services import disposal, take_over
from chengguan.cases.services.takeover_looking import look_at
from chengguan.cases.services.takeover_mapping import mapping_of
from chengguan.console.services import accept_shift, hand_over
from chengguan.console.tests.duty import dark
from chengguan.evaluation.services import draw
from chengguan.observations.models import Quarantine
from chengguan.people.models import Account, Organisation
from chengguan.people.selectors import SYSTEM, who_is
from chengguan.places.selectors import responsibility_grid_of
from chengguan.portal.models import Partner
from chengguan.portal.services import create_partner
from chengguan.surveys import services as surveys
from chengguan.things.models import Component, Device, Gateway, Group
from tests.journeys.standing_aside import ASIDE, aside
from tests.small_town import a_photo, dark_lamp, person, walk

LAMP, COVER, NEAR_DEGREES = "L-004711", "MH-000123", 0.004
STAGES = ("reported", "accept", "file", "dispatch", "assign", "report_back", "send_to_verify", "verify", "close")
WORDS = ("路灯不亮，晚上看不清路", "灯杆倾斜，旁边是学校门口", "灯罩破损，电线露在外面")
LONG_WORDS = "灯杆倾斜，有倒下的危险，旁边就是学校门口和公交站，请尽快派人来看，已经两天没有人管，" * 4


def stand() -> None:
    lamp = Component.objects.get(label=LAMP)
    device, tag = Device.objects.select_related("gateway").get(key=LAMP), Device.objects.get(key=COVER)
    keys: dict[str, Any] = {
        "device": device.pk, "cover": tag.pk, "gateway": device.gateway_id, "component": lamp.pk, "circuit": _circuit(device).key,
        "entry": _entry(device.gateway).pk, "alarm": _alarm(device),
        "partner": _partner().pk, "account": Account.objects.get(username="accept").pk, "organisation": Organisation.objects.get(code="lighting").pk,
    }  # fmt: skip
    keys |= _cases(lamp) | _surveyed(lamp)
    keys["handover"] = _handed_over()
    print(json.dumps(keys))


def _partner() -> Partner:
    return Partner.objects.first() or create_partner(SYSTEM, name="12345 政务服务便民热线", source="hotline", an_hour=1000)


def _cases(lamp: Component) -> dict[str, Any]:
    """One at each stage, on lamps nearby where there are some; the closed and the citizen's are the county's own, where there are some."""
    near = list(Component.objects.filter(class_code=lamp.class_code, point__dwithin=(lamp.point, NEAR_DEGREES)).exclude(pk=lamp.pk)[: len(STAGES) + ASIDE])
    found: dict[str, Any] = {}
    for number, stage in enumerate(STAGES):
        words = WORDS[number % len(WORDS)] if near else LONG_WORDS
        town = {"lamp": near[number % len(near)] if near else lamp}  # the lamp itself goes dark in the story, and its alarm would join them
        case = dark_lamp(town, description=words, occurred_at=timezone.now() - timedelta(minutes=7 + number), reply_wanted=stage == "close")
        found[stage] = case.pk if stage == "reported" else walk(case, stage).pk
    shown = Case.objects.filter(state="closed", photos__kind="after").filter(photos__kind="report").exclude(pk__in=found.values())
    found["close"] = getattr(shown.order_by("-closed_at").first(), "pk", found["close"])
    told = Case.objects.filter(source="citizen").exclude(state="reported").order_by("-pk").first() or dark_lamp({"lamp": lamp}, source="citizen")
    return found | aside(near[-ASIDE:] or [lamp]) | {"code": told.follow_code} | _drawn() | {"batch": _batch().pk, "disposal": _disposal(lamp).pk}


def _drawn() -> dict[str, int]:
    """Closed cases drawn by lot, one of them to look at again."""
    now = timezone.now()
    judge = Account.objects.get(username="leader")
    sample = draw(SYSTEM, start=now - timedelta(days=90), end=now + timedelta(days=1), wanted="5", assigned_to=judge, seed=7)
    return {"sample": sample.pk, "check": sample.checks.first().pk}


def _disposal(lamp: Component) -> Disposal:
    """Two archived cases past their time, one of them proposed to be destroyed."""
    today = timezone.localdate()
    pair = [dark_lamp({"lamp": lamp}, description="多年以前的灯") for _each in range(2)]
    Case.objects.filter(pk__in=[each.pk for each in pair]).update(state="archived", archived_at=timezone.now() - timedelta(days=3660))
    for case in pair:
        Retention.objects.create(case=case, term="normal", years=10, starts_on=today - timedelta(days=3660), ends_on=today - timedelta(days=8), why="其余案件")
    return disposal.propose(who_is(Account.objects.get(username="shift")), [pair[0].pk], "年度鉴定")


def _batch() -> TakeoverBatch:
    """A file of another system, mapped and tried."""
    rows = ["任务号,上报时间,结案时间,当前阶段,小类,问题描述,经度,纬度"]
    rows += [f"{n},2025-03-{n:02d} 08:00:00,2025-03-{n:02d} 17:00:00,{state},路灯异常,路灯不亮,108.99,28.45" for n, state in enumerate(("结案", "结案", "不知道"), 1)]
    fields: dict[str, Any] = {name: {"column": column} for name, column in {"key": "任务号", "reported_at": "上报时间", "closed_at": "结案时间", "description": "问题描述"}.items()}
    fields["state"] = {"column": "当前阶段", "table": {"结案": "closed"}}
    fields["matter_code"] = {"column": "小类", "default": ""}
    fields["position"] = {"lon": "经度", "lat": "纬度", "crs": "4490"}
    mapping = {"system": "old", "name": "原数字城管", "zone": "Asia/Shanghai", "fields": fields}
    content = "\n".join(rows).encode("gb18030")
    with NamedTemporaryFile(suffix=".csv") as here:
        here.write(content)
        here.flush()
        path = Path(here.name)
        looked, told = look_at(path, lambda rows: None), take_over(SYSTEM, path, mapping_of(mapping))
    return TakeoverBatch.objects.create(
        name="旧平台2025年案卷.csv", size=len(content), sha256=hashlib.sha256(content).hexdigest(), state="tried", mapping=mapping, look=looked,
        result=told.as_data(), rows_done=told.rows, who="管理员",
    )  # fmt: skip


def _surveyed(lamp: Component) -> dict[str, int]:
    """A survey of lamps by the inspector on foot, with something found."""
    inspector, today = Account.objects.get(username="inspect"), timezone.localdate()
    grid = responsibility_grid_of(lamp.unit_grid)
    survey = surveys.open_survey(
        person("shift"), name="入冬前路灯和灯杆普查", matters=[lamp.class_code, "06"], first_day=today, last_day=today + timedelta(days=14), grids=[grid],
        walkers=[inspector], note="逐杆看：灯罩、检修门、杆体倾斜；学校、医院门口先走。",
    )  # fmt: skip
    for number in range(3):
        finding = surveys.report_finding(
            person("inspect"), survey, key=f"stand-{number}", position=(lamp.point.x, lamp.point.y, 8.0), matter_code=lamp.class_code,
            photos=[a_photo(person("inspect"))], description=WORDS[number], component_id=lamp.pk,
        )  # fmt: skip
    surveys.decide(person("shift"), finding.pk - 1, "refused", "照片看不清，请重拍")
    return {"survey": survey.pk, "finding": finding.pk, "patch": finding.patch_id}


def _handed_over() -> int:
    sheet = hand_over(person("desk"), "shift_leader", Organisation.objects.get(code="supervision").pk, remarks="渝秀大道路灯抢修在等配件，晚上八点回话。")
    return accept_shift(person("shift"), sheet, "知道了").pk


def _circuit(device: Device) -> Group:
    if device.group is None:
        device.group = Group.objects.create(subsystem=device.subsystem, key="C-012-1", name="12号控制箱 1 回路", kind="circuit", gateway=device.gateway)
        device.save(update_fields=["group"])
    return device.group


def _alarm(device: Device) -> int | None:
    """In the sample county what its own devices say, if anything by now; in the small town too high a voltage."""
    found = Alarm.objects.order_by("-pk").first()
    if found is None and not device.component.synthetic:
        found = dark({"device": device}, rule="lamp_overvoltage", value=251.0)
    return found and found.pk


def _entry(gateway: Gateway) -> Quarantine:
    found = Quarantine.objects.filter(state="waiting").order_by("-pk").first()
    if found is not None:
        return found
    payload = b'{"seq": 7, "t": 1767225600000, "v": {"power": "eighty-six"}}'
    return Quarantine.objects.create(
        received_at=timezone.now(), incarnation="1", sequence=1, subject=f"zhcg.up.{gateway.key}.street_lights.{LAMP}", payload=payload,
        size=len(payload), gateway_key=gateway.key, device_key=LAMP, reason="wrong_type", detail="Expected `float`, got `str` - at `$.v[...]`",
    )  # fmt: skip
