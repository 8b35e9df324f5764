"""Names and addresses of staff go under a key of each: forgetting somebody who worked here reaches yesterday's backup too.

The key they have stays that of their mobile; who they are gets one of its own.
"""

from typing import Any

from django.db import migrations, models

import digibel.sealing.fields
from digibel.sealing import keys
from digibel.sealing.index import blind_index

GONE = "@erased.invalid"  # how the address of a forgotten account ended before


def seal_names(apps: Any, schema_editor: Any) -> None:
    for staff in apps.get_model("organisations", "Staff").objects.iterator():
        staff.mobile_key_id, staff.key_id = staff.key_id, keys.new_key()
        staff.name, staff.email = staff.plain_name, staff.plain_email
        forgotten = staff.plain_email.endswith(GONE)
        if not forgotten:
            staff.email_index = blind_index(staff.plain_email.strip().casefold(), purpose="email")
        staff.save(update_fields=["mobile_key_id", "key_id", "name", "email", "email_index"])
        if forgotten:
            keys.destroy(staff.key_id)


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_asked_once")]

    operations = [
        migrations.AlterModelOptions(
            name="staff", options={"ordering": ("since", "pk"), "verbose_name_plural": "staff"}
        ),
        migrations.RenameField(model_name="staff", old_name="name", new_name="plain_name"),
        migrations.RenameField(model_name="staff", old_name="email", new_name="plain_email"),
        migrations.AddField(
            model_name="staff", name="name", field=digibel.sealing.fields.SealedTextField(max_length=60, null=True)
        ),
        migrations.AddField(
            model_name="staff", name="email", field=digibel.sealing.fields.SealedTextField(max_length=254, null=True)
        ),
        migrations.AddField(
            model_name="staff",
            name="email_index",
            field=models.CharField(help_text="Keyed trace; none: forgotten.", blank=True, default="", max_length=64),
        ),
        migrations.AddField(model_name="staff", name="mobile_key_id", field=models.UUIDField(null=True)),
        migrations.RunPython(seal_names, migrations.RunPython.noop),
    ]
