import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digibel.settings")
django.setup(set_prefix=False)

from digibel.alphabets import Asgi  # noqa: E402 - it needs what was just set up

application = Asgi()
