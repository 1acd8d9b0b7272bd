"""Extensions to a named time, and how much these added; of those granted before none was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0023_whole_limits")]

    operations = [
        migrations.AddField("clock", "named", models.PositiveSmallIntegerField(default=0, db_default=0)),
        migrations.AddField("clock", "named_s", models.FloatField(default=0, db_default=0)),
    ]
