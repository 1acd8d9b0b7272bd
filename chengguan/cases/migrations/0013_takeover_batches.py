"""Files of another system's cases with their course, saved mappings, and the register of what was taken out. Steps and reports stay
append-only, but for a case which that register names."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

KEPT = """
CREATE FUNCTION cases_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE texts text[] := ARRAY['reporter_name', 'reporter_phone', 'reporter_id', 'said', 'description', 'address', 'point', 'opinion', 'given'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM cases_removal WHERE case_key = OLD.case_id AND kind = 'withdrawn') THEN RETURN OLD; END IF;
  ELSIF EXISTS (SELECT FROM cases_removal WHERE case_key = OLD.case_id AND kind IN ('anonymised', 'disposed')) THEN
    IF to_jsonb(OLD) - texts = to_jsonb(NEW) - texts THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
TRIGGER = "CREATE TRIGGER {0}_append_only BEFORE UPDATE OR DELETE ON {0} FOR EACH ROW EXECUTE FUNCTION {1}()"
DROP = "DROP TRIGGER {0}_append_only ON {0}"
STEP, REPORT, REMOVAL = "cases_step", "cases_report", "cases_removal"


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0012_important"),
        ("things", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TakeoverMapping",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=60, unique=True)),
                ("told", models.JSONField()),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
            options={"verbose_name": "接管映射", "verbose_name_plural": "接管映射", "ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="TakeoverBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(db_index=True, max_length=64)),
                ("state", models.CharField(choices=[
                    ("looking", "正在读文件"), ("unreadable", "读不了"), ("ready", "待映射、试运行"), ("trying", "正在试运行"), ("tried", "已试运行"),
                    ("applying", "正在接管"), ("applied", "已接管"), ("withdrawing", "正在撤回"), ("withdrawn", "已撤回"),
                ], default="looking", max_length=12)),
                ("mapping", models.JSONField(blank=True, default=dict)),
                ("look", models.JSONField(blank=True, default=dict)),
                ("result", models.JSONField(blank=True, default=dict)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("who", models.CharField(max_length=80)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("heard_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("account", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("file", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="things.attachment")),
                ("table", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="things.attachment")),
            ],
            options={"verbose_name": "接管批次", "verbose_name_plural": "接管批次", "ordering": ["-id"]},
        ),
        migrations.AddField(
            "takenover",
            "batch",
            models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="cases.takeoverbatch"),
        ),
        migrations.CreateModel(
            name="Removal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("withdrawn", "接管撤回"), ("anonymised", "举报人信息隐去"), ("disposed", "到期销毁")], max_length=12)),
                ("case_key", models.BigIntegerField()),
                ("number", models.CharField(max_length=24)),
                ("what", models.CharField(max_length=200)),
                ("why", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                ("who", models.CharField(max_length=80)),
                ("second", models.CharField(blank=True, max_length=80)),
                ("account", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "清除登记",
                "verbose_name_plural": "清除登记",
                "ordering": ["-id"],
                "constraints": [models.UniqueConstraint(fields=("case_key", "kind"), name="removed_once")],
            },
        ),
        migrations.RunSQL(KEPT, "DROP FUNCTION cases_kept()"),
        *(
            migrations.RunSQL(
                [DROP.format(table), TRIGGER.format(table, "cases_kept")],
                [DROP.format(table), TRIGGER.format(table, "cases_append_only")],
            )
            for table in (STEP, REPORT)
        ),
        migrations.RunSQL(TRIGGER.format(REMOVAL, "cases_append_only"), DROP.format(REMOVAL)),
        migrations.AlterField(
            "change",
            "kind",
            models.CharField(choices=[
                ("setting", "设置"), ("day", "工作日历"), ("limit", "立案条件时限"), ("area_class", "区域等级"), ("mapping", "接管映射"),
            ], max_length=12),
        ),
    ]  # fmt: skip
