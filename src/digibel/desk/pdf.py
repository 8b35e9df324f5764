"""A report as PDF: headings, lines with numbers, bars. Text and rectangles only, in letters that every reader has, so that it needs
no library and no font (ISO 32000-1, sections 7.5 and 9.6.2). The page says the same, and is the one to read aloud.
"""

import unicodedata
from collections.abc import Iterable

# Helvetica from the space to the tilde, in thousandths of the size: what is set to the right has to be measured.
HELVETICA = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 584 584 584 "
    "556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 "
    "469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 "
    "334 584"
)
WIDTHS = [int(width) for width in HELVETICA.split()]
WIDE, HIGH, MARGIN = 595, 842, 56  # A4 in points
RIGHT = WIDE - MARGIN
BAR = (300, 100)  # where bars begin, and how long the longest is
INK, SOFT, PEN = "0.16 0.14 0.10", "0.33 0.29 0.24", "0.11 0.29 0.49"


class Paper:
    """Pages that fill from the top. Sizes and distances are points."""

    def __init__(self, title: str, language: str) -> None:
        self.title, self.language = title, language
        self.pages: list[list[str]] = []
        self.y = 0.0

    def heading(self, text: str, size: int = 13) -> None:
        self._room(size * 1.6 + 34)
        self.y -= size * 0.8
        self._text(MARGIN, text, size, bold=True)
        self.y -= size * 0.6

    def paragraph(self, text: str, size: int = 10) -> None:
        for line in _wrapped(text, size, RIGHT - MARGIN):
            self._room(size * 1.4)
            self._text(MARGIN, line, size, colour=SOFT)

    def line(self, label: str, numbers: Iterable[str], percent: int | None = None, size: int = 10) -> None:
        """The numbers stand to the right, the bar before them."""
        told = list(numbers)
        wide = (BAR[0] if percent is not None else RIGHT - 65 * len(told)) - MARGIN - 8
        parts = _wrapped(label, size, wide) or [""]
        self._room(size * 1.4 * len(parts))
        first = self.y - size * 1.4
        for part in parts:
            self._text(MARGIN, part, size)
        if percent:
            self.pages[-1].append(f"{PEN} rg {BAR[0]} {first:.1f} {BAR[1] * percent / 100:.1f} 7 re f")
        for at, number in enumerate(reversed(told)):
            self._text(RIGHT - 65 * at - _width(number, size), number, size, y=first)

    def as_bytes(self) -> bytes:
        return _document(self.pages or [[]], self.title, self.language)

    def _room(self, height: float) -> None:
        if not self.pages or self.y - height < MARGIN:
            self.pages.append([])
            self.y = HIGH - MARGIN

    def _text(
        self, x: float, text: str, size: int, *, bold: bool = False, colour: str = INK, y: float | None = None
    ) -> None:
        if y is None:
            self.y -= size * 1.4
            y = self.y
        font = "B" if bold else "R"
        self.pages[-1].append(f"{colour} rg BT /{font} {size} Tf {x:.1f} {y:.1f} Td ({_escaped(text)}) Tj ET")


def _escaped(text: str) -> str:
    """As Latin-1 text that holds the bytes of the page's own letters (Windows-1252); a letter it lacks is a question mark."""
    letters = text.encode("cp1252", errors="replace").decode("latin-1")
    return letters.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _width(text: str, size: int) -> float:
    return sum(_of_letter(letter) for letter in text) * size / 1000


def _of_letter(letter: str) -> int:
    base = unicodedata.normalize("NFD", letter)[0]
    return WIDTHS[ord(base) - 32] if " " <= base <= "~" else 556


def _wrapped(text: str, size: int, wide: float) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _width(longer, size) <= wide:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _document(pages: list[list[str]], title: str, language: str) -> bytes:
    count = len(pages)
    kids = " ".join(f"{5 + 2 * at} 0 R" for at in range(count))
    fonts = [f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>" for name in FONTS]
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /Lang ({language}) /ViewerPreferences << /DisplayDocTitle true >> >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>",
        *fonts,
    ]
    for at, page in enumerate(pages):
        content = "\n".join(page)
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {WIDE} {HIGH}] /Contents {6 + 2 * at} 0 R "
            f"/Resources << /Font << /R 3 0 R /B 4 0 R >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    objects.append(f"<< /Title ({_escaped(title)}) /Producer (Digibel) >>")
    return _written(objects)


FONTS = ("Helvetica", "Helvetica-Bold")


def _written(objects: list[str]) -> bytes:
    """The objects with a table of where each begins. The last one is the document's information."""
    out, starts = "%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        starts.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{start:010d} 00000 n \n" for start in starts)
    size = len(objects) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("latin-1")
