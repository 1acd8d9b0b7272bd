"""Reports through the public door, each with its grid, its address and its duplicates looked up, answered when it is on disk."""

import json
import random
import uuid

from town import DeskTown, percentile, result, seconds_asked, send

REACH, AT_ONCE = 100.0, 8
TROUBLES = ("路灯不亮", "井盖丢失", "路面破损", "垃圾没人收", "占道经营", "积水不退")


def report(number: int) -> tuple[bytes, str]:
    """A place of the town, and no address: the program names it."""
    chance = random.Random(f"{uuid.getnode()}{number}")
    said = {
        "id": str(uuid.uuid4()), "lon": 108.9916 + chance.uniform(-0.01, 0.01), "lat": 28.4482 + chance.uniform(-0.01, 0.01), "crs": "wgs84",
        "description": f"{chance.choice(TROUBLES)}，{number} 号来电反映", "matter": "01037" if number % 2 else "", "reporter_phone": "13900001111",
    }  # fmt: skip
    return json.dumps(said).encode(), "application/json"


if __name__ == "__main__":
    with DeskTown() as desk:
        headers = {"Authorization": f"Bearer {desk.key}"}
        send(desk.town.port, "/api/v1/portal/reports", headers, report, 3, AT_ONCE)
        took, rate = send(desk.town.port, "/api/v1/portal/reports", headers, report, seconds_asked(60), AT_ONCE)
    print(f"{len(took)} reports, {rate:.1f}/s, median {percentile(took, 0.5):.0f} ms, 95 % {percentile(took, 0.95):.0f} ms", flush=True)
    against = "Signalen: 4 to 5/s"
    result("desk_report", round(rate, 1), "reports/s", REACH, against, round(rate / 5, 1), rate >= REACH, p95_ms=round(percentile(took, 0.95)), cases=desk.laid["cases"])
