"""A list into the pool: told row by row, all of it or nothing, taken back."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

import cast
from digibel import sheets
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.notifications.models import Recipient
from digibel.problems import Conflict
from digibel.sealing.keys import is_erased
from digibel.sheets.errors import ColumnMissing, ColumnTwice, UndoneAlready
from digibel.volunteers import pool
from digibel.volunteers.importing import bringing, errors
from digibel.volunteers.importing.rehearsing import Rehearsal, rehearse
from digibel.volunteers.models import PoolImport, Volunteer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

HEADING = "Naam;Voornaam;GSM;E-mail;Postcode;Talen;Kan;Beschikbaar;Geslacht;Hond;Opmerking"
JAN = "Peeters;Jan;0470 11 22 33;jan@example.org;1080 Molenbeek;nl, fr;smartphone;ma-vr 9-17;m;nee;aardig"
FATIHA = "El Amrani;Fatiha;+32 (0)471 22 33 44;;1000;Frans en Arabisch;whatsapp;altijd;v;;"


def read(*rows: str, heading: str = HEADING) -> Rehearsal:
    return rehearse(sheets.read("\n".join([heading, *rows]).encode()))


def refusals(rehearsal: Rehearsal) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.problem.code) for row in rehearsal.refused]


def test_a_list_comes_in_with_everything_it_says() -> None:
    rehearsal = read(JAN, FATIHA)
    made = bringing.bring_in(rehearsal, organisation=None, by=SYSTEM)
    jan, fatiha = sorted(made.volunteers.all(), key=lambda one: one.first_name, reverse=True)
    told = (jan.first_name, jan.family_name, jan.recipient.number, jan.email, jan.postcode, jan.gender, jan.dog_ok)
    assert told == ("Jan", "Peeters", "+32470112233", "jan@example.org", "1080", "man", False)
    assert (jan.speaks, jan.recipient.languages, jan.skills) == (["nl", "fr"], ["nl", "fr"], ["smartphone"])
    assert [hours.weekday for hours in jan.hours.order_by("weekday")] == [0, 1, 2, 3, 4]
    assert (fatiha.speaks, fatiha.dog_ok, fatiha.email) == (["fr", "ar"], True, None)
    assert rehearsal.unused == ["Opmerking"]


def test_every_cell_that_cannot_be_read_is_told_with_its_row_and_column() -> None:
    rehearsal = read(JAN, ";;02 345 67 89;geen;9999;klingon;;na vijf;misschien;;", FATIHA)
    assert refusals(rehearsal) == [
        (3, "GSM", "no_mobile"),
        (3, "Voornaam", "cell_empty"),
        (3, "Postcode", "unknown_postcode"),
        (3, "E-mail", "no_mail_address"),
        (3, "Geslacht", "no_such_word"),
        (3, "Talen", "no_such_language"),
        (3, "Beschikbaar", "no_such_hours"),
    ]
    assert [one.line for one in rehearsal.planned] == [2, 4]


def test_one_number_is_one_volunteer_in_the_list_and_in_the_pool() -> None:
    cast.volunteer(cast.organisation(), number="+32471223344")
    assert refusals(read(JAN, JAN.replace("0470 11 22 33", "470112233"), FATIHA)) == [
        (3, "GSM", "twice_in_the_list"),
        (4, "GSM", "already_in_the_pool"),
    ]


def test_a_client_may_have_the_number_of_a_volunteer() -> None:
    request = cast.request(cast.organisation())
    number = request.client.recipient.number
    assert refusals(read(JAN.replace("0470 11 22 33", number))) == []


@pytest.mark.parametrize(
    ("heading", "cells", "name"),
    [
        ("name,phone,postcode,languages", "Jan Peeters,0470112233,1080,nl", ("Jan", "Peeters")),
        ("naam,gsm,postcode,talen", '"Peeters, Jan",0470112233,1080,nl', ("Jan", "Peeters")),
        ("nom et prénom,gsm,code postal,langues", "Van den Berg Jan,0470112233,1080,nl", ("Jan", "Van den Berg")),
        ("prénom,nom,n° de gsm,CP,langues parlées", "Jan,Peeters,0470112233,1080,nl", ("Jan", "Peeters")),
        ("first name,telephone,mobile,zip,language", "Jan,02 345 67 89,0470112233,1080,nl", ("Jan", "")),
    ],
)
def test_columns_have_the_names_people_give_them(heading: str, cells: str, name: tuple[str, str]) -> None:
    [one] = read(cells, heading=heading).planned
    assert (one.facts["first_name"], one.facts["family_name"], one.number) == (*name, "+32470112233")


@pytest.mark.parametrize(
    ("heading", "refusal"),
    [("voornaam;postcode;talen", ColumnMissing), ("voornaam;prénom;gsm;postcode;talen", ColumnTwice)],
)
def test_a_list_without_what_is_needed_is_refused_as_a_whole(heading: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        read("a;b;c;d;e", heading=heading)


def test_papers_count_for_one_organisation_from_their_day() -> None:
    lindeboom = cast.organisation()
    heading = "voornaam;gsm;postcode;talen;verzekering;polis;gedragscode;18+"
    rehearsal = read("Jan;0470112233;1080;nl;01/09/2026;P-77;2026-09-01;ja", heading=heading)
    [jan] = bringing.bring_in(rehearsal, organisation=lindeboom, by=SYSTEM).volunteers.all()
    papers = {
        row.requirement: (row.since, row.until, row.reference) for row in jan.readiness.filter(organisation=lindeboom)
    }
    assert papers["insurance"] == (date(2026, 9, 1), date(2027, 8, 31), "P-77")
    assert {*papers} == {"insurance", "code_of_conduct", "adult"}


def test_a_paper_that_cannot_be_is_told() -> None:
    heading = "voornaam;gsm;postcode;talen;verzekering;opleiding"
    assert refusals(read("Jan;0470112233;1080;nl;01/09/2026;01/01/2030", heading=heading)) == [
        (2, "verzekering", "reference_missing"),
        (2, "opleiding", "not_yet"),
    ]


def test_a_secret_in_a_name_is_not_kept() -> None:
    rehearsal = read(JAN.replace("Peeters", "wachtwoord: Zonnebloem!"))
    [jan] = bringing.bring_in(rehearsal, organisation=None, by=SYSTEM).volunteers.all()
    assert ("Zonnebloem" in jan.family_name, jan.first_name) == (False, "Jan")


def test_nothing_comes_in_when_the_last_one_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    came = []

    def breaks() -> None:
        came.append(1)
        if len(came) == 2:
            raise DatabaseError("the disk is full")

    with pytest.raises(DatabaseError):
        bringing.bring_in(read(JAN, FATIHA), organisation=None, by=SYSTEM, went_on=breaks)
    assert (Volunteer.objects.count(), Recipient.objects.count(), PoolImport.objects.count()) == (0, 0, 0)


def test_who_came_in_since_the_rehearsal_stops_it() -> None:
    rehearsal = read(JAN, FATIHA)
    bringing.bring_in(read(JAN), organisation=None, by=SYSTEM)
    with pytest.raises(Conflict):
        bringing.bring_in(rehearsal, organisation=None, by=SYSTEM)
    assert Volunteer.objects.count() == 1


def test_taken_back_nothing_is_left_of_them() -> None:
    made = bringing.bring_in(read(JAN, FATIHA), organisation=None, by=SYSTEM)
    keys = [one.key_id for one in made.volunteers.all()]
    assert bringing.take_back(made, by=SYSTEM) == 2
    assert (Volunteer.objects.count(), Recipient.objects.count()) == (0, 0)
    assert [is_erased(key) for key in keys] == [True, True]
    with pytest.raises(UndoneAlready):
        bringing.take_back(made, by=SYSTEM)
    assert refusals(read(JAN, FATIHA)) == []


def test_who_was_asked_is_not_taken_back() -> None:
    lindeboom = cast.organisation()
    made = bringing.bring_in(read(JAN, FATIHA), organisation=lindeboom, by=SYSTEM)
    cast.texts(made.volunteers.first(), "hallo")
    with pytest.raises(errors.AtWorkAlready) as refused:
        bringing.take_back(made, by=SYSTEM)
    assert refused.value.details == {"count": 1}
    assert Volunteer.objects.count() == 2


def test_enrolling_a_number_twice_is_refused() -> None:
    facts = {"first_name": "Jan", "postcode": "1080", "speaks": ["nl"]}
    pool.enrol(number="0470 11 22 33", hours=[], facts=facts, by=SYSTEM)
    with pytest.raises(pool.AlreadyInThePool):
        pool.enrol(number="+32470112233", hours=[], facts=facts, by=SYSTEM)


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    path = tmp_path / "lijst.csv"
    path.write_text("\n".join([HEADING, JAN, FATIHA, ";;;;;;;;;;weg"]))
    return path


def run(*arguments: object) -> tuple[str, str]:
    out, progress = StringIO(), StringIO()
    call_command("import_volunteers", *map(str, arguments), stdout=out, stderr=progress)
    return out.getvalue(), progress.getvalue()


def test_a_rehearsal_tells_and_writes_nothing(listed: Path) -> None:
    out, _ = run(listed, "--dry-run")
    assert "row 4, GSM: This is empty. Fill it in." in out.splitlines()
    assert out.splitlines()[-1] == "2 would come in. Nothing was changed: this was a rehearsal."
    assert Volunteer.objects.count() == 0


def test_with_a_refused_row_nothing_comes_in_unless_it_is_left_out(listed: Path) -> None:
    with pytest.raises(CommandError):
        run(listed)
    assert Volunteer.objects.count() == 0
    out, progress = run(listed, "--skip-refused")
    assert Volunteer.objects.count() == 2
    assert "2/2" in progress
    assert (
        out.splitlines()[-1] == f"2 came in. To take this back: import_volunteers --undo {PoolImport.objects.get().pk}"
    )
    run("--undo", PoolImport.objects.get().pk)
    assert Volunteer.objects.count() == 0
    assert [event.verb for event in Event.objects.filter(verb__startswith="volunteer.import")] == [
        "volunteer.imported",
        "volunteer.import_undone",
    ]


@pytest.mark.parametrize("arguments", [["nergens.csv"], [], ["--undo", "7aa30145-3630-47cd-b121-be6abfcf8f50"]])
def test_a_mistake_of_the_operator_is_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        run(*arguments)
