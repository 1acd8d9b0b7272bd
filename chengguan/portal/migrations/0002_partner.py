import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("portal", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Partner",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="名称")),
                ("source", models.CharField(choices=[("citizen", "市民上报"), ("hotline", "热线举报"), ("upper", "上级平台")], default="hotline", max_length=10, verbose_name="案件来源")),
                ("an_hour", models.PositiveIntegerField(default=1000, verbose_name="每小时最多上报")),
                ("key_hash", models.CharField(editable=False, max_length=64, null=True, unique=True)),
                ("key_ends", models.CharField(blank=True, editable=False, max_length=4, verbose_name="密钥末四位")),
                ("key_issued_at", models.DateTimeField(editable=False, null=True, verbose_name="密钥签发时间")),
                ("enabled", models.BooleanField(default=True, verbose_name="启用")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="建立时间")),
            ],
            options={"verbose_name": "上报伙伴", "verbose_name_plural": "上报伙伴", "ordering": ["name"]},
        ),
    ]
