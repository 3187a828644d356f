"""Frames against PROJ, the authority."""

import numpy as np
import pyproj
from hypothesis import given
from hypothesis import strategies as st

from tocsin.geo.frames import (
    R_enu_from_ecef,
    ecef_from_enu,
    ecef_from_geodetic,
    enu_from_ecef,
    geodetic_from_ecef,
)

WGS84 = pyproj.Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
LATITUDES = st.floats(-90.0, 90.0)
LONGITUDES = st.floats(-180.0, 180.0)


def everywhere(rows: int = 20_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return positions all over the earth, poles and both sides of 180 deg with them."""
    rng = np.random.default_rng(7)
    lat_deg = np.r_[rng.uniform(-90, 90, rows), 90.0, -90.0, 0.0, 89.999999]
    lon_deg = np.r_[rng.uniform(-180, 180, rows), 0.0, 12.0, 180.0, -179.999999]
    alt_m = np.r_[rng.uniform(-5_000, 60_000, rows), 0.0, 100.0, -50.0, 9_000.0]
    return lat_deg, lon_deg, alt_m


def test_ecef_agrees_with_proj_to_a_micrometre() -> None:
    """A wrong ellipsoid or a swapped axis would move every detection."""
    lat_deg, lon_deg, alt_m = everywhere()
    expected = np.stack(WGS84.transform(lon_deg, lat_deg, alt_m), axis=-1)
    assert np.abs(ecef_from_geodetic(lat_deg, lon_deg, alt_m) - expected).max() < 1e-6


def test_geodetic_comes_back_to_a_micrometre() -> None:
    """An iteration stopped too early shows as decimetres at height."""
    pos_ecef_m = ecef_from_geodetic(*everywhere())
    again_m = ecef_from_geodetic(*geodetic_from_ecef(pos_ecef_m))
    assert np.abs(again_m - pos_ecef_m).max() < 1e-6


def test_geodetic_agrees_with_proj_up_to_satellite_heights() -> None:
    """Bowring's first pass alone would fail far from the ground."""
    rng = np.random.default_rng(11)
    lat_deg, lon_deg = rng.uniform(-89, 89, 5_000), rng.uniform(-180, 180, 5_000)
    alt_m = 10.0 ** rng.uniform(0, 8, 5_000)
    lat_got, lon_got, alt_got = geodetic_from_ecef(ecef_from_geodetic(lat_deg, lon_deg, alt_m))
    assert np.abs(lat_got - lat_deg).max() < 1e-10
    assert np.abs(lon_got - lon_deg).max() < 1e-10
    assert np.abs(alt_got - alt_m).max() < 1e-4


def test_enu_agrees_with_the_proj_pipeline() -> None:
    """East and north swapped, or up turned down, would pass a mere round trip."""
    topocentric = pyproj.Transformer.from_pipeline(
        "+proj=pipeline +step +proj=topocentric +ellps=WGS84 +lat_0=45.4 +lon_0=28.0 +h_0=60"
    )
    lat_deg, lon_deg, alt_m = everywhere(2_000)
    pos_ecef_m = ecef_from_geodetic(lat_deg, lon_deg, alt_m)
    expected = np.stack(topocentric.transform(*pos_ecef_m.T), axis=-1)
    got = enu_from_ecef(pos_ecef_m, lat_deg=45.4, lon_deg=28.0, alt_ellipsoid_m=60.0)
    assert np.abs(got - expected).max() < 1e-6


@given(lat_deg=LATITUDES, lon_deg=LONGITUDES)
def test_the_rotation_is_a_rotation(lat_deg: float, lon_deg: float) -> None:
    """A reflection or a stretch would bend every covariance."""
    rotation = R_enu_from_ecef(lat_deg, lon_deg)
    assert np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-14)
    assert np.linalg.det(rotation) > 0.999


@given(
    lat_deg=LATITUDES, lon_deg=LONGITUDES, east_m=st.floats(-4e5, 4e5), up_m=st.floats(-500, 3e4)
)
def test_enu_and_ecef_undo_each_other(
    lat_deg: float, lon_deg: float, east_m: float, up_m: float
) -> None:
    """The way back must use the transpose of the same rotation."""
    origin = {"lat_deg": lat_deg, "lon_deg": lon_deg, "alt_ellipsoid_m": 42.0}
    pos_enu_m = np.array([[east_m, -east_m / 3, up_m]])
    again_m = enu_from_ecef(ecef_from_enu(pos_enu_m, **origin), **origin)
    assert np.abs(again_m - pos_enu_m).max() < 1e-7
