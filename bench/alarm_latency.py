"""From a reading to its alarm in the DOM of an open duty map.

    python bench/alarm_latency.py [--alarms 500] [--rate 1000] [--seconds 100]

The whole program runs as an operator starts it, all rules and both sinks on; a fleet sends `--rate` messages a second; one
gateway more sends a lamp's voltage above its limit, one lamp after another, evenly over `--seconds`. The rule has no hold
time, so that reading completes it. A signed-in duty officer's map stands open in a real Chromium on the same machine; a
MutationObserver stamps the moment each alarm's row is there. The clock starts before the reading is published.
"""

from __future__ import annotations

import argparse
import json
import time

import paho.mqtt.client as paho
from town import BenchTown, percentile, result

REACH_S = 1.0
WATCH = """() => {
  window.benchSeen = {};
  const note = (node) => {
    if (node.nodeType !== 1) return;
    for (const row of [node, ...node.querySelectorAll("[data-alarm]")])
      if (row.dataset && row.dataset.alarm && !(row.dataset.alarm in window.benchSeen))
        window.benchSeen[row.dataset.alarm] = performance.timeOrigin + performance.now();
  };
  new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(note)))
    .observe(document.body, { childList: true, subtree: true });
}"""


def raise_alarms(bench: BenchTown, page: object, voice: dict, count: int, seconds: float) -> dict[str, float]:
    """By device when its reading was published (ms)."""
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="bench-voice", protocol=paho.MQTTv311)
    client.username_pw_set(voice["key"], voice["password"])
    client.connect("127.0.0.1", bench.town.mqtt_port)
    client.loop_start()
    sent, began = {}, time.monotonic()
    for at, device in enumerate(voice["devices"][:count]):
        while time.monotonic() - began < at * seconds / count:
            time.sleep(0.002)
        sent[device] = time.time() * 1000
        body = {"seq": at + 1, "epoch": int(began), "t": int(sent[device]), "v": {"voltage": 255.0, "power": 80.0, "current": 0.3}}
        client.publish(f"zhcg/up/{voice['key']}/street_lights/{device}", json.dumps(body), qos=1)
        if at % 50 == 49:
            print(f"{time.monotonic() - began:5.0f} s  {at + 1} alarming readings, fleet {bench.sent()} messages", flush=True)
    page.wait_for_timeout(5000)  # type: ignore[attr-defined]
    client.loop_stop()
    client.disconnect()
    return sent


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--alarms", type=int, default=500)
    parser.add_argument("--rate", type=float, default=1000)
    parser.add_argument("--seconds", type=float, default=100)
    given = parser.parse_args()
    with BenchTown(11, max(100, given.alarms)) as bench, sync_playwright() as playwright:
        *fleet, voice = bench.fleet
        bench.fleet = [each | {"devices": each["devices"][:100]} for each in fleet]
        browser = bench.chromium(playwright)
        page = bench.signed_in(browser, "duty")
        page.goto("/map")
        page.locator("[data-island=duty-map][data-mounted]").wait_for(state="attached", timeout=60_000)
        page.evaluate(WATCH)
        bench.start_load(given.rate)
        time.sleep(10)
        before, began = bench.sent(), time.monotonic()
        sent = raise_alarms(bench, page, voice, given.alarms, given.seconds)
        rate = (bench.sent() - before) / (time.monotonic() - began)
        seen = page.evaluate("() => window.benchSeen")
        by_alarm = bench.ask("alarms_by_device()")
        browser.close()
    shown = {by_alarm[alarm]: at for alarm, at in seen.items() if alarm in by_alarm}
    late = [(shown[device] - at) / 1000 for device, at in sent.items() if device in shown]
    last = percentile(late, 0.99) if late else None
    print(f"{len(late)} of {len(sent)} alarms seen at {rate:.0f} messages/s", flush=True)
    if late:
        print("  ".join(f"{share:.0%} {percentile(late, share):.3f} s" for share in (0.5, 0.9, 0.95, 0.99, 1)), flush=True)
    met = last is not None and last < REACH_S and len(late) == len(sent) and rate >= 0.95 * given.rate
    result(
        "alarm_latency", None if last is None else round(last, 3), "s p99", REACH_S, "the reach itself", None, met,
        alarms=len(sent), seen=len(late), rate=round(rate), median=round(percentile(late, 0.5), 3) if late else None,
    )  # fmt: skip


if __name__ == "__main__":
    main()
