"""What was written by hand on a signed sheet of a case that is destroyed goes line by line: in the place of each stands that it did, and of
which case, which the register of removals must name."""

from django.db import migrations

LINES = """
CREATE FUNCTION console_handover_lines_gone(was text, becomes text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(bool_and(before.line IS NOT NULL AND after.line IS NOT NULL AND (before.line = after.line OR EXISTS (
      SELECT FROM cases_removal WHERE kind = 'disposed' AND after.line = '〔此行写到的案卷 ' || number || ' 已到期销毁，文字已清除〕'))), true)
  FROM unnest(string_to_array(was, E'\\n')) WITH ORDINALITY AS before (line, place)
  FULL JOIN unnest(string_to_array(becomes, E'\\n')) WITH ORDINALITY AS after (line, place) USING (place)
$$;
"""
SIGNED = """
CREATE OR REPLACE FUNCTION console_handover_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  theirs text[] := ARRAY['coming_id', 'coming_name', 'coming_words', 'accepted_at'];
  emptied text[] := ARRAY[%s];
BEGIN
  IF TG_OP = 'UPDATE' THEN
    IF OLD.accepted_at IS NULL AND NEW.accepted_at IS NOT NULL AND to_jsonb(NEW) - theirs = to_jsonb(OLD) - theirs THEN
      RETURN NEW;
    END IF;
    IF to_jsonb(NEW) - emptied = to_jsonb(OLD) - emptied AND %s THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'a sheet once signed never changes: %% refused', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""
NOW = SIGNED % (
    "'contents', 'remarks', 'coming_words'",
    "(NEW.contents = OLD.contents OR NEW.contents = console_handover_emptied(OLD.contents))"
    " AND console_handover_lines_gone(OLD.remarks, NEW.remarks) AND console_handover_lines_gone(OLD.coming_words, NEW.coming_words)",
)
BEFORE = SIGNED % ("'contents'", "NEW.contents = console_handover_emptied(OLD.contents)")


class Migration(migrations.Migration):
    dependencies = [("console", "0003_handover_emptied")]

    operations = [
        migrations.RunSQL(LINES, "DROP FUNCTION console_handover_lines_gone(text, text)"),
        migrations.RunSQL(NOW, BEFORE),
    ]
