"""Names: English ones in the letters of the smallest text alphabet, exonyms where they exist."""

from sitegeo.towns import ENGLISH
from tocsin.geo.places import comma_below, search_key

_BARRED = str.maketrans("łŁ’‘", "lL''")
UKRAINIAN = {
    "Galați": "Галац",
    "Brăila": "Браїла",
    "Tulcea": "Тульча",
    "Sulina": "Суліна",
    "Măcin": "Мачин",
    "Isaccea": "Ісакча",
    "Babadag": "Бабадаг",
    "Chilia Veche": "Стара Кілія",
    "Bârlad": "Бирлад",
    "Vaslui": "Васлуй",
    "Huși": "Хуші",
    "Focșani": "Фокшани",
}
"""Ukrainian names in use; every other place keeps its own."""
HUNGARIAN = {"Galați": "Galac", "Focșani": "Foksány", "Adjud": "Egyedhalma"}
"""Hungarian names in use; every other place keeps its own."""


def english(name: str) -> str:
    """Write a name without marks: one letter beyond GSM-7 more than doubles a cell broadcast."""
    return bare(ENGLISH.get(name, name))


def bare(name: str) -> str:
    marked = comma_below(name).translate(_BARRED)
    plain = search_key(marked)
    if len(plain) != len(marked):
        return marked
    return "".join(p.upper() if m.isupper() else p for p, m in zip(plain, marked, strict=True))


def slug(name: str) -> str:
    """Return a name for an id: lower-case letters of ASCII, digits and hyphens."""
    key = search_key(name.translate(_BARRED))
    words = "".join(letter if letter.isalnum() else " " for letter in key).split()
    return "-".join(words)


def zone_names(name: str, *, tags: tuple[str, ...], ukrainian: str = "") -> dict[str, str]:
    """Name a zone after its largest locality; every name says that it is approximate.

    A locality that has no name of its own in a language keeps the local one, as on road signs.
    """
    names = {
        "ro": f"zona {name} (aproximativ)",
        "en": f"{english(name)} area (approximate)",
        "uk": f"{ukrainian or UKRAINIAN.get(name, name)} та околиці (приблизно)",
        "hu": f"{HUNGARIAN.get(name, name)} és környéke (hozzávetőleg)",
    }
    return {f"name:{tag}": names[tag] for tag in tags}
