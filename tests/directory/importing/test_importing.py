"""A list of places: told row by row, all of it or nothing, taken back."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.utils import translation

import cast
from digibel import sheets
from digibel.audit.actors import SYSTEM
from digibel.audit.models import Event
from digibel.desk import placefiles
from digibel.directory import corrections, errors, loading
from digibel.directory.importing import bringing, cells
from digibel.directory.importing.rehearsing import Rehearsal, rehearse
from digibel.directory.models import HelpPlace, Kind, PlacesImport
from digibel.problems import Problem
from digibel.requests import referrals
from digibel.sheets import handing_out
from digibel.sheets.errors import ColumnMissing, ColumnTwice, RowsRefused, UndoneAlready

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

HEADING = "Naam;Soort;Adres;Tel;Uren;Talen;Rolstoel;Nagekeken;Opmerking"
LINDE = "De Linde;OCR;Kerkstraat 12, 1090 Jette;+32 (0)2 512 34 56;ma-vr 9-17;nl, frans, klingon;ja;46266;zeg Els"
BIB = "Bib Zavel;bibliotheek;Zavel 3 bus 2 - 1000 Brussel;025123457;;;;;"


def sheet(*rows: str, heading: str = HEADING) -> sheets.Sheet:
    return sheets.read("\n".join([heading, *rows]).encode())


def read(*rows: str, heading: str = HEADING, kind: str = "") -> Rehearsal:
    return rehearse(sheet(*rows, heading=heading), kind=kind)


def bring(*rows: str, heading: str = HEADING) -> PlacesImport:
    told = sheet(*rows, heading=heading)
    return bringing.bring_in(told, seen=rehearse(told).seen, by=SYSTEM)


def refusals(rehearsal: Rehearsal) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.problem.code) for row in rehearsal.refused]


def rows_now() -> list[dict[str, object]]:
    return list(HelpPlace.objects.order_by("pk").values())


def test_a_list_comes_in_with_everything_it_says() -> None:
    rehearsal = read(LINDE, BIB)
    made = bring(LINDE, BIB)
    bib, linde = HelpPlace.objects.order_by("name")
    assert (linde.kind, linde.street, linde.house_number, linde.postcode) == (
        "computer_room",
        "Kerkstraat",
        "12",
        "1090",
    )
    assert (linde.phone, linde.languages, linde.step_free, linde.checked_on) == (
        "02 512 34 56",
        ["nl", "fr"],
        True,
        date(2026, 9, 1),
    )
    assert (sorted(linde.hours), linde.hours["mon"]) == (["fri", "mon", "thu", "tue", "wed"], [["09:00", "17:00"]])
    assert (bib.street, bib.house_number, bib.phone, bib.step_free, bib.checked_on) == (
        "Zavel",
        "3 bus 2",
        "02 512 34 57",
        None,
        None,
    )
    assert (made.added, made.changed, rehearsal.unused) == (2, 0, ["Opmerking"])
    assert [one.unread for one in rehearsal.planned] == [{"Talen": ["klingon"]}, {}]


def test_every_cell_that_cannot_be_read_is_told_with_its_row_and_column() -> None:
    rehearsal = read(LINDE, ";iets;ergens;geen;na vijf;klingon;misschien;01/01/2030;", BIB)
    assert refusals(rehearsal) == [
        (3, "Naam", "cell_empty"),
        (3, "Soort", "no_such_word"),
        (3, "Tel", "no_telephone"),
        (3, "Rolstoel", "no_such_word"),
        (3, "Nagekeken", "not_checked_yet"),
        (3, "Adres", "no_such_address"),
        (3, "Uren", "no_such_hours"),
        (3, "Talen", "no_such_language"),
    ]
    assert [one.line for one in rehearsal.planned] == [2, 4]
    with pytest.raises(RowsRefused):
        bring(LINDE, "x;iets;;;;;;;")
    assert HelpPlace.objects.count() == 0


def test_double_rows_are_told_and_two_desks_of_one_name_are_two_places() -> None:
    other = LINDE.replace("Kerkstraat 12", "Markt 1")
    assert refusals(read(LINDE, BIB, LINDE.upper(), other)) == [(4, "Naam", "place_twice_in_the_list")]
    assert bring(LINDE, other).added == 2
    assert refusals(read("De Linde;OCR;;;;;;;", heading=HEADING.replace("Adres", "Postcode"))) == []
    assert refusals(read("De Linde;OCR;1090;;;;;;", heading=HEADING.replace("Adres", "Postcode"))) == [
        (2, "Naam", "which_place")
    ]


def test_what_is_known_changes_only_where_the_list_says_otherwise() -> None:
    bring(LINDE)
    rehearsal = read("de linde;OCR;Kerkstraat 14, 1090;;maandag 9-12;;;;", BIB)
    [changed] = rehearsal.changed
    assert changed.changes == {"house_number": "14", "hours": {"mon": [["09:00", "12:00"]]}, "checked_on": None}
    assert (len(rehearsal.added), rehearsal.same) == (1, 0)
    bring("de linde;OCR;Kerkstraat 14, 1090;;maandag 9-12;;;;")
    linde = HelpPlace.objects.get()
    assert (linde.name, linde.house_number, linde.phone, linde.version, linde.checked_on) == (
        "De Linde",
        "14",
        "02 512 34 56",
        2,
        None,
    )


def test_a_list_that_is_older_than_our_look_changes_nothing() -> None:
    linde = cast.place("De Linde", street="Kerkstraat", checked_on=date(2026, 8, 1))
    rehearsal = read("De Linde;OCR;Kerkstraat 99, 1090;;;;;31/07/2026;")
    assert [(one.place, one.older, one.changes) for one in rehearsal.planned] == [(linde, True, {})]
    with pytest.raises(errors.NothingNew):
        bring("De Linde;OCR;Kerkstraat 99, 1090;;;;;31/07/2026;")


@pytest.mark.parametrize(("language", "ending"), [("nl", "csv"), ("fr", "csv"), ("en", "xlsx")])
def test_the_list_that_we_hand_out_comes_back_without_a_change(language: str, ending: str) -> None:
    loading.load_known_places()
    cast.place(
        "=SUM(1)", phone="+32 2 555 00 00", exceptions=[{"from": "2026-12-24", "until": "2026-12-24", "hours": []}]
    )
    with translation.override(language):
        head, rows = placefiles.head(), list(placefiles.rows(HelpPlace.objects.all()))
    data = (
        handing_out.as_csv(head, rows).encode() if ending == "csv" else handing_out.as_xlsx(head, rows, title="Places")
    )
    rehearsal = rehearse(sheets.read(data))
    assert (rehearsal.refused, rehearsal.unused, rehearsal.added) == ([], [], [])
    assert [(one.name, one.changes) for one in rehearsal.changed] == []
    assert rehearsal.same == len(rows)


@pytest.mark.parametrize("language", ["nl", "fr", "en"])
def test_what_a_place_is_for_is_read_as_the_page_says_it(language: str) -> None:
    with translation.override(language):
        assert [cells.kind(str(kind.label)) for kind in Kind] == list(Kind)


@pytest.mark.parametrize(
    ("heading", "cells_", "told"),
    [
        ("nom,type,rue et numéro,code postal", "EPN,EPN,Rue du Test 12 bte 3,1080 Molenbeek", ("Rue du Test", "12 bte 3", "1080")),
        ("nom,type,adresse", 'EPN,EPN,"Rue du 11 Novembre 5, 1080 Bruxelles"', ("Rue du 11 Novembre", "5", "1080")),
        ("name,what for,street,number,postcode", "Test,library,Test Street,12,B-1080", ("Test Street", "12", "1080")),
        ("nom,type,adresse", "CPAS,CPAS,\"Chaussée de Test 4-6, B-1080 Bruxelles\"", ("Chaussée de Test", "4-6", "1080")),
    ],
)  # fmt: skip
def test_an_address_is_read_in_one_cell_two_or_three(heading: str, cells_: str, told: tuple[str, ...]) -> None:
    [one] = read(cells_, heading=heading).planned
    assert tuple(one.changes[name] for name in ("street", "house_number", "postcode")) == told


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("+32 (0)2 512 34 56", "02 512 34 56"),
        ("02/512.34.56 (Els)", "02 512 34 56"),
        ("25123456", "02 512 34 56"),
        ("0800/35.243 of 02 512 34 56", "0800 35 243"),
        ("+33 1 42 68 53 00", "+33 1 42 68 53 00"),
        ("1733", "1733"),
        ("", ""),
    ],
)
def test_a_telephone_is_read_as_people_write_it(text: str, phone: str) -> None:
    assert cells.phone(text) == phone


@pytest.mark.parametrize(
    ("heading", "refusal"), [("naam;adres", ColumnMissing), ("soort;adres", ColumnMissing), ("naam;nom", ColumnTwice)]
)
def test_a_list_without_what_is_needed_is_refused_as_a_whole(heading: str, refusal: type[Problem]) -> None:
    with pytest.raises(refusal):
        read("a;b", heading=heading)


def test_where_no_row_says_what_it_is_somebody_says_it_for_all() -> None:
    [one] = read("Bib;1000", heading="naam;postcode", kind="library").planned
    assert one.changes["kind"] == "library"


def test_what_does_not_fit_is_told_and_not_cut() -> None:
    assert refusals(read(f"{'x' * 121};OCR;;;;;;;")) == [(2, "Naam", "does_not_fit")]


def test_a_secret_in_a_cell_is_not_kept() -> None:
    bring("De Linde wachtwoord: Zonnebloem!;OCR;;;;;;;")
    assert "Zonnebloem" not in HelpPlace.objects.get().name


def test_nothing_comes_in_when_the_last_one_fails() -> None:
    came = []

    def breaks() -> None:
        came.append(1)
        if len(came) == 2:
            raise DatabaseError("the disk is full")

    told = sheet(LINDE, BIB)
    with pytest.raises(DatabaseError):
        bringing.bring_in(told, seen=rehearse(told).seen, by=SYSTEM, went_on=breaks)
    assert (HelpPlace.objects.count(), PlacesImport.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_what_changed_since_the_rehearsal_stops_it() -> None:
    bring(LINDE)
    told = sheet(LINDE.replace("12 34", "99 99"), BIB)
    seen = rehearse(told).seen
    corrections.correct(HelpPlace.objects.get(), by=SYSTEM, price="5 euro")
    with pytest.raises(errors.ListIsOld):
        bringing.bring_in(told, seen=seen, by=SYSTEM)
    assert HelpPlace.objects.count() == 1


def test_taken_back_everything_is_as_it_was() -> None:
    kept = cast.place("De Linde", street="Kerkstraat", house_number="1", checked_on=date(2026, 8, 1))
    before = rows_now()
    made = bring("De Linde;OCR;Kerkstraat 2, 1090;;maandag 9-12;;;02/08/2026;", BIB)
    assert (made.added, made.changed) == (1, 1)
    assert bringing.take_back(made, by=SYSTEM) == 2
    kept.refresh_from_db()
    assert kept.version == 3
    assert [{**row, "version": 1} for row in rows_now()] == before
    with pytest.raises(UndoneAlready):
        bringing.take_back(made, by=SYSTEM)


def test_what_was_put_right_or_handed_out_since_is_not_taken_back() -> None:
    made = bring(LINDE, BIB)
    after = rows_now()
    corrections.correct(HelpPlace.objects.get(name="De Linde"), by=SYSTEM, price="5 euro")
    with pytest.raises(errors.ChangedSince):
        bringing.take_back(made, by=SYSTEM)
    HelpPlace.objects.filter(name="De Linde").update(
        **{k: v for row in after if row["name"] == "De Linde" for k, v in row.items()}
    )
    referrals.refer(cast.request(cast.organisation()), by=SYSTEM, places=[HelpPlace.objects.get(name="Bib Zavel")])
    with pytest.raises(errors.ChangedSince):
        bringing.take_back(made, by=SYSTEM)
    assert rows_now() == after


# --- the command ------------------------------------------------------------------------------------------------------


def run(*arguments: object) -> list[str]:
    out = StringIO()
    call_command("import_places", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue().splitlines()


def test_the_command_rehearses_brings_in_and_takes_back(tmp_path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text("\n".join([HEADING, LINDE, ";OCR;;;;;;;", BIB]))
    out = run(path, "--dry-run")
    assert (out[0], out[1], out[-2], HelpPlace.objects.count()) == (
        "row 3, Naam: This is empty. Fill it in.",
        "row 2, De Linde: new",
        "2 new, 0 changed, 0 as they are, 1 refused.",
        0,
    )
    with pytest.raises(CommandError):
        run(path)
    last = run(path, "--skip-refused")[-1]
    made = PlacesImport.objects.get()
    assert last == f"2 came in, 0 changed. To take this back: import_places --undo {made.pk}"
    with pytest.raises(CommandError, match="in the places already"):
        run(path, "--skip-refused")
    assert run("--undo", made.pk) == ["2 places are as they were."]
    assert HelpPlace.objects.count() == 0
