from django.db import migrations, models

# What every key could do before keys said what they may do.
BEFORE = ["offers:read", "offers:write", "clients:read", "requests:read", "requests:write", "visits:read"]


def keep_what_they_could(apps, schema_editor):
    apps.get_model("organisations", "ApiKey").objects.update(scopes=sorted(BEFORE))


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="apikey",
            name="scopes",
            field=models.JSONField(
                blank=True, default=list, help_text="See `scopes.py`. None: the catalogue of tasks only."
            ),
        ),
        migrations.AddField(
            model_name="apikey",
            name="expires_on",
            field=models.DateField(blank=True, help_text="The last day it opens anything.", null=True),
        ),
        migrations.AddField(
            model_name="apikey",
            name="last_used_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.RunPython(keep_what_they_could, migrations.RunPython.noop),
    ]
