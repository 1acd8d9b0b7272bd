"""A million cases with eight and nine steps each, two years of a county, made in SQL with their indexes."""

from town import DeskTown, cases_asked, result

REACH_S = 600.0

if __name__ == "__main__":
    with DeskTown() as desk:
        laid = desk.laid
    print(", ".join(f"{name} {seconds} s" for name, seconds in laid["took"].items()), flush=True)
    result(
        "desk_made", laid["seconds"], "s", REACH_S, "", None, laid["seconds"] <= REACH_S and laid["cases"] >= cases_asked(),
        cases=laid["cases"], steps=laid["steps"], open=laid["open"],
    )  # fmt: skip
