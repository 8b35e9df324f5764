"""What is written about a visit is sealed under a key of the visit; what was added to a report in words, too."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Subquery

import digibel.sealing.fields


def seal_with_the_clients_key(apps, schema_editor):
    """Visits from before have no key of their own: the client's stands in for it."""
    Visit, Client = apps.get_model("scheduling", "Visit"), apps.get_model("requests", "Client")
    theirs = Client.objects.filter(pk=OuterRef("client_id")).values("key_id")
    Visit.objects.filter(key_id=None).update(key_id=Subquery(theirs))


def seal_notes(apps, schema_editor):
    Report, ReportNote = apps.get_model("scheduling", "Report"), apps.get_model("scheduling", "ReportNote")
    for report in Report.objects.exclude(note="").select_related("visit").iterator():
        ReportNote.objects.create(report=report, text=report.note)


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0008_forgetting"),
        ("scheduling", "0007_complaints"),
    ]

    operations = [
        migrations.AddField("visit", "key_id", models.UUIDField(null=True)),
        migrations.RunPython(seal_with_the_clients_key, migrations.RunPython.noop),
        migrations.AlterField("visit", "key_id", models.UUIDField()),
        migrations.CreateModel(
            name="ReportNote",
            fields=[
                (
                    "report",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="scheduling.report",
                    ),
                ),
                ("text", digibel.sealing.fields.SealedTextField(key="report.visit.key_id")),
            ],
        ),
        migrations.RunPython(seal_notes, migrations.RunPython.noop),
        migrations.RemoveField("report", "note"),
    ]
