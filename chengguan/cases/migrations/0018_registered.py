"""A sequence for registrations, which no report holds until it is stored. It begins high, so that where a day began is never
below nothing, whatever was counted of that day before."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cases", "0017_habits")]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE IF NOT EXISTS cases_registered START 1000000", "DROP SEQUENCE cases_registered"),
    ]
