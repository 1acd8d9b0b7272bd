"""A partner's reports may count as seen on video."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("portal", "0003_tally")]

    operations = [
        migrations.AlterField(
            model_name="partner",
            name="source",
            field=models.CharField(
                choices=[("citizen", "市民上报"), ("hotline", "热线举报"), ("video", "视频监控"), ("upper", "上级平台")],
                default="hotline", max_length=10, verbose_name="案件来源",
            ),
        ),
    ]  # fmt: skip
