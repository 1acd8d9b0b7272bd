"""Where the register says that a case's reporter was hidden, a signed sheet hides his name too, in the line of the case and in what was
written by hand; nothing else of the sheet changes, and nothing is written into it."""

from django.db import migrations

LISTS_HIDDEN = """
CREATE FUNCTION console_handover_lists_hidden(was jsonb, becomes jsonb) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(bool_and(CASE
      WHEN before.told = after.told THEN true
      WHEN jsonb_typeof(before.told -> 'rows') = 'array' AND jsonb_typeof(after.told -> 'rows') = 'array' THEN
        before.told - 'rows' = after.told - 'rows' AND NOT EXISTS (
          SELECT FROM jsonb_array_elements(before.told -> 'rows') WITH ORDINALITY AS old (line, place)
          FULL JOIN jsonb_array_elements(after.told -> 'rows') WITH ORDINALITY AS new (line, place) USING (place)
          WHERE old.line IS DISTINCT FROM new.line AND NOT coalesce(
            old.line - ARRAY['address', 'words'] = new.line - ARRAY['address', 'words']
            AND cases_only_less(old.line -> 'address', new.line -> 'address') AND cases_only_less(old.line -> 'words', new.line -> 'words')
            AND EXISTS (SELECT FROM cases_removal WHERE kind = 'anonymised' AND case_key = (old.line ->> 'id')::bigint), false))
      ELSE false END), true)
  FROM jsonb_each(was) AS before (part, told) FULL JOIN jsonb_each(becomes) AS after (part, told) USING (part)
$$;
"""
LINES_HIDDEN = """
CREATE FUNCTION console_handover_lines_hidden(was text, becomes text, signed timestamptz) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(bool_and(before.line IS NOT NULL AND after.line IS NOT NULL AND (before.line = after.line OR (
      after.line LIKE '%〔已隐去〕%' AND cases_only_less(to_jsonb(before.line), to_jsonb(after.line)) AND EXISTS (
        SELECT FROM cases_removal JOIN cases_case ON cases_case.id = cases_removal.case_key WHERE cases_removal.kind = 'anonymised' AND reported_at <= signed)))), true)
  FROM unnest(string_to_array(was, E'\\n')) WITH ORDINALITY AS before (line, place)
  FULL JOIN unnest(string_to_array(becomes, E'\\n')) WITH ORDINALITY AS after (line, place) USING (place)
$$;
"""
SIGNED = """
CREATE OR REPLACE FUNCTION console_handover_signed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  theirs text[] := ARRAY['coming_id', 'coming_name', 'coming_words', 'accepted_at'];
  emptied text[] := ARRAY['contents', 'remarks', 'coming_words'];
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
BEFORE = SIGNED % (
    "(NEW.contents = OLD.contents OR NEW.contents = console_handover_emptied(OLD.contents))"
    " AND console_handover_lines_gone(OLD.remarks, NEW.remarks) AND console_handover_lines_gone(OLD.coming_words, NEW.coming_words)"
)
NOW = SIGNED % (
    "(NEW.contents = OLD.contents OR NEW.contents = console_handover_emptied(OLD.contents) OR console_handover_lists_hidden(OLD.contents, NEW.contents))"
    " AND (console_handover_lines_gone(OLD.remarks, NEW.remarks) OR console_handover_lines_hidden(OLD.remarks, NEW.remarks, OLD.signed_at))"
    " AND (console_handover_lines_gone(OLD.coming_words, NEW.coming_words)"
    " OR console_handover_lines_hidden(OLD.coming_words, NEW.coming_words, OLD.signed_at))"
)
DROPPED = "DROP FUNCTION console_handover_lists_hidden(jsonb, jsonb); DROP FUNCTION console_handover_lines_hidden(text, text, timestamptz)"


class Migration(migrations.Migration):
    dependencies = [("console", "0004_remarks_gone"), ("cases", "0019_only_taken_out")]

    operations = [
        migrations.RunSQL([LISTS_HIDDEN, LINES_HIDDEN], DROPPED),
        migrations.RunSQL(NOW, BEFORE),
    ]
