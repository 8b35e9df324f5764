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
    _open_what_is_closed()
    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has enough (`| head`): no error, and nothing left to say when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)


def _open_what_is_closed() -> None:
    """Started without an input or output (`<&-`): nothing to read, and nobody who reads. No database gets their numbers."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - as long as the command


if __name__ == "__main__":
    main()
