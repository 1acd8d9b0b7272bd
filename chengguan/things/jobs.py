"""Commands on the clock: sent again while queued, timed out when nothing proved them."""

from procrastinate.contrib.django import app

from chengguan.things import services


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="things.watch_commands", pass_context=False)
def watch_commands(timestamp: int) -> None:
    services.send_waiting()
    services.expire_commands()
