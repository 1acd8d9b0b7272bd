"""Cases on the clock."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from chengguan.cases.services import administration, rounds, words


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


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="cases.cut_words", pass_context=False)
def cut_words(timestamp: int) -> None:
    """New and changed cases can be found by their words."""
    for _turn in range(20):
        if words.cut_due() < words.BATCH:
            return
