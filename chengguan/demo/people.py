"""The people of the sample county: organisations, accounts, duties and responsibilities. All invented.

Loading twice changes nothing. Every account can be signed in to with one published password, so they exist in demo
mode only, and the sign-in refuses them outside it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.gis.geos import Point
from django.db import transaction

from chengguan.people.models import Account, GridDuty, Holding, Organisation, Post, Responsibility
from chengguan.people.roles import name_of
from chengguan.places import selectors as places
from chengguan.places.models import Area, ResponsibilityGrid
from chengguan.things.models import Component

SEAT = (108.9916, 28.4482)
SINCE = dt.date(2026, 1, 1)

# code, name, short, kind, parent
ORGANISATIONS = (
    ("supervision", "秀山县城市管理监督中心", "监督中心", "centre", None),
    ("command", "秀山县城市管理指挥中心", "指挥中心", "centre", None),
    ("government", "秀山县人民政府办公室", "县政府办", "centre", None),
    ("lighting", "秀山县路灯管理所", "路灯管理所", "department", None),
    ("drainage", "秀山县市政排水管理所", "市政排水", "department", None),
    ("municipal", "秀山县市政设施管理所", "市政设施", "department", None),
    ("sanitation", "秀山县环境卫生管理所", "环卫所", "department", None),
    ("greening", "秀山县园林绿化管理所", "园林绿化", "department", None),
    ("enforcement", "秀山县城市管理综合行政执法大队", "城管执法", "department", None),
    ("traffic", "秀山县公安局交通管理大队", "交通管理", "department", None),
    ("housing", "秀山县住房和城乡建设局", "住建", "department", None),
    ("transport", "秀山县交通运输局", "交通运输", "department", None),
    ("water", "秀山县自来水公司", "自来水", "department", None),
    ("gas", "秀山县燃气公司", "燃气", "department", None),
    ("power", "秀山县供电公司", "供电", "department", None),
    ("telecom", "秀山县通信管线维护中心", "通信管线", "department", None),
    ("collection", "武陵信息采集服务公司", "采集公司", "contractor", "supervision"),
    ("lighting-crew-1", "路灯抢修一班", "路灯抢修一班", "crew", "lighting"),
    ("lighting-crew-2", "路灯抢修二班", "路灯抢修二班", "crew", "lighting"),
    ("drainage-crew-1", "排水抢修班", "排水抢修班", "crew", "drainage"),
    ("drainage-crew-2", "清掏班", "清掏班", "crew", "drainage"),
    ("municipal-crew-1", "道路养护一班", "道路养护一班", "crew", "municipal"),
    ("municipal-crew-2", "桥隧养护班", "桥隧养护班", "crew", "municipal"),
    ("sanitation-crew-1", "清扫保洁一班", "清扫保洁一班", "crew", "sanitation"),
    ("sanitation-crew-2", "垃圾清运班", "垃圾清运班", "crew", "sanitation"),
    ("greening-crew-1", "绿化养护班", "绿化养护班", "crew", "greening"),
    ("enforcement-crew-1", "执法一中队", "执法一中队", "crew", "enforcement"),
    ("enforcement-crew-2", "执法二中队", "执法二中队", "crew", "enforcement"),
)

# username, name, posts as (organisation, role)
ACCOUNTS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("duty", "张晓琴", (("supervision", "duty_officer"),)),
    ("accept", "李敏", (("supervision", "acceptor"),)),
    ("shift", "王建国", (("supervision", "shift_leader"),)),
    ("dispatch", "陈静", (("command", "dispatcher"),)),
    ("desk", "田小芳", (("supervision", "acceptor"), ("supervision", "shift_leader"), ("command", "dispatcher"))),
    ("hotline", "吴倩", (("supervision", "hotline_operator"),)),
    ("lighting", "周明", (("lighting", "department"),)),
    ("drainage", "彭涛", (("drainage", "department"),)),
    ("crew", "刘伟", (("lighting-crew-1", "crew"),)),
    ("crew2", "石勇", (("drainage-crew-1", "crew"),)),
    ("inspect", "杨秀英", (("collection", "inspector"),)),
    ("engineer", "何志远", (("lighting", "trade_engineer"),)),
    ("contractor", "黄世杰", (("collection", "contractor_lead"),)),
    ("evaluate", "冉琳", (("supervision", "evaluator"),)),
    ("oversee", "罗正清", (("supervision", "overseer"),)),
    ("leader", "县领导", (("government", "leader"),)),
    ("admin", "管理员", (("supervision", "administrator"),)),
    ("municipal", "向阳", (("municipal", "department"),)),
    ("sanitation", "白雪梅", (("sanitation", "department"),)),
    ("greening", "林青", (("greening", "department"),)),
    ("enforcement", "龙飞", (("enforcement", "department"),)),
    ("traffic", "高峰", (("traffic", "department"),)),
    ("housing", "严建平", (("housing", "department"),)),
    ("transport", "路遥", (("transport", "department"),)),
    ("water", "江波", (("water", "department"),)),
    ("gas", "任安", (("gas", "department"),)),
    ("power", "雷鸣", (("power", "department"),)),
    ("telecom", "文迅", (("telecom", "department"),)),
    ("crew3", "姚兵", (("municipal-crew-1", "crew"),)),
    ("crew4", "谭秀兰", (("sanitation-crew-1", "crew"),)),
    ("crew5", "牟林", (("greening-crew-1", "crew"),)),
    ("crew6", "秦刚", (("enforcement-crew-1", "crew"),)),
)

INSPECTORS = (
    ["冉小红", "田大勇", "彭秀珍", "石明华", "吴德贵", "白菊花", "杨胜利", "龙腾", "何晓燕", "黄国强", "罗小兵", "姚春梅", "谭文武", "秦玉兰", "向家旺", "张家明", "李秋菊", "陈大伟", "王秀芝"]
)

# matter prefix -> organisation; the longest prefix wins
RESPONSIBILITIES = {
    "01": "municipal", "02": "traffic", "03": "sanitation", "04": "greening", "05": "housing",
    "06": "enforcement", "07": "enforcement", "08": "housing", "09": "enforcement", "10": "municipal",
    "01001": "water", "01002": "drainage", "01003": "drainage", "01004": "drainage", "01005": "power", "01006": "lighting",
    "01007": "telecom", "01008": "telecom", "01009": "telecom", "01011": "gas", "01012": "traffic", "01014": "greening",
    "01015": "traffic", "01017": "power", "01018": "sanitation", "01020": "transport", "01024": "water", "01025": "water",
    "01026": "drainage", "01027": "telecom", "01028": "power", "01029": "power", "01030": "power", "01031": "telecom",
    "01032": "transport", "01037": "lighting", "01038": "lighting", "01039": "lighting", "01047": "power", "01048": "power",
    "01049": "gas", "01057": "gas", "01058": "enforcement", "01060": "lighting", "01072": "drainage", "01073": "drainage",
    "02001": "enforcement", "02004": "transport", "02005": "transport", "02006": "municipal", "02007": "municipal",
    "02008": "municipal", "02009": "municipal", "02044": "municipal", "03006": "enforcement", "03007": "enforcement",
    "06003": "municipal", "06010": "sanitation", "06011": "sanitation", "06012": "sanitation", "06013": "municipal",
    "06014": "sanitation", "06017": "greening", "06018": "greening", "06021": "greening", "06030": "drainage",
    "06037": "sanitation", "06041": "sanitation", "06042": "sanitation", "06045": "greening", "06048": "municipal",
    "06049": "municipal", "06050": "municipal", "06051": "municipal", "06052": "municipal", "09009": "traffic",
    "10002": "telecom", "10992": "drainage", "10994": "drainage", "10997": "drainage", "10998": "gas", "10999": "water",
    "10990": "traffic",
}  # fmt: skip

DESK_NAMES = {"department": "责任单位经办", "crew": "班组长"}


@transaction.atomic
def load_people() -> dict[str, int]:
    """Create what is missing; returns how many of each there are. RuntimeError outside demo mode."""
    if not settings.DEMO:
        raise RuntimeError("the sample county's people exist in demo mode only")
    organisations = _organisations()
    _townships(organisations)
    password = make_password(settings.DEMO_PASSWORD)  # hashed once: forty slow hashes would be felt at the first start
    accounts = {name: _account(name, full, password) for name, full, _posts in ACCOUNTS}
    for name, _full, posts in ACCOUNTS:
        for code, role in posts:
            _hold(accounts[name], organisations[code], role)
    inspectors = [accounts["inspect"]]
    for number, full in enumerate(INSPECTORS, 2):
        inspector = _account(f"inspect{number}", full, password)
        _hold(inspector, organisations["collection"], "inspector")
        inspectors.append(inspector)
    _township_desks(organisations, password)
    _responsibilities(organisations)
    _duties(inspectors)
    models: tuple[Any, ...] = (Organisation, Account, Holding, GridDuty, Responsibility)
    return {model._meta.model_name: model.objects.count() for model in models}


def _organisations() -> dict[str, Organisation]:
    found: dict[str, Organisation] = {}
    for number, (code, name, short, kind, parent) in enumerate(ORGANISATIONS):
        values = {"name": name, "short": short, "kind": kind, "parent": found.get(parent or ""), "synthetic": True}
        values["phone"] = f"023-0000{number:04d}"
        found[code], _new = Organisation.objects.get_or_create(code=code, defaults=values)
    return found


def _townships(organisations: dict[str, Organisation]) -> None:
    for area in Area.objects.filter(level=Area.Level.TOWNSHIP).defer("geom", "geom_3857").order_by("code"):
        unit = "街道办事处" if area.name.endswith("街道") else "人民政府"
        values = {"name": f"{area.name.removesuffix('街道')}{unit}", "short": area.name, "kind": "township", "area": area, "synthetic": True}
        organisations[area.code], _new = Organisation.objects.get_or_create(code=f"township-{area.code}", defaults=values)


def _township_desks(organisations: dict[str, Organisation], password: str) -> None:
    """A desk for each sub-district of the town; the first is the demo's township account."""
    streets = sorted(code for code, row in organisations.items() if row.kind == "township" and row.short.endswith("街道"))
    for number, code in enumerate(streets, 1):
        desk = _account("township" if number == 1 else f"township{number}", f"{organisations[code].short}经办", password)
        _hold(desk, organisations[code], "township")


def _account(username: str, name: str, password: str) -> Account:
    values = {"name": name, "password": password, "demo": True}
    return Account.objects.get_or_create(username=username, defaults=values)[0]


def _hold(account: Account, organisation: Organisation, role: str) -> None:
    post, _new = Post.objects.get_or_create(organisation=organisation, role=role, name=DESK_NAMES.get(role, name_of(role)))
    if not Holding.objects.filter(account=account, post=post).exists():
        Holding.objects.create(account=account, post=post, valid_from=SINCE)


def _responsibilities(organisations: dict[str, Organisation]) -> None:
    known = set(Responsibility.objects.filter(area=None, owner=None, valid_to=None).values_list("matter_code", flat=True))
    Responsibility.objects.bulk_create(
        Responsibility(matter_code=code, organisation=organisations[who], valid_from=SINCE)
        for code, who in RESPONSIBILITIES.items()
        if code not in known
    )


def _duties(inspectors: list[Account]) -> None:
    """The story's inspector answers for the middle of the town all day; the others share every grid in two shifts."""
    central = central_grid()
    first, others = inspectors[0], inspectors[1:]
    early, late = others[: len(others) // 2], others[len(others) // 2 :]
    known = set(GridDuty.objects.values_list("responsibility_grid_id", flat=True))
    rows = [GridDuty(responsibility_grid=central, account=first, valid_from=SINCE)] if central and central.pk not in known else []
    for number, grid in enumerate(ResponsibilityGrid.objects.filter(valid_to=None).defer("geom", "geom_3857").order_by("code")):
        if grid.pk in known:
            continue
        for shift, shared in ((GridDuty.Shift.EARLY, early), (GridDuty.Shift.LATE, late)):
            rows.append(GridDuty(responsibility_grid=grid, account=shared[number % len(shared)], shift=shift, valid_from=SINCE))
    GridDuty.objects.bulk_create(rows)


def central_grid() -> ResponsibilityGrid | None:
    """The responsibility grid of the county seat; None before the places are loaded."""
    cell = places.grid_at(Point(*SEAT, srid=4490))
    return places.responsibility_grid_of(cell) if cell else None


def answer_for(device_keys: tuple[str, ...]) -> None:
    """The story's inspector answers for the places of these devices too, so that one phone shows both its tasks."""
    first = Account.objects.filter(username="inspect", demo=True).first()
    components = Component.objects.filter(devices__key__in=device_keys, unit_grid__isnull=False).select_related("unit_grid")
    for cell in {component.unit_grid for component in components if component.unit_grid}:
        grid = places.responsibility_grid_of(cell)
        if first and grid and not GridDuty.objects.filter(responsibility_grid=grid, account=first, valid_to=None).exists():
            GridDuty.objects.create(responsibility_grid=grid, account=first, valid_from=SINCE)
