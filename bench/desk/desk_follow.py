"""A working day becomes a holiday: every open deadline follows, with the facts that evaluation keeps of it, while the county works on."""

from town import DeskTown, result

REACH_S = 10.0

if __name__ == "__main__":
    with DeskTown() as desk:
        told = desk.inside("calendar_changes.follow()", 900)
    print(f"{told['cases']:,} open cases, {told['clocks']:,} running clocks, {told['moved']:,} deadlines moved", flush=True)
    result("desk_follow", told["seconds"], "s", REACH_S, "", None, told["seconds"] <= REACH_S, cases=told["cases"], clocks=told["clocks"])
