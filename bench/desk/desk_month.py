"""One month's counts for all departments and all townships, by a process that has just begun, from a disk that was not read lately.

What is cold: the Python process, the database connection, PostgreSQL's own buffers (filled with another table before) and the
operating system's copies of the cluster's files (given up before). What is not: the running PostgreSQL itself.
"""

from town import DeskTown, result

REACH_S = 10.0

if __name__ == "__main__":
    import time

    with DeskTown() as desk:
        forgotten = desk.inside("month.forget()", 600)
        began = time.monotonic()
        told = desk.inside("month.count()", 600)
        seconds = time.monotonic() - began
        again = desk.inside("month.count()", 600)
    print(f"cold {told['seconds']} s of {seconds:.1f} s with the start of the process; again {again['seconds']} s; {forgotten['forgotten_mb']} MB given up", flush=True)
    whole = told["departments"] == len(desk.laid["departments"]) and told["townships"] == len(desk.laid["townships"])
    result(
        "desk_month", round(seconds, 1), "s", REACH_S, "", None, seconds <= REACH_S and whole and told["reported"] > 0,
        counting_s=told["seconds"], warm_s=again["seconds"], reported=told["reported"], departments=told["departments"], townships=told["townships"],
    )  # fmt: skip
