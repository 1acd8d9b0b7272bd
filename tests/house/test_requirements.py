"""docs/requirements.md is kept true: every requirement stands there, and what it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = re.findall(r"^\| M-\d\d .*$", (ROOT / "docs" / "requirements.md").read_text(), re.M)
ROWS = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in LINES]
TESTS = "\n".join(path.read_text() for folder in ("chengguan", "tests") for path in sorted((ROOT / folder).rglob("test_*.py")))


def test_every_requirement_of_the_plan_has_one_row() -> None:
    assert [row[0] for row in ROWS] == [f"M-{n:02d}" for n in range(1, 49)]


@pytest.mark.parametrize(("number", "words", "state", "place", "test"), ROWS, ids=[row[0] for row in ROWS])
def test_what_a_row_names_exists(number: str, words: str, state: str, place: str, test: str) -> None:
    assert words, f"{number} says nothing"
    assert re.match(r"(works|partly|not yet)\b", state), f"{number}: unknown state {state!r}"
    if state.startswith("not yet"):
        assert (place, test) == ("", ""), f"{number} is not built, so it has no place and no test"
        return
    for name in (place, test):
        path = ROOT / name.strip("` ")
        assert path.exists(), f"{number}: {name} does not exist"
    tests = ROOT / test.strip("` ")
    files = [tests] if tests.is_file() else sorted(tests.glob("test_*.py"))
    assert any("def test_" in file.read_text() for file in files), f"{number}: {test} tests nothing"
    assert number in TESTS, f"{number} is built, but no test names it"
