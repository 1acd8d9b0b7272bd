"""Telephone numbers of reporters in the one form in which they are kept now, so that who called before is found."""

from django.db import migrations

from chengguan.people.typed import telephone

AT_ONCE = 1000


def write_in_one_form(apps, schema_editor):
    case = apps.get_model("cases", "Case")
    changed = []
    for pk, said in case.objects.exclude(reporter_phone="").values_list("pk", "reporter_phone").iterator(AT_ONCE):
        kept = telephone(said)
        if kept and kept != said:
            changed.append(case(pk=pk, reporter_phone=kept))
    case.objects.bulk_update(changed, ["reporter_phone"], batch_size=AT_ONCE)


class Migration(migrations.Migration):
    dependencies = [("cases", "0021_open_by_place")]

    operations = [migrations.RunPython(write_in_one_form, migrations.RunPython.noop, elidable=True)]
