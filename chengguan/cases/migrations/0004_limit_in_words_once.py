from django.db import migrations


class Migration(migrations.Migration):
    """The limit in words is made of value and clock when it is shown."""

    dependencies = [("cases", "0003_titles")]
    operations = [migrations.RemoveField("clock", "limit_text")]
