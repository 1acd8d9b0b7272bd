"""What happened to an alarm and to a rule is appended, never changed or deleted: the database says so, whoever asks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION alarms_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION alarms_append_only();
"""
TABLES = ("alarms_alarmstep", "alarms_rulerevision")


def whoever() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="操作人"
    )


class Migration(migrations.Migration):
    dependencies = [("alarms", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.AlterField("alarmstep", "who", whoever()),
        migrations.AlterField(
            "alarmstep",
            "alarm",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="alarms.alarm"),
        ),
        migrations.AlterField("rulerevision", "who", whoever()),
        migrations.AlterField(
            "rulerevision",
            "rule",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="alarms.rule"),
        ),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION alarms_append_only() CASCADE"),
        *(migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER {table}_append_only ON {table}") for table in TABLES),
    ]
