"""A work list of 50 among 20,000 open cases, by department and light, the nearest deadline first: the whole page."""

from town import DeskTown, page_figure

LIGHTS = ("red", "green")


def address(desk: DeskTown, number: int) -> str:
    departments = desk.laid["departments"]
    return f"/work?post=leader&department={departments[number % len(departments)]}&light={LIGHTS[number % 2]}"


if __name__ == "__main__":
    page_figure("desk_list", 60, "leader", address, "work-rows", 150, 40, "Signalen: 1.1/s among 400 cases")
