"""An entry that came back after it was re-driven says which one it was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("observations", "0003_titles")]
    operations = [migrations.AddField("quarantine", "again_of", models.BigIntegerField(blank=True, db_index=True, null=True))]
