"""The border line: known answers on real outlines, shapely as the authority elsewhere."""

import gzip
import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tocsin.geo.border import BorderIndex, index_border, shared_edge
from tocsin.geo.places import country_of
from tocsin.geo.plane import SitePlane
from tocsin.model.place import Border

PLANE = SitePlane(45.30, 28.40)
OSM = "geo/osm_countries_maritime_10m_east_flank.geojson.gz"
# Place, lat, lon, country, km to the shared edge of Romania with Ukraine and Moldova, worked out
# once in UTM 35N from the OpenStreetMap maritime outlines of 2017-11.
KNOWN = [
    ("Galati", 45.43687, 28.05028, "ROU", 11.23),
    ("Tulcea", 45.1787, 28.80501, "ROU", 6.81),
    ("Isaccea", 45.26667, 28.46667, "ROU", 1.77),
    ("Grindu", 45.4, 28.21667, "ROU", 5.33),
    ("Ceatalchioi", 45.28333, 28.78333, "ROU", 0.83),
    ("Chilia Veche", 45.41667, 29.28333, "ROU", 1.10),
    ("Sulina", 45.15564, 29.65403, "ROU", 4.94),
    ("Plauru", 45.319, 28.829, "ROU", 0.67),
    ("Reni", 45.45421, 28.27731, "UKR", 0.57),
    ("Izmail", 45.35058, 28.83751, "UKR", 2.18),
    ("Kiliya", 45.44445, 29.26396, "UKR", 1.39),
    ("Vylkove", 45.40279, 29.5869, "UKR", 1.06),
    ("Giurgiulesti", 45.48167, 28.19722, "MDA", 1.06),
]


def made_border(line: list, ring: list) -> BorderIndex:
    return index_border(
        Border(
            id="made",
            source="a test",
            vintage="2026",
            licence="none",
            kind="invented",
            sigma_m=10.0,
            line_site_m=(np.array(line, dtype=float),),
            inside_site_m=(np.array(ring, dtype=float),),
        )
    )


# The protected side is the square to the north; the line is its southern edge with a step.
STEP = [(-9e3, 0.0), (0.0, 0.0), (0.0, 1e3), (9e3, 1e3)]
BLOCK = [*STEP, (9e3, 9e3), (-9e3, 9e3), STEP[0]]


@pytest.fixture(scope="module")
def outlines(shared_data: Path) -> dict:
    features = json.loads(gzip.decompress((shared_data / OSM).read_bytes()))["features"]
    return {f["properties"]["A3"]: shapely.geometry.shape(f["geometry"]) for f in features}


@pytest.fixture(scope="module")
def danube(outlines: dict) -> BorderIndex:
    own, ukraine, moldova = (
        shapely.transform(
            outlines[a3], lambda lonlat: PLANE.site_from_geodetic(lonlat[:, 1], lonlat[:, 0])
        )
        for a3 in ("ROU", "UKR", "MDA")
    )
    return index_border(
        Border(
            id="danube",
            source="OpenStreetMap",
            vintage="2017-11",
            licence="ODbL 1.0",
            kind="mixed",
            sigma_m=50.0,
            line_site_m=shared_edge(own, [ukraine, moldova]),
            inside_site_m=(np.asarray(own.exterior.coords),),
        )
    )


@pytest.mark.parametrize(("name", "lat", "lon", "country", "far_km"), KNOWN)
def test_known_places_lie_in_their_country_and_as_far_from_the_line(
    outlines: dict, danube: BorderIndex, name: str, lat: float, lon: float, country: str, far_km
) -> None:
    """Natural Earth puts several of these into the wrong country."""
    assert country_of(lat, lon, outlines)[0] == country
    pos_m = PLANE.site_from_geodetic([lat], [lon])
    assert danube.distance_m(pos_m)[0] / 1e3 == pytest.approx(far_km, abs=0.006)
    assert danube.inside(pos_m)[0] == (country == "ROU")


@pytest.mark.parametrize(("lake", "lat", "lon"), [("Brates", 45.49, 28.08), ("Razim", 44.9, 28.98)])
def test_lakes_belong_to_their_country(
    outlines: dict, danube: BorderIndex, lake: str, lat: float, lon: float
) -> None:
    """Outlines with inland water cut out lose them, and border distances become nonsense."""
    assert country_of(lat, lon, outlines)[0] == "ROU"
    assert danube.inside(PLANE.site_from_geodetic([lat], [lon]))[0]


def test_the_shared_edge_is_one_line_without_the_sea(danube: BorderIndex) -> None:
    """A line in pieces has gaps to slip through; the outer sea edge is another border."""
    assert len(danube.border.line_site_m) == 1
    far_at_sea = PLANE.site_from_geodetic([44.3], [30.2])
    assert danube.distance_m(far_at_sea)[0] > 50e3


def test_every_segment_of_the_real_line_knows_its_protected_side(danube: BorderIndex) -> None:
    """A segment without a side could not tell an entry from an exit."""
    assert (danube.inside_left != 0).mean() > 0.999


def test_nearest_and_distance_agree_with_shapely(danube: BorderIndex) -> None:
    """The tree must find the same distance as the slow search of the whole line."""
    rng = np.random.default_rng(5)
    pos_m = rng.uniform(-60e3, 60e3, (300, 2))
    line = shapely.multilinestrings([shapely.linestrings(p) for p in danube.border.line_site_m])
    expected_m = shapely.distance(shapely.points(pos_m), line)
    foot_m, distance_m = danube.nearest(pos_m)
    assert np.abs(distance_m - expected_m).max() < 1e-6
    assert shapely.distance(shapely.points(foot_m), line).max() < 1e-6


def test_signed_distance_is_negative_on_the_protected_side() -> None:
    """A turned sign would call Galati foreign."""
    border = made_border(STEP, BLOCK)
    assert border.signed_distance_m([[-5e3, 2e3], [-5e3, -2e3]]) == pytest.approx([-2e3, 2e3])


def test_unknown_positions_have_no_distance_and_no_side() -> None:
    """NaN must not become a distance of zero."""
    border = made_border(STEP, BLOCK)
    assert np.isnan(border.distance_m([[np.nan, 0.0], [np.inf, 0.0]])).all()
    assert not border.inside([[np.nan, 0.0]]).any()


def test_a_path_in_and_out_again_crosses_inward_first() -> None:
    """The first crossing counts, not the last and not the nearest segment."""
    border = made_border(STEP, BLOCK)
    passage = border.first_crossing([[-4e3, -1e3], [-4e3, 3e3]], [[4e3, 0.5e3], [-4e3, -1e3]])
    assert list(passage.inward) == [0, -1] or list(passage.inward) == [1, -1]
    # (-4000,-1000) to (4000,500): meets y = 0 at x = 1333 > 0 where the line has stepped up.
    assert passage.path_share[0] == np.inf
    assert passage.pos_site_m[1] == pytest.approx([-4e3, 0.0])
    entering = border.first_crossing([[-4e3, -1e3]], [[4e3, 3e3]])
    assert entering.inward[0] == 1
    assert entering.path_share[0] == pytest.approx(0.25)


def test_paths_that_stay_on_one_side_cross_nowhere() -> None:
    """No crossing is told as infinity and nowhere, never as a number."""
    passage = made_border(STEP, BLOCK).first_crossing([[0.0, -5e3]], [[3e3, -1.0]])
    assert passage.path_share[0] == np.inf
    assert np.isnan(passage.pos_site_m).all()
    assert passage.inward[0] == 0


# A coarse grid, so that paths often start on the line, end on it, touch a vertex or run along it.
STEPS_M = st.integers(-24, 24).map(lambda k: k * 500.0)


@given(ends=st.lists(st.tuples(*[STEPS_M] * 4), min_size=1, max_size=20))
def test_first_crossings_agree_with_shapely(ends: list[tuple[float, ...]]) -> None:
    """Vertices, touches and paths along the line itself must not slip through."""
    border = made_border(STEP, BLOCK)
    start_m, end_m = np.array(ends)[:, :2], np.array(ends)[:, 2:]
    passage = border.first_crossing(start_m, end_m)
    line = shapely.linestrings(STEP)
    for row, path in enumerate(shapely.linestrings(np.stack([start_m, end_m], axis=1))):
        met = shapely.intersection(path, line)
        crosses = path.length > 0 and not met.is_empty
        assert np.isfinite(passage.path_share[row]) == crosses
        if crosses:
            first_m = shapely.distance(shapely.points(start_m[row]), met)
            got_m = np.hypot(*(passage.pos_site_m[row] - start_m[row]))
            assert got_m == pytest.approx(first_m, abs=1e-3)


def test_sides_hold_where_the_line_is_drawn_beside_the_area() -> None:
    """An agency's line and its polygon may come from different sheets."""
    shifted = [(x, y + 30.0) for x, y in STEP]
    passage = made_border(shifted, BLOCK).first_crossing([[-4e3, -1e3]], [[-4e3, 1e3]])
    assert passage.inward[0] == 1


def test_a_ring_inside_another_is_a_hole_whatever_its_sense() -> None:
    """An enclave inside the protected side is abroad."""
    hole = np.array([(1e3, 3e3), (1e3, 5e3), (3e3, 5e3), (3e3, 3e3), (1e3, 3e3)])
    made = made_border(STEP, BLOCK).border
    for ring in (hole, hole[::-1]):
        border = index_border(msgspec.structs.replace(made, inside_site_m=(np.array(BLOCK), ring)))
        assert list(border.inside([[2e3, 4e3], [5e3, 5e3]])) == [False, True]
