"""What was done with a survey is kept step by step; of those there are, what their columns tell. The database lets nobody change a step."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION surveys_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER surveys_surveystep_append_only BEFORE UPDATE OR DELETE ON surveys_surveystep
  FOR EACH ROW EXECUTE FUNCTION surveys_append_only();
"""
BACK = "DROP TRIGGER surveys_surveystep_append_only ON surveys_surveystep; DROP FUNCTION surveys_append_only()"
TOLD = """
INSERT INTO surveys_surveystep (survey_id, patch_id, action, words, at, who_id, who_name)
SELECT told.survey_id, told.patch_id, told.action, told.words, told.at, told.who_id, left(coalesce(account.name, ''), 60) FROM (
  SELECT id AS survey_id, NULL::bigint AS patch_id, 'open' AS action, '' AS words, opened_at AS at, opened_by_id AS who_id FROM surveys_survey
  UNION ALL SELECT survey_id, id, 'finish', finished_words, finished_at, finished_by_id FROM surveys_patch WHERE finished_at IS NOT NULL
  UNION ALL SELECT id, NULL, 'close', closing_words, closed_at, closed_by_id FROM surveys_survey WHERE closed_at IS NOT NULL
) told LEFT JOIN people_account account ON account.id = told.who_id ORDER BY told.at
"""


class Migration(migrations.Migration):
    dependencies = [
        ("surveys", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SurveyStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("action", models.CharField(choices=[("open", "发起"), ("walkers", "改由谁走"), ("prolong", "改结束日期"), ("finish", "报走完"), ("take_back", "撤回走完"), ("close", "结束")], max_length=10)),
                ("words", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("who_name", models.CharField(blank=True, max_length=60)),
                ("patch", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="surveys.patch")),
                ("survey", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="surveys.survey")),
                ("who", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "普查经过", "verbose_name_plural": "普查经过", "ordering": ["-at", "-id"]},
        ),
        migrations.RunSQL(TOLD, migrations.RunSQL.noop),
        migrations.RunSQL(FUNCTION, BACK),
    ]
