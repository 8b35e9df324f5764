import re
from collections import Counter

import pytest

from digibel.guardrails import catalogue, tables
from digibel.guardrails.catalogue import (
    LANGUAGES,
    ROUTES,
    RULES,
    SKILLS,
    STANDING_CONDITIONS,
    TASKS,
    UnknownTask,
    Verdict,
)

# The matrix as it was decided: slug, row, verdict. A change here is a decision of people, never a slip in a table.
MATRIX = """
look-first 0 conditions
app-install 1 allowed
wifi-connect 2 allowed
email-setup 3 allowed
video-call 4 allowed
photos 5 allowed
data-transfer 6 conditions
printer-scanner 7 allowed
tv-decoder 8 allowed
device-cleanup 9 conditions
virus-security 10 allowed
accessibility-settings 11 allowed
search-browse 12 allowed
transport-ticket 13 conditions
practice-forms 14 allowed
phishing-prevention 15 allowed
voice-icons 16 allowed
library-account 17 allowed
password-reset 18 conditions
password-notebook 19 conditions
social-privacy 20 allowed
ebox-open 21 conditions
device-buy-sell 22 conditions
remote-takeover 23 forbidden
online-payment 24 conditions
bank-app 25 conditions
cash-withdrawal 26 forbidden
pay-for-client 27 forbidden
itsme-activate 28 conditions
eid-reader 29 conditions
egov-portal 30 conditions
login-for-client 31 forbidden
tax-view 32 conditions
tax-fill 33 staff_only
mandate-holder 34 forbidden
social-housing 35 staff_only
school-enrolment 36 conditions
benefits 37 staff_only
mutuality-upload 38 conditions
mutuality-content 38 staff_only
doctor-appointment 39 conditions
ehealth-login 40 conditions
medical-interpretation 41 staff_only
online-shopping 42 conditions
second-hand 43 conditions
fraud-now 44 conditions
bank-dispute 45 staff_only
operator-call 46 conditions
contract-choice 47 staff_only
sign-contract 48 forbidden
official-signature 49 staff_only
investments 50 forbidden
inheritance 51 staff_only
residence-legal 52 staff_only
manage-accounts 53 forbidden
keep-secrets 54 forbidden
care-mandate 55 staff_only
job-account 56 conditions
job-content 56 staff_only
abuse-suspicion 57 staff_only
take-device-home 58 forbidden
other-persons-phone 59 forbidden
piracy 60 forbidden
smart-home 61 conditions
not-digital 62 forbidden
"""

ICON_NAMES = """
    look app wifi mail video photo transfer print tv clean shield ear search ticket form book key eye post device remote
    bank cash pay id globe login tax mandate house school benefit health doctor cart tag alarm phone contract sign coins
    scroll court account secret job abuse take person piracy home care
"""
ICONS = set(ICON_NAMES.split())
# The letters that a text message holds at one septet each. `ë ê ï î ô û ç` and typographic quotes are none of them.
GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
PRIVATE_TOPICS = re.compile(
    r"dokter|medec|médec|doctor|ziek|santé|sante|health|mutu|bank|banque|betal|pay|geld|argent|money|belasting|imp.t|tax|"
    r"uitkering|chomage|actiris|vdab|fraud|pension",
    re.IGNORECASE,
)


@pytest.mark.guardrail("R*")
def test_catalogue_holds_exactly_the_matrix() -> None:
    rows = [line.split() for line in MATRIX.split("\n") if line]
    assert [(task.slug, str(task.row), task.verdict) for task in TASKS.values()] == [tuple(row) for row in rows]


def test_catalogue_has_every_row_from_0_to_62() -> None:
    assert sorted({task.row for task in TASKS.values()}) == list(range(63))


def test_verdicts_add_up_to_the_tally_of_the_matrix() -> None:
    # 15 A, 23 C (two of them with a staff part), 11 S and 13 F, and look-first.
    assert Counter(task.verdict for task in TASKS.values()) == {
        Verdict.ALLOWED: 15,
        Verdict.CONDITIONS: 24,
        Verdict.STAFF_ONLY: 13,
        Verdict.FORBIDDEN: 13,
    }


@pytest.mark.parametrize("slug", TASKS)
def test_task_is_told_in_every_language_of_the_desk(slug: str) -> None:
    task = TASKS[slug]
    assert set(task.names) == set(task.conditions) == set(LANGUAGES)
    assert [text for text in task.names.values() if not text.strip()] == []
    assert [lines for lines in task.conditions.values() if not lines or not all(line.strip() for line in lines)] == []
    assert len({len(lines) for lines in task.conditions.values()}) == 1


@pytest.mark.parametrize("slug", TASKS)
def test_task_has_a_topic_for_offers_or_a_sentence_to_say_never_both(slug: str) -> None:
    task = TASKS[slug]
    told = (set(task.topics), set(task.say))
    assert told == ((set(LANGUAGES), set()) if task.verdict.for_volunteers else (set(), set(LANGUAGES)))


@pytest.mark.parametrize("slug", [task.slug for task in TASKS.values() if task.verdict.for_volunteers])
def test_topic_fits_a_text_message_and_tells_nothing_private(slug: str) -> None:
    for text in TASKS[slug].topics.values():
        assert len(text) <= 24
        assert set(text) - GSM7 == set()
        assert PRIVATE_TOPICS.search(text) is None


@pytest.mark.parametrize("slug", TASKS)
def test_task_points_only_at_what_exists(slug: str) -> None:
    task = TASKS[slug]
    assert set(task.routes) - set(ROUTES) == set()
    assert set(task.rules) - set(RULES) == set()
    assert set(task.skills) - set(SKILLS) == set()
    assert task.icon in ICONS
    assert task.routes != ()


@pytest.mark.parametrize("slug", TASKS)
def test_task_carries_the_rules_that_follow_from_it(slug: str) -> None:
    task = TASKS[slug]
    assert task.rules[0] == f"R{task.row}"
    assert ("E9" in task.rules) == task.money_or_administration
    assert ("E1" in task.rules) == (not task.verdict.for_volunteers)
    assert len(task.rules) == len(set(task.rules))
    assert (task.skills != ()) == task.verdict.for_volunteers


def test_only_fraud_and_abuse_are_urgent() -> None:
    assert [task.slug for task in TASKS.values() if task.urgent] == ["fraud-now", "abuse-suspicion"]


@pytest.mark.guardrail("R44")
def test_fraud_names_the_calls_in_their_order() -> None:
    assert TASKS["fraud-now"].routes[:3] == ("CARDSTOP", "BANK", "POLICE")
    for language, bank, police in (("nl", "bank", "politie"), ("fr", "banque", "police"), ("en", "bank", "police")):
        first = TASKS["fraud-now"].conditions_in(language)[0]
        # The numbers are dated settings (organisations/numbers.toml) and stand in no text of the law.
        assert first.index("Card Stop") < first.index(bank) < first.index(police)


def test_rules_are_the_rows_the_standing_conditions_and_what_is_enforced() -> None:
    wanted = [f"R{n}" for n in range(63)] + [f"Z{n}" for n in range(1, 10)] + [f"E{n}" for n in range(1, 15)]
    assert list(RULES) == wanted
    assert [rule.id for rule in STANDING_CONDITIONS] == [f"Z{n}" for n in range(1, 10)]


@pytest.mark.parametrize("id", RULES)
def test_rule_has_a_source_a_confidence_and_a_sentence_per_language(id: str) -> None:
    rule = RULES[id]
    assert set(rule.sentences) == set(LANGUAGES)
    assert [text for text in rule.sentences.values() if not text.strip()] == []
    assert [source for source in rule.sources if not source.strip()] == []
    assert rule.sources != ()
    assert rule.confidence in {"H", "M-H", "M"}


def test_arguable_rows_say_why() -> None:
    arguable = [id for id, rule in RULES.items() if rule.arguable]
    assert arguable == ["R24", "R25", "R26", "R28", "R35", "R37", "R38", "R42"]


def test_row_with_two_tasks_tells_both_parts() -> None:
    upload, content = TASKS["mutuality-upload"], TASKS["mutuality-content"]
    assert RULES["R38"].sentence("en") == " ".join(upload.conditions_in("en") + content.conditions_in("en"))


def test_names_are_unique_in_each_language() -> None:
    for language in LANGUAGES:
        assert len({task.name(language) for task in TASKS.values()}) == len(TASKS)


def test_sentence_to_say_speaks_formally() -> None:
    informal = {"nl": r"\b(je|jij|jouw|jou)\b", "fr": r"\b(tu|te|toi|ton|ta|tes)\b"}
    for language, words in informal.items():
        said = [task.sentence_to_say(language) for task in TASKS.values()]
        assert [text for text in said if re.search(words, text, re.IGNORECASE)] == []


def test_conditions_speak_informally_to_the_volunteer() -> None:
    formal = re.compile(r"(?<!rendez-)\b(u|uw|vous|votre|vos)\b", re.IGNORECASE)
    told = [line for task in TASKS.values() for language in ("nl", "fr") for line in task.conditions_in(language)]
    told += [rule.sentence(language) for rule in STANDING_CONDITIONS for language in ("nl", "fr")]
    assert [line for line in told if formal.search(line)] == []


def test_reader_of_another_language_gets_the_fallback() -> None:
    assert TASKS["photos"].name("uk") == TASKS["photos"].name(catalogue.FALLBACK)


def test_task_kept_from_volunteers_by_an_organisation_alone_has_a_general_sentence() -> None:
    assert TASKS["photos"].sentence_to_say("en") == catalogue.SAY_IN_GENERAL["en"]


def test_get_returns_the_task() -> None:
    assert catalogue.get("video-call") is TASKS["video-call"]


@pytest.mark.parametrize("slug", ["", "video", "VIDEO-CALL", "{slug}", "video-call "])
def test_unknown_slug_is_refused_kindly_by_name(slug: str) -> None:
    with pytest.raises(UnknownTask) as refusal:
        catalogue.get(slug)
    assert str(refusal.value).startswith(f"There is no task “{slug}” in the catalogue.")


def test_nothing_in_the_catalogue_can_be_changed_while_the_service_runs() -> None:
    with pytest.raises(TypeError):
        TASKS["photos"] = TASKS["video-call"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        TASKS["cash-withdrawal"].verdict = Verdict.ALLOWED  # type: ignore[misc]
    with pytest.raises(TypeError):
        TASKS["photos"].names["nl"] = ""  # type: ignore[index]


def test_verdicts_are_ordered_by_strictness() -> None:
    assert sorted(Verdict, key=lambda verdict: verdict.strictness) == [
        Verdict.ALLOWED,
        Verdict.CONDITIONS,
        Verdict.STAFF_ONLY,
        Verdict.FORBIDDEN,
    ]
    assert [verdict for verdict in Verdict if verdict.for_volunteers] == [Verdict.ALLOWED, Verdict.CONDITIONS]


def test_strictest_of_nothing_is_an_error_and_not_allowed() -> None:
    with pytest.raises(ValueError, match="empty"):
        Verdict.strictest([])


def test_every_route_and_skill_is_named_in_every_language() -> None:
    for names in [*ROUTES.values(), *SKILLS.values()]:
        assert set(names) == set(LANGUAGES)
        assert [name for name in names.values() if not name.strip()] == []


def test_every_route_and_source_is_used() -> None:
    assert {code for task in TASKS.values() for code in task.routes} == set(ROUTES)
    named = {source for rule in RULES.values() for source in rule.sources}
    assert named == set(tables.read("sources.toml").values())
