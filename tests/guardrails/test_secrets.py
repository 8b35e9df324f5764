import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel.guardrails.secrets import MASKS, Finding, find, holds_secret, mask
from digibel.guardrails.secrets.misspellings import distance
from digibel.guardrails.secrets.reading import fold
from digibel.guardrails.secrets.wordings import participles, word

# Pieces that meet in the texts people write, to be put together in every order.
PIECES = (
    *(
        "pin",
        "pincode",
        "wachtwoord",
        "mot de passe",
        "şifre",
        "كلمة السر",
        "code",
        "is",
        ":",
        "=",
        "4821",
        "4 8 2 1",
        "Poes123!",
    ),
    *(
        "zonnebloem",
        "vier acht twee een",
        "[SECRET]",
        "[CARD]",
        "[IBAN]",
        "en",
        "of",
        "\n",
        "\\n",
        ".",
        ",",
        '"',
        "(",
        ")",
        "-",
        "/",
    ),
    *(
        "4111 1111 1111 1111",
        "BE68 5390 0754 7034",
        "85.07.30-033.28",
        "02 345 67 89",
        "12/03/2026",
        "als",
        "\u200f",
        "\u200b",
        "+",
    ),
    *("itsme", "tik", "postcode", "1080", "code postal", "kamer", "e", "é", "'", "12", "a1", "ë", "e\u0301"),
)
anything = st.text() | st.lists(st.sampled_from(PIECES)).flatmap(
    lambda pieces: st.sampled_from(("", " ")).map(lambda blank: blank.join(pieces))
)


@given(anything)
def test_a_masked_text_holds_no_secret(text: str) -> None:
    assert find(find(text).masked).kinds == ()


@given(anything)
def test_what_is_not_masked_stays_as_it_was_written(text: str) -> None:
    finding = find(text)
    if not finding.kinds:
        assert finding.masked == text
    rest = finding.masked
    for given_mask in MASKS.values():
        rest = rest.replace(given_mask, "")
    # Everything left is left in order: a subsequence of what was written.
    letters = iter(text)
    assert all(letter in letters for letter in rest)


@given(st.text(st.characters(categories=("Cs", "Cc", "Cf", "Nd", "Lo", "Mn", "Co")) | st.sampled_from("pin 4821:")))
def test_nothing_makes_it_fail(text: str) -> None:
    assert isinstance(find("pin " + text + " 4821"), Finding)


@pytest.mark.parametrize(
    "text",
    [
        "pin " * 25_000,
        "pin 1234 " * 11_000,
        "1 " * 50_000,
        "1." * 50_000,
        "wachtwoord is " * 7_000,
        'wachtwoord "' * 8_000,
        "pin-" * 25_000,
        "a!b" * 33_000 + " wachtwoord",
        "@a." * 33_000 + " pin 4821",
        "be 12 " * 16_000,
        " " * 100_000 + "pin",
        "+" * 100_000 + "1",
        "gate 4471 " * 10_000,
        "k7x2q9m1 " * 10_000 + "pin",
        "seed words " * 9_000,
        "recovery words: one two three " * 3_300,
        "pin twice five and 1 " * 5_000,
        "kart no 5555 3412 4444 1115 " * 3_500,
    ],
)
def test_a_hundred_kilobytes_take_no_more_than_seconds(text: str) -> None:
    start = time.process_time()
    find(text)
    assert time.process_time() - start < 15


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("mijn pincode is 4821.", "mijn pincode is [SECRET]."),
        ("Wachtwoord = Poes123!", "Wachtwoord = [SECRET]"),
        ("pin 48\u200b21 ok", "pin [SECRET] ok"),
        ("\u202bرمزي السري هو ٤٨٢١\u202c", "\u202bرمزي السري هو [SECRET]\u202c"),
        ("pin 4️⃣8️⃣2️⃣1️⃣", "pin [SECRET]️⃣"),
        ("ＰＩＮ ４８２１", "ＰＩＮ [SECRET]"),
        ("mot de passe « les oiseaux chantent »", "mot de passe « [SECRET] »"),
        ("pin\\n4821", "pin\\n[SECRET]"),
        ("stort op BE68 5390 0754 7034", "stort op [IBAN]"),
        ("rijksregister 85.07.30-033.28", "rijksregister [NATIONAL NUMBER]"),
    ],
)
def test_the_sentence_stays_readable(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_decomposed_letters_are_read_like_composed_ones() -> None:
    text = "contraseña: sol2024"
    assert mask(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFD", "contraseña: [SECRET]")


def test_holds_secret_says_yes_or_no() -> None:
    assert holds_secret("pin 4821")
    assert not holds_secret("pincode vergeten")


def test_folding_reads_digits_and_letters_alike() -> None:
    assert fold("Ö٤４④ÇłİıßŒ") == "o444clii" + "s" + "o"


@pytest.mark.parametrize(
    ("one", "other", "apart"), [("pin", "pin", 0), ("pin", "pni", 1), ("wachtwoord", "wachtwrd", 2)]
)
def test_distance_counts_letters(one: str, other: str, apart: int) -> None:
    assert distance(one, other) == apart


@pytest.mark.parametrize("written", ["wachtwrod", "paswoort", "pasword", "motdepase", "contrasenna"])
def test_misspelt_names_are_understood(written: str) -> None:
    branch = word(written).phrases
    assert branch is not None
    assert branch.phrase is not None


@pytest.mark.parametrize("written", ["passport", "paspoort", "antwoord", "passeport", "barcode"])
def test_other_words_are_not_taken_for_misspelt_names(written: str) -> None:
    branch = word(written).phrases
    assert branch is None or branch.phrase is None or branch.phrase.kind == "harmless"


def test_every_language_has_participles() -> None:
    languages = ("nl", "fr", "en", "ar", "tr", "ro", "sq", "pl", "pt", "es")
    assert [len(participles(language)) > 0 for language in languages] == [True, True, True, False] + [True] * 6


@pytest.mark.parametrize(
    "text", ["Digibel ALARM 26-12345: bel nu", "vraag 26-0019, pincode vergeten", "code kwijt, zie 26-0377"]
)
def test_our_own_references_are_no_secrets(text):
    assert find(text).kinds == ()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("p1n c0de: 4402", "p1n c0de: [SECRET]"),
        ("m0t de p4sse: Ch0colat", "m0t de p4sse: [SECRET]"),
        ("p@ssw0rd = p4ssword", "p@ssw0rd = [SECRET]"),
        ("Mijn wachtwoord is m 1 n 0 u", "Mijn wachtwoord is [SECRET]"),
        ("🔑 5521", "🔑 [SECRET]"),
        ("login: mary@home.be / Poes12", "login: mary@home.be / [SECRET]"),
        ("user: rita54 pw: hortensia_3", "user: rita54 pw: [SECRET]"),
        ("oude pin was 1111 maar nu 9274", "oude pin was [SECRET] maar nu [SECRET]"),
        ("Use 482915 to log in", "Use [SECRET] to log in"),
        ("voor mijn bankkaart gebruik ik 3872", "voor mijn bankkaart gebruik ik [SECRET]"),
        ("mot de passe : motdepasse", "mot de passe : [SECRET]"),
        ("mot de passe de porte : tournesol", "mot de passe de porte : tournesol"),
        ("code v.d. gsm v. mevrouw = 5683", "code v.d. gsm v. mevrouw = [SECRET]"),
        ("sehna Joao55", "sehna [SECRET]"),
    ],
)
def test_a_secret_is_found_however_people_hint_at_it(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("code dyal l-bab 4096 3afak", "code dyal l-bab [SECRET] 3afak"),
        ("lpin dyalo rb3a tlata jouj tmenya", "lpin dyalo [SECRET]"),
        ("3ndha 7aja 9dima, bghat mot de passe", "3ndha 7aja 9dima, bghat mot de passe"),
        ("calculatorul are parola Floarea12", "calculatorul are parola [SECRET]"),
        ("contraseñas: gmail nube77, netflix Quito_1822", "contraseñas: gmail [SECRET], netflix [SECRET]"),
        ("pin: vier acht twee een -> 4821", "pin: [SECRET] -> [SECRET]"),
        ("mot de passe b comme Bernard, e, l, l, a puis 88", "mot de passe [SECRET]"),
        (
            "the wifi password is bluewhale, in capitals BLUEWHALE",
            "the wifi password is [SECRET], in capitals [SECRET]",
        ),
        ("her pin is her year of birth, 1938", "her pin is her year of birth, [SECRET]"),
        ("recovery code K7QX-22LP-M9", "recovery code [SECRET]"),
    ],
)
def test_what_people_write_instead_of_pin_is_a_number_is_understood(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", ["telefonunun kodu 4471", "bankkaartje: 4471", "domofonu 4471#", "lcode howa 4471"])
def test_a_thing_is_known_in_its_cases_and_with_an_article(text: str) -> None:
    assert find(text).kinds == ("secret",)


# One hint is none; the more there are, the surer.
@pytest.mark.parametrize(
    ("text", "is_secret"),
    [
        ("the gate closes late, 12 people wait", False),
        ("the gate opens at 1430", False),
        ("gate 4471", True),
        ("her card has 4471 points", False),
        ("card: 4471", True),
        ("her mobile wants 4471 to open", True),
        ("the phone is from 2019 and opens slowly", False),
        ("the safe opens with 31-08-62", True),
        ("the safe was opened on 31-08-62", False),
        ("wifi box K7QX-22LP-M9", True),
        ("wifi box with serial K7QX-22LP-M9", False),
        ("structured message +++090/9337/55493+++, open it", False),
    ],
)
def test_hints_add_up(text: str, is_secret: bool) -> None:
    assert bool(find(text).kinds) is is_secret


# A plain word is masked where its place gives it away, in whatever language.
@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # Alone with its name.
        ("parola anuta", "parola [SECRET]"),
        ("pc: clave travieso / correo: clave Travieso99", "pc: clave [SECRET] / correo: clave [SECRET]"),
        ("wifi for guests, password sunrise", "wifi for guests, password [SECRET]"),
        ("moje hasło? malwa", "moje hasło? [SECRET]"),
        # Described first.
        ("Het wachtwoord is de naam van haar kat, Minouche", "Het wachtwoord is de naam van haar kat, [SECRET]"),
        ("şifresi kedisinin adı, Boncuk", "şifresi kedisinin adı, [SECRET]"),
        ("paswoord = meisjesnaam van de moeder (Vandersmissen)", "paswoord = meisjesnaam van de moeder ([SECRET])"),
        ("haslo = pies (Rex)", "haslo = [SECRET] ([SECRET])"),
        # The old one and the new one, or one between commas.
        ("oud paswoord poesje nieuw paswoord poesje1", "oud paswoord [SECRET] nieuw paswoord [SECRET]"),
        ("Old password kitten, new one kitten5", "Old password [SECRET], new one [SECRET]"),
        ("la nueva contraseña, golondrina, ya funciona", "la nueva contraseña, [SECRET], ya funciona"),
        ("facebook şifresi, mimoza, herkese söylüyor", "facebook şifresi, [SECRET], herkese söylüyor"),
        ("password forgotten so a new one: Lavender22", "password forgotten so a new one: [SECRET]"),
        # Used as one, or to log in.
        ("as new password we took Raindrop", "as new password we took [SECRET]"),
        ("vura Hortensia si fjalëkalim", "vura [SECRET] si fjalëkalim"),
        ("Kızı şifreyi Gozleme! olarak değiştirdi", "Kızı şifreyi [SECRET] olarak değiştirdi"),
        ("ze zegt dat het wachtwoord Postduif is", "ze zegt dat het wachtwoord [SECRET] is"),
        ("entra com a senha Benfica!", "entra com a senha [SECRET]"),
        ("she uses Rosie1948! for everything", "she uses [SECRET] for everything"),
        ("the password's hollyhock", "the password's [SECRET]"),
        ("sa phrase secrète : le chat dort bien", "sa phrase secrète : [SECRET]"),
        ("السؤال السري: مراكش", "السؤال السري: [SECRET]"),
        ("wifi: naam Proximus wachtwoord kip-aan-t-spit", "wifi: naam Proximus wachtwoord [SECRET]"),
        ("passe gmail canape", "passe gmail [SECRET]"),
        (
            "temporary password that the helpdesk sent her Xk29pLmn",
            "temporary password that the helpdesk sent her [SECRET]",
        ),
        ("ze gebruikt altijd roosje als wachtwoord", "ze gebruikt altijd [SECRET] als wachtwoord"),
    ],
)
def test_a_plain_word_is_masked_where_its_place_gives_it_away(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "Mot de passe Doccle",
        "Hulp bij computer, wachtwoord ziekenfonds",
        "Oud wachtwoord werkt niet meer",
        "Het nieuwe wachtwoord, zo zegt ze, staat in haar boekje",
        "paswoord van Smartschool, Magister, Bingel",
        "wachtwoord op naam van haar man, Karel",
        "Mot de passe au nom de son mari, Karel",
        "She does not know her password, name Peeters",
        "تريد أن تتعلم كيف تختار كلمة سر جيدة",
        "nuk e mban mend fjalëkalimin e emailit",
        "Heeft u het wachtwoord? Neen",
        "She uses Chrome for everything",
        "le tram passe devant",
        "hasło: wybierze pani",
        "parola: o alege doamna",
        "ze passen allemaal",
        "un logiciel contre les virus",
        "Mevr. Claes is jarig",
        '{"given_name": "Jan", "family_name": "Claes", "address": {"street": "Rue Neuve", "house_number": "145", "box": "3A"}}',
        "Neem tram 55 dan 92 tot Rogier",
        "Kluis in de bank, Wetstraat 16",
        "Son code PUK est chez Orange, tél 5000",
        "elle utilise toujours cela comme mot de passe",
        "Samsung 7412, pincode vergeten",
    ],
)
def test_words_beside_the_name_of_a_secret_stay(text: str) -> None:
    assert find(text).kinds == ()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        # Keys one after the other.
        ("to get in press 47 then 12 then the bell", "to get in press [SECRET] then the bell"),
        ("para entrar carregar 13 depois 79 e sino", "para entrar carregar [SECRET] e sino"),
        # A year, and a number beside a word that elsewhere says what else it is.
        ("pin mam 2019", "pin mam [SECRET]"),
        ("pinul e anul nasterii, deci 1941", "pinul e anul nasterii, deci [SECRET]"),
        ("codul de la bloc e 7712", "codul de la bloc e [SECRET]"),
        ("code porte rue 5561", "code porte rue [SECRET]"),
        ("code tel 3380", "code tel [SECRET]"),
        ("7-2-0-6 is on the card by the door, that's the code", "[SECRET] is on the card by the door, that's the code"),
        ("she wrote 4089 on the back of her card, her pin", "she wrote [SECRET] on the back of her card, her pin"),
        ("code = postcode backwards, so 0801", "code = postcode backwards, so [SECRET]"),
        ("portero automático #7720", "portero automático #[SECRET]"),
        ("anahtar kutusuyla (1507)", "anahtar kutusuyla ([SECRET])"),
        ("you get through the gate with A4471", "you get through the gate with [SECRET]"),
        ("صاحت برقمها السري: أربعة وعشرون ثمانية وستون", "صاحت برقمها السري: [SECRET]"),
        ("PIN of the Samsung is 7412", "PIN of the Samsung is [SECRET]"),
        ("patroon op zijn Samsung: model A52", "patroon op zijn Samsung: model A52"),
        ("ekran deseni 1-2-5-8-9", "ekran deseni [SECRET]"),
    ],
)
def test_a_number_is_masked_where_its_place_gives_it_away(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_surname_of_brussels_is_no_misspelt_name_of_a_secret() -> None:
    branches = [
        word(fold(name)).phrases for name in ("Claes", "Claeys", "Peeters", "Dupont", "Wachters", "Pinson", "Passos")
    ]
    assert [branch for branch in branches if branch and branch.phrase] == []


@pytest.mark.parametrize(
    "text",
    [
        "de Visa die eindigt op 4471 is geblokkeerd, de nieuwe komt per post",
        "البطاقة التي تنتهي بالأرقام 6612 لم تعد صالحة",
        "sonu 7036 ile biten kart iptal edildi",
        "wifi heet Proximus-Home-7A20 maar het wachtwoord vindt ze niet terug",
        "Wifi adı bbox2-5D1A, şifresi okunmuyor",
        "ses numéros de Lotto étaient 4, 11, 19, 23, 38 et 42, elle voulait vérifier le code du bulletin",
        "numri serik i printerit BRBSN4C0917, fjalëkalimin e wifit do ta pyesë te vajza",
        "contrato cancelado por telefone, ref. 31-778420, devolver o modem",
        "Dossiernummer bij het OCMW is 2024/118833, wachtwoord vergeten",
        "Elle a oublié son code PIN. L'agence de la chaussée de Wavre 305 ouvre à 9h",
        "Codul comenzii de la Emag este 214509873, coletul ajunge vineri",
        "Le lecteur eID affiche erreur 0x8010002E, code oublié",
    ],
)
def test_what_stands_on_receipts_boxes_and_labels_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("code van de kaart die eindigt op 4471 is 8812", "code van de kaart die eindigt op 4471 is [SECRET]"),
        ("paswoord: Proximus-7A20", "paswoord: [SECRET]"),
        ("puk 12, 34, 56, 78", "puk [SECRET]"),
        ("in plaats van een paswoord een zin: de geit eet plastic", "in plaats van een paswoord een zin: [SECRET]"),
        ("recovery words: harbour tulip seven mango drift", "recovery words: [SECRET]"),
        ("wifi bij de buren, wachtwoord yasmina2017wifi", "wifi bij de buren, wachtwoord [SECRET]"),
        ("zamiast hasła zdanie: stary rower stoi w piwnicy", "zamiast hasła zdanie: [SECRET]"),
        ("buzón de voz 5050 almohadilla", "buzón de voz [SECRET] almohadilla"),
    ],
)
def test_what_stands_beside_them_does_not(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize("text", ["mijn pin is 44.70", "le code pin 23.75", "pin 12.35", "code of the door: 44.70"])
def test_a_pin_with_a_dot_is_no_amount(text: str) -> None:
    assert find(text).kinds == ("secret",)


def test_an_amount_without_a_sign_stays() -> None:
    assert find("She forgot her PIN and the pharmacy wanted 23.70.").kinds == ()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("security question, first pet Snoopie", "security question, first pet [SECRET]"),
        ("pregunta de seguridad, apellido de soltera: Rueda", "pregunta de seguridad, apellido de soltera: [SECRET]"),
        ("recovery words river candle monkey orbit stone basket", "recovery words [SECRET]"),
        ("mots de récup citron, table, neige, velo, marteau", "mots de récup [SECRET]"),
        (
            "question secrète: premier instituteur, rép. Monsieur Wauters",
            "question secrète: premier instituteur, rép. [SECRET]",
        ),
        ("fjalët e rikthimit (në letër!): mal det libër kala borë", "fjalët e rikthimit (në letër!): [SECRET]"),
        ("schéma déverrouillage du samsung: un Z à l'envers", "schéma déverrouillage du samsung: [SECRET]"),
        ("une tablette, schéma: un N en partant d'en bas à gauche", "une tablette, schéma: [SECRET]"),
        ("les 12 mots elle les a lus: lampe forêt sucre navire orange", "les 12 mots elle les a lus: [SECRET]"),
        ("García Rosario;1030;Xiaomi 11;código 6640;mejor", "García Rosario;1030;Xiaomi 11;código [SECRET];mejor"),
        ("el pin es dos veces el seis y luego 23 siempre", "el pin es [SECRET] siempre"),
        ("kodi puk është nëntë dy zero katër pikë letra është këtu", "kodi puk është [SECRET] pikë letra është këtu"),
        ("domofon 35K1187 klatka B", "domofon [SECRET] klatka B"),
        ("kart no 5555 3412 4444 1115 son kul 02/29", "kart no [CARD] son kul 02/29"),
    ],
)
def test_a_list_and_an_answer_need_no_word_that_says_so(text: str, masked: str) -> None:
    assert find(text).masked == masked


@pytest.mark.parametrize(
    "text",
    [
        "question secrète: ville de naissance?",
        "security question asks first pet, she cannot remember, ask Karim",
        "geheime vraag eerste huisdier weet ze niet meer. Karim belt",
        "recovery words are written on a paper in the kitchen drawer",
        "mots de récupération perdus, client veut refaire compte portefeuille",
        "schéma déverrouillage du samsung: elle ne sait plus",
        "security question: mother's maiden name. Call Anna",
        "jak zmienić hasło - warsztat PL-7, sala 110",
        "cómo cambiar la clave: taller ES-9 aula 21",
        "wifi password is wrong he says but it was capslock",
        "köpek bağlı, arka bahçeden girin, 16dan sonra evde olurum",
        "kregel van de pillen: twee keer vijf en dan 15 druppels",
        "Case number HD-2025-00417, opened by the social worker",
        "شرحت لها ألا تعطي كلمة السر لأحد",
        "please pin the rota for weeks 22-26 on the corkboard",
        "Firma de curățenie are CUI RO 18547290, am verificat pe site.",
        "firma Budex, NIP 5213456789, faktura opłacona",
        "don me mesu si me ndrru fjalkalimin",
    ],
)
def test_what_is_asked_and_where_words_lie_stays(text: str) -> None:
    assert find(text).masked == text
