import re
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.test import override_settings
from django.utils import translation

from digibel import clock
from digibel.desk.templatetags.desk_parts import BELLS, VERDICTS, brussels_map, icon_names

NOW = datetime(2026, 11, 24, 9, 46, tzinfo=UTC)

# What the task catalogue and the pages may ask for.
CLOSED_LIST = frozenset(
    re.findall(
        r"\w+",
        """look app wifi mail video photo transfer print tv clean shield ear search ticket form book key eye post device
    remote bank cash pay id globe login tax mandate house school benefit health doctor cart tag alarm phone contract sign
    coins scroll court account secret job abuse take person piracy home care dog smoke stairs lift clock sms letter worker
    call visit door bell""",
    )
)


def render(text: str, **context: object) -> str:
    with clock.travel(NOW), translation.override("en"):
        return Template("{% load desk_parts %}" + text).render(Context(context)).strip()


class Visitor(forms.Form):
    name = forms.CharField(label="Name", help_text="As on the bell")
    floor = forms.ChoiceField(label="Floor", choices=[("0", "Ground"), ("1", "First")], widget=forms.RadioSelect)
    dog = forms.BooleanField(label="Dog", required=False)


def test_icon_names_hold_the_closed_list_and_the_bells() -> None:
    assert CLOSED_LIST - icon_names() == set()
    assert {f"bell-{state}" for state in BELLS} - icon_names() == set()


def test_icon_is_silent_and_its_word_is_heard() -> None:
    assert render('{% icon "wifi" "Wi-Fi" %}') == (
        '<svg class="i" aria-hidden="true" focusable="false"><use href="/static/desk/icons.svg#wifi"></use></svg>'
        '<span class="vh">Wi-Fi</span>'
    )


def test_bell_always_has_a_word() -> None:
    assert render('{% bell "later" %}').endswith('<span class="vh">Later</span>')
    assert render('{% bell "wait" "until noon" True %}').endswith(" <span>until noon</span>")


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_verdict_is_red_only_when_forbidden(name: str) -> None:
    assert ("alarm" in render("{% verdict name %}", name=name)) == (name == "forbidden")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "Wed 25 Nov 00:30"),
        (datetime(2026, 11, 23, 23, 0, tzinfo=UTC), "00:00"),
        (datetime(2027, 11, 24, 13, 0, tzinfo=UTC), "24 Nov 2027 14:00"),
        (datetime(2026, 7, 1, 12, 0, tzinfo=UTC), "Wed 1 Jul 14:00"),
        (date(2026, 11, 26), "Thu 26 Nov"),
    ],
)
def test_moment_is_short_and_in_brussels(value: date, shown: str) -> None:
    html = render("{% moment value %}", value=value)
    assert html.partition(">")[2] == f"{shown}</time>"


def test_moment_says_its_exact_hour_to_machines() -> None:
    html = render("{% moment value %}", value=datetime(2026, 7, 1, 12, 0, tzinfo=UTC))
    assert html.partition(">")[0] == '<time datetime="2026-07-01T14:00+02:00"'


def test_moment_of_nothing_is_nothing() -> None:
    assert render("{% moment value %}", value=None) == ""


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+32470000112", '<a class="tel" href="tel:+32470000112"><bdi dir="ltr">0470 00 01 12</bdi></a>'),
        ("02 486 45 00", '<a class="tel" href="tel:+3224864500"><bdi dir="ltr">02 486 45 00</bdi></a>'),
        ("078 170 170", '<a class="tel" href="tel:+3278170170"><bdi dir="ltr">078 170 170</bdi></a>'),
        ("+33142685300", '<a class="tel" href="tel:+33142685300"><bdi dir="ltr">+33 1 42 68 53 00</bdi></a>'),
        ("<b>", '<bdi dir="ltr">&lt;b&gt;</bdi>'),
    ],
)
def test_phone_reads_as_people_write_it(number: str, shown: str) -> None:
    assert render("{% phone number %}", number=number) == shown


def test_field_describes_its_help_and_its_error() -> None:
    html = render("{% field form.name %}", form=Visitor(data={}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert html.count('id="id_name_helptext"') == html.count('id="id_name_error"') == 1
    assert '<label for="id_name">Name</label>' in html


def test_field_draws_choices_as_plates_with_real_controls() -> None:
    html = render("{% field form.floor icons=icons %}", form=Visitor(), icons={"0": "door"})
    assert html.count('<label class="choice"><input type="radio"') == 2
    assert html.count("icons.svg#door") == 1
    assert '<legend class="lab">Floor</legend>' in html


def test_field_puts_a_tick_box_inside_its_label() -> None:
    assert '<label class="opt" for="id_dog"><input type="checkbox"' in render("{% field form.dog %}", form=Visitor())


def test_errors_link_to_controls_that_can_have_the_focus() -> None:
    html = render("{% errors form %}", form=Visitor(data={}))
    assert 'role="alert"' in html
    assert "2 things to mend" in html
    assert '<a href="#id_name">Name</a>' in html
    assert '<a href="#id_floor_0">Floor</a>' in html


def test_errors_are_silent_when_there_are_none() -> None:
    assert render("{% errors form %}", form=Visitor()) == ""


def test_brussels_map_shows_every_postcode_of_brussels_once() -> None:
    with translation.override("nl"):
        tiles = brussels_map(here="1020", within=["1090", "1030"], people=[(1, "1090"), (2, "1130"), (3, "9000")])[
            "tiles"
        ]
    real = [tile for tile in tiles if tile["shape"] != "gap"]
    assert len(real) == 19
    assert [tile["postcode"] for tile in real if tile["here"]] == ["1000"]
    assert sorted(tile["postcode"] for tile in real if tile["within"]) == ["1030", "1090"]
    assert {tile["postcode"]: tile["numbers"] for tile in real if tile["numbers"]} == {"1090": [1], "1000": [2]}


def test_design_page_stands_without_a_context_and_without_pages() -> None:
    with clock.travel(NOW), translation.override("nl"), override_settings(ROOT_URLCONF=()):
        html = Template('{% include "desk/design.html" %}').render(Context())
    assert html.count("<h2") > 12
    ids = [part.partition('"')[0] for part in html.split(' id="')[1:]]
    assert sorted(one for one in set(ids) if ids.count(one) > 1) == []
