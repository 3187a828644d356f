"""Radar geometry against pyproj and against simulation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod, Transformer

from tocsin.geo import radar
from tocsin.geo.plane import SitePlane
from tocsin.model.sensor import Noise, Sensor

LAT_DEG, LON_DEG, ALT_M = 45.43, 28.05, 120.0
PLANE = SitePlane(45.3, 28.6)
GEOD = Geod(ellps="WGS84")
TO_ECEF = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)
CHI2_95 = 5.991


def sensor(elevation_max_deg: float = 45.0) -> Sensor:
    east, north = PLANE.site_from_geodetic(LAT_DEG, LON_DEG)
    return Sensor(
        id="r",
        kind="radar",
        lat_deg=LAT_DEG,
        lon_deg=LON_DEG,
        alt_ellipsoid_m=ALT_M,
        pos_site_m=(float(east), float(north)),
        convergence_rad=float(PLANE.convergence_rad(LAT_DEG, LON_DEG)),
        pd_cooperative_prob=0.99,
        pd_noncooperative_prob=0.8,
        revisit_s=4.0,
        range_min_m=0.0,
        range_max_m=300e3,
        elevation_max_deg=elevation_max_deg,
        clutter_per_look=1.0,
        noise=Noise(range_sigma_m=60.0, azimuth_sigma_deg=0.1),
        noise_by_type={},
        note="invented",
    )


def truth(
    ground_m: NDArray[np.float64], azimuth_deg: NDArray[np.float64], height_m: NDArray[np.float64]
) -> tuple[NDArray[np.float64], ...]:
    """Return lat, lon, slant range and normal-section azimuth, all by pyproj and plain vectors."""
    n = len(ground_m)
    lon, lat, _ = GEOD.fwd(np.full(n, LON_DEG), np.full(n, LAT_DEG), azimuth_deg, ground_m)
    target = np.column_stack(TO_ECEF.transform(lon, lat, height_m))
    antenna = np.array(TO_ECEF.transform(LON_DEG, LAT_DEG, ALT_M))
    apart = target - antenna
    sl, cl = np.sin(np.deg2rad(LAT_DEG)), np.cos(np.deg2rad(LAT_DEG))
    so, co = np.sin(np.deg2rad(LON_DEG)), np.cos(np.deg2rad(LON_DEG))
    east = apart @ np.array([-so, co, 0.0])
    north = apart @ np.array([-sl * co, -sl * so, cl])
    return lat, lon, np.linalg.norm(apart, axis=1), np.arctan2(east, north)


def metres_apart(lat1, lon1, lat2, lon2) -> NDArray[np.float64]:
    return np.asarray(GEOD.inv(lon1, lat1, lon2, lat2)[2])


def test_known_height_places_a_target_within_a_centimetre_at_300_km() -> None:
    """A flat or spherical shortcut would be tens of metres off; the goal is 1 m."""
    rng = np.random.default_rng(1)
    n = 20_000
    ground, azimuth = rng.uniform(200.0, 300e3, n), rng.uniform(0.0, 360.0, n)
    height = rng.uniform(0.0, 12_000.0, n)
    lat, lon, r, az = truth(ground, azimuth, height)
    got_lat, got_lon = radar.geodetic_from_polar(sensor(), r, az, height)
    assert metres_apart(lat, lon, got_lat, got_lon).max() < 0.01


def test_the_inverse_gives_the_polar_measurement_back() -> None:
    """Simulators and coverage use the inverse; a different azimuth convention would show here."""
    rng = np.random.default_rng(2)
    n = 5_000
    height = rng.uniform(0.0, 12_000.0, n)
    lat, lon, r, az = truth(rng.uniform(200.0, 300e3, n), rng.uniform(0.0, 360.0, n), height)
    got_r, got_az, elevation = radar.polar_from_geodetic(sensor(), lat, lon, height)
    assert np.abs(got_r - r).max() < 1e-6
    assert np.abs(np.angle(np.exp(1j * (got_az - az)))).max() < 1e-9
    got = radar.geodetic_from_elevation(sensor(), r, az, elevation, refraction_ratio=1.0)
    assert metres_apart(lat, lon, got[0], got[1]).max() < 1e-3
    assert np.abs(got[2] - height).max() < 1e-3


def test_standard_refraction_lowers_a_distant_target() -> None:
    """At 100 km, 4/3 Earth against none is r^2/8R = 196 m of height (Doerry)."""
    straight = radar.geodetic_from_elevation(sensor(), 100e3, 0.3, 0.01, refraction_ratio=1.0)[2]
    bent = radar.geodetic_from_elevation(sensor(), 100e3, 0.3, 0.01)[2]
    assert straight[0] - bent[0] == pytest.approx(100e3**2 / 8.0 / 6_371e3, rel=0.01)


def test_quick_elevation_agrees_with_the_exact_one() -> None:
    """The cone of silence is asked of every track: quick, but not wrong."""
    ground = np.array([1e3, 5e3, 20e3, 100e3, 250e3])
    for height in (300.0, 10_000.0):
        lat, lon, *_ = truth(ground, np.full(5, 77.0), np.full(5, height))
        exact = radar.polar_from_geodetic(sensor(), lat, lon, np.full(5, height))[2]
        assert np.abs(radar.elevation_at_rad(sensor(), ground, height) - exact).max() < 1e-3


def squared_distances(
    ground_m, height_m, *, known_sigma_m: float | None, sigmas: tuple[float, float], seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the squared Mahalanobis distances of truth and its errors outward along the beam."""
    rng = np.random.default_rng(seed)
    n = len(ground_m)
    azimuth = rng.uniform(0.0, 360.0, n)
    lat, lon, r, az = truth(ground_m, azimuth, height_m)
    noisy_r = r + rng.normal(0.0, sigmas[0], n)
    noisy_az = az + rng.normal(0.0, sigmas[1], n)
    noisy_h = height_m + rng.normal(0.0, known_sigma_m or 0.0, n)
    got = radar.site_from_polar(
        PLANE,
        sensor(70.0),
        noisy_r,
        noisy_az,
        alt_ellipsoid_m=noisy_h,
        alt_sigma_m=known_sigma_m or np.inf,
        sigmas=sigmas,
        prior=(ALT_M, ALT_M + 4_000.0),
    )
    error = PLANE.site_from_geodetic(lat, lon) - got.pos_site_m
    ee, en, nn = got.cov_site_m2.T
    e, m = error.T
    d2 = (nn * e * e - 2.0 * en * e * m + ee * m * m) / (ee * nn - en * en)
    outward = got.pos_site_m - np.asarray(sensor().pos_site_m)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    return d2, np.sum(error * outward, axis=1)


@pytest.mark.parametrize("ground_km", [5.0, 8.0, 12.0, 20.0, 40.0, 80.0, 150.0])
def test_unknown_height_ellipse_holds_what_it_says(ground_km: float) -> None:
    """A fixed sigma is far too small near the radar and far too large far out."""
    rng = np.random.default_rng(3)
    n = 20_000
    height = ALT_M + rng.uniform(0.0, 4_000.0, n)
    # Uniform in the plane about the distance, so that the place is not known beforehand.
    ground = 1e3 * np.sqrt(rng.uniform((ground_km * 0.5) ** 2, (ground_km * 1.5) ** 2, n))
    d2, outward_m = squared_distances(
        ground, height, known_sigma_m=None, sigmas=(60.0, np.deg2rad(0.1)), seed=4
    )
    near = np.abs(ground / 1e3 - ground_km) < 0.1 * ground_km
    assert 0.93 <= np.mean(d2[near] < CHI2_95) <= 0.97
    assert abs(outward_m.mean()) < 0.15 * outward_m.std()


@pytest.mark.parametrize("ground_km", [2.0, 10.0, 60.0, 200.0])
def test_reported_height_ellipse_is_consistent(ground_km: float) -> None:
    """NEES of a reported pressure height (150 m) must be 2: else the tracker trusts it wrongly."""
    n = 20_000
    height = np.random.default_rng(5).uniform(300.0, 1_200.0, n)
    d2, _ = squared_distances(
        np.full(n, ground_km * 1e3),
        height,
        known_sigma_m=150.0,
        sigmas=(30.0, np.deg2rad(0.1)),
        seed=6,
    )
    assert d2.mean() == pytest.approx(2.0, abs=0.1)
    assert 0.93 <= np.mean(d2 < CHI2_95) <= 0.97


def test_coarse_azimuths_do_not_pull_the_place_inward() -> None:
    """At 200 km and 2 deg the naive conversion is 122 m short: eq. 1 of Longbin et al."""
    rng = np.random.default_rng(7)
    n, sigma = 50_000, np.deg2rad(2.0)
    lat, lon, r, az = truth(np.array([200e3]), np.array([30.0]), np.array([1_000.0]))
    got = radar.site_from_polar(
        PLANE,
        sensor(),
        np.full(n, r[0]),
        az[0] + rng.normal(0.0, sigma, n),
        alt_ellipsoid_m=1_000.0,
        alt_sigma_m=1.0,
        sigmas=(30.0, sigma),
        prior=(0.0, 4_000.0),
    )
    error = got.pos_site_m.mean(axis=0) - PLANE.site_from_geodetic(lat, lon)[0]
    assert np.hypot(*error) < 80.0


@settings(max_examples=200, deadline=None)
@given(
    r=st.floats(0.0, 400e3),
    azimuth=st.floats(-10.0, 10.0),
    height=st.floats(-1_000.0, 20_000.0),
    height_sigma=st.sampled_from([0.0, 10.0, 150.0, 3_000.0, np.inf]),
    azimuth_sigma=st.floats(1e-5, 0.05),
)
def test_covariance_is_positive_and_place_finite_for_any_plot(
    r: float, azimuth: float, height: float, height_sigma: float, azimuth_sigma: float
) -> None:
    """Overhead, below the antenna, impossible heights: never NaN, never a flat ellipse."""
    got = radar.site_from_polar(
        PLANE,
        sensor(),
        r,
        azimuth,
        alt_ellipsoid_m=height,
        alt_sigma_m=height_sigma,
        sigmas=(30.0, azimuth_sigma),
        prior=(ALT_M, ALT_M + 4_000.0),
    )
    ee, en, nn = got.cov_site_m2[0]
    assert np.isfinite(got.pos_site_m).all()
    assert ee * nn - en * en > 0.0
    assert np.hypot(*(got.pos_site_m[0] - sensor().pos_site_m)) <= 1.01 * r + 100.0
