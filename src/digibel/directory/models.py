"""The places a client can be sent to. Nothing here is about a person."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import NamedTuple, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from digibel import places
from digibel.directory.hours import check_exceptions, check_hours, is_open, next_opening
from digibel.organisations.models import Organisation

# What was checked longer ago than this is looked at again: desks move, and hours change every year.
FRESH = timedelta(days=365)
MOST_SEATS = 60
# As long as a text message has room for (`phrasebook/kinds.toml`).
LONGEST_WHERE = 24


class Kind(models.TextChoices):
    COMPUTER_ROOM = "computer_room", _("Public computer room")
    LIBRARY = "library", _("Library")
    HELPDESK = "helpdesk", _("Digital helpdesk")
    COURSE = "course", _("Course")
    LENDER = "lender", _("Devices to borrow or to buy cheaply")
    OFFICE = "office", _("Public welfare centre")
    BANK_HELP = "bank_help", _("Help with banking")
    TELEPHONE = "telephone", _("Telephone number")


def check_postcode(postcode: str) -> None:
    """A place with a postcode that nobody knows could never be the nearest of anything."""
    if not places.is_known(postcode):
        raise ValidationError(places.UnknownPostcode.message)


class Door(NamedTuple):
    """In degrees."""

    latitude: float
    longitude: float


class HelpPlaceQuerySet(models.QuerySet["HelpPlace"]):
    def active(self) -> Self:
        return self.filter(active=True)

    def of_kind(self, *kinds: str) -> Self:
        return self.filter(kind__in=kinds)

    def somewhere(self) -> Self:
        """Those with a door one can go to; the others are a number or a website."""
        return self.exclude(postcode="")

    def speaking(self, language: str) -> list[HelpPlace]:
        """Those known to speak it. Looks at every row: SQLite cannot look into the list."""
        return [place for place in self if language in place.languages]

    def open_at(self, moment: datetime) -> Self:
        """Those known to be open at that moment. Looks at every row: there are dozens, not thousands."""
        return self.filter(pk__in=[place.pk for place in self if place.is_open(moment)])

    def to_check(self, today: date) -> Self:
        """Those whose data nobody has looked at for a year, or ever; the oldest first."""
        stale = Q(checked_on__isnull=True) | Q(checked_on__lt=today - FRESH)
        return self.active().filter(stale).order_by(models.F("checked_on").asc(nulls_first=True), "slug")


class HelpPlace(models.Model):
    """A computer room, a helpdesk, a welfare centre, a number to ring: what a referral slip can name.

    What is not known is empty, never guessed. `serves` lists the postcodes of the only people it may help (those of a
    municipality, for its welfare centre); empty: everybody.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=120)
    name_fr = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=4, blank=True, validators=[check_postcode])
    street = models.CharField(max_length=120, blank=True)
    house_number = models.CharField(max_length=12, blank=True)
    # Where its door is, and of which address that was found (`locating.py`). Nothing: the point of the postcode has to do.
    latitude = models.FloatField(null=True, editable=False)
    longitude = models.FloatField(null=True, editable=False)
    located_as = models.CharField(max_length=160, blank=True, editable=False)
    phone = models.CharField(max_length=20, blank=True)
    url = models.URLField(blank=True)
    serves = models.JSONField(default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    hours = models.JSONField(default=dict, blank=True, validators=[check_hours])
    exceptions = models.JSONField(default=list, blank=True, validators=[check_exceptions])
    price = models.CharField(max_length=120, blank=True)
    step_free = models.BooleanField(null=True, blank=True)
    # The day on which somebody saw that all this is so; where only a year is known, the first of January of it.
    checked_on = models.DateField(null=True, blank=True)
    # Of which organisation that somebody was: who it was is in the audit.
    checked_by = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    source = models.CharField(max_length=200)
    active = models.BooleanField(default=True)
    # Goes up with every change, so that nobody writes over what they did not see.
    version = models.PositiveIntegerField(default=1)

    objects = HelpPlaceQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "postcode", "slug")
        indexes = (models.Index(fields=["kind", "postcode"], name="help_place_by_kind"),)
        constraints = (
            models.CheckConstraint(
                name="help_place_found_whole",
                condition=Q(latitude=None, longitude=None, located_as="")
                | Q(latitude__isnull=False, longitude__isnull=False) & ~Q(located_as=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.postcode})" if self.postcode else self.name

    @property
    def address(self) -> str:
        """Postcode, street and number, as `located_as` has it."""
        return " ".join(filter(None, (self.postcode, self.street, self.house_number)))

    @property
    def point(self) -> places.Point:
        """Where it is, for whatever measures a way: its door, as long as it is the door of this address, else its postcode."""
        if self.latitude is None or self.longitude is None or self.located_as != self.address:
            return places.get(self.postcode)
        return Door(self.latitude, self.longitude)

    def name_in(self, language: str) -> str:
        return self.name if language == "nl" else self.name_fr or self.name

    def short_name_in(self, language: str) -> str:
        """The name for a text message, as far as it fits in whole words."""
        name = self.name_in(language)
        if len(name) <= LONGEST_WHERE:
            return name
        kept = name[: LONGEST_WHERE + 1].rpartition(" ")[0] or name[:LONGEST_WHERE]
        return kept.rstrip(" ,-(")

    def is_for(self, postcode: str) -> bool:
        """Whether people who live there may go to it."""
        return not self.serves or postcode in self.serves

    def is_open(self, moment: datetime) -> bool:
        return is_open(self.hours, moment, self.exceptions)

    def next_opening(self, moment: datetime) -> datetime | None:
        return next_opening(self.hours, moment, self.exceptions)

    def is_stale(self, today: date) -> bool:
        return self.checked_on is None or self.checked_on < today - FRESH


class PlaceSessionQuerySet(models.QuerySet["PlaceSession"]):
    def standing(self) -> Self:
        return self.filter(called_off_at=None)

    def to_come(self, moment: datetime) -> Self:
        return self.standing().filter(starts_at__gt=moment)


class PlaceSession(models.Model):
    """When a place receives people whom we send: so many seats it keeps for us. `organisation` agreed that with it; whoever
    refers somebody can book one."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    place = models.ForeignKey(HelpPlace, on_delete=models.PROTECT, related_name="sessions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    seats = models.PositiveSmallIntegerField()
    called_off_at = models.DateTimeField(null=True, blank=True)

    objects = PlaceSessionQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "pk")
        constraints = (
            models.CheckConstraint(
                name="place_session_ends_after_start", condition=Q(ends_at__gt=models.F("starts_at"))
            ),
            models.CheckConstraint(name="place_session_seats", condition=Q(seats__range=(1, MOST_SEATS))),
            # Noted twice by two who did not know of each other, twice as many would be sent as there are chairs.
            models.UniqueConstraint(
                name="place_session_once", fields=["place", "starts_at"], condition=Q(called_off_at=None)
            ),
        )
        indexes = (models.Index(fields=["place", "starts_at"], name="place_session_by_day"),)

    def __str__(self) -> str:
        return f"session {self.pk}"


class PlacesImport(models.Model):
    """A list from a spreadsheet came into the directory at once: so that it can be taken back at once.

    `trail` has for each place that it touched its `id`, the `version` that it had afterwards, and what stood `before` in the
    fields that it changed; for a new place that is null. It is emptied when the list is taken back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()
    added = models.PositiveIntegerField()
    changed = models.PositiveIntegerField()
    trail = models.JSONField(default=list, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-brought_at", "pk")

    def __str__(self) -> str:
        return f"import {self.pk}"
