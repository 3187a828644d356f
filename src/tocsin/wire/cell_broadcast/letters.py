"""Which letters flip the alphabet of a text, and the same text without them.

One letter outside GSM-7, even the last of `Galați`, turns the whole text to UCS-2 and cuts a page
from 93 characters to 41. Romanian and Hungarian can be read without their marks; Ukrainian has
no such spelling that a reader would expect, and none is made up.
"""

import unicodedata

import msgspec

from tocsin.wire.cell_broadcast.gsm7 import SEPTETS

_NEAREST = {
    # Hungarian: the long vowel's short one is in the alphabet, and nearer than o and u.
    "ő": "ö", "Ő": "Ö", "ű": "ü", "Ű": "Ü",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "Oe",
    "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "·": ".", "•": "-",
    "„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "’": "'", "‘": "'", "‚": "'",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ",
}  # fmt: skip
"""Signs and letters that are no base letter with a mark, or have a nearer one."""


class Flip(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that the GSM 7-bit alphabet has not."""

    letter: str
    count: int
    around: str
    """The first word that it stands in."""


def flips(text: str) -> tuple[Flip, ...]:
    """Return the letters that force a text to UCS-2, in order of appearance; empty: none."""
    wrong = dict.fromkeys(letter for letter in text if letter not in SEPTETS and letter != "\r")
    return tuple(
        Flip(letter=letter, count=text.count(letter), around=_around(text, letter))
        for letter in wrong
    )


def without_diacritics(text: str) -> str | None:
    """Return the text in GSM-7, or None where a letter has no plain spelling (Cyrillic).

    Letters that the alphabet has keep their marks: é, ö and ü stay.
    """
    nearest = [_nearest(letter) for letter in unicodedata.normalize("NFC", text)]
    if any(letter is None for letter in nearest):
        return None
    return "".join(letter for letter in nearest if letter is not None)


def _nearest(letter: str) -> str | None:
    """Return what stands for a letter in GSM-7, or None."""
    if letter in SEPTETS or letter == "\r":
        return letter
    if letter in _NEAREST:
        return _NEAREST[letter]
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() and base in SEPTETS else None


def _around(text: str, letter: str) -> str:
    """Return the first word with a letter, or the letter where it stands alone."""
    return next((word for word in text.split() if letter in word), letter)
