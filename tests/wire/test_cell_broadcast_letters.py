"""Which letters flip the alphabet, and the variant without them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.wire.cell_broadcast.gsm7 import SEPTETS
from tocsin.wire.cell_broadcast.letters import flips, without_diacritics
from tocsin.wire.cell_broadcast.pages import alphabet_of

LATIN = st.characters(min_codepoint=0x20, max_codepoint=0x17F, exclude_categories=("Cc",))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Galați, Brăila, Însurăței", "Galati, Braila, Insuratei"),
        ("Galaţi, Bucureşti", "Galati, Bucuresti"),
        ("ADĂPOSTIȚI-VĂ", "ADAPOSTITI-VA"),
        ("Hódmezővásárhely, Űrhajó", "Hodmezövasarhely, Ürhajo"),
        ("é ö ü É Ö Ü ß à", "é ö ü É Ö Ü ß à"),
        ("6–9 „minute” … ’", '6-9 "minute" ... \''),
        ("Łódź, Đakovo", "Lodz, Dakovo"),
        ("a\u0306", "a"),
    ],
)
def test_letters_lose_their_marks_only_where_they_must(text, plain) -> None:
    """Hungarian keeps é, ö and ü, which the alphabet has; ő is nearer to ö than to o."""
    assert without_diacritics(text) == plain
    assert alphabet_of(plain) == "GSM-7"


@pytest.mark.parametrize("text", ["Увага", "Galați і Рені", "警報", "🚨"])
def test_what_has_no_plain_spelling_gets_none(text) -> None:
    """Nobody is warned in a spelling that was made up here."""
    assert without_diacritics(text) is None


@given(st.text(LATIN))
def test_a_variant_is_always_in_the_alphabet(text: str) -> None:
    """An offer that is still too long is none."""
    plain = without_diacritics(text)
    assert plain is None or alphabet_of(plain) == "GSM-7"


@given(st.text())
def test_flips_are_exactly_what_is_outside(text: str) -> None:
    """None missed, none blamed wrongly."""
    found = {flip.letter: flip.count for flip in flips(text)}
    outside = [letter for letter in text if letter not in SEPTETS and letter != "\r"]
    assert found == {letter: outside.count(letter) for letter in outside}
    assert (not found) == (alphabet_of(text) == "GSM-7")


def test_a_flip_says_where() -> None:
    """Found in a second, not by reading all of it."""
    (only,) = flips("Warning for Galați county, Galați again")
    assert (only.letter, only.count, only.around) == ("ț", 2, "Galați")
