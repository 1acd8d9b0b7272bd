"""The audit trail cannot be changed. Rows older than six months may be removed, by the retention routine only.

TRUNCATE is refused as well, except in a test database, which Django empties between tests.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION people_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        IF current_database() LIKE 'test\\_%' THEN
            RETURN NULL;
        END IF;
    ELSIF TG_OP = 'DELETE'
        AND current_setting('chengguan.audit_retention', true) = 'on'
        AND OLD.at < now() - interval '6 months' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only (% refused)', TG_OP USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER people_audit_rows BEFORE UPDATE OR DELETE ON people_auditentry
    FOR EACH ROW EXECUTE FUNCTION people_audit_guard();
CREATE TRIGGER people_audit_table BEFORE TRUNCATE ON people_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION people_audit_guard();
"""
BACKWARD = """
DROP TRIGGER people_audit_rows ON people_auditentry;
DROP TRIGGER people_audit_table ON people_auditentry;
DROP FUNCTION people_audit_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
