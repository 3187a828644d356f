"""Names: the reader's language, else the local name; English in English letters."""

import msgspec
import pytest

from tocsin.warn.names import is_named_after, named, names_of, without_marks


def test_a_name_is_that_of_the_language_or_the_local_one(ground) -> None:
    """A place must never be nameless."""
    names = {"ro": "județul Galați", "en": "Galați county", "hu": "Galac megye"}
    assert named(names, "hu") == "Galac megye"
    assert named(names, "uk") == "județul Galați"
    assert named({}, "uk") == ""
    place = ground.places["p1"]
    assert named(names_of(place), "hu") == "Măcin 1"
    assert named(names_of(place), "en") == "Macin 1"
    bare = msgspec.structs.replace(place, name_en="")
    assert named(names_of(bare), "en") == "Macin 1"


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Galați", "Galati"),
        ("Brăila", "Braila"),
        ("Iași", "Iasi"),
        ("Łódź", "Lodz"),
        ("Großräschen", "Grossraschen"),
        ("Hódmezővásárhely", "Hodmezovasarhely"),
        ("Рені, Київ", "Рені, Київ"),
        ("Galaţi", "Galati"),
    ],
)
def test_english_names_are_written_in_english_letters(name, bare) -> None:
    """One ț halves what fits on a page of a cell broadcast."""
    assert without_marks(name) == bare
    assert named({"en": name}, "en") == bare
    assert named({"ro": name}, "ro") == name


@pytest.mark.parametrize(
    ("zone", "place", "told"),
    [
        ({"ro": "zona Galați (aproximativ)"}, {"local": "Galați"}, True),
        ({"ro": "zona X", "en": "Galati area"}, {"local": "Galați", "en": "Galati"}, True),
        ({"ro": "județul Galați"}, {"local": "Galați"}, False),
        ({"ro": "zona Galațiul Nou"}, {"local": "Galați"}, False),
        ({"ro": "zona Baia (aproximativ)"}, {"local": "Baia (sat)"}, False),
        ({"ro": "zona Galați"}, {}, False),
        ({"ro": "zona Galați"}, {"local": ""}, False),
    ],
)
def test_a_zone_named_after_its_place_tells_it(zone, place, told) -> None:
    """Whole words only: Galațiul Nou is another place."""
    assert is_named_after(zone, place) == told
