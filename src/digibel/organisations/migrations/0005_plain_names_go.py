"""The columns in which names and addresses of staff could be read go."""

from django.db import migrations, models

import digibel.sealing.fields


class Migration(migrations.Migration):
    dependencies = [("organisations", "0004_seal_who_works_here")]

    operations = [
        migrations.RemoveField(model_name="staff", name="plain_name"),
        migrations.RemoveField(model_name="staff", name="plain_email"),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("email_index", ""), _negated=True),
                fields=("email_index",),
                name="staff_address_once",
            ),
        ),
        migrations.AlterField(
            model_name="staff", name="name", field=digibel.sealing.fields.SealedTextField(max_length=60)
        ),
        migrations.AlterField(
            model_name="staff", name="email", field=digibel.sealing.fields.SealedTextField(max_length=254)
        ),
        migrations.AlterField(model_name="staff", name="mobile_key_id", field=models.UUIDField()),
        migrations.AlterField(
            model_name="staff",
            name="mobile",
            field=digibel.sealing.fields.SealedTextField(blank=True, default="", key="mobile_key_id"),
        ),
    ]
