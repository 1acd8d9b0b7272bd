"""Two hundred people at work for ten minutes: each opens lists and cases, and thinks ten seconds in the mean between two pages."""

import asyncio
import random
import time

import httpx
from town import PEOPLE, DeskTown, percentile, result, seconds_asked

REACH_MS, COUNT, THINK_S = 500.0, 200, 10.0


async def person(number: int, desk: DeskTown, client: httpx.AsyncClient, end: float, took: list[float], wrong: list[str]) -> None:
    chance = random.Random(number)
    cookie = desk.cookies[PEOPLE[number % len(PEOPLE)]]
    await asyncio.sleep(chance.uniform(0, min(THINK_S, end - time.monotonic())))
    while time.monotonic() < end:
        kind = chance.random()
        if kind < 0.4:
            address = "/work"
        elif kind < 0.5:
            address = f"/work?department={chance.choice(desk.laid['departments'])}"
        else:
            address = f"/cases/{desk.laid['first'] + chance.randrange(desk.laid['cases'] - 2)}"
        began = time.monotonic()
        try:
            answer = await client.get(address, headers={"Cookie": cookie})
            if answer.status_code != 200:
                wrong.append(f"{address}: {answer.status_code}")
        except httpx.HTTPError as error:
            wrong.append(f"{address}: {error!r}")
        took.append((time.monotonic() - began) * 1000)
        await asyncio.sleep(min(chance.expovariate(1 / THINK_S), max(0.0, end - time.monotonic())))


async def work(desk: DeskTown, seconds: float) -> tuple[list[float], list[str]]:
    took: list[float] = []
    wrong: list[str] = []
    limits = httpx.Limits(max_connections=COUNT, max_keepalive_connections=COUNT)
    async with httpx.AsyncClient(base_url=desk.town.url, timeout=60, limits=limits) as client:
        end = time.monotonic() + seconds
        await asyncio.gather(*(person(number, desk, client, end, took, wrong) for number in range(COUNT)))
    return took, wrong


if __name__ == "__main__":
    with DeskTown() as town:
        seconds = seconds_asked(600)
        took, wrong = asyncio.run(work(town, seconds))
    last = percentile(took, 0.95)
    print(f"{len(took)} pages in {seconds:.0f} s, median {percentile(took, 0.5):.0f} ms, 95 % {last:.0f} ms, {len(wrong)} errors {wrong[:3]}", flush=True)
    result("desk_people", round(last), "ms p95", REACH_MS, "", None, last <= REACH_MS and not wrong, people=COUNT, pages=len(took), errors=len(wrong))
