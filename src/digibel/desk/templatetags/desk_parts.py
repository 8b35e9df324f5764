"""The small parts of every page: icons, bells, verdicts, fields, moments, telephone numbers.

Each larger part is a partial in `templates/desk/parts/`, which says in its first lines what it wants from the context.
All of them stand, in every state, on the page `/design`.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import phonenumbers
from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from digibel import clock, languages, places
from digibel.desk import listplace, maps
from digibel.desk.persons import WHYS
from digibel.notifications.models import Recipient
from digibel.organisations import openid
from digibel.organisations.openid import House
from digibel.requests.access_notes import in_words

register = template.Library()

DESK = Path(__file__).resolve().parents[1]
SPRITE = DESK / "static" / "desk" / "icons.svg"

# A state is a bell. The word goes with it, seen or only heard.
BELLS = {
    "you": _("For you"),
    "wait": _("Waiting for somebody"),
    "alarm": _("Alarm"),
    "done": _("Done"),
    "later": _("Later"),
}

# Whoever has such a number chose how it is remembered: Card Stop is known in threes, and in twos nobody knows it.
OF_SERVICES = frozenset(
    {
        phonenumbers.PhoneNumberType.UAN,
        phonenumbers.PhoneNumberType.TOLL_FREE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
    }
)

# A verdict is a word; only what is forbidden is red.
VERDICTS = {
    "allowed": _("allowed"),
    "conditions": _("allowed, with conditions"),
    "staff_only": _("staff only"),
    "forbidden": _("not allowed"),
}


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """The names that `{% icon %}` can draw."""
    return frozenset(re.findall(r'<symbol id="([^"]+)"', SPRITE.read_text(encoding="utf-8")))


def _use(name: str, css: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        static("desk/icons.svg"),
        name,
    )


def _heard(word: object) -> SafeString:
    return format_html('<span class="vh">{}</span>', word) if word else SafeString("")


@register.simple_tag
def icon(name: str, word: str = "") -> SafeString:
    """A drawing. The word beside it carries the meaning; `word` is for the ear, where no word stands on the page."""
    return _use(name, "i") + _heard(word)


@register.simple_tag
def bell(state: str, text: str = "", shown: bool = False) -> SafeString:
    """`{% bell "wait" "until noon" %}`: one of `BELLS`; the text (or the state's own word) is heard, or `shown`."""
    mark = _use(f"bell-{state}", f"bell {state}")
    word = text or BELLS[state]
    return mark + (format_html(" <span>{}</span>", word) if shown else _heard(word))


MOST_PUSHES = 12


@register.simple_tag
def pushes(count: int) -> SafeString:
    """One push for each thing to do in an hour, at most a dozen: the exact number stands beside it in words."""
    return SafeString("<i></i>" * min(count, MOST_PUSHES))


@register.simple_tag
def logo() -> SafeString:
    return _use("logo", "mark")


@register.simple_tag
def outside_logins() -> list[House]:
    return list(openid.houses().values())


@register.simple_tag
def verdict(value: Any) -> SafeString:
    """The word of a verdict (`allowed`, `conditions`, `staff_only`, `forbidden`, or an enum of them)."""
    name = str(getattr(value, "value", value))
    if name != "forbidden":
        return format_html('<span class="tag">{}</span>', VERDICTS[name])
    return format_html('<span class="tag alarm">{}{}</span>', _use("stop", "i"), VERDICTS[name])


@register.inclusion_tag("desk/parts/field.html")
def field(bound: BoundField, wide: bool = False, icons: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A field with its label, help and errors, wired for the ear. Radios and tick boxes become large plates.

    `icons` maps a choice's value to the name of its drawing.
    """
    widget = bound.field.widget
    plates = [
        {"tag": choice.tag(), "label": choice.choice_label, "icon": (icons or {}).get(str(choice.data["value"]))}
        for choice in (bound.subwidgets if widget.use_fieldset else ())
        if "choice_label" not in choice.data and "label" in choice.data
    ]
    return {
        "bound": bound,
        "wide": wide,
        "plates": plates,
        "tick": getattr(widget, "input_type", "") == "checkbox" and not plates,
    }


def _anchor(bound: BoundField) -> str:
    """Where a link in the error summary must land: the first control that can have the focus."""
    subwidgets = bound.subwidgets
    return (subwidgets[0].id_for_label if bound.field.widget.use_fieldset and subwidgets else "") or str(bound.auto_id)


@register.inclusion_tag("desk/parts/errors.html")
def errors(*forms: BaseForm) -> dict[str, Any]:
    """The summary above one or more forms that could not be saved: what to mend, each with a link to its field."""
    found: list[dict[str, Any]] = []
    for form in forms:
        found += [{"anchor": "", "label": "", "text": text} for text in form.non_field_errors()]
        found += [
            {"anchor": _anchor(bound), "label": bound.label, "text": text} for bound in form for text in bound.errors
        ]
    return {"found": found}


@register.simple_tag
def page_numbers(page: Page[Any]) -> list[int | str]:
    """The numbers round the present page, with an ellipsis where some are left out."""
    return list(page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1))


# How a moment is written: Django's format letters, which follow the language for the names of days and months.
SHAPES = {"time": "H:i", "day": "D j b", "short": "D j b H:i", "year": "j b Y H:i", "long": "l j F Y, H:i"}
NEARLY_A_YEAR = timedelta(days=300)


def _written(value: datetime | date, shape: str) -> str:
    """English writes its months with a capital, Dutch and French do not. Other languages have an order of their own."""
    if (language := get_language() or "nl") not in languages.DESK_LANGUAGES:
        return _written_elsewhere(value, shape, language)
    letters = SHAPES[shape].replace("b", "M") if get_language() == "en" else SHAPES[shape]
    return date_format(value, letters)


def _written_elsewhere(value: datetime | date, shape: str, language: str) -> str:
    if shape == "time":
        return f"{value:%H:%M}"
    if shape == "long":
        day = languages.date_in_words(value, language, weekday=True, year=True)
    else:
        day = languages.short_date(value, language, year=shape == "year")
    return day if shape == "day" else f"{day} {value:%H:%M}"


def _shape_of(value: datetime, now: datetime) -> str:
    if clock.local(value).date() == clock.local(now).date():
        return "time"
    return "short" if abs(value - now) < NEARLY_A_YEAR else "year"


@register.simple_tag
def moment(value: datetime | date | None, shape: str = "") -> SafeString:
    """A moment in Brussels: only the hour when it is today, the day too when it is not. `shape` asks for one of `SHAPES`."""
    if value is None:
        return SafeString("")
    if not isinstance(value, datetime):
        return format_html('<time datetime="{}">{}</time>', value.isoformat(), _written(value, "day"))
    text = _written(clock.local(value), shape or _shape_of(value, clock.now()))
    return format_html('<time datetime="{}">{}</time>', clock.local(value).isoformat(timespec="minutes"), text)


@register.simple_tag
def hours(start: datetime, end: datetime) -> SafeString:
    """From when until when on one day. Where people read from the right a word stands between: a dash would turn them round."""
    facts = languages.LANGUAGES[get_language() or "nl"]
    between = facts.window if facts.right_to_left else "{start}–{end}"
    return format_html(between, start=moment(start, "time"), end=moment(end, "time"))


@register.filter
def day_in_words(value: date, more: str = "") -> str:
    """ "26 november" in the language of the page; `more` asks for the "weekday" or the "year" too."""
    reader = get_language() or "nl"
    return languages.date_in_words(value, reader, weekday=more == "weekday", year=more == "year")


@register.simple_tag
def phone(number: str, link: bool = True) -> SafeString:
    """A telephone number as people write it here, that can be pressed. Always left to right, also in Arabic."""
    try:
        parsed = phonenumbers.parse(number, "BE")
    except phonenumbers.NumberParseException:
        return format_html('<bdi dir="ltr">{}</bdi>', number)
    text = format_html('<bdi dir="ltr">{}</bdi>', _spelt(number, parsed))
    if not link:
        return text
    e164 = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return format_html('<a class="tel" href="tel:{}">{}</a>', e164, text)


def _spelt(number: str, parsed: phonenumbers.PhoneNumber) -> str:
    if not number.startswith("+") and phonenumbers.number_type(parsed) in OF_SERVICES:
        return number
    here = parsed.country_code == 32
    style = phonenumbers.PhoneNumberFormat.NATIONAL if here else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


@register.filter
def access_words(codes: list[str]) -> str:
    """What to mind at the door, in the language of the page."""
    return ", ".join(in_words(codes, (get_language() or "nl")[:2]))


@register.inclusion_tag("desk/parts/nav_item.html", takes_context=True)
def nav_item(context: Context, name: str, label: str) -> dict[str, Any]:
    """One entry of the main menu, `name` a url name such as `desk:match`. Absent when there is no such page.

    A page that has no entry of its own names the one it belongs to in its context: `section="requests"`.
    """
    try:
        address = reverse(name)
    except NoReverseMatch:
        address = ""
    key = name.partition(":")[2]
    section = context.get("section") or getattr(
        getattr(context.get("request"), "resolver_match", None), "url_name", None
    )
    return {
        "address": address,
        "label": label,
        "count": (context.get("nav_counts") or {}).get(key),
        "current": section == key,
    }


def _place_name(postcodes: list[str], language: str) -> str:
    return places.name(postcodes[0], language) if postcodes else ""


@register.inclusion_tag("desk/parts/map.html")
def brussels_map(
    here: str = "", within: Iterable[str] = (), people: Iterable[tuple[int, str]] = (), reach_of: str = ""
) -> dict[str, Any]:
    """The nineteen municipalities as tiles. Takes postcodes only.

    `here`: where the request is; `within`: what the volunteer called `reach_of` reaches; `people`: pairs of a number in
    the list and the postcode where that person lives.
    """
    reach, pairs = set(within), list(people)
    names_in = "nl" if get_language() == "nl" else "fr"
    tiles = []
    for tile in maps.tiles():
        codes = set(tile["postcodes"])
        tiles.append(
            {
                "shape": tile.get("shape", ""),
                "postcode": next(iter(tile["postcodes"]), ""),
                "name": _place_name(tile["postcodes"], names_in),
                "here": here in codes,
                "within": bool(codes & reach),
                "numbers": [number for number, code in pairs if code in codes],
            }
        )
    return {"tiles": tiles, "names_in": names_in, "reach_of": reach_of or gettext("this volunteer")}


@register.simple_tag(takes_context=True)
def list_url(context: Context, name: str) -> str:
    """`{% list_url "desk:requests" %}`: the way back to a list, as it stood."""
    return listplace.address(context.get("request"), name)


@register.inclusion_tag("desk/parts/restricted.html")
def restricted(recipient: Recipient) -> dict[str, Any]:
    """Kept and not used: the line that stands on every page of this person."""
    return {"why": WHYS.get(recipient.restricted_why, ""), "since": recipient.restricted_at}
