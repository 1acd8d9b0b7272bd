"""What the history lacks of a stream is noted and told."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("observations", "0004_quarantine_again_of")]
    operations = [
        migrations.CreateModel(
            name="LeftBehind",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("incarnation", models.CharField(max_length=60)),
                ("partitions", django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None)),
                (
                    "why",
                    models.CharField(
                        choices=[("replaced", "消息流换新"), ("expired", "超过保留期")], default="replaced", max_length=10, verbose_name="原因"
                    ),
                ),
                ("last", models.BigIntegerField()),
                ("stamp", models.BigIntegerField(default=0)),
                ("begins", models.BigIntegerField(default=0)),
                ("missing", models.BigIntegerField(default=0, verbose_name="缺失报文")),
                ("since", models.DateTimeField(null=True, verbose_name="自")),
                ("until", models.DateTimeField(null=True, verbose_name="至")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("settled_at", models.DateTimeField(null=True, verbose_name="认定时间")),
            ],
            options={"verbose_name": "历史缺口", "verbose_name_plural": "历史缺口"},
        ),
    ]
