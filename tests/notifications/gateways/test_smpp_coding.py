"""Texts as octets: nothing is lost on the way there and back, and nothing that comes in breaks the reading."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digibel.notifications import segments
from digibel.notifications.gateways.base import Place, Receipt
from digibel.notifications.gateways.smpp import coding, receipts
from digibel.notifications.gateways.smpp.receipts import PartReceipt, Whole, Wholes

SEVEN_BIT = "".join(letter for letter in map(chr, range(0x2100)) if segments.count(letter).encoding == "gsm7")
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=700) | st.text(SEVEN_BIT, max_size=700)


@given(texts, st.integers(0, 255))
def test_a_text_reads_the_same_when_its_parts_are_put_together(text, reference):
    data_coding, parts = coding.encode(text, reference=reference)
    assert len(parts) == segments.count(text).segments
    assert all(len(part) <= (160 if data_coding == coding.GSM7 else 140) for part in parts)
    if len(parts) == 1:
        assert coding.decode(parts[0], data_coding) == text
        return
    read = [coding.header_of(part) for part in parts]
    assert [place for place, _ in read] == [Place(reference, len(parts), number) for number, _ in enumerate(read, 1)]
    # Each part by itself: no letter is cut in the middle.
    assert "".join(coding.decode(words, data_coding) for _, words in read) == text


@given(st.binary(max_size=160), st.integers(0, 255))
def test_whatever_comes_in_is_read_without_an_error(octets, data_coding):
    place, words = coding.header_of(octets)
    assert place is None or place.is_sound
    assert isinstance(coding.decode(words, data_coding).encode(), bytes)


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("050003070201", Place(7, 2, 1)),
        ("06080401f40302", Place(500, 3, 2)),
        ("0804010a0003070201", Place(7, 2, 1)),
        ("0504010a000307", None),
        ("0a2403000000000307 0202".replace(" ", ""), Place(7, 2, 2)),
        ("050003070203", None),
        ("050003070200", None),
        ("050003070000", None),
        ("0500", None),
        ("00", None),
    ],
)
def test_a_header_says_which_part_it_is_or_nothing(header, place):
    assert coding.header_of(bytes.fromhex(header) + b"ja")[0] == place


def test_what_a_telephone_does_not_know_is_shown_as_unknown():
    assert coding.decode(b"a\xff", coding.GSM7) == "a\ufffd"
    assert coding.decode(b"\x1ba", coding.GSM7) == "a"


@pytest.mark.parametrize(
    ("words", "parameters", "read"),
    [
        ("id:abc sub:001 dlvrd:001 submit date:2611251200 done date:2611251201 stat:DELIVRD err:000 text:ja",
         {}, PartReceipt("abc", True)),
        ("id:0123456789 stat:UNDELIV err:001", {}, PartReceipt("0123456789", False)),
        ("ID: x1 STAT: expired", {}, PartReceipt("x1", False)),
        ("id:abc stat:ENROUTE", {}, PartReceipt("abc", None)),
        ("id:abc", {}, PartReceipt("abc", None)),
        ("stat:DELIVRD", {}, None),
        ("", {"part_id": "abc", "state": 2}, PartReceipt("abc", True)),
        ("id:other stat:DELIVRD", {"part_id": "abc", "state": 8}, PartReceipt("abc", False)),
        ("", {"part_id": "abc", "state": 1}, PartReceipt("abc", None)),
        ("", {}, None),
    ],
)  # fmt: skip
def test_a_receipt_is_read_from_its_parameters_or_its_words(words, parameters, read):
    assert receipts.read(words, **parameters) == read


def wholes(*, total):
    known, whole = Wholes(), Whole(total)
    for number in range(total):
        known.taken(whole, f"p{number}")
    return known


@given(st.permutations([0, 1, 2]), st.lists(st.booleans(), min_size=3, max_size=3))
def test_a_text_arrived_when_all_of_its_parts_did(order, delivered):
    known = wholes(total=3)
    told = [known.told(PartReceipt(f"p{number}", delivered[number])) for number in order]
    assert told[-1] == Receipt("p2", all(delivered))
    assert Receipt("p2", True) not in told[:-1]


def test_a_part_of_which_nothing_is_known_speaks_for_itself():
    assert wholes(total=2).told(PartReceipt("before the restart", True)) == Receipt("before the restart", True)
    assert wholes(total=2).told(PartReceipt("p0", None)) is None


def test_not_more_is_remembered_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(Wholes, "MOST", 2)
    known = wholes(total=3)
    assert known.told(PartReceipt("p0", True)) == Receipt("p0", True)
    assert known.told(PartReceipt("p1", True)) is None
