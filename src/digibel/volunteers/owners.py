"""For what is said about readiness: is it still true, and what is a person to say on the telephone."""

from digibel import clock, languages
from digibel.notifications import phrasebook
from digibel.notifications.models import CallTask, OutboundMessage
from digibel.notifications.numbers import display
from digibel.notifications.owners import PlainTexts, Script, language_for
from digibel.volunteers import links
from digibel.volunteers.models import QuestionLink, Readiness, Reminder


class ReadinessTexts(PlainTexts):
    """Reminders, and the link to the five questions."""

    def still_true(self, message: OutboundMessage) -> bool:
        if message.recipient.stopped_at is not None:
            return False
        if message.kind == "readiness.questions_ask":
            link = QuestionLink.objects.select_related("volunteer").filter(pk=message.subject_id).first()
            return link is not None and links.is_open(link)
        reminder = Reminder.objects.select_related("volunteer").filter(pk=message.subject_id).first()
        return reminder is not None and reminder.volunteer.left_at is None and _still_ends(reminder)

    def script(self, call: CallTask, *, language: str = "") -> Script:
        language = language or language_for(call)
        reminder = Reminder.objects.select_related("volunteer").filter(pk=call.subject_id).first()
        if reminder is None:
            return super().script(call, language=language)
        sentences = phrasebook.render(
            "readiness_call",
            language,
            name=reminder.volunteer.first_name,
            organisation=call.organisation.name,
            phone=display(call.organisation.phone),
            paper=phrasebook.render(f"paper_{reminder.requirement}", language),
            day=languages.day_in_words(clock.at(reminder.until, clock.WAKING[0]), language),
        )
        return Script(language=language, sentences=sentences, outcomes=("reached", "no_answer", "wrong_number"))


def _still_ends(reminder: Reminder) -> bool:
    return Readiness.objects.filter(
        volunteer=reminder.volunteer_id,
        organisation=reminder.organisation_id,
        requirement=reminder.requirement,
        until=reminder.until,
    ).exists()
