"""What a signed sheet says of a case goes when the case is destroyed: its address and what was written in it, and nothing else of the sheet."""

from django.db import migrations

EMPTIED = """
CREATE FUNCTION console_handover_emptied(contents jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_object_agg(part, CASE WHEN part IN ('late', 'due', 'owed', 'instructions') AND jsonb_typeof(told -> 'rows') = 'array' THEN
    jsonb_set(told, '{rows}', coalesce((
      SELECT jsonb_agg(CASE WHEN EXISTS (SELECT FROM cases_removal WHERE kind = 'disposed' AND case_key = (line ->> 'id')::bigint) THEN
          line || CASE WHEN line ? 'address' THEN '{"address": ""}'::jsonb ELSE '{}' END || CASE WHEN line ? 'words' THEN '{"words": ""}'::jsonb ELSE '{}' END
        ELSE line END ORDER BY place)
      FROM jsonb_array_elements(told -> 'rows') WITH ORDINALITY AS lines (line, place)), '[]'))
    ELSE told END), '{}')
  FROM jsonb_each(contents) AS parts (part, told)
$$;
CREATE OR REPLACE FUNCTION console_handover_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE theirs text[] := ARRAY['coming_id', 'coming_name', 'coming_words', 'accepted_at'];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.accepted_at IS NULL AND NEW.accepted_at IS NOT NULL AND to_jsonb(NEW) - theirs = to_jsonb(OLD) - theirs THEN
      RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - 'contents' = to_jsonb(OLD) - 'contents' AND NEW.contents = console_handover_emptied(OLD.contents) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'a sheet once signed never changes: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
BACK = """
CREATE OR REPLACE FUNCTION console_handover_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE theirs text[] := ARRAY['coming_id', 'coming_name', 'coming_words', 'accepted_at'];
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.accepted_at IS NULL AND NEW.accepted_at IS NOT NULL AND to_jsonb(NEW) - theirs = to_jsonb(OLD) - theirs THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'a sheet once signed never changes: % refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
DROP FUNCTION console_handover_emptied(jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("console", "0002_handover"), ("cases", "0013_takeover_batches")]

    operations = [migrations.RunSQL(EMPTIED, BACK)]
