"""Who wants to hear the result, and who told us something in confidence."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0015_stages")]

    operations = [
        migrations.AddField("case", "reply_wanted", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("case", "secret", models.BooleanField(db_default=False, default=False)),
        migrations.AlterField(
            "task",
            "kind",
            models.CharField(
                choices=[
                    ("confirm", "核实"), ("verify", "核查"), ("handle", "处置"), ("reply", "督办回复"),
                    ("consult", "会商"), ("opinion", "会商意见"), ("help", "协办"), ("follow_up", "回访"),
                ],
                max_length=10,
            ),
        ),
        migrations.AddIndex("task", models.Index(fields=["due", "id"], name="task_follow_up", condition=Q(kind="follow_up"))),
    ]  # fmt: skip
