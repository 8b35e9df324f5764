from django.db import migrations, models

import digibel.sealing.fields


class Migration(migrations.Migration):
    dependencies = [("requests", "0007_sounds_of_names")]

    operations = [
        migrations.AlterField(
            "helprequest",
            "in_own_words",
            digibel.sealing.fields.SealedTextField(
                blank=True, default="", help_text="None: forgotten, a year after.", null=True
            ),
        ),
        migrations.AlterField(
            "helprequest",
            "next_kind",
            models.CharField(
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
                    ("alarm", "alarm: find out where the volunteer is"),
                    ("report", "hear how it went"),
                    ("follow_up", "ask a week later whether it still works"),
                ],
                default="",
                max_length=16,
            ),
        ),
    ]
