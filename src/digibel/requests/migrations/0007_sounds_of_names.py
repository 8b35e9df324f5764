"""Names that were indexed by their letters are indexed by their sound too, so that somebody known twice is noticed."""

from django.db import migrations

from digibel.sealing.errors import Erased
from digibel.sealing.index import sound_tokens


def index_sounds(apps, schema_editor):
    Client, NameToken = apps.get_model("requests", "Client"), apps.get_model("requests", "NameToken")
    for client in Client.objects.order_by("pk").iterator():
        try:
            tokens = sound_tokens(client.family_name, client.organisation_id)
        except Erased:
            continue
        NameToken.objects.bulk_create(NameToken(client=client, token=token) for token in sorted(tokens))


class Migration(migrations.Migration):
    dependencies = [("requests", "0006_merges")]

    operations = [migrations.RunPython(index_sounds, migrations.RunPython.noop)]
