"""The card and the own page in every language of texts: no sentence of another language, right to left, dates and numbers."""

import re
from datetime import date, time, timedelta
from html import unescape

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import translation
from django.utils.translation import trans_real

import cast
from digibel import clock, languages
from digibel.audit.actors import SYSTEM
from digibel.desk.templatetags import desk_parts
from digibel.scheduling import cards, doorstep
from digibel.scheduling.whynot import ELSE, NOT_YET, OTHERS_FIRST, OWN, in_words
from digibel.volunteers import pagelinks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

OTHERS = [code for code in languages.LANGUAGES if code not in languages.DESK_LANGUAGES]


@pytest.fixture
def asked_for(monkeypatch):
    """Every sentence that a page asks the translations for: the same ones in whichever language it is shown."""
    Browser().get("/me/" + "a" * 16)  # whatever is read once is read before
    found, real = set(), translation._trans
    single, several, contextual = real.gettext, real.ngettext, real.pgettext

    def gettext(message):
        found.add(message)
        return single(message)

    def ngettext(one, many, number):
        found.add((one, 0))
        return several(one, many, number)

    def pgettext(context, message):
        found.add(f"{context}\x04{message}")
        return contextual(context, message)

    for name, verb in (("gettext", gettext), ("ngettext", ngettext), ("pgettext", pgettext)):
        monkeypatch.setattr(real, name, verb)
    return found


def missing(asked_for):
    """What would be said in Dutch, as the translation of that language does not have it."""
    catalogs = {language: trans_real.translation(language)._catalog for language in OTHERS}
    return sorted(
        (code, str(key)) for code, has in catalogs.items() for key in asked_for if key and has.get(key) is None
    )


class Walk:
    """One visit, seen at each step in Arabic."""

    def __init__(self, lindeboom):
        self.browser = Browser()
        self.els = cast.volunteer(lindeboom, name="Els")
        client = {"floor": 4, "dog": True, "smoke": True, "access": ["pet", "shoes-off"], "interpreter": "Mia"}
        self.visit = cast.booked(cast.request(lindeboom, client=client), self.els)

    def card(self, step="", **posted):
        name, more = ("desk:card_deed", [step]) if step else ("desk:card", [])
        address = reverse(name, args=[cards.token(self.visit), *more]) + "?lang=ar"
        return self.see(address, posted if step else None)

    def see(self, address, posted=None):
        answer = self.browser.get(address) if posted is None else self.browser.post(address, posted, follow=True)
        text = answer.content.decode()
        assert '<html lang="ar" dir="rtl">' in text
        return text


def test_no_state_of_the_card_says_a_sentence_in_another_language(lindeboom, asked_for):
    walk = Walk(lindeboom)
    visit = walk.visit
    walk.card()
    walk.card("visit", deed="in")  # too early
    doorstep.read_rules(visit, by=SYSTEM)
    walk.card("visit", deed="late")
    walk.card("ask", word="100 euro afhalen met de kaart 4111 1111 1111 1111")
    walk.card("calendar-renew")
    with clock.travel(visit.starts_at):
        walk.card("ring-me")
        walk.card("fraud")
        walk.card("visit", deed="in")
        walk.card("visit", deed="longer")
        walk.card("visit", deed="nobody")  # not any more
    with clock.travel(visit.starts_at + timedelta(minutes=50)):
        walk.card("visit", deed="out")
        walk.card("report", note="PIN 1234")
        walk.card("report", all_right="no")
    with clock.travel(visit.starts_at + timedelta(days=3)):
        walk.card()
    walk.see(f"/visit/{'a' * 16}?lang=ar")
    assert asked_for >= {"You have left. Thank you! How did it go?", "Nobody opens", "partly", "It is evidence."}
    assert missing(asked_for) == []


def test_no_state_of_the_own_page_says_a_sentence_in_another_language(lindeboom, asked_for):
    walk = Walk(lindeboom)
    token, day = pagelinks.open_page(walk.els, lindeboom), clock.today() + timedelta(days=3)
    steps = {
        "week": {"d1_0_start": "12:00", "d1_0_end": ""},
        "away": {"away-first_day": day, "away-last_day": day},
        "extra": {"extra-day": day, "extra-start": "10:00", "extra-end": "09:00"},
        "off": {"off-weekday": 2},
        "calendar": {"calendar-address": "ftp://nowhere"},
        "pause": {"pause-until": day},
        "back": {},
    }
    for deed, posted in steps.items():
        walk.see(f"/me/{token}/{deed}?lang=ar", posted)
    walk.see(f"/me/{'a' * 16}?lang=ar")
    assert asked_for >= {"Welcome back! We ask you again.", "Write both hours, or none."}
    assert missing(asked_for) == []


def test_every_reason_why_they_were_not_asked_is_said_with_its_plural():
    for language in OTHERS:
        with translation.override(language):
            said = {in_words(code, count) for code in (*OWN, OTHERS_FIRST, NOT_YET, ELSE) for count in (1, 2, 5)}
        with translation.override("nl"):
            assert not said & {
                in_words(code, count) for code in (*OWN, OTHERS_FIRST, NOT_YET, ELSE) for count in (1, 2, 5)
            }
    with translation.override("pl"):
        assert [in_words("over_limit", 1), in_words("no_skill", 2), in_words("no_skill", 5)] == [
            "przy jednej twój tydzień był pełny",
            "2 wymagały innej wiedzy",
            "5 wymagało innej wiedzy",
        ]


def test_the_card_can_be_read_in_each_language_by_its_own_name(client, lindeboom):
    walk = Walk(lindeboom)
    text = client.get(reverse("desk:card", args=[cards.token(walk.visit)]) + "?lang=tr").content.decode()
    others = re.findall(r'<a href="\?lang=(\w\w)" lang="\1" hreflang="\1"><bdi>([^<]+)</bdi></a>', text)
    assert others == [(code, one.own) for code, one in languages.LANGUAGES.items() if code != "tr"]


@pytest.mark.parametrize(
    ("accepted", "told"), [("pl,en;q=0.5", "pl"), ("ar-MA,fr;q=0.8", "ar"), ("uk", "nl"), ("", "nl"), ("*;q=x,,", "nl")]
)
def test_a_link_that_opens_nothing_speaks_the_language_of_the_browser(accepted, told):
    for address in ("/visit/" + "a" * 16, "/me/" + "a" * 16, "/questions/" + "a" * 16):
        answer = Browser(headers={"accept-language": accepted}).get(address)
        assert (answer.status_code, f'<html lang="{told}"' in answer.content.decode()) == (404, True)


def test_a_language_that_we_do_not_have_is_the_volunteers_own(client, lindeboom):
    bilal = cast.volunteer(lindeboom, name="Bilal", speaks=["ar", "fr"])
    visit = cast.booked(cast.request(lindeboom, client={"speaks": ["fr"]}), bilal)
    for lang in ("xx", "../ar", "AR", "ar'--", ""):
        answer = client.get(reverse("desk:card", args=[cards.token(visit)]), {"lang": lang})
        assert (answer.status_code, answer["Content-Language"]) == (200, "ar")


def test_numbers_and_names_stand_apart_in_arabic(client, lindeboom):
    walk = Walk(lindeboom)
    doorstep.read_rules(walk.visit, by=SYSTEM)
    text = unescape(client.get(reverse("desk:card", args=[cards.token(walk.visit)]) + "?lang=ar").content.decode())
    assert re.search(r'href="tel:[^"]+">.*?<bdi dir="ltr">[\d ]+</bdi>', text)
    assert f"<bdi>{walk.visit.client.street} {walk.visit.client.house_number}</bdi>" in text
    assert re.search(r"</time> إلى <time", text)


@pytest.mark.parametrize(
    ("language", "short", "words", "year"),
    [
        ("ar", "الخميس 26 نوفمبر 14:30", "26 نوفمبر", "26 نوفمبر 2026"),
        ("tr", "26 Kas Per 14:30", "26 Kasım", "26 Kasım 2026"),
        ("pl", "czw., 26 lis 14:30", "26 listopada", "26 listopada 2026"),
        ("pt", "quinta, 26 de nov. 14:30", "26 de novembro", "26 de novembro de 2026"),
        ("es", "jue 26 de nov 14:30", "26 de noviembre", "26 de noviembre de 2026"),
        ("ro", "joi 26 nov. 14:30", "26 noiembrie", "26 noiembrie 2026"),
        ("sq", "enj, 26 nën 14:30", "26 nëntor", "26 nëntor 2026"),
        ("nl", "do 26 nov 14:30", "26 november", "26 november 2026"),
    ],
)
def test_days_are_written_as_the_language_writes_them(language, short, words, year):
    moment = clock.at(date(2026, 11, 26), time(14, 30))
    with translation.override(language):
        told = re.sub(r"<[^>]+>", "", desk_parts.moment(moment, "short"))
        assert (told, desk_parts.day_in_words(moment.date()), desk_parts.day_in_words(moment.date(), "year")) == (
            short,
            words,
            year,
        )
