"""The few cases that were sent out before anybody said whose they are: the dispatcher's list looks for them."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0026_level_where_it_was_sent")]

    operations = [
        migrations.AddIndex("case", models.Index(fields=["state"], name="case_responsibility", condition=Q(responsibility_open=True))),
    ]
