"""The texts themselves: complete, short, plain, and without what they must never hold."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from digibel.guardrails import secrets
from digibel.languages import LANGUAGES
from digibel.notifications import phrasebook, replies, segments
from digibel.notifications.phrasebook.book import PhrasebookError, names_in, texts_of
from digibel.notifications.phrasebook.longest import longest_text

KEYS = phrasebook.keys()
SOURCE = Path(phrasebook.__file__).parents[2]
TEXT_MESSAGES = [key for key in KEYS if phrasebook.kind(key).is_text_message]
# Readable in the GSM alphabet as they stand: these three are written around the letters that are not in it.
WHO_AND_WHEN = {"volunteer": "Anna", "day": "26/11", "about": "14:00", "phone": "02 345 67 89"}
WRITTEN_AROUND = ("nl", "fr", "en")

# Words of one form of address that may not be in a text for somebody who is spoken to in the other.
INFORMAL = {
    "nl": r"je|jij|jou|jouw|jullie",
    "fr": r"tu|te|toi|ton|ta|tes|t'\w+",
    "tr": r"sen|seni|sana|senden|senin",
    "ro": r"tu|te|tău|ta|îți",
    "sq": r"ti|të pret|jote|tënde",
    "pl": r"ty|ciebie|cię|twoja|twój|możesz",
    "pt": r"tu|te|ti|tua|teu|podes|tens",
    "es": r"tú|tu|te|ti|puedes|tienes",
    "ar": r"بك|زيارتك|لديك",
}
FORMAL = {
    "nl": r"u|uw",
    "fr": r"vous|votre|vos",
    "tr": r"siz|sizi|size|sizden|sizin",
    "ro": r"vă|dvs|dumneavoastră",
    "sq": r"ju|juaj|tuaj",
    "pl": r"proszę|państwa|państwu",
    "pt": r"sua|seu|lhe|consigo",
    "es": r"usted|su|le|les",
    "ar": r"لكم|بكم|زيارتكم|اتصلوا|تفتحوا",
}
# Nothing of illness or care may be in a text that somebody else can read on a telephone.
HEALTH = {
    "nl": r"ziek\w*|zorg|mantelzorg\w*|gezondheid\w*|rolstoel\w*|dokter\w*|medisch\w*|handicap\w*",
    "fr": r"malad\w*|santé|soins?|médic\w*|fauteuil|handicap\w*|docteur",
    "en": r"ill|illness|sick\w*|health\w*|care|wheelchair|disab\w*|doctor|medical",
    "ar": r"مريض\w*|مرض\w*|صحة|صحي|صحية|طبيب|علاج",
    "tr": r"hasta|hasta[lny]\w*|sağlık\w*|engelli|doktor\w*|bakım",
    "ro": r"bolnav\w*|boală|sănăt\w*|medic\w*|doctor\w*|îngrijir\w*",
    "sq": r"sëmur\w*|shëndet\w*|mjek\w*|invalid\w*",
    "pl": r"chor\w+|zdrow\w*|lekar\w*|opiek\w*|niepełnosprawn\w*",
    "pt": r"doen\w*|saúde|médic\w*|cuidad\w*|deficien\w*",
    "es": r"enferm\w*|salud|médic\w*|cuidad\w*|discapac\w*",
}
# They warn, or ask whether a rule was broken.
MAY_NAME_A_CODE = {"house_rules", "secret_masked", "secret_masked_client", "follow_up_honest"}
CODE = r"\w*codes?|wachtwoord|mot de passe|password|kod\w*|şifre|cod|coduri\w*|parolă|fjalëkalim|hasł\w+|códigos?|رمزا?|رموزه"


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", re.sub(r"{\w+}", " ", text))


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in re.split(r"[.!?:؟\n]+", text) if _words(sentence)]


def _has(pattern: str, text: str) -> bool:
    return re.search(rf"\b(?:{pattern})\b", text, re.IGNORECASE) is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_use_exactly_their_placeholders(language):
    assert {key: names_in(phrasebook.template(key, language)) for key in KEYS} == {
        key: phrasebook.placeholders(key) for key in KEYS
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_not_empty_and_have_no_loose_spaces(language):
    texts = {key: phrasebook.template(key, language) for key in KEYS}
    assert {key: text for key, text in texts.items() if text == "" or text.strip() != text or "  " in text} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_language_has_no_text_that_is_never_used(language):
    assert texts_of(language) == set(KEYS)


def test_every_text_is_said_somewhere():
    """Put together of a name and an ending: the papers that run out, kits, and what a client hears at STOP and START."""
    names = {name for path in SOURCE.rglob("*.py") for name in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    said = {
        key: {key, key.removesuffix("_client"), key.removeprefix("paper_"), key.removeprefix("kit_")} for key in KEYS
    }
    assert [key for key in KEYS if not said[key] & names] == []


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "ar"])
def test_text_messages_keep_to_the_number_of_messages_they_promise(language):
    sizes = {key: segments.count(longest_text(key, language)) for key in TEXT_MESSAGES}
    assert {key: size for key, size in sizes.items() if size.encoding != "gsm7"} == {}
    assert {key: size for key, size in sizes.items() if size.segments > phrasebook.kind(key).segments} == {}


def test_arabic_text_messages_take_as_many_messages_as_stated():
    sizes = {key: segments.count(longest_text(key, "ar")) for key in TEXT_MESSAGES}
    assert {key: (size.encoding, size.segments) for key, size in sizes.items()} == {
        key: ("ucs2", phrasebook.kind(key).segments_ucs2) for key in TEXT_MESSAGES
    }


def test_more_than_one_message_has_a_reason():
    longer = {key for key in TEXT_MESSAGES if phrasebook.kind(key).segments > 1}
    assert longer == {
        "offer_many",
        "announce",
        "announce_two",
        "client_visit_moved",
        "new_volunteer",
        "new_word",
        "slip",
        "meet",
    }
    assert [key for key in longer if phrasebook.kind(key).why == ""] == []


@pytest.mark.parametrize("language", WRITTEN_AROUND)
def test_text_messages_need_no_folding_in_the_desk_languages(language):
    texts = {key: phrasebook.template(key, language) for key in TEXT_MESSAGES}
    assert {key: phrasebook.fold(text) for key, text in texts.items()} == texts


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_messages_begin_with_who_sends_them(language):
    texts = [phrasebook.template(key, language) for key in TEXT_MESSAGES]
    assert [text for text in texts if re.match(r"Digibel( \{letter\}| \w+ \{reference\}| \w+)?: ", text) is None] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_have_no_curly_quotes_or_dashes(language):
    assert [key for key in KEYS if re.search(r"[‘’“”„«»–—…]", phrasebook.template(key, language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_name_no_illness(language):
    assert [key for key in KEYS if _has(HEALTH[language], phrasebook.template(key, language))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_messages_speak_of_codes_only_to_warn_or_to_ask_after_a_breach(language):
    assert {key for key in TEXT_MESSAGES if _has(CODE, phrasebook.template(key, language))} == MAY_NAME_A_CODE


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_messages_do_not_look_like_secrets(language):
    texts = {key: longest_text(key, language) for key in TEXT_MESSAGES}
    assert {key: text for key, text in texts.items() if secrets.holds_secret(text)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_codewords_do_not_look_like_secrets(language):
    texts = [
        phrasebook.render("announce", language, **WHO_AND_WHEN, word=word) for word in phrasebook.codewords(language)
    ]
    assert [text for text in texts if secrets.holds_secret(text)] == []


def test_client_is_unknown_before_acceptance_and_to_the_person_on_duty():
    hidden = {"client", "street", "link", "word", "name"}
    before = [key for key in KEYS if key.startswith("offer") or key in {"which_offer", "taken", "declined"}]
    alarms = [key for key in KEYS if phrasebook.kind(key).section == "staff"]
    assert [key for key in before + alarms if phrasebook.placeholders(key) & hidden] == []
    assert len(before) == 7
    assert len(alarms) == 7


def test_a_client_hears_about_when_and_a_volunteer_exactly_when():
    """Between 14:00 and 14:30 for who waits at home; 14:00 for who has to be there: the clients who meet a volunteer too."""
    exact = {"moment", "time", "deadline"}
    readers = {key: phrasebook.kind(key).reader for key in KEYS}
    told = [key for key in KEYS if readers[key] == "client" and phrasebook.placeholders(key) & exact]
    assert [key for key in told if not key.startswith("meet")] == []
    assert [key for key in KEYS if readers[key] == "volunteer" and "about" in phrasebook.placeholders(key)] == []
    assert len([key for key in KEYS if "about" in phrasebook.placeholders(key)]) == 16


def test_street_is_in_one_text_only():
    assert [key for key in KEYS if "street" in phrasebook.placeholders(key)] == ["accepted_sms_only"]


@pytest.mark.parametrize("language", INFORMAL)
def test_clients_are_spoken_to_formally(language):
    texts = [phrasebook.template(key, language) for key in KEYS if phrasebook.kind(key).reader == "client"]
    assert [text for text in texts if _has(INFORMAL[language], text)] == []
    assert any(_has(FORMAL[language], text) for text in texts)


@pytest.mark.parametrize("language", FORMAL)
def test_volunteers_are_spoken_to_informally(language):
    texts = [phrasebook.template(key, language) for key in KEYS if phrasebook.kind(key).reader == "volunteer"]
    assert [text for text in texts if _has(FORMAL[language], text)] == []
    assert any(_has(INFORMAL[language], text) for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_messages_are_plain(language):
    texts = [phrasebook.template(key, language) for key in TEXT_MESSAGES]
    lengths = [len(_words(sentence)) for text in texts for sentence in _sentences(text)]
    letters = [len(word) for text in texts for word in _words(text)]
    assert max(lengths) <= 18
    assert sum(lengths) / len(lengths) <= 8
    assert sum(letters) / len(letters) <= 6.2
    # The longest there is: "bijvoorbeeld". Turkish writes whole sentences in one word ("you may ring").
    assert max(letters) <= (15 if language == "tr" else 12)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_claims_a_review_that_nobody_has_done(language):
    assert phrasebook.is_reviewed(language) is False


@pytest.mark.parametrize("language", LANGUAGES)
def test_codewords_are_many_and_easy(language):
    words = phrasebook.codewords(language)
    assert len(words) == len(set(words)) >= 60
    assert [word for word in words if not word.isalpha() or word != word.lower()] == []
    if language != "ar":
        assert [word for word in words if not word.isascii() or not 4 <= len(word) <= 11] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_codewords_do_not_sound_alike(language):
    nearest = 2 if language == "ar" else 3
    words = phrasebook.codewords(language)
    alike = [(one, two) for one in words for two in words if one < two and _distance(one, two) < nearest]
    assert alike == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_codewords_are_no_answers(language):
    asked_for = {word.lower() for words in LANGUAGES for word in phrasebook.answers(words).values()}
    assert asked_for & set(phrasebook.codewords(language)) == set()
    understood = {
        (word, state, reader): reply.intent
        for word in phrasebook.codewords(language)
        for state in replies.STATES
        for reader in dict.fromkeys((language, "nl", "fr", "en"))
        if (reply := replies.read(word, state=state, language=reader)).intent != "unclear"
    }
    assert understood == {}


def test_codewords_are_readable_for_the_volunteer_who_says_them():
    assert phrasebook.codewords_for(client="pl", volunteer="nl") == phrasebook.codewords("pl")
    assert phrasebook.codewords_for(client="ar", volunteer="fr") == phrasebook.codewords("fr")
    assert phrasebook.codewords_for(client="ar", volunteer="ar") == phrasebook.codewords("ar")
    assert phrasebook.codewords_for(client="nl", volunteer="ar") == phrasebook.codewords("nl")


def test_codewords_refuse_an_unknown_language():
    with pytest.raises(PhrasebookError, match="xx"):
        phrasebook.codewords("xx")


def test_page_of_the_phrasebook_is_current():
    call_command("write_phrasebook", "--check")


def test_page_check_fails_when_it_is_behind(tmp_path: Path):
    old = tmp_path / "phrasebook.md"
    old.write_text("yesterday")
    with pytest.raises(CommandError, match="behind"):
        call_command("write_phrasebook", str(old), "--check")
    call_command("write_phrasebook", str(old))
    assert old.read_text(encoding="utf-8") == (Path(settings.BASE_DIR) / "docs/phrasebook.md").read_text(
        encoding="utf-8"
    )


def _distance(one: str, two: str) -> int:
    """How many letters to change, add or leave out to get from one word to the other."""
    above = list(range(len(two) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row]
        for column, other in enumerate(two, start=1):
            here.append(min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != other)))
        above = here
    return above[-1]
