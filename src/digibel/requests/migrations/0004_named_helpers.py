"""Whom the client named becomes a row each, with what they may do; who decides about money gets a right and a number."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

import digibel.sealing.fields
from digibel.sealing.errors import Erased

LONGEST = 60


def name_each(apps, schema_editor):
    """One free line was one name or several, for both things: whoever reads it next takes them apart."""
    Client, NamedHelper = apps.get_model("requests", "Client"), apps.get_model("requests", "NamedHelper")
    for client in Client.objects.order_by("pk").iterator():
        try:
            line = client.helpers
        except Erased:  # nothing to carry over
            continue
        if line:
            NamedHelper.objects.create(client=client, name=line[: 2 * LONGEST], may_change=True, may_hear_word=True)


class Migration(migrations.Migration):
    dependencies = [("requests", "0003_access_notes")]

    operations = [
        migrations.CreateModel(
            name="NamedHelper",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", digibel.sealing.fields.SealedTextField(key="client.key_id")),
                ("phone", digibel.sealing.fields.SealedTextField(blank=True, default="", key="client.key_id")),
                (
                    "may_change",
                    models.BooleanField(default=False, help_text="May change a request or its moments."),
                ),
                ("may_hear_word", models.BooleanField(default=False, help_text="May hear the codeword.")),
                ("position", models.PositiveSmallIntegerField(default=0)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="named_helpers",
                        to="requests.client",
                    ),
                ),
            ],
            options={"ordering": ("position", "pk")},
        ),
        migrations.RunPython(name_each, migrations.RunPython.noop),
        migrations.RemoveField(model_name="client", name="helpers"),
        migrations.AddField(
            model_name="client",
            name="money_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("administrator", "administrator named by the justice of the peace"),
                    ("care_mandate", "care mandate"),
                    ("bank_mandate", "mandate at the bank"),
                ],
                default="",
                max_length=16,
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="money_phone",
            field=digibel.sealing.fields.SealedTextField(
                blank=True, help_text="Of who decides about money.", null=True
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="reception",
            field=models.BooleanField(
                default=False,
                help_text="Who passes messages on is a reception: it knows the appointment and never the codeword.",
            ),
        ),
        migrations.AddField(
            model_name="client",
            name="version",
            field=models.PositiveIntegerField(default=1, help_text="Raised with each correction of what we know."),
        ),
    ]
