"""Steps keep the whole limit beside what was used of it; those of before do not know it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0022_telephones")]

    operations = [migrations.AddField("step", "whole_s", models.FloatField(blank=True, null=True))]
