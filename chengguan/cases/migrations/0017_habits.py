"""The classes a person used and the cases they opened."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0016_reply_and_secrecy"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            "UsedClass",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("matter_code", models.CharField(max_length=5)),
                ("used_at", models.DateTimeField()),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            {
                "verbose_name": "用过的类别",
                "verbose_name_plural": "用过的类别",
                "indexes": [models.Index(fields=["account", "-used_at"], name="used_class_lately")],
                "constraints": [models.UniqueConstraint(fields=("account", "matter_code"), name="used_class_once")],
            },
        ),
        migrations.CreateModel(
            "Opened",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("opened_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case")),
            ],
            {
                "verbose_name": "看过的案件",
                "verbose_name_plural": "看过的案件",
                "constraints": [models.UniqueConstraint(fields=("account", "case"), name="opened_once")],
            },
        ),
    ]
