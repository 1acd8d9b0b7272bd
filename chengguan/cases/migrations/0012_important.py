"""重点案件: a mark beside the urgent one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0011_what_is_owed_beside_the_stage")]

    operations = [migrations.AddField("case", "important", models.BooleanField(default=False))]
