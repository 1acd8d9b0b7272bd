"""The role that does what happens on the clock: procrastinate's worker, which outlives the database's absence."""

from __future__ import annotations

import asyncio
import logging
import signal

import psycopg
from django.core.management.base import BaseCommand
from procrastinate import App
from procrastinate.contrib.django import app
from procrastinate.exceptions import ProcrastinateException
from procrastinate.jobs import Status

from chengguan.engines import processes, signs

logger = logging.getLogger(__name__)
AGAIN_S = 1.0
LEAVE_S = 6.0
"""The worker would wait half a minute for a database that ends together with it."""
FORGOTTEN_S = 60
"""A job whose worker was silent for this long belongs to one that was killed."""


class Command(BaseCommand):
    help = "Run the jobs of every app, those on the clock included, until told to stop."

    def handle(self, *args: object, **options: object) -> None:
        asyncio.run(work())


async def work() -> None:
    """Worker after worker; the database being away ends one, not this role."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, _end, stop)
    alive = asyncio.create_task(signs.keep_giving("jobs"))
    told = False
    while not stop.is_set():
        try:
            with app.replace_connector(app.connector.get_worker_connector()) as ours:  # type: ignore[attr-defined]
                async with ours.open_async():
                    told = False
                    await _until(stop, ours)
        except (ProcrastinateException, psycopg.Error, OSError) as error:
            if not told:
                logger.warning("jobs wait for the database: %s", error)
                told = True
            await asyncio.sleep(AGAIN_S)
    alive.cancel()


def _end(stop: asyncio.Event) -> None:
    processes.leave_within(LEAVE_S)
    stop.set()


async def _until(stop: asyncio.Event, ours: App) -> None:
    worker = asyncio.create_task(
        ours.run_worker_async(
            concurrency=2, delete_jobs="successful", shutdown_graceful_timeout=2, install_signal_handlers=False
        )
    )
    tidy = asyncio.create_task(_tidy(ours))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({worker, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        tidy.cancel()
        worker.cancel()
        result = (await asyncio.gather(worker, return_exceptions=True))[0]
    if isinstance(result, Exception):
        raise result


async def _tidy(ours: App) -> None:
    """Jobs that a killed worker left as being done are told as failed: the clock brings each again."""
    while True:
        await ours.job_manager.prune_stalled_workers(FORGOTTEN_S)
        for job in await ours.job_manager.get_stalled_jobs(seconds_since_heartbeat=FORGOTTEN_S):
            await ours.job_manager.finish_job(job, Status.FAILED, delete_job=True)
        await asyncio.sleep(FORGOTTEN_S)
