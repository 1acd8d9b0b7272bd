"""Rows that are written at every batch leave room on their page, so that an update touches no index."""

from django.db import migrations

HOT = {
    "observations_lateststate": 60,
    "observations_sinkposition": 20,
    "observations_gatewaysequence": 40,
    "observations_framecounter": 60,
    "observations_sinkreport": 20,
}


class Migration(migrations.Migration):
    dependencies = [("observations", "0001_initial")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} SET (fillfactor = {fill}, autovacuum_vacuum_scale_factor = 0.5)",
            f"ALTER TABLE {table} RESET (fillfactor, autovacuum_vacuum_scale_factor)",
        )
        for table, fill in HOT.items()
    ]
