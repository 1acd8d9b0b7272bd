"""`chengguan load cases` with two cities' public exports, whole, each into a scratch county of its own, as docs/how-to/two-cities tells
it. (M-48)"""

import csv
from collections import Counter

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from chengguan.cases.models import Case, Step, TakenOver

CASES = settings.REPOSITORY.parent / "shared" / "data" / "cases311"
TOLD = settings.REPOSITORY / "docs" / "how-to" / "two-cities"
BOSTON, BALTIMORE = CASES / "boston_2014.csv", CASES / "baltimore_311_sample.csv"

pytestmark = pytest.mark.django_db


def needs(path):
    return pytest.mark.skipif(not path.exists(), reason=f"../shared/data/cases311/{path.name} is not there")


def county(city):
    """The page's own: one community and one coarse grid about the city."""
    for name in ("areas", "grids"):
        call_command("load", name, str(TOLD / f"{city}-{name}.geojson"))


def take(path, mapping, table, *options):
    call_command("load", "cases", str(path), "--mapping", str(TOLD / mapping), "--report", str(table), *options)
    return list(csv.DictReader(table.open(encoding="utf-8-sig"))) if table.exists() else []


def is_told(out, path):
    """The page shows the report as it came, line by line."""
    page = (TOLD / "README.md").read_text(encoding="utf-8")
    report = out[out.index(f"{path.name}: ") :].split("  拒绝、存疑与有变化")[0]
    assert [line for line in report.splitlines() if line.strip() not in page] == []


@needs(BOSTON)
def test_every_row_of_boston_is_taken_over_or_refused_and_its_verdicts_are_ours(tmp_path, capsys):
    county("boston")
    rows = list(csv.DictReader(BOSTON.open(encoding="utf-8")))
    said = take(BOSTON, "boston.toml", tmp_path / "report.csv", "--apply")
    refused = [row for row in said if row["结论"] == "拒绝"]
    out = capsys.readouterr().out
    assert len(rows) == 5268
    assert Case.objects.count() + len(refused) == 5268
    assert f"共 5268 行，接管 {Case.objects.count()}" in out
    assert all(row["原因"] for row in said)
    assert Step.objects.count() == TakenOver.objects.count() == Case.objects.count()
    both = sum(bool(row["sla_target_dt"] and row["closed_dt"]) for row in rows)
    judged = TakenOver.objects.filter(on_time__isnull=False)
    assert both == judged.count() == 2237
    assert [taken.old_number for taken in judged if taken.on_time != taken.old_on_time] == []
    assert f"与原系统一致 {both}，不同 0" in out
    is_told(out, BOSTON)
    assert Case.objects.filter(point=None).count() == sum(not row["latitude"] for row in rows) == 17


@needs(BALTIMORE)
def test_every_row_of_baltimore_is_taken_over_or_refused_and_rounded_coordinates_are_flagged(tmp_path, capsys):
    county("baltimore")
    rows = list(csv.DictReader(BALTIMORE.open(encoding="utf-8-sig")))
    said = take(BALTIMORE, "baltimore.toml", tmp_path / "report.csv", "--apply")
    is_told(capsys.readouterr().out, BALTIMORE)
    refused = {int(row["表格行号"]) for row in said if row["结论"] == "拒绝"}
    assert len(rows) == 10_000
    assert Case.objects.count() + len(refused) == 10_000
    believable = {n: (float(row["Longitude"]), float(row["Latitude"])) for n, row in enumerate(rows, start=2) if row["Latitude"] not in ("", "39")}
    assert refused == {n for n, (x, y) in believable.items() if not (-76.75 <= x <= -76.50 and 39.15 <= y <= 39.40)}
    assert len(refused) == 100
    rounded = {number for number, row in enumerate(rows, start=2) if row["Latitude"] == "39" and row["Longitude"] in ("-77", "-76")}
    flagged = {int(row["表格行号"]) for row in said if row["原因"].startswith("坐标取整")}
    assert len(rounded) == 892 and rounded <= flagged
    assert not Case.objects.filter(point__coveredby="SRID=4490;POINT (-77 39)").exists()
    kinds = Counter(row["原因"].split("：")[0] for row in said)
    assert kinds["没有坐标，不落图"] == 590
    assert kinds["同一点上的行过多"] >= 42


@needs(BOSTON)
def test_without_apply_boston_is_only_told(tmp_path, capsys):
    county("boston")
    take(BOSTON, "boston.toml", tmp_path / "report.csv")
    assert "试运行" in capsys.readouterr().out
    assert Case.objects.count() == 0


def test_cases_without_a_mapping_are_not_guessed(tmp_path):
    (tmp_path / "cases.csv").write_text("编号\n1\n", encoding="utf-8")
    with pytest.raises(CommandError, match="--mapping"):
        call_command("load", "cases", str(tmp_path / "cases.csv"))
