"""The site plane against PROJ `sterea` and against geodesics."""

import pickle

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.geo.plane import SitePlane
from tocsin.model.errors import BadSettings

GEOD = pyproj.Geod(ellps="WGS84")
CENTRES = [(45.43687, 28.05028), (41.3, 2.1), (-33.0, 151.0), (0.0, 0.0), (70.0, -179.5)]


def around(lat_deg: float, lon_deg: float, *, reach_m: float = 4e5, rows: int = 4_000):
    """Return positions up to `reach_m` from a centre, at the ends of geodesics."""
    rng = np.random.default_rng(3)
    azimuth_deg, far_m = rng.uniform(-180, 180, rows), reach_m * np.sqrt(rng.uniform(0, 1, rows))
    lon_out, lat_out, _ = GEOD.fwd(
        np.full(rows, lon_deg), np.full(rows, lat_deg), azimuth_deg, far_m
    )
    return lat_out, lon_out


@pytest.mark.parametrize(("lat_deg", "lon_deg"), CENTRES)
def test_the_plane_is_the_oblique_stereographic_of_proj(lat_deg: float, lon_deg: float) -> None:
    """Another plane than the one that is documented could not be drawn by other tools."""
    proj = pyproj.Proj(proj="sterea", lat_0=lat_deg, lon_0=lon_deg, ellps="WGS84")
    lat, lon = around(lat_deg, lon_deg)
    expected = np.stack(proj(lon, lat), axis=-1)
    got = SitePlane(lat_deg, lon_deg).site_from_geodetic(lat, lon)
    assert np.abs(got - expected).max() < 1e-3
    assert np.abs(got - expected).max() < 1e-6


@pytest.mark.parametrize(("lat_deg", "lon_deg"), CENTRES)
def test_positions_come_back_to_a_micrometre(lat_deg: float, lon_deg: float) -> None:
    """Tracks are shown and reported through the inverse."""
    plane = SitePlane(lat_deg, lon_deg)
    lat, lon = around(lat_deg, lon_deg, reach_m=2e6)
    lat_got, lon_got = plane.geodetic_from_site(plane.site_from_geodetic(lat, lon))
    _, _, error_m = GEOD.inv(lon, lat, lon_got, lat_got)
    assert np.max(error_m) < 1e-6


@pytest.mark.parametrize(("lat_deg", "lon_deg"), CENTRES)
def test_scale_and_convergence_agree_with_proj(lat_deg: float, lon_deg: float) -> None:
    """A sign error in convergence would turn every azimuth the wrong way."""
    proj = pyproj.Proj(proj="sterea", lat_0=lat_deg, lon_0=lon_deg, ellps="WGS84")
    plane = SitePlane(lat_deg, lon_deg)
    lat, lon = around(lat_deg, lon_deg, rows=200)
    factors = proj.get_factors(lon, lat)
    assert np.abs(plane.scale(lat, lon) - factors.meridional_scale).max() < 1e-7
    assert np.abs(plane.scale(lat, lon) - factors.parallel_scale).max() < 1e-7
    expected_rad = np.radians(factors.meridian_convergence)
    assert np.abs(plane.convergence_rad(lat, lon) - expected_rad).max() < 1e-7


@pytest.mark.parametrize("azimuth_deg", range(0, 360, 30))
def test_scale_is_the_same_in_every_direction(azimuth_deg: int) -> None:
    """The plane must be conformal, or tracks change speed as they turn."""
    plane = SitePlane(45.4, 28.0)
    lat_deg, lon_deg, step_m = 46.9, 30.6, 10.0
    lon_end, lat_end, _ = GEOD.fwd(lon_deg, lat_deg, azimuth_deg, step_m)
    ends_m = plane.site_from_geodetic([lat_deg, lat_end], [lon_deg, lon_end])
    moved_m = ends_m[1] - ends_m[0]
    assert np.hypot(*moved_m) / step_m == pytest.approx(plane.scale(lat_deg, lon_deg), abs=1e-6)
    grid_rad = np.arctan2(moved_m[0], moved_m[1])
    expected_rad = np.radians(azimuth_deg) - plane.convergence_rad(lat_deg, lon_deg)
    assert abs((grid_rad - expected_rad + np.pi) % (2 * np.pi) - np.pi) < 1e-5


def test_the_centre_is_the_origin_with_scale_one() -> None:
    """Everything near the site reads as true metres."""
    plane = SitePlane(45.4, 28.0)
    assert plane.site_from_geodetic(45.4, 28.0) == pytest.approx([0.0, 0.0], abs=1e-8)
    assert plane.scale(45.4, 28.0) == pytest.approx(1.0, abs=1e-14)
    assert plane.convergence_rad(45.4, 28.0) == pytest.approx(0.0, abs=1e-14)


@given(lat=st.floats(40.0, 50.0), lon=st.floats(22.0, 34.0))
def test_a_row_gives_the_same_bits_alone_and_in_a_column(lat: float, lon: float) -> None:
    """Replay cuts batches otherwise than the live run did."""
    plane = SitePlane(45.4, 28.0)
    column = plane.site_from_geodetic(np.full(9, lat), np.full(9, lon))
    assert (column == plane.site_from_geodetic(lat, lon)).all()


def test_unknown_positions_stay_unknown() -> None:
    """A NaN must never become a place."""
    plane = SitePlane(45.4, 28.0)
    assert np.isnan(plane.site_from_geodetic([np.nan], [28.0])).all()
    assert np.isnan(np.array(plane.geodetic_from_site([[np.nan, 0.0]]))).all()
    assert np.isnan(plane.convergence_rad([np.nan], [28.0])).all()
    assert np.isnan(plane.scale([45.0], [np.nan])).all()


def test_a_pole_has_a_place_too() -> None:
    """A corrupt report may claim one; it must not stop a column with a warning."""
    assert np.isfinite(SitePlane(45.4, 28.0).site_from_geodetic([90.0, -90.0], [0.0, 0.0])).all()


def test_a_plane_can_be_sent_to_another_process() -> None:
    """Sector workers receive it by pickle."""
    plane = SitePlane(45.4, 28.0)
    assert pickle.loads(pickle.dumps(plane)) == plane  # noqa: TID251 - our own bytes


@pytest.mark.parametrize(
    ("lat", "lon"), [(89.0, 0.0), (np.nan, 0.0), (45.0, 181.0), (28.0, np.inf)]
)
def test_a_centre_that_is_no_place_is_refused(lat: float, lon: float) -> None:
    """A swapped or missing coordinate must not give a plane."""
    with pytest.raises(BadSettings, match="site centre"):
        SitePlane(lat, lon)
