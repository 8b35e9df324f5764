"""A second step of coming in: an app, passkeys, spare codes. And links of accounts that can be ended."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import digibel.clock
import digibel.sealing.fields


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0006_network_administrator"),
    ]

    operations = [
        migrations.CreateModel(
            name="Passkey",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "credential",
                    models.CharField(help_text="SHA-256 of what the key calls itself.", max_length=64, unique=True),
                ),
                ("public", models.BinaryField(help_text="Attested credential data, as WebAuthn writes it.")),
                (
                    "uses",
                    models.PositiveBigIntegerField(default=0, help_text="As the key counts them; many count nothing."),
                ),
                ("since", models.DateField(default=digibel.clock.today)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="passkeys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AccountLink",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(choices=[("given", "given by a person"), ("mailed", "mailed")], max_length=8),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="account_links",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("staff", "kind"), name="account_link_once"),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("made_at"))), name="account_link_ends_after_start"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CodeApp",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("secret", digibel.sealing.fields.SealedTextField(key="staff.key_id", max_length=64)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "last_step",
                    models.PositiveBigIntegerField(default=0, help_text="No code counts twice: only later ones do."),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="code_apps",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", False)), fields=("staff",), name="code_app_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True)),
                        fields=("staff",),
                        name="code_app_begun_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SpareCode",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                (
                    "staff",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spare_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("staff", "digest"), name="spare_code_once")],
            },
        ),
    ]
