"""How far granted extensions stayed below whole ones; of those granted before, by nothing."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_whole_limits")]

    operations = [
        migrations.AddField("clock", "shortened_s", models.FloatField(default=0, db_default=0)),
    ]
