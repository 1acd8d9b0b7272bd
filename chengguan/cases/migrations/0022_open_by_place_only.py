"""The index of open cases by place holds open cases only: Django leaves a spatial index's condition out of what it creates."""

from django.db import migrations

OPEN = (
    "reported", "confirming", "awaiting_filing", "awaiting_dispatch", "dispatched", "handling", "department_review", "reported_back",
    "awaiting_verification", "verifying", "verified", "awaiting_closing", "suspended", "self_handled",
)  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_open_by_place")]

    operations = [
        migrations.RunSQL(
            f"DROP INDEX case_open_point; CREATE INDEX case_open_point ON cases_case USING gist (point) WHERE state IN {OPEN!r}",
            "DROP INDEX case_open_point; CREATE INDEX case_open_point ON cases_case USING gist (point)",
        ),
    ]
