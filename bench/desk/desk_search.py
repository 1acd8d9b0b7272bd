"""Chinese words over every case there ever was: words that stand in half of them, in a few, in none; alone, together, with filters."""

from urllib.parse import urlencode

from laid_words import COMMON, LANDMARKS, PLACES, TROUBLES, VILLAGES
from town import DeskTown, page_figure

UNHEARD = "直升机"
SURE = 40
"""Of so many cases that a question should find by the way they were drawn, it finds one at least."""


def question(desk: DeskTown, number: int) -> tuple[dict[str, str], float]:
    """By turns, and what share of all cases should be found; within one kind every question is another."""
    at = number * 7919
    trouble, village, landmark, place = TROUBLES[at % 15], VILLAGES[at % 20], LANDMARKS[at // 20 % 20], PLACES[at % 12]
    kinds = (
        ({"text": trouble}, 1 / 15),
        ({"text": village + landmark}, 1 / 400),
        ({"text": f"{place}{at % 400}号 {trouble}"}, 1 / 72_000),
        ({"text": f"{COMMON[at % 6]} {trouble}", "state": "closed"}, 1 / 100),
        ({"text": trouble, "department": str(desk.laid["departments"][at % 12])}, 1 / 200),
        ({"text": f"{landmark} {COMMON[at % 6]}", "source": "hotline"}, 1 / 600),
        ({"text": COMMON[at % 6]}, 1 / 6),
        ({"text": f"{trouble} {village}", "township": str(desk.laid["townships"][at % 27]), "state": "handling"}, 0),
        ({"text": f"B{at % (desk.laid['cases'] - 1) + 1}"}, 1),
        ({"text": f"{place} {UNHEARD}"}, 0),
        ({"text": f"{village}{landmark} {trouble}", "light": "red"}, 0),
        ({"text": place, "matter": "01"}, 1 / 100),
    )
    return kinds[number % len(kinds)]


def address(desk: DeskTown, number: int) -> str:
    return "/cases?" + urlencode(question(desk, number)[0])


def wrong(desk: DeskTown, number: int, page: str) -> str:
    """What must be there is found, what nobody ever said is not; between the two the page says which."""
    asked, share = question(desk, number)
    found, none = "<tr data-row" in page, "state-empty" in page
    if found == none:
        return "neither rows nor the words that there are none"
    if none and share * desk.laid["cases"] >= SURE:
        return f"nothing found of {asked}"
    return f"found {asked}" if found and UNHEARD in asked["text"] else ""


if __name__ == "__main__":
    page_figure("desk_search", 60, "leader", address, wrong, 300, None, ("", None))
