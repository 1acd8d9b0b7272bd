"""What alarms do on the clock."""

from procrastinate.contrib.django import app

from chengguan.alarms import services
from chengguan.engines import nats


@app.periodic(cron="* * * * * */2")
@app.task(name="alarms.settle", queue="alarms", queueing_lock="alarms.settle", pass_context=False)
def settle(timestamp: int) -> None:
    """Register alarms that fell due, and take back shelves that ended."""
    services.settle()
    services.expire_shelves()


@app.periodic(cron="* * * * * */10")
@app.task(name="alarms.watch_stream", queue="alarms", queueing_lock="alarms.watch_stream")
def watch_stream(timestamp: int) -> None:
    """How full the stream of what devices send is."""
    share = nats.fill()
    if share is not None:
        services.judge_stream(share * 100)
