import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

TRIGGERS = """
CREATE FUNCTION cases_words_of_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cases_casewords (case_id) SELECT id FROM arrived ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE FUNCTION cases_words_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO cases_casewords (case_id) VALUES (NEW.id) ON CONFLICT (case_id) DO UPDATE SET words = NULL WHERE cases_casewords.words IS NOT NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER cases_case_words_of_new AFTER INSERT ON cases_case REFERENCING NEW TABLE AS arrived
  FOR EACH STATEMENT EXECUTE FUNCTION cases_words_of_new();
CREATE TRIGGER cases_case_words_again AFTER UPDATE OF number, register_number, matter_name, matter_code, address, description ON cases_case
  FOR EACH ROW WHEN ((OLD.number, OLD.register_number, OLD.matter_name, OLD.matter_code, OLD.address, OLD.description)
    IS DISTINCT FROM (NEW.number, NEW.register_number, NEW.matter_name, NEW.matter_code, NEW.address, NEW.description))
  EXECUTE FUNCTION cases_words_again();
"""
NO_TRIGGERS = """
DROP TRIGGER cases_case_words_of_new ON cases_case;
DROP TRIGGER cases_case_words_again ON cases_case;
DROP FUNCTION cases_words_of_new();
DROP FUNCTION cases_words_again();
"""


class Migration(migrations.Migration):

    dependencies = [("cases", "0009_taken_over")]

    operations = [
        migrations.CreateModel(
            name="CaseWords",
            fields=[
                ("case", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="cut", serialize=False, to="cases.case")),
                ("words", django.contrib.postgres.search.SearchVectorField(null=True)),
            ],
            options={
                "verbose_name": "案件分词",
                "verbose_name_plural": "案件分词",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fastupdate=False, fields=["words"], name="case_words"),
                    models.Index(condition=models.Q(("words", None)), fields=["case"], name="case_words_due"),
                ],
            },
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
    ]
