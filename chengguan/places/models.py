"""Where things are: areas with dated names, unit grids, responsibility grids, addresses, the base map.

Geometry is CGCS2000 longitude, latitude (EPSG:4490); a stored EPSG:3857 copy is what tiles are cut from.
"""

from __future__ import annotations

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import RegexValidator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

CRS = 4490
TILE_CRS = 3857


def tile_geometry() -> models.GeneratedField:
    """The row's `geom` in the tiles' projection, kept by the database."""
    return models.GeneratedField(
        expression=Transform("geom", TILE_CRS),
        output_field=models.GeometryField(srid=TILE_CRS),
        db_persist=True,
    )


class AreaClass(models.TextChoices):
    """How much a place is in the public eye; limits may differ by it. Nothing said: as the area around it."""

    A = "A", _("A 类区域")
    B = "B", _("B 类区域")
    C = "C", _("C 类区域")


def class_of_area() -> models.CharField[str, str]:
    return models.CharField(_("区域等级"), max_length=1, choices=AreaClass.choices, blank=True, default="", db_default="")


class Area(models.Model):
    """A county, township or community (社区/村). `code` and `name` repeat the current statistics name."""

    class Level(models.TextChoices):
        COUNTY = "county", _("区县")
        TOWNSHIP = "township", _("乡镇街道")
        COMMUNITY = "community", _("社区/村")

    level = models.CharField(_("级别"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    code = models.CharField(_("代码"), max_length=12, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    pinyin = models.CharField(max_length=120, blank=True)
    geom = models.MultiPolygonField(srid=CRS)
    geom_3857 = tile_geometry()
    urban = models.BooleanField(_("城区"), default=False)
    synthetic = models.BooleanField(_("模拟数据"), default=False)
    outline_source = models.CharField(_("边界来源"), max_length=200, blank=True)
    area_class = class_of_area()

    class Meta:
        verbose_name = _("行政区域")
        verbose_name_plural = _("行政区域")
        ordering = ["code"]
        indexes = [GistIndex(fields=["geom_3857"], name="area_tile")]

    def __str__(self) -> str:
        return self.name


class AreaName(models.Model):
    """A name and code an area bears in one list (lineage), from a day to a day."""

    area = models.ForeignKey(Area, models.CASCADE, related_name="names")
    code = models.CharField(_("代码"), max_length=12)
    name = models.CharField(_("名称"), max_length=60)
    lineage = models.CharField(_("代码来源"), max_length=20, help_text="nbs, areacity, mumuy, local ...")
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("区域名称")
        verbose_name_plural = _("区域名称")
        ordering = ["area", "lineage", "valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["lineage", "code", "valid_from"], name="one_area_per_code"),
            models.CheckConstraint(condition=Q(valid_to=None) | Q(valid_to__gt=models.F("valid_from")), name="area_name_days"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class UnitGrid(models.Model):
    """A unit grid (单元网格). A grid that changes is closed and a new one opened, its number never used again."""

    class Kind(models.TextChoices):
        FINE = "fine", _("万米单元网格")
        COARSE = "coarse", _("社区整体网格")

    code = models.CharField(_("标识码"), max_length=15, unique=True, validators=[RegexValidator(r"^\d{15}$")])
    community = models.ForeignKey(Area, models.PROTECT, related_name="unit_grids")
    kind = models.CharField(_("类型"), max_length=6, choices=Kind.choices, default=Kind.FINE)
    geom = models.MultiPolygonField(srid=CRS)
    geom_3857 = tile_geometry()
    area_m2 = models.FloatField(_("面积(平方米)"))
    valid_from = models.DateField(_("初始日期"))
    valid_to = models.DateField(_("终止日期"), null=True, blank=True)
    note = models.CharField(_("备注"), max_length=200, blank=True)
    synthetic = models.BooleanField(_("模拟数据"), default=False)
    area_class = class_of_area()

    class Meta:
        verbose_name = _("单元网格")
        verbose_name_plural = _("单元网格")
        ordering = ["code"]
        indexes = [GistIndex(fields=["geom_3857"], name="unit_grid_tile")]

    def __str__(self) -> str:
        return self.code


class ResponsibilityGrid(models.Model):
    """A collector's patrol area (责任网格): whole unit grids. Who answers for it from when to when is people's."""

    code = models.CharField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    geom = models.MultiPolygonField(srid=CRS)
    geom_3857 = tile_geometry()
    valid_from = models.DateField(_("生效日期"))
    valid_to = models.DateField(_("失效日期"), null=True, blank=True)
    synthetic = models.BooleanField(_("模拟数据"), default=False)

    class Meta:
        verbose_name = _("责任网格")
        verbose_name_plural = _("责任网格")
        ordering = ["code"]
        indexes = [GistIndex(fields=["geom_3857"], name="responsibility_grid_tile")]

    def __str__(self) -> str:
        return self.name


class GridMembership(models.Model):
    """A unit grid belongs to one responsibility grid at a time."""

    unit_grid = models.ForeignKey(UnitGrid, models.PROTECT, related_name="memberships")
    responsibility_grid = models.ForeignKey(ResponsibilityGrid, models.PROTECT, related_name="memberships")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("网格归属")
        verbose_name_plural = _("网格归属")
        constraints = [
            models.UniqueConstraint(fields=["unit_grid"], condition=Q(valid_to=None), name="one_open_membership"),
        ]

    def __str__(self) -> str:
        return f"{self.unit_grid_id} -> {self.responsibility_grid_id}"


class Address(models.Model):
    """Something a person says for a place: a road, a door number, a point of interest, a place name."""

    class Kind(models.TextChoices):
        ROAD = "road", _("道路")
        DOOR = "door", _("门牌")
        POI = "poi", _("兴趣点")
        PLACE = "place", _("地名")

    kind = models.CharField(_("类型"), max_length=6, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=100, help_text=_("渝秀大道118号"))
    full = models.CharField(_("全称"), max_length=200)
    pinyin = models.CharField(max_length=200, help_text="yuxiudadao118hao")
    initials = models.CharField(max_length=80, help_text="yxdd118h")
    road = models.CharField(_("道路"), max_length=60, blank=True)
    number = models.PositiveIntegerField(_("门牌号"), null=True, blank=True)
    klass = models.CharField(_("类别"), max_length=20, blank=True)
    point = models.PointField(srid=CRS)
    community = models.ForeignKey(Area, models.PROTECT, null=True, blank=True, related_name="addresses")
    synthetic = models.BooleanField(_("模拟数据"), default=False)

    class Meta:
        verbose_name = _("地址")
        verbose_name_plural = _("地址")
        ordering = ["id"]
        indexes = [
            models.Index(fields=["road", "number"], name="address_door"),
            models.Index(fields=["initials"], name="address_initials", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["name"], name="address_name", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return self.full


class BaseFeature(models.Model):
    """One shape of the county's own base map."""

    class Kind(models.TextChoices):
        LANDUSE = "landuse", _("用地")
        WATER = "water", _("水系")
        HILL = "hill", _("山地")
        ROAD = "road", _("道路")
        RAIL = "rail", _("铁路")
        BRIDGE = "bridge", _("桥梁")
        BORDER = "border", _("界线")
        BUILDING = "building", _("建筑")
        BLOCK = "block", _("街坊")
        LABEL = "label", _("注记")

    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    klass = models.CharField(_("类别"), max_length=20, blank=True)
    name = models.CharField(_("名称"), max_length=60, blank=True)
    rank = models.PositiveSmallIntegerField(default=0, help_text="0 drawn first and everywhere")
    min_zoom = models.PositiveSmallIntegerField(default=0)
    height = models.PositiveSmallIntegerField(_("层数"), default=0)
    geom = models.GeometryField(srid=CRS)
    geom_3857 = tile_geometry()
    synthetic = models.BooleanField(_("模拟数据"), default=False)

    class Meta:
        verbose_name = _("底图要素")
        verbose_name_plural = _("底图要素")
        indexes = [
            GistIndex(fields=["geom_3857"], name="base_feature_tile"),
            models.Index(fields=["kind", "klass"], name="base_feature_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


class Loading(models.Model):
    """What was loaded into the county, from where, and what was refused. Also the mark that a part of the sample is in."""

    key = models.CharField(max_length=120, unique=True, help_text="demo:county, or <kind>:<file>:<time>")
    kind = models.CharField(_("种类"), max_length=20)
    source = models.CharField(_("来源"), max_length=300)
    accepted = models.PositiveIntegerField(_("接受"), default=0)
    refused = models.PositiveIntegerField(_("拒绝"), default=0)
    at = models.DateTimeField(_("时间"), auto_now_add=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("数据导入")
        verbose_name_plural = _("数据导入")
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.key
