"""A case page, each time of another case, spread over two years."""

from town import DeskTown, page_figure


def address(desk: DeskTown, number: int) -> str:
    return f"/cases/{desk.laid['first'] + number * 7919 % (desk.laid['cases'] - 2)}"


if __name__ == "__main__":
    page_figure("desk_case", 60, "leader", address, "timebar", 150, 40, ("Signalen: 12/s", 12))
