"""How many times its limit the handling of a case took."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0002_missed_and_important"), ("cases", "0023_whole_limits")]

    operations = [migrations.AddField("casefact", "handle_times", models.FloatField(null=True))]
