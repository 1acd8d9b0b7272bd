"""Lights are switched on the clock."""

from procrastinate.contrib.django import app

from chengguan.subsystems.street_lights import services


@app.periodic(cron="* * * * * */10")
@app.task(name="street_lights.switch", queueing_lock="street_lights.switch")
def switch(timestamp: int) -> None:
    """Command the circuits whose time has come."""
    services.switch_due()
