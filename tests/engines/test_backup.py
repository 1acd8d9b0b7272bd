"""A backup taken while everything runs, restored elsewhere: the same, and what was on its way arrives once. The files come
out of a bucket and are restored into a folder."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import clickhouse_connect
import nats
import psycopg
import pytest

from chengguan.engines import bucket
from tests.engines.platform import Platform, new_root
from tests.engines.test_history import readings

pytestmark = [pytest.mark.engines, pytest.mark.timeout(600)]
DONE, ON_THE_WAY = 20, 30
PHOTO = b"a photograph" * 1000
NAME = hashlib.sha256(PHOTO).hexdigest()
NOT_COMPARED = ("procrastinate_", "django_session", "observations_sinkposition", "spatial_ref_sys")
"""Change by themselves from one second to the next, or are renamed on the way back."""


@pytest.fixture(scope="module")
def original(s3: str) -> Iterator[Platform]:
    it = Platform(FILES_URL=f"{s3}/original?tls=0")
    try:
        yield it.start()
    finally:
        it.remove()


@pytest.fixture(scope="module")
def restored() -> Iterator[Platform]:
    it = Platform()
    try:
        yield it
    finally:
        it.remove()


def database(platform: Platform) -> psycopg.Connection:
    where = platform.root / "postgres" / "socket"
    return psycopg.connect(host=str(where), user="chengguan", dbname="chengguan", autocommit=True)


def ask(platform: Platform, question: str) -> list[tuple]:
    with database(platform) as connection:
        return connection.execute(question).fetchall()


def content(platform: Platform) -> dict[str, tuple]:
    """Table -> (rows, hash of all rows)."""
    found = {}
    for (table,) in ask(platform, "select tablename from pg_tables where schemaname = 'public' order by 1"):
        if not table.startswith(NOT_COMPARED):
            question = f'select count(*), md5(coalesce(string_agg(t::text, E\'\\n\' order by t::text), \'\')) from "{table}" t'
            found[table] = ask(platform, question)[0]
    return found


def history_of(platform: Platform) -> clickhouse_connect.driver.client.Client:
    address = json.loads((platform.root / "run" / "engines.json").read_text())["history"]
    return clickhouse_connect.get_client(dsn=address)


def publish(platform: Platform, first: int, count: int) -> None:
    """Messages of a gateway nobody knows: each is quarantined once, so each can be counted."""

    async def send() -> None:
        address = json.loads((platform.root / "run" / "engines.json").read_text())["nats"]
        broker = await nats.connect(address)
        for number in range(first, first + count):
            body = json.dumps({"seq": number, "v": {"voltage": 1.0}}).encode()
            await broker.jetstream().publish(f"zhcg.up.STRANGER.street_lights.L-{number}", body)
        await broker.close()

    asyncio.run(send())


def strangers(platform: Platform) -> list[str]:
    rows = ask(platform, "select subject from observations_quarantine where subject like '%STRANGER%' order by 1")
    return [subject for (subject,) in rows]


@pytest.fixture(scope="module")
def folder(original: Platform) -> Path:
    """The backup, made while the ingest stands still with messages before it."""
    publish(original, 1, DONE)
    original.until(lambda: len(strangers(original)) == DONE, "the first messages were not taken")
    history_of(original).insert_arrow("readings", readings(5_000))
    bucket.of(original.environment["FILES_URL"]).put(NAME, io.BytesIO(PHOTO), len(PHOTO))
    ingest = original.part("ingest")["pid"]
    os.kill(ingest, signal.SIGSTOP)
    publish(original, 1 + DONE, ON_THE_WAY)
    target = new_root() / "backup"
    said = original.run("backup", str(target))
    assert said.returncode == 0, said.stdout + said.stderr
    assert (target / "files" / NAME[:2] / NAME).read_bytes() == PHOTO
    (target.parent / "content.json").write_text(json.dumps(content(original)))
    os.kill(ingest, signal.SIGCONT)
    return target


def test_a_backup_that_was_damaged_restores_nothing(folder: Path, restored: Platform) -> None:
    dump = folder / "database.dump"
    whole = dump.read_bytes()
    dump.write_bytes(whole[:-1] + b"?")
    refused = restored.run("restore", str(folder))
    dump.write_bytes(whole)
    assert refused.returncode == 1
    assert "database.dump" in refused.stderr
    assert not (restored.root / "postgres").exists()


def test_everything_comes_back_as_it_was(folder: Path, original: Platform, restored: Platform) -> None:
    own = restored.environment
    taken = {"CHENGGUAN_PORT": str(original.port), "CHENGGUAN_MQTT_PORT": str(original.mqtt_port)}
    restored.environment = own | taken  # while the old one still runs: nobody is served, so nobody's port is needed
    said = restored.run("restore", str(folder))
    restored.environment = own
    assert said.returncode == 0, said.stdout + said.stderr
    assert restored.children() == []
    for name in ("secret-key", "nats/accounts.conf"):
        assert (restored.root / name).read_text() == (original.root / name).read_text()
    assert not (original.root / "files").exists()
    assert {p.name: p.read_bytes() for p in (restored.root / "files").glob("??/*")} == {NAME: PHOTO}

    before = json.loads((folder.parent / "content.json").read_text())
    restored.start()
    after = content(restored)
    quiet = {table for table in before if not table.startswith(("observations_", "django_migrations"))}
    assert {table: tuple(before[table]) for table in quiet} == {table: after[table] for table in quiet}
    question = "select count(), sum(device), sum(value), min(t), max(t) from readings"
    assert history_of(restored).query(question).result_rows == history_of(original).query(question).result_rows


def test_what_was_on_its_way_arrives_once_and_nothing_twice(original: Platform, restored: Platform) -> None:
    expected = sorted(f"zhcg.up.STRANGER.street_lights.L-{number}" for number in range(1, 1 + DONE + ON_THE_WAY))
    restored.until(lambda: len(strangers(restored)) >= len(expected), "messages were lost")
    assert strangers(restored) == expected
    assert strangers(original) == expected


def test_messages_go_on_after_it(restored: Platform) -> None:
    publish(restored, 1 + DONE + ON_THE_WAY, 1)
    restored.until(lambda: len(strangers(restored)) > DONE + ON_THE_WAY, "new messages are not taken")
    assert len(strangers(restored)) == DONE + ON_THE_WAY + 1


def test_check_says_where_the_files_are_kept(original: Platform, restored: Platform) -> None:
    assert original.health()["files"]["form"] == "attached"
    assert "外接（FILES_URL）" in original.run("check").stdout
    assert str(restored.root / "files") in restored.run("check").stdout


def test_a_folder_that_holds_something_is_not_written_over(folder: Path, original: Platform) -> None:
    refused = original.run("backup", str(folder))
    assert refused.returncode == 1
    assert str(folder) in refused.stderr


def test_data_that_is_there_is_not_restored_over(folder: Path, original: Platform) -> None:
    refused = original.run("restore", str(folder))
    assert refused.returncode == 1
    assert str(original.root) in refused.stderr
