"""Commands on the clock: sent again while queued, timed out when nothing proved them. Uploads nobody used go at night."""

from procrastinate.contrib.django import app

from chengguan.things import services


@app.periodic(cron="* * * * * */5")
@app.task(queueing_lock="things.watch_commands", pass_context=False)
def watch_commands(timestamp: int) -> None:
    services.send_waiting()
    services.expire_commands()


@app.periodic(cron="50 3 * * *")
@app.task(queueing_lock="things.remove_unused_attachments", pass_context=False)
def remove_unused_attachments(timestamp: int) -> None:
    while services.remove_unused_attachments():
        pass
