"""Fuzzy search over pinyin where PostgreSQL offers pg_trgm to our role; without it the search still finds prefixes and parts."""

from django.db import migrations

FORWARD = """
DO $$ BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
  RAISE NOTICE 'pg_trgm is not available: %', SQLERRM;
END $$;
DO $$ BEGIN
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm') THEN
    CREATE INDEX IF NOT EXISTS address_pinyin_trigram ON places_address USING gin (pinyin gin_trgm_ops);
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("places", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, "DROP INDEX IF EXISTS address_pinyin_trigram")]
