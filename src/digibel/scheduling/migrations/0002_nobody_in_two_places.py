"""On PostgreSQL the database itself refuses to have one person in two visits at once.

SQLite has no exclusion constraints: there every write transaction is IMMEDIATE, and the check inside it is enough.
"""

from django.db import migrations

FORWARD = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE scheduling_visit ADD CONSTRAINT visit_volunteer_once EXCLUDE USING gist
    (volunteer_id WITH =, tstzrange(busy_from, busy_until) WITH &&) WHERE (status IN ('booked', 'under_way'));
ALTER TABLE scheduling_visit ADD CONSTRAINT visit_client_once EXCLUDE USING gist
    (client_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (status IN ('booked', 'under_way'));
"""
BACKWARD = """
ALTER TABLE scheduling_visit DROP CONSTRAINT visit_volunteer_once;
ALTER TABLE scheduling_visit DROP CONSTRAINT visit_client_once;
"""


def forward(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FORWARD)


def backward(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(BACKWARD)


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
