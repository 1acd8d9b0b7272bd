"""`chengguan load areas|grids|components|addresses|cases FILE`: reads what GDAL reads, and CSV; every refused row is reported."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chengguan.cases import services as cases
from chengguan.people.selectors import SYSTEM
from chengguan.places import services as places
from chengguan.places.models import Area
from chengguan.things import services as things


class Command(BaseCommand):
    help = "导入区划、网格、部件、地址，或接管其他系统的案件 / load areas, unit grids, components, addresses or another system's cases"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=["areas", "grids", "components", "addresses", "cases"])
        parser.add_argument("file", nargs="?", type=Path, help="CSV, GeoJSON, GeoPackage, Shapefile, whatever GDAL reads")
        crs = parser.add_mutually_exclusive_group()
        crs.add_argument("--epsg", type=int, help="the file's coordinate system, when it does not say or is wrong")
        crs.add_argument("--gcj02", action="store_true", help="the file's coordinates are GCJ-02 degrees")
        parser.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="a column of the file is our field")
        parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a field every row gets that has none")
        parser.add_argument("--county", metavar="CODE", help="6-digit code of the county the rows belong to")
        parser.add_argument("--lineage", default="nbs", help="which list the areas' codes come from")
        parser.add_argument("--from", dest="since", type=dt.date.fromisoformat, metavar="DATE", help="valid from, when a row does not say")
        parser.add_argument("--report", type=Path, help="where the table of refused rows goes")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--mapping", type=Path, help="cases: the TOML file that says which column is which field")
        parser.add_argument("--apply", action="store_true", help="cases: write; without it the run only says what would happen")
        parser.add_argument("--check", action="store_true", help="grids: prove that they fit together; no file needed")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["check"] and options["kind"] == "grids" and options["file"] is None:
            self._check(options["county"])
            return
        if options["file"] is None:
            raise CommandError(_("请给出文件"))
        if options["kind"] == "cases":
            self._take_over(options)
            return
        report = places.Report(options["kind"], options["file"].name, dry_run=options["dry_run"])
        try:
            with transaction.atomic():
                self._load(report, options)
                if options["dry_run"]:
                    transaction.set_rollback(True)
        except places.Unreadable as error:
            raise CommandError(str(error)) from error
        except Area.DoesNotExist as error:
            raise CommandError(_("还没有这个区县，请先导入区划(areas)")) from error
        self.stdout.write(report.summary())
        if report.refused:
            path = options["report"] or self._place_for(f"{report.kind}-refused")
            report.write_csv(path)
            self.stdout.write(_("  被拒绝的每一行及原因: %(path)s") % {"path": path})
        if options["check"]:
            self._check(options["county"])

    def _take_over(self, options: dict[str, Any]) -> None:
        """Another system's cases. To write is asked for by name here: what is taken over cannot be taken back."""
        if options["mapping"] is None:
            raise CommandError(_("接管案件需要映射文件：--mapping 文件.toml"))
        if options["apply"] and options["dry_run"]:
            raise CommandError(_("--apply 与 --dry-run 只能选一个"))
        try:
            mapping = cases.read_mapping(options["mapping"].read_text(encoding="utf-8"))
            report = cases.take_over(SYSTEM, options["file"], mapping, apply=options["apply"])
        except (cases.BadMapping, places.Unreadable) as error:
            raise CommandError(str(error)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(_("读不了映射文件：%(error)s") % {"error": error}) from error
        self.stdout.write(report.summary())
        if report.table:
            path = options["report"] or self._place_for("cases-report")
            report.write_csv(path)
            self.stdout.write(_("  拒绝、存疑与有变化的每一行及原因: %(path)s") % {"path": path})
        if options["apply"]:
            key = f"cases:{options['file'].name}:{timezone.now().isoformat()}"[:120]
            places.remember_loading(key, "cases", str(options["file"])[:300], report.accepted, report.refused)
        else:
            self.stdout.write(_("  核对无误后加 --apply 写入"))

    def _load(self, report: places.Report, options: dict[str, Any]) -> None:
        mapping, given = self._pairs(options["map"]), self._pairs(options["set"])
        rows = places.read(options["file"], options["epsg"], options["gcj02"], mapping, given)
        if options["kind"] == "areas":
            places.load_areas(rows, report, options["lineage"], options["since"])
        elif options["kind"] == "grids":
            places.load_grids(rows, report, options["since"])
        elif options["kind"] == "addresses":
            places.load_addresses(rows, report, options["county"])
        else:
            things.load_components(SYSTEM, rows, report, options["county"])
        key = f"{options['kind']}:{options['file'].name}:{timezone.now().isoformat()}"[:120]
        places.remember_loading(key, options["kind"], str(options["file"])[:300], report.accepted, len(report.refused))

    def _pairs(self, given: list[str]) -> dict[str, str]:
        for each in given:
            if "=" not in each:
                raise CommandError(_("应写成 甲=乙: %(given)s") % {"given": each})
        return {left.strip(): right.strip() for left, right in (each.split("=", 1) for each in given)}

    def _place_for(self, name: str) -> Path:
        folder = settings.DATA_ROOT / "loads"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{timezone.localtime():%Y%m%d-%H%M%S}-{name}.csv"

    def _check(self, county: str | None) -> None:
        codes = None
        if county:
            codes = list(Area.objects.filter(level=Area.Level.COMMUNITY, code__startswith=county).values_list("code", flat=True))
        faults = places.check_topology(codes)
        for fault in faults[:200]:
            self.stdout.write(f"  {fault.text}")
        if faults:
            raise CommandError(_("单元网格有 %(count)d 处问题") % {"count": len(faults)})
        self.stdout.write(_("单元网格无缝、无重叠，与社区完全吻合"))
