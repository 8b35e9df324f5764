"""How long what is kept, and what happens at the end: one table, for the nightly sweep, the pages, the docs and the tests.

The periods are a proposal where no law names one; a data protection officer reads them before the first client is logged.
A test holds every model against this table: what can say who somebody is, or what they said, has to be in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.apps import apps
from django.db.models import Max, Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

DAY = timedelta(days=1)
MONTH = timedelta(days=30)
YEAR = timedelta(days=365)


class End(StrEnum):
    """What happens when the time is over."""

    ERASE = "erase"  # the person's key is destroyed: nothing of theirs can be read again, in any copy
    EMPTY = "empty"  # these columns are emptied; the row stays, and counts
    DELETE = "delete"  # the rows go
    KEEP = "keep"  # says nothing of who: it stays


ENDS: dict[End, Words] = {
    End.ERASE: _("the person's key is destroyed: nobody can read it again, in a backup either"),
    End.EMPTY: _("emptied; what is counted stays"),
    End.DELETE: _("deleted"),
    End.KEEP: _("stays: it says nothing of who"),
}


@dataclass(frozen=True)
class Part:
    """Columns of one model. `to` leads from a row to its person: a path of foreign keys, or "" where the row is the person.

    `day` is the column a legal period counts from.
    """

    label: str
    columns: tuple[str, ...]
    to: str = ""
    day: str = ""

    @property
    def model(self) -> type[Model]:
        return apps.get_model(self.label)

    def of(self, person: Model) -> QuerySet[Any]:
        """The rows of this person."""
        return self.model._default_manager.filter(**{self.to or "pk": person.pk})

    def newest_of(self, person: Model) -> date | None:
        newest: date | None = self.of(person).aggregate(newest=Max(self.day))["newest"]
        return newest


@dataclass(frozen=True)
class Rule:
    """One line of the table. `of` says whose it is: what goes, too, when a person of that kind is erased sooner.

    `keep` is None where nothing is swept by time. `holds` stands on what the law orders kept: as long as there is such a row,
    its person cannot be erased.
    """

    id: str
    what: Words
    parts: tuple[Part, ...]
    why: Words
    ground: Words
    keep: timedelta | None
    since: Words
    end: End
    of: str = ""
    holds: bool = False


SERVICE = _("art. 6.1.e (public centre) or 6.1.f (association); 9.2.a, the client's own yes")
VOLUNTEERS_ACT = _("art. 6.1.c and 6.1.f; Volunteers Act of 3 July 2005")
SECURITY = _("art. 6.1.f and 32: safety of the service")
ACCOUNT = _("art. 5.2 and 6.1.c: having to show it")
COMPLAINT = _("art. 6.1.c (public centre) or 6.1.f (association): answering it, and claims that may follow; 9.2.f")
COUNTS = _("no personal data any more (recital 26)")

CLIENT = (
    "recipient key_id first_name family_name address_as street house_number box bell door_note contact_name contact_phone "
    "access trusted_worker trusted_worker_phone reception interpreter decides_about_money money_phone money_kind reads floor "
    "lift dog smoke wish away_until gone_as merged_into"
)
VOLUNTEER = "recipient key_id first_name family_name gender skills modes language_levels email"
MERGE = ("kept", "merged", "made_by", "undone_by", "kept_before", "kept_after", "merged_before")
RECIPIENT = "key_id number number_index wrong_index languages"

RULES: tuple[Rule, ...] = (
    Rule(
        "client",
        _("Who a client is, where they live, how to reach them, whom they trust, who may know"),
        (
            Part("requests.Client", tuple(CLIENT.split())),
            Part("notifications.Recipient", tuple(RECIPIENT.split()), "client"),
        ),
        _("to ring, to find the door, to ask a week later; and to know them when they ask again"),
        SERVICE,
        365 * DAY,
        _("after their last request was closed"),
        End.ERASE,
        of="client",
    ),
    Rule(
        "names",
        _("Keyed traces of a client's name, to find them by"),
        (
            Part("requests.NameToken", ("client", "token"), "client"),
            Part("scheduling.Preference", ("client",), "client"),
        ),
        _("to find a client on the telephone; to send the same volunteer again, or never again"),
        SERVICE,
        None,
        _("with the client"),
        End.DELETE,
        of="client",
    ),
    Rule(
        "helpers",
        _("People whom a client named: their name, their number, and what they may hear or change"),
        (Part("requests.NamedHelper", ("name", "phone", "client"), "client"),),
        _("so that a daughter can change a moment, and nobody else can"),
        SERVICE,
        None,
        _("with the client"),
        End.DELETE,
        of="client",
    ),
    Rule(
        "staff_first",
        _("That staff look first at a home, for vermin or aggression, and why a volunteer may go there"),
        (Part("requests.StaffFirst", ("key_id", "client", "why", "noted_by", "released_by", "reason"), "client"),),
        _("so that no volunteer is sent where it may not be safe"),
        SERVICE,
        None,
        _("with the client"),
        End.DELETE,
        of="client",
    ),
    Rule(
        "merges",
        _("That a client was known twice: what stood in each before they were made one"),
        tuple(
            part
            for side in ("kept", "merged")
            for part in (
                Part("requests.MovedRow", ("model", "row"), f"merge__{side}"),
                Part("requests.Merge", MERGE, side),
            )
        ),
        _("to undo it, should they be two people after all"),
        SERVICE,
        MONTH,
        _("after they were made one; then it cannot be undone any more"),
        End.DELETE,
        of="client",
    ),
    Rule(
        "complaints",
        _("What a client complained of, in words, and what we answered"),
        (Part("scheduling.Complaint", ("client", "key_id", "text", "answer", "noted_by", "about_staff"), "client"),),
        _("to answer, to learn from it, and for a claim that may follow (five years: old Civil Code, art. 2262bis)"),
        COMPLAINT,
        5 * YEAR,
        _("after it ended; the words can be read no longer than the client is known"),
        End.DELETE,
    ),
    Rule(
        "request_words",
        _("A request in the client's own words, the device, the dossier number of another program"),
        (
            Part(
                "requests.HelpRequest",
                ("key_id", "in_own_words", "device", "idempotency_key", "idempotency_print"),
                "client",
            ),
        ),
        _("to prepare the visit, and to understand a second question"),
        SERVICE,
        365 * DAY,
        _("after the request was closed"),
        End.EMPTY,
        of="client",
    ),
    Rule(
        "request_moments",
        _("When somebody was at home; the goal of a series; what was added to the report of a visit in words"),
        (
            Part("requests.TimeWindow", (), "request__client"),
            Part("scheduling.ReportNote", ("text",), "report__visit__client"),
            Part("requests.Overruling", ("key_id", "reason", "made_by"), "request__client"),
            Part("requests.Series", ("key_id", "goal", "made_by"), "request__client"),
        ),
        _("to find a moment; to talk about the visit"),
        SERVICE,
        365 * DAY,
        _("after the request was closed"),
        End.DELETE,
        of="client",
    ),
    Rule(
        "addresses",
        _("Texts about a visit: first names, street, codeword, the link of the card"),
        (
            Part("notifications.OutboundMessage", ("key_id", "body"), "recipient"),
            Part("scheduling.Visit", ("key_id", "word", "card_digest")),
        ),
        _("so that both sides know who stands at which door"),
        SERVICE,
        DAY,
        _("after the volunteer left, or the visit was cancelled"),
        End.EMPTY,
    ),
    Rule(
        "texts",
        _("Every other text, to us and from us"),
        (Part("notifications.InboundMessage", ("key_id", "body"), "recipient"),),
        _("to answer, and to see what was said when something went wrong"),
        SERVICE,
        90 * DAY,
        _("after it came in or was written"),
        End.EMPTY,
    ),
    Rule(
        "parts",
        _("Parts of a long text to us, until the others are there"),
        (
            Part(
                "notifications.InboundPart",
                ("recipient", "key_id", "gateway", "whole_index", "trace", "to", "body"),
                "recipient",
            ),
        ),
        _("to put them together"),
        SERVICE,
        DAY,
        _("after it came in; most are put together, and emptied, within seconds"),
        End.DELETE,
    ),
    Rule(
        "simulated",
        _("The telephones of the simulator (demo, training)"),
        (Part("notifications.SimulatedText", ("number_index", "key_id", "body")),),
        _("to try the service out"),
        SECURITY,
        90 * DAY,
        _("after the text; those about a visit with the texts above"),
        End.DELETE,
    ),
    Rule(
        "strangers",
        _("Numbers that nobody knows, and what they texted"),
        (Part("notifications.Recipient", tuple(RECIPIENT.split())),),
        _("to answer somebody who texts for the first time"),
        SERVICE,
        90 * DAY,
        _("after their last text"),
        End.DELETE,
        of="recipient",
    ),
    Rule(
        "applicants",
        _("Who put themselves forward as a volunteer on the public page"),
        (Part("volunteers.Applicant", ("recipient", "key_id", "first_name", "postcode", "consent_text"), "recipient"),),
        _("to ring them, and to take them into the pool or say no"),
        _("art. 6.1.a: they asked for it themselves"),
        90 * DAY,
        _("after they asked"),
        End.DELETE,
        of="recipient",
    ),
    Rule(
        "joiners",
        _("Who asked on the public page whether their organisation can join"),
        (
            Part(
                "organisations.Joiner",
                ("key_id", "name", "postcode", "contact", "email", "email_index", "phone", "consent_text"),
            ),
        ),
        _("to ring them, and to invite their organisation or say no"),
        _("art. 6.1.a: they asked for it themselves"),
        90 * DAY,
        _("after they asked"),
        End.DELETE,
    ),
    Rule(
        "volunteer",
        _("Who a volunteer is, and how to reach them"),
        (
            Part("volunteers.Volunteer", tuple(VOLUNTEER.split())),
            Part("notifications.Recipient", tuple(RECIPIENT.split()), "volunteer"),
            Part("scheduling.Concern", ("key_id", "note"), "volunteer"),
        ),
        _("to ask, to send and to insure them; afterwards for a question or a claim about a visit"),
        VOLUNTEERS_ACT,
        365 * DAY,
        _("after they left"),
        End.ERASE,
        of="volunteer",
    ),
    Rule(
        "volunteer_file",
        _("A volunteer's hours, absences, what was in order, and how many offers of half a year they had and accepted"),
        (
            Part("volunteers.Readiness", ("volunteer", "version", "reference", "granted_by"), "volunteer"),
            Part("volunteers.Reminder", ("volunteer",), "volunteer"),
            Part("volunteers.OwnPageLink", ("volunteer", "digest"), "volunteer"),
            Part("volunteers.QuestionLink", ("volunteer", "digest"), "volunteer"),
            Part("volunteers.Attendance", ("volunteer",), "volunteer"),
            Part("volunteers.AvailableHours", ("volunteer",), "volunteer"),
            Part("volunteers.Absence", ("volunteer",), "volunteer"),
            Part("volunteers.BusyTime", ("volunteer",), "volunteer"),
            Part("volunteers.OwnCalendar", ("volunteer", "key_id", "address", "failure"), "volunteer"),
            Part("volunteers.ExtraHours", ("volunteer",), "volunteer"),
            Part("volunteers.WeekdayOff", ("volunteer",), "volunteer"),
            Part("scheduling.Preference", ("volunteer",), "volunteer"),
            Part("scheduling.AnswerCount", ("volunteer",), "volunteer"),
        ),
        _("to send only who is ready, insured and free"),
        VOLUNTEERS_ACT,
        None,
        _("with the volunteer"),
        End.DELETE,
        of="volunteer",
    ),
    Rule(
        "expenses",
        _("What was paid to a volunteer: the list by name and day"),
        (
            Part("scheduling.Payment", ("volunteer",), "volunteer", day="paid_on"),
            Part("scheduling.Expense", ("volunteer", "what"), "volunteer", day="day"),
        ),
        _("the list of flat-rate expenses, and the ceilings of the year"),
        VOLUNTEERS_ACT,
        7 * YEAR,
        _("after it was paid; until then the name stays too"),
        End.DELETE,
        of="volunteer",
        holds=True,
    ),
    Rule(
        "staff",
        _("Staff: name, address for logging in, mobile for alarms, hours on duty"),
        (
            Part(
                "organisations.Staff", ("name", "email", "email_index", "password", "key_id", "mobile_key_id", "mobile")
            ),
        ),
        _("to log in, to be reached, and to tell a client who looked"),
        SECURITY,
        730 * DAY,
        _("after the last login of an account that was closed; the mobile at once when asked"),
        End.ERASE,
        of="staff",
    ),
    Rule(
        "duty",
        _("Who answers the telephone when"),
        (Part("organisations.DutyHours", ("staff",), "staff"), Part("organisations.Closure", ("stand_in",))),
        _("no visit without somebody to ring"),
        SECURITY,
        None,
        _("with the account"),
        End.DELETE,
        of="staff",
    ),
    Rule(
        "way_in",
        _(
            "How staff come in: the secret of their app and the public half of passkeys; spare codes, links and who they "
            "are at another house as traces"
        ),
        (
            Part("organisations.CodeApp", ("staff", "secret"), "staff"),
            Part("organisations.Passkey", ("staff", "credential", "public"), "staff"),
            Part("organisations.OutsideLogin", ("staff", "house", "subject"), "staff"),
            Part("organisations.SpareCode", ("staff", "digest"), "staff"),
            Part("organisations.AccountLink", ("staff", "digest"), "staff"),
        ),
        _("so that a password alone opens nothing"),
        SECURITY,
        None,
        _("until the account is closed"),
        End.DELETE,
        of="staff",
    ),
    Rule(
        "looking",
        _("Which request a colleague has open now"),
        (Part("organisations.Looking", ("staff",), "staff"),),
        _("so that two people do not do the same thing at once"),
        SECURITY,
        None,
        _("a few minutes after they closed it"),
        End.DELETE,
        of="staff",
    ),
    Rule(
        "audit",
        _("Who did what and who saw what: ids, codes and counts, never a name"),
        (Part("audit.Event", ("actor", "verb", "subject_kind", "subject_id", "facts")),),
        _("to tell people who looked, and to find out what went wrong"),
        ACCOUNT,
        730 * DAY,
        _("after it was written, in whole segments; the chain of hashes stays"),
        End.DELETE,
    ),
    Rule(
        "sessions",
        _("Sessions of logged-in staff: since when, and in which kind of browser"),
        (Part("sessions.Session", ("session_key", "session_data")),),
        _("to stay logged in through a working day"),
        SECURITY,
        timedelta(0),
        _("after it ran out"),
        End.DELETE,
    ),
    Rule(
        "attempts",
        _("Failed logins: the name that was typed, and from where"),
        tuple(
            Part(f"axes.{model}", ("user_agent", "ip_address", "username", "http_accept", "path_info"))
            for model in ("AccessAttempt", "AccessFailureLog", "AccessLog")
        ),
        _("to stop guessing"),
        SECURITY,
        30 * DAY,
        _("after the attempt"),
        End.DELETE,
    ),
    Rule(
        "queue",
        _("What the queue did, and what went wrong in it: ids and the class of an error"),
        (Part("django_q.Task", ("name", "func", "hook", "group")),),
        _("to see that the work is done"),
        SECURITY,
        30 * DAY,
        _("after it was done"),
        End.DELETE,
    ),
    Rule(
        "rights",
        _("What somebody asked about their own data and what was answered; breaches"),
        (
            Part("privacy.RightsRequest", ("person_id", "recorded_by", "done_by")),
            Part("privacy.Breach", ("recorded_by",)),
        ),
        _("to show that it was answered in time"),
        ACCOUNT,
        5 * 365 * DAY,
        _("after it was dealt with"),
        End.DELETE,
    ),
    Rule(
        "consent",
        _("That a client said yes: the day, the language, the version of the text, who heard it"),
        (
            Part("requests.Consent", ("client", "language", "text_version", "recorded_by"), "client"),
            Part(
                "scheduling.Handover",
                ("asked_by", "answered_by", "consent_language", "consent_text"),
                "request__client",
            ),
        ),
        _("to show that there was a yes (art. 7.1); without a name once the client is erased"),
        ACCOUNT,
        None,
        _("for ever"),
        End.KEEP,
        of="client",
    ),
    Rule(
        "counts",
        _(
            "What is counted: requests, tasks, postcode, languages, channel, outcome, offers, visits, what was taken along, desk "
            "sessions, minutes, "
            "how alone they can do it; who of the staff did it, as a number without a name"
        ),
        (
            Part("requests.Client", ("postcode", "speaks")),
            Part("requests.HelpRequest", ("client", "reference", "logged_by", "caller", "assigned_to"), "client"),
            Part("requests.RequestTask", ("slug", "catalogue_version"), "request__client"),
            Part("requests.Referral", ("route", "made_by"), "request__client"),
            Part("volunteers.Volunteer", ("postcode", "speaks")),
            Part("scheduling.Offer", ("volunteer", "letter", "windows", "asked_by"), "volunteer"),
            Part("scheduling.PlanLine", ("volunteer", "begins_at", "why"), "request__client"),
            Part("scheduling.Seat", ("volunteer", "letter"), "volunteer"),
            Part("scheduling.KitLoan", ("visit", "first_day", "last_day"), "visit__client"),
            Part("scheduling.Visit", ("client", "volunteer", "spent_word"), "client"),
            Part("scheduling.Move", ("subject_kind", "was", "became", "by", "reason")),
            Part("scheduling.Report", ("made_by", "answers"), "visit__client"),
            Part("scheduling.Concern", ("volunteer", "worries", "reported_by", "decided_by"), "volunteer"),
            Part(
                "requests.StoredJudgement", ("made_by", "version", "tightened", "floor", "verdicts"), "request__client"
            ),
            Part("scheduling.FollowUp", ("made_by", "worries"), "visit__client"),
            Part("scheduling.Invitation", ("said", "language", "trouble"), "visit__client"),
            Part("scheduling.FraudAlarm", ("client", "key", "raised_by"), "client"),
            Part(
                "notifications.OutboundMessage",
                ("recipient", "kind", "language", "subject_kind", "gateway", "provider_id", "trouble", "taken_by"),
                "recipient",
            ),
            Part("notifications.InboundMessage", ("recipient", "gateway", "provider_id", "outcome"), "recipient"),
            Part("notifications.CallTask", ("recipient", "kind", "subject_kind", "acknowledged_by"), "recipient"),
            Part("organisations.Staff", ("language",)),
        ),
        _("for funders and for ourselves: what is asked, where, and does it help"),
        COUNTS,
        None,
        _("for ever; cells of fewer than five people are not published"),
        End.KEEP,
    ),
    Rule(
        "figures",
        _(
            "Figures of a quarter that is over: how often one thing happened in one postcode, and to how many people. Never two "
            "things together, a day or an id"
        ),
        (Part("reports.Figure", ("postcode", "measure", "value")),),
        _("so that a report says the same when somebody has been forgotten"),
        COUNTS,
        None,
        _("for ever; numbers of fewer than five people are not published"),
        End.KEEP,
    ),
    Rule(
        "keys",
        _("Which keys were destroyed, and the certificates of it: numbers and dates"),
        (
            Part("sealing.PersonKey", ("wrapped", "master_id")),
            Part("sealing.DestroyedKey", ()),
            Part("sealing.Standing", ()),
            Part("privacy.Certificate", ("number", "person_id", "by", "erased", "stays")),
        ),
        _("so that an older backup cannot bring anybody back"),
        COUNTS,
        None,
        _("for ever"),
        End.KEEP,
    ),
)
BY_ID = {rule.id: rule for rule in RULES}

# Models that say nothing of a person, each with the reason.
NOT_PERSONAL: dict[str, str] = {
    "reports.ClosedQuarter": "an organisation, a quarter and the day it was closed",
    "scheduling.PromisesChecked": "a moment and a count",
    "scheduling.Lesson": "how often and how fast the whole pool says yes",
    "demo.DemoClock": "one moment",
    "notifications.Hold": "moments, and the number of an account",
    "notifications.GatewayState": "how a gateway fares",
    "notifications.EarlyReceipt": "a gateway's id for a text, for two days",
    "notifications.TextTrouble": "an organisation, and since when",
    "scheduling.MatchChoice": "that an interpreter joins; who chose it, as a number",
    "scheduling.MatchWeights": "what an organisation finds important; who changed it, as a number",
    "scheduling.Kit": "a thing of an organisation, with a number on it",
    "scheduling.DeskSession": "a place, a day, an hour and how many seats",
    "scheduling.Plan": "when an organisation planned, and how much one by one would have given",
    "scheduling.Hook": "an address of an organisation's program, and the secret it signs with",
    "scheduling.Delivery": "the number of an event in the audit, and whether a program heard it, for a month",
    "scheduling.PoolChange": "ids, until the next few thousand changes",
    "scheduling.Timer": "a moment and the id of what it is about",
    "requests.ReferenceCounter": "a counter",
    "privacy.CertificateCounter": "a counter",
    "volunteers.PoolImport": "a day and how many came",
    "volunteers.TrainingSession": "a room, a day and a subject",
    "organisations.Tightening": "a rule of an organisation and its reason; who made it, as a number",
    "directory.HelpPlace": "offices and rooms",
    "directory.PlaceSession": "an hour of a room, and how many chairs",
    "directory.PlacesImport": "a day, how many places, and what stood there before",
    "organisations.OwnNumber": "public numbers, and where they were found",
    "organisations.Organisation": "a legal person",
    "organisations.AskedOnce": "keyed traces of what programs asked, and ids, for a month",
    "organisations.ApiKey": "a program's; its name is a program's name",
    "audit.Seal": "hashes",
    "audit.Expiry": "ids",
    "auth.Permission": "not used",
    "auth.Group": "not used",
    "auth.Group_permissions": "not used",
    "contenttypes.ContentType": "names of models",
    "axes.AccessAttemptExpiration": "goes with its attempt",
    "django_q.Success": "the same table as Task",
    "django_q.Failure": "the same table as Task",
    "django_q.Schedule": "names of functions",
    "django_q.OrmQ": "ids, for seconds",
}


def parts_of(kind: str) -> Iterator[tuple[Rule, Part]]:
    """What is known of a person of this kind and goes with them, line by line."""
    for rule in RULES:
        for part in rule.parts:
            if rule.of == kind:
                yield rule, part


def keep(id: str) -> timedelta:
    """How long: for the sweep, which knows no period of its own."""
    period = BY_ID[id].keep
    assert period is not None, id
    return period
