"""Names of places, zones and senders in the reader's language."""

import re
import unicodedata
from collections.abc import Mapping

from tocsin.model.place import Place

LOCAL = "local"
"""Key of the name that people there use, where its language is not told."""
_BARE = str.maketrans({"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ı": "i",
                       "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ß": "ss",
                       "’": "'", "‘": "'", "„": '"', "”": '"', "“": '"', "–": "-",
                       "—": "-"})  # fmt: skip
"""Letters that are no base letter with a mark, and typographic signs."""

_COUNTY = re.compile(r"jude[țt]|county|повіт|област|район|megye", re.IGNORECASE)
"""A county may bear the name of its town, and the town is news then."""


def names_of(place: Place) -> dict[str, str]:
    """Return a place's names: the local one first, then by language."""
    english = {"en": place.name_en} if place.name_en else {}
    return {LOCAL: place.name, **english}


def named(names: Mapping[str, str], language: str) -> str:
    """Return a name in a language, or else the first one that there is, which is the local one.

    In English it is written without diacritics, as English papers write it: one ț would turn
    the whole cell broadcast to an alphabet of less than half the letters a page.
    """
    name = names.get(language) or next(iter(names.values()), "")
    return without_marks(name) if language == "en" else name


def is_named_after(zone: Mapping[str, str], place: Mapping[str, str]) -> bool:
    """Say whether a zone's name tells the place already: `Galați area` and `Galați`.

    Judged over all languages at once, so that every language says the same.
    """
    if any(_COUNTY.search(name) for name in zone.values()):
        return False
    return any(
        re.search(rf"\b{re.escape(name)}\b", whole)
        for name in filter(None, place.values())
        for whole in zone.values()
    )


def without_marks(name: str) -> str:
    """Return a Latin name in the letters of English: `Galați` is `Galati`."""
    return "".join(_bare(letter) for letter in unicodedata.normalize("NFC", name.translate(_BARE)))


def _bare(letter: str) -> str:
    """Return a letter without its marks; one of another script as it is (й is no и)."""
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() else letter
