"""A million cases with eight and nine steps each, two years of a county, made in SQL with their indexes."""

from town import DeskTown, cases_asked, result

REACH_S, LEAST_STEPS = 600.0, 8

if __name__ == "__main__":
    with DeskTown() as desk:
        laid = desk.laid
    print(", ".join(f"{name} {seconds} s" for name, seconds in laid["took"].items()), flush=True)
    if laid.get("earlier"):
        print("these are the seconds of an earlier run, which laid what stands in this folder", flush=True)
    whole = laid["cases"] >= cases_asked() and laid["steps"] >= LEAST_STEPS * laid["cases"]
    result(
        "desk_made", laid["seconds"], "s", REACH_S, "", None, laid["seconds"] <= REACH_S and whole,
        cases=laid["cases"], steps=laid["steps"], open=laid["open"], earlier=bool(laid.get("earlier")),
    )  # fmt: skip
