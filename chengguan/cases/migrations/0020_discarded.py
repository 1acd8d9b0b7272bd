"""An abandoned or unreadable file of another system's cases can be discarded."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0019_only_taken_out")]

    operations = [
        migrations.AlterField("takeoverbatch", "state", models.CharField(choices=[
            ("looking", "正在读文件"), ("unreadable", "读不了"), ("ready", "待映射、试运行"), ("trying", "正在试运行"), ("tried", "已试运行"),
            ("applying", "正在接管"), ("applied", "已接管"), ("withdrawing", "正在撤回"), ("withdrawn", "已撤回"), ("discarded", "已丢弃"),
        ], default="looking", max_length=12)),
    ]  # fmt: skip
