"""漏报 as judged by a person, and what is counted of it and of 重点案件."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluation", "0001_initial"), ("cases", "0012_important"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="MissedReport",
            fields=[
                ("case", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="missed_report", serialize=False, to="cases.case")),
                ("verdict", models.CharField(choices=[("missed", "漏报"), ("not_missed", "不算漏报")], max_length=10)),
                ("words", models.CharField(blank=True, max_length=300)),
                ("judged_at", models.DateTimeField()),
                ("inspector", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("judged_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "漏报判定",
                "verbose_name_plural": "漏报判定",
                "indexes": [models.Index(fields=["inspector", "judged_at"], name="missed_inspector")],
            },
        ),
        migrations.AddField("casefact", "important", models.BooleanField(default=False)),
        migrations.AddField("casefact", "missed", models.BooleanField(default=False)),
    ]  # fmt: skip
