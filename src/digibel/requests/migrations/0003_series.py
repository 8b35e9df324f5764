import django.db.models.deletion
from django.db import migrations, models

import digibel.sealing.fields


class Migration(migrations.Migration):
    dependencies = [
        ("requests", "0002_two_go"),
    ]

    operations = [
        migrations.AlterField(
            model_name="helprequest",
            name="next_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("own_yes", "ask for the client's own yes"),
                    ("refer", "refer warmly, with a slip"),
                    ("check_referral", "ask whether the referral landed"),
                    ("new_moments", "ask for new moments"),
                    ("choose", "choose volunteers"),
                    ("await_answers", "wait for the volunteers' answers"),
                    ("nobody", "nobody found: look again"),
                    ("away", "client away: make a new start"),
                    ("restricted", "kept and not used: decide what now"),
                    ("announce", "announce the visit to the client"),
                    ("confirm", "have the client confirm"),
                    ("visit", "the visit begins"),
                    ("check_out", "the volunteer leaves"),
                    ("next_visit", "ask for the next visit of the series"),
                    ("alarm", "alarm: find out where the volunteer is"),
                    ("report", "hear how it went"),
                    ("follow_up", "ask a week later whether it still works"),
                ],
                default="",
                max_length=16,
            ),
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                (
                    "request",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="series",
                        serialize=False,
                        to="requests.helprequest",
                    ),
                ),
                ("key_id", models.UUIDField(help_text="The client's key.")),
                ("goal", digibel.sealing.fields.SealedTextField()),
                (
                    "every_days",
                    models.PositiveSmallIntegerField(
                        choices=[(7, "every week"), (14, "every two weeks"), (28, "every four weeks")], default=7
                    ),
                ),
                ("visits", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("until", models.DateField(blank=True, null=True)),
                ("began_at", models.DateTimeField()),
                ("made_by", models.CharField(max_length=80)),
                ("beat_at", models.DateTimeField(blank=True, null=True)),
                ("asks_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_since",
                    models.DateTimeField(
                        blank=True,
                        help_text="A no from before was about an earlier visit, and keeps nobody from the next.",
                        null=True,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "ended_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("complete", "all visits have been made"),
                            ("goal_reached", "the goal is reached"),
                            ("client_stops", "the client wants no more visits"),
                            ("nobody_goes_on", "nobody can go on with it"),
                        ],
                        default="",
                        max_length=16,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("until", None), ("visits__gte", 2), ("visits__isnull", False)),
                            models.Q(("until__isnull", False), ("visits", None)),
                            _connector="OR",
                        ),
                        name="series_has_one_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("every_days__in", [7, 14, 28])), name="series_rhythm_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_as", ""), ("ended_at", None)),
                            models.Q(
                                ("asks_at", None),
                                ("ended_at__isnull", False),
                                models.Q(("ended_as", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="series_ended_asks_nothing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("asks_at", None), ("beat_at__isnull", False), _connector="OR"),
                        name="series_asks_for_a_moment",
                    ),
                ],
            },
        ),
    ]
