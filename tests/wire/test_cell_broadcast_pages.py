"""Pages of a cell broadcast: the right alphabet, the right number, and the text back again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.errors import BadInput
from tocsin.wire.cell_broadcast.gsm7 import SEPTETS, pack, unpack
from tocsin.wire.cell_broadcast.pages import alphabet_of, decode, encode, page_count

GSM7 = st.text(st.sampled_from(sorted(SEPTETS)), max_size=600)
BMP = st.text(
    st.characters(max_codepoint=0xFFFF, exclude_categories=("Cs",), exclude_characters="\r"),
    max_size=600,
)
LANGUAGE = st.sampled_from(["", "ro", "en", "uk", "hu"])


@given(GSM7, LANGUAGE)
def test_gsm7_comes_back(text: str, language: str) -> None:
    """Whatever the alphabet has, signs of two septets at a page's end included."""
    sent = encode(text, language=language)
    assert decode(sent.scheme, sent.pages) == (text, language)
    assert sent.scheme == (0x10 if language else 0x0F)


@given(BMP.filter(lambda text: alphabet_of(text) == "UCS-2"), LANGUAGE)
def test_ucs2_comes_back(text: str, language: str) -> None:
    """Romanian, Ukrainian, Hungarian, and anything else of the plane."""
    sent = encode(text, language=language)
    assert decode(sent.scheme, sent.pages) == (text, language)
    assert sent.scheme == (0x11 if language else 0x48)


@given(st.one_of(GSM7, BMP), LANGUAGE)
def test_pages_are_whole_and_counted(text: str, language: str) -> None:
    """A network refuses a page that has not 82 octets."""
    sent = encode(text, language=language)
    assert {len(page) for page in sent.pages} == {82}
    assert len(sent.pages) == page_count(text, language=language) <= 15
    assert all(0 <= used <= 82 for used in sent.used)
    contents = sent.contents()
    assert contents[0] == len(sent.pages)
    assert len(contents) == 1 + 83 * len(sent.pages)


@given(st.lists(st.integers(0, 127), max_size=200))
def test_septets_come_back(septets: list[int]) -> None:
    """Bits are neither lost nor shifted."""
    assert unpack(pack(septets), len(septets)) == septets


def test_septets_are_packed_from_the_lowest_bit() -> None:
    """Worked by hand: h e l l o = 68 65 6C 6C 6F, 35 bits, lowest first."""
    assert pack([0x68, 0x65, 0x6C, 0x6C, 0x6F]).hex() == "e8329bfd06"


def test_every_code_of_the_alphabet_has_its_sign() -> None:
    """Checked at the corners of the table: where national variants differ from it."""
    known = {"@": 0x00, "$": 0x02, "\n": 0x0A, "Δ": 0x10, "_": 0x11, " ": 0x20, "¤": 0x24,
             "?": 0x3F, "¡": 0x40, "Z": 0x5A, "Ä": 0x5B, "§": 0x5F, "¿": 0x60, "z": 0x7A,
             "ä": 0x7B, "ö": 0x7C, "ñ": 0x7D, "ü": 0x7E, "à": 0x7F, "é": 0x05,
             "Ç": 0x09}  # fmt: skip
    assert {sign: SEPTETS[sign] for sign in known} == {s: (code,) for s, code in known.items()}
    assert SEPTETS["€"] == (0x1B, 0x65)
    assert SEPTETS["["] == (0x1B, 0x3C)
    assert len(SEPTETS) == 126 + 10  # 128 codes without ESC and CR, and the extension


@pytest.mark.parametrize(
    ("characters", "letter", "prefixed", "pages"),
    [
        (93, "a", False, 1),
        (94, "a", False, 2),
        (90, "a", True, 1),
        (91, "a", True, 2),
        (41, "ț", False, 1),
        (42, "ț", False, 2),
        (40, "ț", True, 1),
        (41, "ț", True, 2),
        (259, "ț", False, 7),  # a Romanian text of today's length
        (259, "t", False, 3),  # the same without diacritics
        (191, "ő", False, 5),
        (198, "ж", False, 5),
        (246, "e", False, 3),
        (1395, "a", False, 15),
        (615, "ț", False, 15),
        (46, "€", False, 1),
        (47, "€", False, 2),
    ],
)
def test_pages_hold_93_and_41(characters, letter, prefixed, pages) -> None:
    """TS 23.038: 82 octets are 93 septets, or 41 characters of two octets."""
    text = letter * characters
    assert page_count(text, language="ro" if prefixed else "") == pages


def test_one_letter_flips_the_whole_text() -> None:
    """The last letter of Galați costs more than half of every page."""
    text = "Warning for Galati county. " * 6
    assert (alphabet_of(text), page_count(text)) == ("GSM-7", 2)
    flipped = text.replace("Galati", "Galați", 1)
    assert (alphabet_of(flipped), page_count(flipped)) == ("UCS-2", 4)


def test_an_unused_page_end_is_carriage_returns() -> None:
    """Without padding a spare septet of zeros would show as @."""
    page = encode("ab").pages[0]
    assert unpack(page, 93) == [0x61, 0x62] + [0x0D] * 91
    assert encode("ț").pages[0] == "ț".encode("utf-16-be") + b"\x00\r" * 40


def test_the_language_stands_in_every_page() -> None:
    """Pages may be shown one by one."""
    for text in ("a" * 200, "ț" * 200):
        sent = encode(text, language="ro")
        for page in sent.pages:
            assert decode(sent.scheme, (page,))[1] == "ro"


def test_a_sign_of_two_septets_is_not_cut_in_two() -> None:
    """An escape at a page's end would swallow the next page's first letter."""
    sent = encode("a" * 92 + "€")
    assert unpack(sent.pages[0], 93)[-1] == 0x0D
    assert decode(sent.scheme, sent.pages)[0] == "a" * 92 + "€"


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("a" * 1396, "", "16 pages of 15"),
        ("ț" * 616, "", "16 pages of 15"),
        ("🚨", "", "U\\+1F6A8 cannot be sent"),
        ("a\ud800", "", "U\\+D800 cannot be sent"),
        ("a", "ron", "no language code"),
        ("a", "R1", "no language code"),
    ],
)
def test_what_no_network_carries_is_one_clear_line(text, language, said) -> None:
    """Found before the night, not by the network."""
    with pytest.raises(BadInput, match=said):
        encode(text, language=language)


@pytest.mark.parametrize(
    ("scheme", "pages", "said"), [(0x04, (), "0x04"), (0x0F, (b"a" * 81,), "82 octets")]
)
def test_bytes_that_are_no_pages_are_refused(scheme, pages, said) -> None:
    """Half a page has no text."""
    with pytest.raises(BadInput, match=said):
        decode(scheme, pages)


@given(st.sampled_from([0x0F, 0x10, 0x48, 0x11]), st.lists(st.binary(min_size=82, max_size=82)))
def test_any_pages_can_be_read(scheme: int, pages: list[bytes]) -> None:
    """Noise gives a text, never an error of ours."""
    text, language = decode(scheme, tuple(pages))
    assert isinstance(text, str)
    assert isinstance(language, str)
