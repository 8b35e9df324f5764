"""Numbers to ring: shipped, corrected by the operator, corrected by an organisation; and nowhere else in the house."""

import re
from datetime import date
from pathlib import Path

import pytest

import cast
import digibel
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.organisations import checks, numbers

pytestmark = pytest.mark.django_db
SOURCE = Path(digibel.__file__).parent


@pytest.fixture
def lindeboom(frozen_clock):
    return cast.organisation(duty=False)


def test_an_organisation_hears_its_own_number_and_no_neighbour_does(lindeboom, now):
    sleutel = cast.organisation("De Sleutel", sms_number="+32460000002", duty=False)
    numbers.note_checked(lindeboom, "card-stop", by=SYSTEM, value=" 070 34 43 44 ", source="cardstop.be")
    mine, theirs = numbers.find("card-stop", lindeboom), numbers.find("card-stop", sleutel)
    assert (mine.value("fr"), mine.source, mine.checked_on, mine.own) == (
        "070 34 43 44",
        "cardstop.be",
        now.date(),
        True,
    )
    assert (theirs.value("fr"), theirs.checked_on, theirs.stale) == ("078 170 170", None, True)
    assert Event.objects.get(verb="number.checked").facts == {"slug": "card-stop", "changed": True}


def test_checked_and_still_right_keeps_the_number_and_its_languages(lindeboom, now):
    numbers.note_checked(lindeboom, "suspicious", by=SYSTEM)
    checked = numbers.find("suspicious", lindeboom)
    assert (checked.value("nl"), checked.value("fr")) == ("verdacht@safeonweb.be", "suspect@safeonweb.be")
    assert (checked.checked_on, checked.stale) == (now.date(), False)


@pytest.mark.parametrize(
    ("slug", "value", "source", "problem"),
    [
        ("card-stop", "bel de bank", "x", numbers.NotANumberToRing),
        ("card-stop", "070" * 40, "x", numbers.NotANumberToRing),
        ("card-stop", "\x00<script>", "x", numbers.NotANumberToRing),
        ("card-stop", "2026-02-30", "x", numbers.NotANumberToRing),
        ("card-stop", "078 170 17", "x", numbers.NotANumberToRing),
        ("card-stop", "٠٧٨ ١٧٠ ١٧٠", "x", numbers.NotANumberToRing),
        ("card-stop", "00", "x", numbers.NotANumberToRing),
        ("suspicious", "javascript:alert(1)", "x", numbers.NotANumberToRing),
        ("report-fraud", "a b.be", "x", numbers.NotANumberToRing),
        ("card-stop", "070 34 43 44", "  ", numbers.NoSource),
        ("no-such", "070 34 43 44", "x", numbers.UnknownNumber),
    ],
)
def test_what_is_no_number_is_refused_and_nothing_is_kept(lindeboom, slug, value, source, problem):
    with pytest.raises(problem):
        numbers.note_checked(lindeboom, slug, by=SYSTEM, value=value, source=source)
    assert not lindeboom.own_numbers.exists()


@pytest.mark.parametrize(
    "value", ["101", "1712", "116 000", "+32 78 170 170", "0800 30 800", "02/486.45.00", "+33 1 42 76 40 40"]
)
def test_whatever_rings_somewhere_can_be_noted(lindeboom, value):
    assert numbers.note_checked(lindeboom, "caw", by=SYSTEM, value=value, source="rung").value("nl") == value


def test_the_operators_file_corrects_what_ships(settings, tmp_path):
    theirs = tmp_path / "numbers.toml"
    theirs.write_text('[tax]\nvalue = "02 233 81 11"\nsource = "rung"\nchecked_on = 2026-09-01\n')
    settings.DIGIBEL_NUMBERS_FILE = str(theirs)
    assert checks.numbers_can_be_read() == []
    tax = numbers.find("tax")
    assert (tax.value("nl"), tax.checked_on, tax.since) == ("02 233 81 11", date(2026, 9, 1), date(2026, 11, 20))
    assert numbers.find("police").value("nl") == "101"


@pytest.mark.parametrize(
    "text", ["[tax", '[moon]\nvalue = "1"\n', '[tax]\nvalue = "niets"\n', '[tax]\nsince = "gisteren"\n', None]
)
def test_a_mistake_in_the_operators_file_is_said_at_the_start(settings, tmp_path, text):
    theirs = tmp_path / "numbers.toml"
    if text is not None:
        theirs.write_text(text)
    settings.DIGIBEL_NUMBERS_FILE = str(theirs)
    assert [found.id for found in checks.numbers_can_be_read()] == ["organisations.E001"]


def test_no_other_file_of_the_house_holds_one_of_these_numbers():
    """But for services that are called by their number (112), and what suggestions and the secrets gate know to be public."""
    values = {value for one in numbers.table().values() if not one.name_is_number for value in one.values.values()}
    spelled = [re.escape(value).replace(r"\ ", "[ ./]?") for value in values]
    pattern = re.compile("|".join(rf"(?<![\d-]){one}(?!\d)" for one in spelled))
    files = [path for kind in ("toml", "html", "po") for path in SOURCE.rglob(f"*.{kind}")]
    files += (SOURCE / "desk").rglob("*.py")
    public = {"organisations/numbers.toml", "guardrails/secrets/wordings/common.toml"}
    found = {
        str(path.relative_to(SOURCE)): pattern.findall(path.read_text(encoding="utf-8"))
        for path in files
        if str(path.relative_to(SOURCE)) not in public
    }
    assert {name: hits for name, hits in found.items() if hits} == {}
