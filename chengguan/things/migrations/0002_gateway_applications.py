from django.db import migrations, models


def as_their_key(apps, schema_editor):
    """So far the account of a ChirpStack server was named after its application."""
    for gateway in apps.get_model("things", "Gateway").objects.filter(kind="chirpstack"):
        gateway.applications = [gateway.key]
        gateway.save(update_fields=["applications"])


class Migration(migrations.Migration):
    dependencies = [("things", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="gateway",
            name="applications",
            field=models.JSONField(blank=True, default=list, verbose_name="ChirpStack 应用"),
        ),
        migrations.RunPython(as_their_key, migrations.RunPython.noop),
    ]
