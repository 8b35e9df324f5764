#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digibel.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as missing:
        # The commonest first mistake is the wrong python: say so, rather than show a traceback about imports.
        raise SystemExit(
            "Django is not installed here. Run `make setup`, then `.venv/bin/python manage.py`."
        ) from missing
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
