"""`make bench`: every measurement in its turn, each a program of its own whose last line is one JSON object.

    python bench/run.py [--full] [name ...]
    python bench/run.py --desk [name ...]      (`make bench-desk`: the programs of desk/, all in one town)

Prints the table at the end; ends with 1 when a program failed or a figure was not met.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIELDS = {"name", "value", "unit", "reach", "against", "ratio", "met"}
NOT_PROGRAMS = {"run", "rig", "bare", "gateways", "readings", "town"}
LIMIT_S = {"usual": 1500, "full": 7200}


def desk_programs() -> list[str]:
    """In their order: those that add cases of their own come last."""
    found = (path.stem for path in (HERE / "desk").glob("desk_*.py"))
    return sorted(found, key=lambda name: (name != "desk_made", name.startswith("desk_report"), name == "desk_people", name))


def programs() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_PROGRAMS)


def measure(name: str, full: bool, folder: Path = HERE) -> dict:
    """The program's last line, after showing all of its lines; {"name", "met": False, "words"} when it has none."""
    print(f"== {name}", flush=True)
    last, began = "", time.monotonic()
    environment = os.environ | {"PYTHONPATH": str(HERE.parent), "CHENGGUAN_BENCH_FULL": "1" if full else "0"}
    with subprocess.Popen(
        [sys.executable, str(folder / f"{name}.py")], stdout=subprocess.PIPE, text=True, env=environment, cwd=HERE.parent
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
            if time.monotonic() - began > LIMIT_S["full" if full else "usual"]:
                child.kill()
    try:
        result = json.loads(last)
    except json.JSONDecodeError:
        return {"name": name, "met": False, "words": f"exit {child.returncode}, no result"}
    missing = FIELDS - set(result)
    return result if not missing else {"name": name, "met": False, "words": f"without {', '.join(sorted(missing))}"}


def measure_desk(names: list[str]) -> list[dict]:
    """All of them against one town, for to lay it takes the longest."""
    sys.path.insert(0, str(HERE / "desk"))
    from town import DeskTown

    with DeskTown() as desk:
        os.environ["CHENGGUAN_DESK_TOWN"] = desk.facts()
        return [measure(name, False, HERE / "desk") for name in names or desk_programs()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="the long forms too")
    parser.add_argument("--desk", action="store_true", help="the desk's measurements, in one town with a million cases")
    parser.add_argument("names", nargs="*", choices=[*programs(), *desk_programs(), []])
    given = parser.parse_args()
    results = measure_desk(given.names) if given.desk else [measure(name, given.full) for name in given.names or programs()]
    print("\n" + f"{'what':<28}{'value':>14} {'unit':<14}{'reach':>12}  {'ratio':>8}  met")
    for row in results:
        if "words" in row:
            print(f"{row['name']:<28}{row['words']}")
        else:
            ratio = "" if row["ratio"] is None else row["ratio"]
            print(f"{row['name']:<28}{row['value']!s:>14} {row['unit']:<14}{row['reach']!s:>12}  {ratio!s:>8}  {'yes' if row['met'] else 'NO'}")
    return 0 if all(row["met"] for row in results) else 1


if __name__ == "__main__":
    sys.exit(main())
