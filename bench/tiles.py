"""Vector tiles over 50,000 components, as a signed-in browser gets them, against the bare ST_AsMVT query.

    python bench/tiles.py [--components 50000] [--requests 400]

Every tile is asked for over HTTP from the served application (session, permission, ETag and all) and, in turn, from the
database by the plain query for the same content (zoom 11 counts, zoom 14 points) on one kept connection. The 95th percentiles at zooms 11 and 14 are compared; nothing is
cached between requests on either side. The tiles are those that hold components, weighted by how many they hold.
"""

from __future__ import annotations

import argparse
import http.client
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rig import REPOSITORY, data_root, result

POINTS = (
    "WITH bounds AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS env) SELECT ST_AsMVT(layer, 'components', 4096, 'geom') FROM ("
    "SELECT id, code, class_code, label, status, ST_AsMVTGeom(geom_3857, bounds.env, 4096, 64, true) AS geom "
    "FROM things_component, bounds WHERE geom_3857 && bounds.env) AS layer"
)
CELL = "floor(ST_{0}(geom_3857) / (40075016.6855785 / 2 ^ %(z)s / 8))"
COUNTS = (
    "WITH bounds AS (SELECT ST_TileEnvelope(%(z)s, %(x)s, %(y)s) AS env) SELECT ST_AsMVT(layer, 'clusters', 4096, 'geom') FROM ("
    "SELECT class_code, count, ST_AsMVTGeom(spot, bounds.env, 4096, 64, true) AS geom FROM ("
    "SELECT class_code, count(*) AS count, ST_SetSRID(ST_MakePoint(avg(ST_X(geom_3857)), avg(ST_Y(geom_3857))), 3857) AS spot "
    f"FROM things_component, bounds WHERE geom_3857 && bounds.env GROUP BY 1, {CELL.format('X')}, {CELL.format('Y')}) AS cells, bounds) AS layer"
)
BARE = {11: COUNTS, 14: POINTS}
"""What is drawn there: counts in cells while the county is seen whole, each component in a street."""


def start(root: Path) -> tuple[subprocess.Popen, Any]:
    """PostgreSQL of the measurement's own in an empty folder, migrated."""
    from chengguan.engines import postgres, processes

    processes.end(processes.of_data_root(root), grace_s=10)
    processes.end([*processes.working_in(root)])
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    os.environ.update(CHENGGUAN_DATA=str(root), CHENGGUAN_LOG="WARNING", DJANGO_SETTINGS_MODULE="chengguan.config.settings")
    cluster = postgres.cluster(root, durable=True)
    server = postgres.start(cluster, root)
    postgres.wait_until_ready(cluster, server)
    postgres.prepare(cluster)
    os.environ["DATABASE_URL"] = cluster.url
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    return server, cluster


def fill(count: int) -> None:
    """The sample county, and components along its kerbs."""
    from django.contrib.gis.geos import Point
    from django.db import connection

    from chengguan.demo.county import load_county
    from chengguan.places.selectors import street_points
    from chengguan.things.models import Component

    load_county(lambda words: print(words, flush=True))
    every = [point for point in street_points(8.0) if point.klass not in {"county", "village", "expressway"}]
    chosen = random.Random(1).sample(every, min(count, len(every)))
    Component.objects.bulk_create(
        [
            Component(code=f"50024101037{n:06d}", class_code="01037", name="路灯", label=f"L-{n:06d}", point=Point(p.lon, p.lat, srid=4490))
            for n, p in enumerate(chosen, start=1)
        ],
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE things_component")


def busy_tiles(z: int) -> list[tuple[int, int, int]]:
    """One tile for each component it holds."""
    from chengguan.things.models import Component

    tiles = []
    for lon, lat in ((point.x, point.y) for point in Component.objects.values_list("point", flat=True)):
        n = 2**z
        tiles.append((z, int((lon + 180) / 360 * n), int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * n)))
    return tiles


def signed_in() -> str:
    """A session cookie of someone who sees all components."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from chengguan.people import services
    from chengguan.people.models import Organisation
    from chengguan.people.selectors import SYSTEM

    account = services.create_account(SYSTEM, "bench", "量度员")
    centre = Organisation.objects.create(code="bench", name="量度", short="量度", kind="centre")
    services.give_role(SYSTEM, account, centre, "duty_officer")
    session = SessionStore()
    session[SESSION_KEY] = str(account.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def serve() -> tuple[subprocess.Popen, int]:
    from chengguan.engines import ports

    port = ports.free()
    command = [sys.executable, "-m", "uvicorn", "chengguan.config.asgi:application", "--port", str(port), "--log-level", "warning", "--no-access-log"]
    process = subprocess.Popen(command, cwd=REPOSITORY)
    ports.wait_until_open(port, 60)
    return process, port


def measure(z: int, requests: int, port: int, cookie: str, database: Any) -> tuple[float, float, int]:
    """95th percentiles in ms: served, bare; and the largest tile served, in bytes."""
    chosen = random.Random(z).choices(busy_tiles(z), k=requests)
    line = http.client.HTTPConnection("127.0.0.1", port)
    served, bare, largest = [], [], 0
    with database.cursor() as cursor:
        for number, (_, x, y) in enumerate(chosen):
            began = time.perf_counter()
            line.request("GET", f"/tiles/components/{z}/{x}/{y}.mvt", headers={"Cookie": cookie})
            answer = line.getresponse()
            body = answer.read()
            took = time.perf_counter() - began
            if answer.status != 200 or not body:
                raise SystemExit(f"tile {z}/{x}/{y}: {answer.status}, {len(body)} bytes")
            largest = max(largest, len(body))
            began = time.perf_counter()
            cursor.execute(BARE[z], {"z": z, "x": x, "y": y})
            cursor.fetchone()
            if number >= 20:  # the first ones warm both sides
                served.append(took * 1000)
                bare.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(served, n=20)[-1], statistics.quantiles(bare, n=20)[-1], largest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--components", type=int, default=50_000)
    parser.add_argument("--requests", type=int, default=400)
    arguments = parser.parse_args()
    root = data_root().with_name("bench-tiles")
    server, cluster = start(root)
    web = None
    try:
        import psycopg

        fill(arguments.components)
        cookie = signed_in()
        web, port = serve()
        ratios, told = [], {}
        with psycopg.connect(cluster.url, autocommit=True) as database:
            database.execute("SET jit = off")
            for z in (11, 14):
                ours, bare, largest = measure(z, arguments.requests, port, cookie, database)
                ratios.append(ours / bare)
                told |= {f"z{z}_ms": round(ours, 1), f"z{z}_bare_ms": round(bare, 1), f"z{z}_largest_bytes": largest}
                print(f"zoom {z}: 95% within {ours:.1f} ms, bare query {bare:.1f} ms, largest tile {largest} bytes", flush=True)
        worst = max(ratios)
        against = "bare ST_AsMVT query, 95th percentile, worse of zooms 11 and 14"
        result("tiles", round(max(told["z11_ms"], told["z14_ms"]), 1), "ms", 1.5, against, round(worst, 2), worst < 1.5, components=arguments.components, **told)
    finally:
        from chengguan.engines import postgres

        if web is not None:
            web.terminate()
            web.wait(15)
        postgres.stop(server)
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    main()
