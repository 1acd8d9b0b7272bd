import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("portal", "0002_partner")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(db_index=True)),
                ("outcome", models.CharField(choices=[("repeated", "重复"), ("refused", "拒收")], max_length=8)),
                ("reason", models.CharField(blank=True, max_length=12)),
                ("reports", models.PositiveIntegerField()),
                ("partner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="tallies", to="portal.partner")),
            ],
            options={
                "verbose_name": "收件统计",
                "verbose_name_plural": "收件统计",
                "constraints": [models.UniqueConstraint(fields=("partner", "day", "outcome", "reason"), name="portal_tally_once")],
            },
        ),
    ]
