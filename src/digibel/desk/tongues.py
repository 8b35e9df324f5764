"""In which language a volunteer reads what is theirs: any of those in which texts are written, and they change it on the page."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from digibel import languages
from digibel.organisations.models import Organisation
from digibel.volunteers.models import Volunteer


def chosen(request: HttpRequest) -> str:
    """What was asked for in the address; empty where nothing, or nothing that we have, was."""
    asked = request.GET.get("lang", "")
    return asked if asked in languages.LANGUAGES else ""


def of(volunteer: Volunteer, organisation: Organisation, asked: str) -> str:
    """What they chose, else the first of their own, else the organisation's."""
    return languages.best_language([asked, *volunteer.recipient.languages], fallback=organisation.language)


def of_a_stranger(request: HttpRequest) -> str:
    """Behind a link that opens nothing we know nobody: what the address asks for, else what their browser does."""
    accepted = [code for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]
    return languages.best_language([chosen(request), *accepted], fallback=translation.get_language() or "nl")


def to_choose() -> Iterator[tuple[str, str, str]]:
    """Each by its own name, with the address of this page in it; the one that is active has none."""
    active = translation.get_language()
    for code, one in languages.LANGUAGES.items():
        yield code, one.own, "" if code == active else f"?lang={code}"
