"""Who sent a notice and who owes its answer, consultations, helpers' parts, and the stretches of staged limits."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("cases", '0010_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("case", "parts_done", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("clock", "part", models.CharField(blank=True, max_length=20, default=""), preserve_default=False),
        migrations.AddField("task", "role", models.CharField(blank=True, max_length=30, default=""), preserve_default=False),
        migrations.AddField(
            "task",
            "sent_by",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField("task", "sent_by_name", models.CharField(blank=True, max_length=60, default=""), preserve_default=False),
        migrations.AddField("task", "urge_kind", models.CharField(blank=True, max_length=10, default=""), preserve_default=False),
        migrations.AddField("task", "late_told_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField(
            "task",
            "kind",
            models.CharField(
                choices=[
                    ("confirm", "核实"), ("verify", "核查"), ("handle", "处置"), ("reply", "督办回复"),
                    ("consult", "会商"), ("opinion", "会商意见"), ("help", "协办"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(fields=["due"], name="task_beside", condition=Q(done_at=None, kind__in=("reply", "opinion", "help", "consult"))),
        ),
        migrations.AddIndex("task", models.Index(fields=["sent_by", "-id"], name="task_sent", condition=Q(kind="reply"))),
    ]  # fmt: skip
