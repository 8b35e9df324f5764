"""From the letters of a text message to plain words: case, accents, digits of other scripts, emoji and punctuation."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

# Letters that Unicode does not take apart into a letter and an accent, and Arabic letters that people write for each other.
_SAME_LETTER: Final = str.maketrans("ıłøđßæœىةٱکیھگ", "ilodsaoيهاكيهك")
# Signs that stand for a word. A skin tone after a hand falls away with the other modifiers.
_EMOJI: Final = {
    **dict.fromkeys("👍👌✅✔☑🆗", "yes"),
    **dict.fromkeys("👎❌✖🙅", "no"),
    **dict.fromkeys("🤷🤔😕🙁😟🤞🛑⛔🚫🔜<>%€$£", "doubt"),
}
_SPOKEN: Final = str.maketrans({"🅰": "A", "🅱": "B", "🔟": "10", "№": " ", "ª": None, "º": None, "½": " 1/2 "})
_MARKS: Final = {"Mn", "Me", "Cf"}

_DOTTED: Final = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}[^\W\d_]?(?!\w)")
_SPELT: Final = re.compile(r"(?<!\w)(?:[^\W\d_a-z] ){2,}[^\W\d_a-z](?!\w)")
# "N° 2" and "No. 2"; not "no 2", nor "no. 15h".
_NUMBER_SIGN: Final = re.compile(r"(?<!\w)[nN](?:\.?\s?[°º](?=\s?\d)|o\.(?=\s?\d(?![\d.,:]|\s?[a-z]?\d)))")
_PRIME: Final = re.compile(r"(\d)\s?['’′](?!\w)")
_IRISH: Final = re.compile(r"\b(O)['’](?=[A-Z])")
# Below a text, as in a letter: "Mvg Rita 0470 12 34 56". It chooses no moment.
_OWN_NUMBER: Final = re.compile(r"(?<![\w+])(?:\+|0)[1-9](?:[ ./-]?\d){7,12}\s*\Z")
_PIECE: Final = re.compile(
    r"(?P<time>\d{1,2}[:.hu]\d{2}(?!\d)(?:[hu](?!\w))?)"
    r"|(?P<share>\d+(?:[.,]\d+)?\s?%)"
    r"|(?P<half>(?<!\d)1/2(?!\d))"
    r"|(?P<decimal>\d+[.,]\d(?!\d))"
    r"|(?P<ordinal>\d{1,2}\.(?=\s?[a-zçğıöşüäàâéèêëîïôùûąćęłńóśźżăâîșțñõã]))"
    r"|(?P<number>\d+)"
    r"|(?P<word>[^\W\d_]+)"
    r"|(?P<line>\n|(?<=\s)[-–](?=\s)|—)"
    r"|(?P<question>[?؟❓❔])"
    r"|(?P<pause>[,.;:!…،؛()/|])"
    r"|(?P<symbol>[^\s\w])"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A word, a number or a sign of a text.

    `kind` is word, number, ordinal ("2. saat"), share (of a hundred), decimal, half, time, question or symbol. `text` is folded (a
    symbol's is what it stands for), `raw` as it was typed. `clause` and `line` count the commas and line ends before it; `glued`
    says that no space came before it.
    """

    kind: str
    text: str
    raw: str
    clause: int
    line: int
    glued: bool

    @property
    def looks_like_a_name(self) -> bool:
        return self.kind == "word" and self.raw[:1].isupper() and not (len(self.raw) > 1 and self.raw.isupper())


def fold(word: str) -> str:
    """A word without case and accents: `Één` and `een` are the same, `ş` is `s`."""
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold().translate(_SAME_LETTER))
    return "".join(letter for letter in apart if unicodedata.category(letter) not in _MARKS).translate(_SAME_LETTER)


def plain(text: str) -> str:
    """The text in one way of writing: full-width letters, digits of any script, keycaps and invisible marks made ordinary."""
    text = unicodedata.normalize("NFKC", _NUMBER_SIGN.sub(" ", text).translate(_SPOKEN))
    kept = "".join(" " if unicodedata.category(c) == "Cc" and c != "\n" else c for c in text if not _is_mark(c))
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in _MARKS


def pieces(text: str, kept: frozenset[str] = frozenset()) -> list[Piece]:
    """The words, numbers and signs of a text, in order. Words in `kept` hold on to their accents, because these mean something."""
    text = _OWN_NUMBER.sub("", plain(text))
    text = _DOTTED.sub(lambda dotted: dotted.group().replace(".", ""), text)
    text = _SPELT.sub(lambda spelt: spelt.group().replace(" ", ""), text)
    text = _IRISH.sub(r"\1", text)
    text = _PRIME.sub(r"\1 min", text)
    found: list[Piece] = []
    clause = line = end = 0
    for match in _PIECE.finditer(text):
        kind, raw = str(match.lastgroup), match.group()
        glued, end = match.start() == end and end > 0, match.end()
        clause += kind in {"line", "pause", "question"}
        line += kind == "line"
        if kind in {"line", "pause"} or (kind == "symbol" and raw not in _EMOJI):
            continue
        raw = raw.removesuffix(".")
        folded = _EMOJI[raw] if kind == "symbol" else raw.casefold() if raw.casefold() in kept else fold(raw)
        found.append(Piece(kind, folded, raw, clause, line, glued))
    return found
