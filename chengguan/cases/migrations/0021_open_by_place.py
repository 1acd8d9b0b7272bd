"""Open cases by their place: what every report by another program asks for, among a county's years of cases. Written out, because Django
leaves the condition out of a spatial index that it creates."""

from django.contrib.postgres.indexes import GistIndex
from django.db import migrations
from django.db.models import Q

OPEN = (
    "reported", "confirming", "awaiting_filing", "awaiting_dispatch", "dispatched", "handling", "department_review", "reported_back",
    "awaiting_verification", "verifying", "verified", "awaiting_closing", "suspended", "self_handled",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("cases", "0020_discarded")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"CREATE INDEX case_open_point ON cases_case USING gist (point) WHERE state IN {OPEN!r}", "DROP INDEX case_open_point")
            ],
            state_operations=[migrations.AddIndex("case", GistIndex(fields=["point"], name="case_open_point", condition=Q(state__in=OPEN)))],
        )
    ]
