"""Pages of a cell broadcast: 82 octets each, 15 at most (3GPP TS 23.041, section 9.4).

A page holds 93 characters of the GSM 7-bit alphabet or 41 of UCS-2 (TS 23.038, sections 6.1.2.2
and 6.2.3). Where the language is told in the text itself, three septets or two octets of each
page go to it: 90 and 40 characters. What a page does not need is filled with CR.

| data coding scheme (TS 23.038, section 5) | alphabet | language in the text |
|---|---|---|
| 0x0F | GSM-7 | no |
| 0x10 | GSM-7 | two letters and CR |
| 0x48 | UCS-2 | no |
| 0x11 | UCS-2 | two letters of GSM-7, packed into 14 bits |
"""

from typing import Literal

import msgspec

from tocsin.model.errors import BadInput
from tocsin.wire.cell_broadcast.gsm7 import CR, SEPTETS, pack, septets_of, text_of, unpack

Alphabet = Literal["GSM-7", "UCS-2"]

PAGE_OCTETS = 82
PAGES_LIMIT = 15
_PAGE_SEPTETS = 93
_PREFIX_SEPTETS = 3
_PREFIX_OCTETS = 2
_SCHEMES: dict[tuple[Alphabet, bool], int] = {
    ("GSM-7", False): 0x0F,
    ("GSM-7", True): 0x10,
    ("UCS-2", False): 0x48,
    ("UCS-2", True): 0x11,
}
"""Data coding scheme by alphabet, and whether the language stands in the text."""


class Broadcast(msgspec.Struct, frozen=True, kw_only=True):
    """A text as a network takes it."""

    scheme: int
    """Data coding scheme, one octet."""
    pages: tuple[bytes, ...]
    """82 octets each."""
    used: tuple[int, ...]
    """Octets of each page that are no padding."""

    def contents(self) -> bytes:
        """Return the `CB Data` element: number of pages, then each page and its length."""
        told = (page + bytes([used]) for page, used in zip(self.pages, self.used, strict=True))
        return bytes([len(self.pages)]) + b"".join(told)


def alphabet_of(text: str) -> Alphabet:
    """Return the alphabet that a text needs: one letter is enough to need UCS-2."""
    return "GSM-7" if all(letter in SEPTETS for letter in _lines(text)) else "UCS-2"


def page_count(text: str, *, language: str = "") -> int:
    """Return how many pages a text takes, at least 1, however many that is."""
    return len(_pieces(_lines(text), alphabet_of(text), bool(language)))


def encode(text: str, *, language: str = "") -> Broadcast:
    """Return the pages of a text.

    Args:
        text: What is to be shown; a carriage return counts as a line feed.
        language: ISO 639-1 code, two letters, to be told in every page; empty: not told.

    Raises:
        BadInput: More than 15 pages, a character outside the Basic Multilingual Plane, or a
            language that is not two letters.
    """
    _check(text, language)
    alphabet = alphabet_of(text)
    pieces = _pieces(_lines(text), alphabet, bool(language))
    made = [_PAGES[alphabet](piece, language) for piece in pieces]
    return Broadcast(
        scheme=_SCHEMES[alphabet, bool(language)],
        pages=tuple(page for page, _ in made),
        used=tuple(used for _, used in made),
    )


def decode(scheme: int, pages: tuple[bytes, ...]) -> tuple[str, str]:
    """Return the text of pages and the language that they tell, or an empty one.

    Raises:
        BadInput: The scheme is none of the four written here, or a page has not 82 octets.
    """
    known = {code: key for key, code in _SCHEMES.items()}
    if scheme not in known:
        raise BadInput(
            f"data coding scheme 0x{scheme:02X} is not known",
            where="cell broadcast",
            remedy="Use 0x0F or 0x10 for GSM-7, 0x48 or 0x11 for UCS-2.",
        )
    if any(len(page) != PAGE_OCTETS for page in pages):
        raise BadInput(
            "a page has not 82 octets", where="cell broadcast", remedy="Give whole pages."
        )
    alphabet, prefixed = known[scheme]
    read = [_READERS[alphabet](page, prefixed) for page in pages]
    return "".join(text for text, _ in read), read[0][1] if read else ""


def _lines(text: str) -> str:
    """Return the text with line feeds only: CR is what pages are padded with."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _check(text: str, language: str) -> None:
    """Refuse what no network could carry."""
    if language and not (len(language) == 2 and language.isascii() and language.islower()):
        raise BadInput(
            f"{language!r} is no language code",
            where="cell broadcast",
            remedy="Give two small letters, as in ISO 639-1.",
        )
    outside = [letter for letter in text if ord(letter) > 0xFFFF or 0xD800 <= ord(letter) < 0xE000]
    if outside:
        raise BadInput(
            f"U+{ord(outside[0]):04X} cannot be sent in UCS-2",
            where="cell broadcast",
            remedy="Leave out emoji and letters outside the Basic Multilingual Plane.",
        )
    pages = page_count(text, language=language)
    if pages > PAGES_LIMIT:
        raise BadInput(
            f"the text takes {pages} pages of {PAGES_LIMIT}",
            where="cell broadcast",
            remedy="Shorten names, or send the variant without diacritics where there is one.",
        )


def _pieces(text: str, alphabet: Alphabet, prefixed: bool) -> list[str]:
    """Cut a text into what fits on a page; a character of two septets is never cut in two."""
    if alphabet == "UCS-2":
        room = (PAGE_OCTETS - _PREFIX_OCTETS * prefixed) // 2
        return [text[at : at + room] for at in range(0, len(text), room)] or [""]
    room = _PAGE_SEPTETS - _PREFIX_SEPTETS * prefixed
    pieces, free = [""], room
    for letter, septets in zip(text, septets_of(text), strict=True):
        if len(septets) > free:
            pieces.append("")
            free = room
        pieces[-1] += letter
        free -= len(septets)
    return pieces


def _gsm7_page(piece: str, language: str) -> tuple[bytes, int]:
    """Return a page of GSM-7 and how many of its octets are used."""
    prefix = [*(ord(letter) for letter in language), CR] if language else []
    septets = [*prefix, *(code for codes in septets_of(piece) for code in codes)]
    filled = septets + [CR] * (_PAGE_SEPTETS - len(septets))
    return pack(filled), (7 * len(septets) + 7) // 8


def _ucs2_page(piece: str, language: str) -> tuple[bytes, int]:
    """Return a page of UCS-2 and how many of its octets are used."""
    octets = pack([ord(letter) for letter in language]) + piece.encode("utf-16-be")
    padding = "\r".encode("utf-16-be") * ((PAGE_OCTETS - len(octets)) // 2)
    return octets + padding, len(octets)


def _gsm7_text(page: bytes, prefixed: bool) -> tuple[str, str]:
    """Return the text of a page of GSM-7, and its language."""
    septets = unpack(page, _PAGE_SEPTETS)
    start = _PREFIX_SEPTETS * prefixed
    return text_of(septets[start:]).rstrip("\r"), text_of(septets[: 2 * prefixed])


def _ucs2_text(page: bytes, prefixed: bool) -> tuple[str, str]:
    """Return the text of a page of UCS-2, and its language."""
    start = _PREFIX_OCTETS * prefixed
    language = text_of(unpack(page[:start], 2)) if prefixed else ""
    return page[start:].decode("utf-16-be", errors="replace").rstrip("\r"), language


_PAGES = {"GSM-7": _gsm7_page, "UCS-2": _ucs2_page}
_READERS = {"GSM-7": _gsm7_text, "UCS-2": _ucs2_text}
