"""What was sent to somebody outside the township is the county's, as it is from now on at each dispatch."""

from django.db import migrations

SENT_OUT = """
WITH RECURSIVE own (office, area) AS (
  SELECT id, area_id FROM people_organisation WHERE kind = 'township'
  UNION
  SELECT below.id, own.area FROM people_organisation below JOIN own ON below.parent_id = own.office
)
UPDATE cases_case sent SET level = 'county'
WHERE level = 'township' AND department_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM own WHERE own.office = sent.department_id AND own.area = sent.township_id)
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0025_indexes_twice"), ("people", "0001_initial")]

    operations = [migrations.RunSQL(SENT_OUT, migrations.RunSQL.noop)]
