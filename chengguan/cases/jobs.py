"""Cases on the clock."""

import logging

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from chengguan.cases.services import (
    administration,
    disposal,
    habits,
    retention,
    rounds,
    takeover_batches,
    takeover_forgetting,
    words,
)

log = logging.getLogger(__name__)


@app.task(name="chengguan.cases.jobs.recompute_open", retry=RetryStrategy(max_attempts=10, exponential_wait=3))
def recompute_open() -> None:
    """The calendar or a setting changed: open deadlines follow."""
    administration.open_deadlines_follow()


@app.periodic(cron="* * * * * */15")
@app.task(queueing_lock="cases.watch_clocks", pass_context=False)
def watch_clocks(timestamp: int) -> None:
    """Overdue is marked and urged; suspensions end; late answers are told."""
    rounds.mark_overdue()
    rounds.resume_suspended()
    rounds.tell_late_answers()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="cases.recall_tasks", pass_context=False)
def recall_tasks(timestamp: int) -> None:
    """Tasks nobody did go back to the acceptor."""
    rounds.recall_overdue()


@app.periodic(cron="40 0 * * *")
@app.task(queueing_lock="cases.warn_of_calendar", pass_context=False)
def warn_of_calendar(timestamp: int) -> None:
    """The next year's holidays are missing."""
    rounds.warn_of_calendar()


@app.periodic(cron="20 2 * * *")
@app.task(queueing_lock="cases.archive", pass_context=False)
def archive(timestamp: int) -> None:
    """Closed cases whose appeal window is over."""
    rounds.archive_due()


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="cases.forget_opened", pass_context=False)
def forget_opened(timestamp: int) -> None:
    """Who has looked at an ended case is no longer of use."""
    habits.forget_opened()


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="cases.cut_words", pass_context=False)
def cut_words(timestamp: int) -> None:
    """New and changed cases can be found by their words."""
    for _turn in range(20):
        if words.cut_due() < words.BATCH:
            return


@app.task(name="chengguan.cases.jobs.take_over")
def take_over(batch_id: int) -> None:
    """What a batch of another system's cases waits for: looked at, tried, applied or withdrawn."""
    takeover_batches.run(batch_id)


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="cases.takeovers_go_on", pass_context=False)
def takeovers_go_on(timestamp: int) -> None:
    """Batches whose job was ended with its process."""
    takeover_batches.go_on()


@app.task(name="chengguan.cases.jobs.dispose")
def dispose(disposal_id: int) -> None:
    """A granted proposal to destroy what is past its time."""
    disposal.carry_out(disposal_id)


@app.periodic(cron="40 2 * * *")
@app.task(queueing_lock="cases.keep", lock=takeover_batches.LONG_WORK, pass_context=False)
def keep(timestamp: int) -> None:
    """Periods of ended cases that have none yet; reporters whose names are due to be hidden; granted proposals that were interrupted; what is
    kept of old takeovers. What fails keeps none of the others from being done."""
    for part in (retention.give_missing, retention.hide_reporters, disposal.go_on, takeover_forgetting.forget_old):
        try:
            part()
        except Exception:
            log.exception("%s failed and is tried again tomorrow", part.__name__)
