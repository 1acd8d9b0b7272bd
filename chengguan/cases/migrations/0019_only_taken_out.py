"""Where the register allows a step or a report to be touched, its texts may be emptied or hidden and nothing be written into them. And a
proposal to destroy keeps what it was about, also when it is denied."""

from django.db import migrations, models

BEFORE = """
CREATE OR REPLACE FUNCTION cases_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE texts text[] := ARRAY['reporter_name', 'reporter_phone', 'reporter_id', 'said', 'description', 'address', 'point', 'opinion', 'given'];
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM cases_removal WHERE case_key = OLD.case_id AND kind = 'withdrawn') THEN RETURN OLD; END IF;
  ELSIF EXISTS (SELECT FROM cases_removal WHERE case_key = OLD.case_id AND kind IN ('anonymised', 'disposed')) THEN
    IF to_jsonb(OLD) - texts = to_jsonb(NEW) - texts THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
ONLY_LESS = """
CREATE FUNCTION cases_only_less(told jsonb, now_told jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT told IS NOT DISTINCT FROM now_told OR now_told IN ('""', 'null', '{}')
    OR (jsonb_typeof(told) = 'object' AND jsonb_typeof(now_told) = 'object' AND told @> now_told)
    OR told::text LIKE replace(replace(replace(replace(now_told::text, chr(92), repeat(chr(92), 2)), '%', chr(92) || '%'), '_', chr(92) || '_'), '〔已隐去〕', '%')
$$;
"""
"""The same, emptied, some of its keys, or the same with 〔已隐去〕 in place of some words."""
STRICT = """
CREATE OR REPLACE FUNCTION cases_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  texts text[] := ARRAY['reporter_name', 'reporter_phone', 'reporter_id', 'said', 'description', 'address', 'point', 'opinion', 'given'];
  old_row jsonb := to_jsonb(OLD);
  new_row jsonb;
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF EXISTS (SELECT FROM cases_removal WHERE case_key = OLD.case_id AND kind = 'withdrawn') THEN RETURN OLD; END IF;
  ELSIF EXISTS (SELECT FROM cases_removal WHERE case_key = OLD.case_id AND kind IN ('anonymised', 'disposed')) THEN
    new_row := to_jsonb(NEW);
    IF old_row - texts = new_row - texts
      AND NOT EXISTS (SELECT FROM unnest(texts) AS name WHERE NOT cases_only_less(old_row -> name, new_row -> name)) THEN RETURN NEW; END IF;
  END IF;
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_stretches_kept"), ("cases", "0018_registered")]

    operations = [
        migrations.AddField("disposal", "case_ids", models.JSONField(blank=True, default=list)),
        migrations.RunSQL(
            "UPDATE cases_disposal d SET case_ids = coalesce((SELECT jsonb_agg(r.case_id ORDER BY r.case_id) FROM cases_retention r WHERE r.disposal_id = d.id), '[]')",
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL([ONLY_LESS, STRICT], [BEFORE, "DROP FUNCTION cases_only_less(jsonb, jsonb)"]),
    ]
