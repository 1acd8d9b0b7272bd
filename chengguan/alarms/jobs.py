"""What alarms do on the clock."""

from procrastinate.contrib.django import app

from chengguan.alarms import services


@app.periodic(cron="* * * * * */2")
@app.task(name="alarms.settle", queue="alarms", queueing_lock="alarms.settle", pass_context=False)
def settle(timestamp: int) -> None:
    """Register alarms that fell due, and take back shelves that ended."""
    services.settle()
    services.expire_shelves()
