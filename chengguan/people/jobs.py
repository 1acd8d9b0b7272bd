"""The audit trail's retention, once a night."""

from django.conf import settings
from procrastinate.contrib.django import app

from chengguan.people import services


@app.periodic(cron="20 3 * * *")
@app.task(queueing_lock="people.keep_audit", pass_context=False)
def keep_audit(timestamp: int) -> None:
    services.remove_old_audit(settings.AUDIT_KEEP_DAYS)
