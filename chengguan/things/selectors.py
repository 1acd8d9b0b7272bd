"""Components, devices, gateways, commands and files, as far as the asker may see them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.gis.db.models.functions import Distance, Transform
from django.db.models import Count, Q, QuerySet
from django.utils.crypto import constant_time_compare

from chengguan import registry
from chengguan.people.selectors import Reach, Who, may, reach
from chengguan.places.selectors import Layer, tile
from chengguan.standards import codes
from chengguan.things.models import Attachment, Command, Component, Device, Gateway, Group


def _components_within(found: Reach) -> Q:
    scope = Q(owner_id__in=found.organisation_ids) | Q(maintainer_id__in=found.organisation_ids) | Q(authority_id__in=found.organisation_ids)
    for code in found.area_codes:
        scope |= Q(unit_grid__code__startswith=code)
    return scope


def components(who: Who) -> QuerySet[Component]:
    """Components this person may see: a department those it owns, maintains or oversees; a township those in its area."""
    found = reach(who, "things.see")
    if found.everything:
        return Component.objects.all()
    return Component.objects.none() if found.nothing else Component.objects.filter(_components_within(found))


def devices(who: Who) -> QuerySet[Device]:
    """Devices on components this person may see."""
    found = reach(who, "things.see")
    if found.everything:
        return Device.objects.all()
    return Device.objects.none() if found.nothing else Device.objects.filter(component__in=components(who))


def device(who: Who, device_id: int) -> Device | None:
    """One device with component, gateway and group; None when there is none, or not for this person."""
    return devices(who).filter(pk=device_id).select_related("component", "gateway", "group").first()


def groups(who: Who) -> QuerySet[Group]:
    """Groups that hold at least one device this person may see."""
    found = reach(who, "things.see")
    return Group.objects.all() if found.everything else Group.objects.filter(devices__in=devices(who)).distinct()


def gateways(who: Who) -> QuerySet[Gateway]:
    """Gateways, for those who see all things."""
    found = reach(who, "things.see")
    return Gateway.objects.all() if found.everything else Gateway.objects.filter(devices__in=devices(who)).distinct()


def search(who: Who, text: str, limit: int = 20) -> list[Component]:
    """Components by code, field label, device key or address beginning."""
    text = text.strip()
    if not text:
        return []
    wanted = Q(code__startswith=text) | Q(label__iexact=text) | Q(devices__key__iexact=text) | Q(address__startswith=text)
    if len(text) >= 3:
        wanted |= Q(label__istartswith=text)
    return list(components(who).filter(wanted).distinct().order_by("code")[:limit])


def nearby_components(who: Who, point: Any, metres: float = 30, class_code: str = "", limit: int = 10) -> list[Component]:
    """Components around a point (4490) that still stand, the nearest first, each with `.away`."""
    here = point.transform(3857, clone=True)
    stretched = metres / math.cos(math.radians(point.y))  # a metre on the ground is longer in the Mercator plane
    rows = components(who).filter(geom_3857__dwithin=(here, stretched)).exclude(status="removed")
    if class_code:
        rows = rows.filter(class_code=class_code)
    return list(rows.annotate(away=Distance(Transform("point", 4545), point.transform(4545, clone=True))).order_by("away")[:limit])


def commands(who: Who, device_id: int | None = None, group_id: int | None = None) -> QuerySet[Command]:
    """Commands to devices and groups this person may see, newest first."""
    found = reach(who, "things.see")
    rows = Command.objects.select_related("device", "group", "asked_by")
    if not found.everything:
        rows = rows.filter(Q(device__in=devices(who)) | Q(group__in=groups(who)))
    if device_id is not None:
        rows = rows.filter(Q(device_id=device_id) | Q(group__devices=device_id)).distinct()
    return rows if group_id is None else rows.filter(group_id=group_id)


def attachments(ids: Iterable[int]) -> dict[int, Attachment]:
    """Attachments by id, for someone who already may see what they belong to."""
    return Attachment.objects.in_bulk(list(ids))


def attachment(who: Who, sha256: str, token: str = "") -> Attachment | None:
    """The file of that hash, for staff who may see files and for the bearer of an anonymous upload's token."""
    rows = Attachment.objects.filter(sha256=sha256).order_by("id")
    if who.is_anonymous or not may(who, "things.see_files"):
        own = [row for row in rows if row.upload_token and token and constant_time_compare(row.upload_token, token)]
        return own[0] if own else None
    if not reach(who, "things.see_files").everything:
        seen = Q(uploaded_by=who.account_id)
        for shown in shows_files:
            seen |= Q(pk__in=shown(who))
        rows = rows.filter(seen)
    return rows.first()


shows_files: list[Callable[[Who], QuerySet[Any]]] = []
"""What stages below add: ids of the files that hang on what this person may see. Who may not see all files sees those."""


CLUSTERED_BELOW = 14
CLUSTER_CELLS = 8  # along each side of a tile


def component_tile(who: Who, z: int, x: int, y: int) -> bytes:
    """A vector tile of the components this person may see; below zoom 14 counts of them by trade. ValueError when
    there is no such tile. Layer `components`: id, code, class, label, status, subsystem; layer `clusters`: count,
    subsystem."""
    found = reach(who, "things.see")
    if found.nothing:
        return b""
    parameters: dict[str, Any] = {"organisations": list(found.organisation_ids), "areas": [f"{code}%" for code in found.area_codes]}
    scope = "TRUE" if found.everything else _TILE_SCOPE
    trades: list[str] = []
    for slug, subsystem in sorted(registry.present().items()):
        for class_code in subsystem.manifest.component_classes:
            key = f"class_{len(trades)}"
            parameters |= {key: class_code, f"{key}_of": slug}
            trades.append(f"WHEN %({key})s THEN %({key}_of)s::text")
    trade = f"CASE class_code {' '.join(trades)} ELSE '' END" if trades else "''"
    seen = f"status <> 'removed' AND {scope}"
    if z >= CLUSTERED_BELOW:
        attributes = f"id, code, class_code AS class, label, status, {trade} AS subsystem"
        layer = Layer("components", "things_component", attributes, where=seen)
    else:
        # By class first: naming the trade of a few cells costs nothing, of every component half as much as counting them. The
        # tile stands in the condition itself, where the planner sees how much of the county it holds; its margin does not count,
        # or the rim of a neighbour's cell would be drawn as a cell of its own.
        cells = (
            f"(SELECT {trade} AS subsystem, sum(n)::bigint AS count, "
            "ST_SetSRID(ST_MakePoint(sum(n * mx) / sum(n), sum(n * my) / sum(n)), 3857) AS spot FROM ("
            "SELECT class_code, floor(px / side) AS cx, floor(py / side) AS cy, count(*) AS n, avg(px) AS mx, avg(py) AS my FROM ("
            f"SELECT class_code, ST_X(geom_3857) AS px, ST_Y(geom_3857) AS py, 40075016.6855785 / 2 ^ %(z)s / {CLUSTER_CELLS} AS side "
            f"FROM things_component WHERE geom_3857 && ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AND {seen} OFFSET 0) AS places "
            "GROUP BY 1, 2, 3) AS by_class GROUP BY 1, cx, cy) AS cells"
        )
        layer = Layer("clusters", cells, "subsystem, count", geom="spot", index="spot")
    return tile([layer], z, x, y, **parameters)


_TILE_SCOPE = (
    "(owner_id = ANY(%(organisations)s) OR maintainer_id = ANY(%(organisations)s) OR authority_id = ANY(%(organisations)s) "
    "OR unit_grid_id IN (SELECT id FROM places_unitgrid WHERE places_unitgrid.code LIKE ANY(%(areas)s)))"
)
def find_components(who: Who, q: str = "", class_code: str = "", status: str = "") -> QuerySet[Component]:
    """Components by code, label, address or name; by class (any beginning of its code); by status."""
    rows = components(who).select_related("unit_grid", "owner", "maintainer").defer("unit_grid__geom", "unit_grid__geom_3857")
    if q:
        rows = rows.filter(Q(code__startswith=q) | Q(label__icontains=q) | Q(address__contains=q) | Q(name__contains=q))
    if class_code:
        rows = rows.filter(class_code__startswith=class_code)
    if status in Component.Status.values:
        rows = rows.filter(status=status)
    return rows.order_by("code")


def find_gateways(who: Who, q: str = "", subsystem: str = "", state: str = "") -> QuerySet[Gateway]:
    """Gateways with their number of devices; by key or name, by subsystem, disabled or without a key."""
    rows = gateways(who).annotate(device_count=Count("devices"))
    if q:
        rows = rows.filter(Q(key__icontains=q) | Q(name__icontains=q))
    if subsystem:
        rows = rows.filter(subsystem=subsystem)
    if state == "disabled":
        rows = rows.filter(enabled=False)
    elif state == "keyless":
        rows = rows.filter(password_hash="")
    return rows.order_by("key")


def classes_in_use(who: Who) -> list[tuple[str, str, int]]:
    """(class code, name, how many) of the components this person may see."""
    rows = components(who).order_by().values("class_code").annotate(n=Count("pk")).order_by("class_code")
    known = codes.in_force().components
    return [(row["class_code"], known[row["class_code"]].name if row["class_code"] in known else "?", row["n"]) for row in rows]
