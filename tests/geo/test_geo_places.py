"""Places: neighbours, spelling, countries."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tocsin.geo.places import comma_below, country_of, index_places, search_key
from tocsin.model.place import Place


def place(name: str, east_m: float, north_m: float) -> Place:
    return Place(
        id=name,
        name=name,
        name_en=name,
        lat_deg=45.0,
        lon_deg=28.0,
        pos_site_m=(east_m, north_m),
        population=1,
        country="ROU",
        zone="",
    )


SOME = index_places([place("a", 0.0, 0.0), place("b", 1_000.0, 0.0), place("c", 0.0, 50_000.0)])


def test_the_nearest_place_is_found_with_its_distance() -> None:
    """A message names the nearest place."""
    index, distance_m = SOME.nearest([[900.0, 0.0], [0.0, 30_000.0]])
    assert [SOME.places[i].name for i in index] == ["b", "c"]
    assert distance_m == pytest.approx([100.0, 20_000.0])


def test_all_places_within_reach_are_paired() -> None:
    """A place left out would never be warned."""
    row, index = SOME.within([[500.0, 0.0], [9e5, 9e5], [0.0, 0.0]], 1_000.0)
    assert list(zip(row, index, strict=True)) == [(0, 0), (0, 1), (2, 0), (2, 1)]


def test_nothing_in_reach_is_an_empty_answer() -> None:
    """Far traffic is the usual case and must not fail."""
    row, index = SOME.within([[9e5, 9e5]], 10.0)
    assert len(row) == len(index) == 0


@given(st.lists(st.tuples(st.floats(-1e4, 1e4), st.floats(-1e4, 1e4)), min_size=1, max_size=30))
def test_pairs_are_those_of_the_slow_search(positions: list[tuple[float, float]]) -> None:
    """The tree must agree with the distance of every pair."""
    pos_m = np.array(positions)
    places_m = np.array([p.pos_site_m for p in SOME.places])
    slow = np.hypot(*(pos_m[:, None] - places_m[None]).transpose(2, 0, 1)) <= 5_000.0
    row, index = SOME.within(pos_m, 5_000.0)
    assert np.array_equal(np.stack(np.nonzero(slow)), np.stack([row, index]))


@pytest.mark.parametrize(
    ("found", "right"),
    [
        ("Galaţi", "Galați"),
        ("Ţăndărei", "Țăndărei"),
        ("Şuţeşti", "Șuțești"),
        ("Galat\u0327i", "Galați"),
        ("Brăila", "Brăila"),
        ("Ізмаїл", "Ізмаїл"),
    ],
)
def test_romanian_names_carry_the_comma_below(found: str, right: str) -> None:
    """GeoNames mixes both letters; the cedilla is a Turkish one."""
    assert comma_below(found) == right


@pytest.mark.parametrize("spelling", ["Galaţi", "Galați", "GALATI", " galati "])
def test_all_spellings_share_one_search_key(spelling: str) -> None:
    """An operator types what the keyboard has."""
    assert search_key(spelling) == "galati"


def test_places_in_no_outline_have_no_country() -> None:
    """Unknown stays unknown: the high seas are no country."""
    outlines = {"AAA": shapely.box(20, 40, 30, 50), "BB": shapely.box(30, 40, 40, 50)}
    codes = country_of([45.0, 45.0, 10.0], [25.0, 35.0, 0.0], outlines)
    assert list(codes) == ["AAA", "BB", ""]
    assert list(country_of([45.0], [25.0], {})) == [""]
