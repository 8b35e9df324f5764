"""Since when somebody has access. Of those who had it before, nobody noted the day: it stays empty."""

from django.db import migrations, models

from digibel import clock

HELP = "Has access since this day."


class Migration(migrations.Migration):
    dependencies = [("organisations", "0003_own_number")]

    operations = [
        migrations.AddField("staff", "since", models.DateField(null=True, blank=True, help_text=HELP)),
        migrations.AlterField(
            "staff", "since", models.DateField(null=True, blank=True, default=clock.today, help_text=HELP)
        ),
        migrations.AddField("apikey", "since", models.DateField(null=True, blank=True)),
        migrations.AlterField("apikey", "since", models.DateField(null=True, blank=True, default=clock.today)),
    ]
