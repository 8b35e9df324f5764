"""Rule E5: every client hears never to give a code or a card to our helper, and whom to ring in doubt."""

import pytest

from digibel.languages import LANGUAGES
from digibel.notifications import phrasebook

NEVER = {
    "nl": "Onze helper vraagt u nooit een code, een wachtwoord of een bankkaart. Geef die ook nooit.",
    "fr": "Notre bénévole ne vous demande jamais un code, un mot de passe ou une carte de banque. N'en donnez jamais.",
    "en": "Our helper never asks you for a code, a password or a bank card. Never give one.",
}
PHONE = "02 511 22 33"


@pytest.mark.guardrail("E5")
@pytest.mark.parametrize("language", NEVER)
def test_the_own_yes_says_never_to_give_a_code_or_a_card(language: str) -> None:
    said = phrasebook.render("consent", language, organisation="De Lindeboom", phone=PHONE)
    assert [line for line in said.splitlines() if line == NEVER[language]] == [NEVER[language]]


@pytest.mark.guardrail("E5")
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_own_yes_names_the_number_to_ring_in_every_language(language: str) -> None:
    said = phrasebook.render("consent", language, organisation="De Lindeboom", phone=PHONE)
    # Arabic writes it with full stops, so that it keeps its order from right to left.
    assert PHONE in said.replace("02.511.22.33", PHONE)
