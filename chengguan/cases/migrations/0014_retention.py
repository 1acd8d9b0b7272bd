"""How long archived cases are kept, and proposals to destroy those past their time."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_takeover_batches"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Disposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("state", models.CharField(choices=[("waiting", "待批"), ("granted", "已同意，销毁中"), ("done", "已销毁"), ("denied", "不同意")], default="waiting", max_length=8)),
                ("reason", models.CharField(max_length=300)),
                ("proposed_name", models.CharField(max_length=80)),
                ("proposed_at", models.DateTimeField()),
                ("decided_name", models.CharField(blank=True, max_length=80)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("opinion", models.CharField(blank=True, max_length=300)),
                ("number_of_cases", models.PositiveIntegerField()),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                ("decided_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("proposed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "销毁申请", "verbose_name_plural": "销毁申请", "ordering": ["-id"]},
        ),
        migrations.CreateModel(
            name="Retention",
            fields=[
                ("case", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="retention", serialize=False, to="cases.case")),
                ("term", models.CharField(choices=[("permanent", "永久"), ("long", "长期"), ("normal", "定期")], max_length=10)),
                ("years", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                ("why", models.CharField(max_length=120)),
                ("disposed_at", models.DateTimeField(blank=True, null=True)),
                ("disposal", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="kept", to="cases.disposal")),
            ],
            options={
                "verbose_name": "保管期限",
                "verbose_name_plural": "保管期限",
                "indexes": [models.Index(condition=Q(disposed_at=None, ends_on__isnull=False), fields=["ends_on"], name="retention_ends")],
                "constraints": [models.CheckConstraint(condition=Q(term="permanent", ends_on=None) | Q(ends_on__isnull=False), name="kept_until_a_day")],
            },
        ),
    ]  # fmt: skip
