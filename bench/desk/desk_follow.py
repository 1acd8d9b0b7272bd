"""A working day becomes a holiday: every open deadline follows, with the facts that evaluation keeps of it, while the county works on."""

from town import DeskTown, result

REACH_S = 10.0

if __name__ == "__main__":
    with DeskTown() as desk:
        told = desk.inside("calendar_changes.follow()", 900)
    print(f"{told['cases']:,} open cases, {told['clocks']:,} running clocks, {told['moved']:,} deadlines moved in {told['seconds']} s", flush=True)
    print(f"and {told['back']:,} back again in {told['seconds_back']} s, {'each as before' if told['as_before'] else 'NOT as before'}; {'what was laid is there again' if told['as_laid'] else 'what was laid is NOT there again'}", flush=True)
    met = told["seconds"] <= REACH_S and told["moved"] > 0 and told["as_before"] and told["as_laid"]
    result("desk_follow", told["seconds"], "s", REACH_S, "", None, met, cases=told["cases"], clocks=told["clocks"], moved=told["moved"])
