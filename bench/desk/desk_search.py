"""Chinese words over every case there ever was: words that stand in half of them, in a few, in none; alone, together, with filters."""

from urllib.parse import urlencode

from laid_words import COMMON, LANDMARKS, PLACES, TROUBLES, VILLAGES
from town import DeskTown, page_figure


def question(desk: DeskTown, number: int) -> dict[str, str]:
    """By turns; within one kind every question is another."""
    at = number * 7919
    trouble, village, landmark, place = TROUBLES[at % 15], VILLAGES[at % 20], LANDMARKS[at // 20 % 20], PLACES[at % 12]
    kinds = (
        {"text": trouble},
        {"text": village + landmark},
        {"text": f"{place}{at % 400}号 {trouble}"},
        {"text": f"{COMMON[at % 6]} {trouble}", "state": "closed"},
        {"text": trouble, "department": str(desk.laid["departments"][at % 12])},
        {"text": f"{landmark} {COMMON[at % 6]}", "source": "hotline"},
        {"text": COMMON[at % 6]},
        {"text": f"{trouble} {village}", "township": str(desk.laid["townships"][at % 27]), "state": "handling"},
        {"text": f"B{at % desk.laid['cases'] + 1}"},
        {"text": f"{place} 直升机"},
        {"text": f"{village}{landmark} {trouble}", "light": "red"},
        {"text": place, "matter": "01"},
    )
    return kinds[number % len(kinds)]


def address(desk: DeskTown, number: int) -> str:
    return "/cases?" + urlencode(question(desk, number))


if __name__ == "__main__":
    page_figure("desk_search", 60, "leader", address, 'name="text"', 300, None, "")
