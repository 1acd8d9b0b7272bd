"""Evaluation on the clock: what came in past the services, and the nightly check of the facts."""

import logging

from procrastinate.contrib.django import app

from chengguan.evaluation import services

log = logging.getLogger(__name__)


@app.periodic(cron="*/10 * * * *")
@app.task(queueing_lock="evaluation.catch_up", pass_context=False)
def catch_up(timestamp: int) -> None:
    """Cases loaded in bulk get their facts."""
    services.catch_up()


@app.periodic(cron="10 3 * * *")
@app.task(queueing_lock="evaluation.check_facts", pass_context=False)
def check_facts(timestamp: int) -> None:
    """Facts that differ from the steps are named in the log and derived anew."""
    wrong = services.differing()
    if wrong:
        log.warning("the facts of %d cases differed from their steps and were derived anew: %s", len(wrong), wrong[:20])
        services.refresh(wrong, anew=True)
