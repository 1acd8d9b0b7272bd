"""Once a night: the audit trail's retention, and sessions nobody can use any more."""

from django.conf import settings
from django.core.management import call_command
from procrastinate.contrib.django import app

from chengguan.people import services


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="people.keep_audit", pass_context=False)
def keep_audit(timestamp: int) -> None:
    services.remove_old_audit(settings.AUDIT_KEEP_DAYS)


@app.periodic(cron="30 3 * * *")
@app.task(queueing_lock="people.clear_sessions", pass_context=False)
def clear_sessions(timestamp: int) -> None:
    call_command("clearsessions")
