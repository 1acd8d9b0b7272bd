"""Each of these indexes is the beginning of another, which answers the same questions, or is asked nothing: a move of a case wrote them all.

Of cases: department, crew and township stand first in the indexes of the work lists, the component in `case_component`; nobody looks for
the beginning of a code to follow a case with. Of steps, clocks and tasks the case, of dispatches the department, stands first in one too.
"""

import django.db.models.deletion
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT
ALONE = (
    ("cases_case", "department_id"), ("cases_case", "crew_id"), ("cases_case", "township_id"), ("cases_case", "component_id"),
    ("cases_step", "case_id"), ("cases_clock", "case_id"), ("cases_task", "case_id"), ("cases_dispatch", "department_id"),
)  # fmt: skip
_NAMED = """
SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
JOIN pg_opclass o ON o.oid = i.indclass[0]
WHERE i.indrelid = %s::regclass AND a.attname = %s AND i.indnatts = 1 AND NOT i.indisunique AND i.indpred IS NULL AND (o.opcname = 'varchar_pattern_ops') = %s
"""


def drop(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, column, pattern in (*((table, column, False) for table, column in ALONE), ("cases_case", "follow_code", True)):
            cursor.execute(_NAMED, [table, column, pattern])
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP INDEX "{name}"')


def build(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for table, column in ALONE:
            cursor.execute(f'CREATE INDEX "{table}_{column}_alone" ON {table} ({column})')
        cursor.execute("CREATE INDEX cases_case_follow_code_like ON cases_case (follow_code varchar_pattern_ops)")


class Migration(migrations.Migration):
    dependencies = [("cases", "0024_shorter_extensions")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop, build)],
            state_operations=[
                *(
                    migrations.AlterField("case", name, models.ForeignKey(to, PROTECT, null=True, blank=True, db_index=False, related_name=back))
                    for name, to, back in (
                        ("department", "people.organisation", "+"), ("crew", "people.organisation", "+"), ("township", "places.area", "+"),
                        ("component", "things.component", "cases"),
                    )
                ),
                *(
                    migrations.AlterField(model, "case", models.ForeignKey("cases.case", PROTECT, db_index=False, related_name=back))
                    for model, back in (("step", "steps"), ("clock", "clocks"), ("task", "tasks"))
                ),
                migrations.AlterField("dispatch", "department", models.ForeignKey("people.organisation", PROTECT, db_index=False, related_name="+")),
            ],
        )
    ]
