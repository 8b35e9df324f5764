import uuid

from django.db import migrations, models

import digibel.directory.hours
import digibel.directory.models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="HelpPlace",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("slug", models.SlugField(max_length=80, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("computer_room", "Public computer room"),
                            ("helpdesk", "Digital helpdesk"),
                            ("course", "Course"),
                            ("lender", "Devices to borrow or to buy cheaply"),
                            ("office", "Public welfare centre"),
                            ("bank_help", "Help with banking"),
                            ("telephone", "Telephone number"),
                        ],
                        max_length=20,
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("name_fr", models.CharField(blank=True, max_length=120)),
                (
                    "postcode",
                    models.CharField(blank=True, max_length=4, validators=[digibel.directory.models.check_postcode]),
                ),
                ("street", models.CharField(blank=True, max_length=120)),
                ("house_number", models.CharField(blank=True, max_length=12)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("url", models.URLField(blank=True)),
                ("serves", models.JSONField(blank=True, default=list)),
                ("languages", models.JSONField(blank=True, default=list)),
                ("hours", models.JSONField(blank=True, default=dict, validators=[digibel.directory.hours.check_hours])),
                ("price", models.CharField(blank=True, max_length=120)),
                ("step_free", models.BooleanField(blank=True, null=True)),
                ("checked_on", models.DateField(blank=True, null=True)),
                ("source", models.CharField(max_length=200)),
                ("active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ("kind", "postcode", "slug"),
                "indexes": [models.Index(fields=["kind", "postcode"], name="help_place_by_kind")],
            },
        ),
    ]
