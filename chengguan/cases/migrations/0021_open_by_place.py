"""Open cases by their place: what every report by another program asks for, among a county's years of cases."""

from django.contrib.postgres.indexes import GistIndex
from django.db import migrations
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_discarded")]

    operations = [
        migrations.AddIndex(
            "case",
            GistIndex(
                fields=["point"], name="case_open_point",
                condition=Q(state__in=(
                    "reported", "confirming", "awaiting_filing", "awaiting_dispatch", "dispatched", "handling", "department_review", "reported_back",
                    "awaiting_verification", "verifying", "verified", "awaiting_closing", "suspended", "self_handled",
                )),
            ),
        ),
    ]  # fmt: skip
