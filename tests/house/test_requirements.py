"""docs/requirements.md is kept true: every requirement stands there, and what it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINES = re.findall(r"^\| M-\d\d .*$", (ROOT / "docs" / "requirements.md").read_text(), re.M)
ROWS = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in LINES]


def test_every_requirement_of_the_plan_has_one_row() -> None:
    assert [row[0] for row in ROWS] == [f"M-{n:02d}" for n in range(1, 49)]


@pytest.mark.parametrize(("number", "words", "state", "place", "test"), ROWS, ids=[row[0] for row in ROWS])
def test_what_a_row_names_exists(number: str, words: str, state: str, place: str, test: str) -> None:
    assert words, f"{number} says nothing"
    assert re.match(r"(works|partly|not yet)\b", state), f"{number}: unknown state {state!r}"
    if state.startswith("not yet"):
        assert (place, test) == ("", ""), f"{number} is not built, so it has no place and no test"
        return
    assert (ROOT / place.strip("` ")).is_file(), f"{number}: {place} is no file"
    file, _colons, name = test.strip("` ").partition("::")
    assert (ROOT / file).is_file(), f"{number}: {file} is no file"
    words_of_file = (ROOT / file).read_text()
    assert re.search(rf"^def {re.escape(name)}\(", words_of_file, re.M) if name else False, f"{number}: {file} has no test {name!r}"
    assert number in words_of_file, f"{number} is built, but {file} does not name it"
