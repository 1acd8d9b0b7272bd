"""A work list of 50 among 20,000 open cases, by department and light, the nearest deadline first: the whole page."""

import re

from town import DeskTown, page_figure

LIGHTS = ("red", "green")
A_PAGE, ENOUGH_OPEN = 50, 5000
"""With so many open cases every department has more than a page of each light."""
ROW = re.compile(r'<tr data-row="\d+".*?<td title="([^"]*)"><span class="timebar-words', re.DOTALL)


def address(desk: DeskTown, number: int) -> str:
    departments = desk.laid["departments"]
    return f"/work?post=leader&department={departments[number % len(departments)]}&light={LIGHTS[number % 2]}"


def wrong(desk: DeskTown, number: int, page: str) -> str:
    """A full page of rows, each with the moment of its deadline, the nearest first."""
    deadlines = ROW.findall(page)
    if any(" 12-" in each for each in deadlines):  # they are told without their year
        deadlines = [each.replace(" 01-", " 13-") for each in deadlines]
    if len(deadlines) != page.count("<tr data-row="):
        return "a row without its deadline"
    if deadlines != sorted(deadlines):
        return f"not in the order of deadlines: {deadlines}"
    if desk.laid["open"] >= ENOUGH_OPEN:
        return "" if len(deadlines) == A_PAGE else f"{len(deadlines)} rows"
    return "" if deadlines or "state-empty" in page else "neither rows nor the words that there are none"


if __name__ == "__main__":
    page_figure("desk_list", 60, "leader", address, wrong, 150, 40, ("Signalen: 1.1/s among 400 cases", 1.1))
