"""Radar geometry: slant range and azimuth at an antenna to a place with its uncertainty.

Exact on the WGS84 ellipsoid where the height of the target is known. Where it is not, the height
is integrated out over a prior, so that the place is unbiased and its covariance carries what the
unknown height does to the ground range: hundreds of metres close in, a few far out.

Formulas
    Height iteration in ECEF/ENU: Newton on the up component until the ellipsoidal height agrees.
    Arc from slant range (law of cosines in haversine form, sphere of Euler radius R, antenna at
    A = R + h_a, target at H = R + h):  sin^2(theta/2) = (r^2 - (H - A)^2) / (4 A H),  s = R theta.
    Moments of s over the height: Gauss-Legendre (uniform prior) or Gauss-Hermite (reported height
    with sigma); the spread of s and the share of the range noise, E[(ds/dr)^2] sigma_r^2, add up.
    Range and azimuth noise to the plane: unbiased converted measurement, multiplicative form, of
    Longbin, Xiaoquan, Yiyu, Kang, Bar-Shalom, IEEE Trans. AES 34(3), 1998, eqs. 10-13 (after
    Lerro and Bar-Shalom, IEEE Trans. AES 29(3), 1993), written along and across the beam.
    Refraction of a measured elevation: effective Earth radius k R, k = 4/3 (Doerry, Sandia report
    SAND2012-10690).
"""

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.geo.frames import (
    WGS84_A_M,
    WGS84_E2,
    ecef_from_enu,
    ecef_from_geodetic,
    enu_from_ecef,
    geodetic_from_ecef,
)
from tocsin.geo.plane import SitePlane
from tocsin.model.sensor import Sensor

F64 = NDArray[np.float64]

REFRACTION_RATIO = 4.0 / 3.0
"""Effective over true Earth radius in a standard atmosphere."""
ELEVATION_CAP_RAD = np.deg2rad(85.0)
"""No prior puts a target above this: straight overhead a 2-D radar knows nothing."""
FLOOR_M2 = 0.1
"""Least variance across the beam: no antenna is a point, and a target at range 0 has a place."""
_LEGENDRE = np.polynomial.legendre.leggauss(8)
_HERMITE = np.polynomial.hermite_e.hermegauss(5)


class HeightPrior(msgspec.Struct, frozen=True, kw_only=True):
    """Where a target without a reported height may be: uniform between two heights above ground.

    Uniform is the choice that claims least; one-way drones were seen from 50 m to 4,000 m.
    """

    low_agl_m: float
    high_agl_m: float


NONCOOPERATIVE = HeightPrior(low_agl_m=0.0, high_agl_m=4_000.0)
"""Primary echoes: drones, birds, light aircraft without a transponder."""
COOPERATIVE = HeightPrior(low_agl_m=0.0, high_agl_m=12_500.0)
"""Transponders whose height is missing or garbled: anything that airliners do."""


class Places(msgspec.Struct, frozen=True, kw_only=True):
    """Converted plots in the site plane."""

    pos_site_m: F64
    """shape (n, 2), east north."""
    cov_site_m2: F64
    """shape (n, 3): ee, en, nn."""
    bias_var_m2: F64
    """shape (n,): the share of it, along the beam, that the height causes. It stays with the
    target from look to look, so it is no noise to a tracker of the same radar's plots."""


def geodetic_from_polar(
    sensor: Sensor, range_m: ArrayLike, azimuth_true_rad: ArrayLike, alt_ellipsoid_m: ArrayLike
) -> tuple[F64, F64]:
    """Return latitude and longitude (degrees) of targets at a known ellipsoidal height.

    `range_m` is the slant range, shape (n,). A range shorter than the height difference is
    impossible; such a target is put straight over (or under) the antenna.
    """
    r, azimuth, height = _as_f64(range_m, azimuth_true_rad, alt_ellipsoid_m)
    up = _sphere_up_m(sensor, r, azimuth, height)
    lat, lon, reached = _geodetic_from_up(sensor, r, azimuth, up)
    for _ in range(2):
        ground = np.sqrt(np.maximum(r * r - up * up, 0.0))
        slope = 1.0 - up * ground / np.maximum(r, 1.0) / WGS84_A_M
        up = np.clip(up - (reached - height) / slope, -r, r)
        lat, lon, reached = _geodetic_from_up(sensor, r, azimuth, up)
    return lat, lon


def geodetic_from_elevation(
    sensor: Sensor,
    range_m: ArrayLike,
    azimuth_true_rad: ArrayLike,
    elevation_rad: ArrayLike,
    *,
    refraction_ratio: float = REFRACTION_RATIO,
) -> tuple[F64, F64, F64]:
    """Return latitude, longitude (degrees) and ellipsoidal height from a measured elevation.

    The apparent elevation is lowered by r cos(e) (1 - 1/k) / 2R for the bending of the ray.
    """
    r, azimuth, apparent = _as_f64(range_m, azimuth_true_rad, elevation_rad)
    radius = euler_radius_m(sensor.lat_deg, azimuth)
    bent = r * np.cos(apparent) * (1.0 - 1.0 / refraction_ratio) / (2.0 * radius)
    return _geodetic_from_up(sensor, r, azimuth, r * np.sin(apparent - bent))


def polar_from_geodetic(
    sensor: Sensor, lat_deg: ArrayLike, lon_deg: ArrayLike, alt_ellipsoid_m: ArrayLike
) -> tuple[F64, F64, F64]:
    """Return slant range (m), true azimuth [0, 2 pi) and geometric elevation (rad) of targets.

    Elevation above `sensor.elevation_max_deg` means that the target is in the cone of silence.
    """
    lat, lon, height = _as_f64(lat_deg, lon_deg, alt_ellipsoid_m)
    east, north, up = enu_from_ecef(
        ecef_from_geodetic(lat, lon, height),
        lat_deg=sensor.lat_deg,
        lon_deg=sensor.lon_deg,
        alt_ellipsoid_m=sensor.alt_ellipsoid_m,
    ).T
    ground = np.hypot(east, north)
    azimuth = np.mod(np.arctan2(east, north), 2.0 * np.pi)
    return np.hypot(ground, up), azimuth, np.arctan2(up, ground)


def elevation_at_rad(sensor: Sensor, ground_m: ArrayLike, alt_ellipsoid_m: ArrayLike) -> F64:
    """Return the geometric elevation of a target at a ground distance and ellipsoidal height.

    On a sphere of the mean Euler radius at the sensor (error under 0.001 rad within 300 km);
    quick enough to ask of every track whether it is in the cone of silence.
    """
    ground, height = _as_f64(ground_m, alt_ellipsoid_m)
    radius = euler_radius_m(sensor.lat_deg, np.full_like(ground, np.pi / 4))
    theta = ground / radius
    antenna, target = radius + sensor.alt_ellipsoid_m, radius + height
    up: F64 = np.arctan2(target * np.cos(theta) - antenna, target * np.sin(theta))
    return up


def site_from_polar(
    plane: SitePlane,
    sensor: Sensor,
    range_m: ArrayLike,
    azimuth_true_rad: ArrayLike,
    *,
    alt_ellipsoid_m: ArrayLike,
    alt_sigma_m: ArrayLike,
    sigmas: tuple[ArrayLike, ArrayLike],
    prior: tuple[ArrayLike, ArrayLike],
) -> Places:
    """Return plots as places in the site plane with their covariance.

    `alt_sigma_m` is inf where the height is unknown; there the height is uniform between the two
    ellipsoidal heights `prior` (low, high), cut where it would be above the beam. A reported
    height that the range makes impossible counts as unknown. `sigmas` are (range m, azimuth rad).
    All shapes (n,) or scalars.
    """
    r, azimuth, height, height_sigma, range_sigma, azimuth_sigma, low, high = _as_f64(
        range_m, azimuth_true_rad, alt_ellipsoid_m, alt_sigma_m, *sigmas, *prior
    )
    radius = euler_radius_m(sensor.lat_deg, azimuth)
    top = sensor.alt_ellipsoid_m + r * np.sin(_cap_rad(sensor)) + r * r / (2.0 * radius)
    known = np.isfinite(height_sigma) & (height - sensor.alt_ellipsoid_m < r * 0.996)
    heights, weights = _height_nodes(
        known, np.where(known, height, low), np.where(known, height_sigma, high), top
    )
    arc, bias_var, noise_var = _arc_moments(
        radius, sensor.alt_ellipsoid_m, r, range_sigma, heights, weights
    )
    mean_height = np.sum(weights * heights, axis=1)
    effective = _height_of_arc_m(radius, sensor.alt_ellipsoid_m, r, arc, mean_height)
    lat, lon = geodetic_from_polar(sensor, r, azimuth, effective)
    pos_site_m, cov_site_m2 = _converted(
        plane, sensor, lat, lon, azimuth, arc, bias_var + noise_var, azimuth_sigma
    )
    return Places(pos_site_m=pos_site_m, cov_site_m2=cov_site_m2, bias_var_m2=bias_var)


def euler_radius_m(lat_deg: float, azimuth_rad: F64) -> F64:
    """Return the radius of curvature of the ellipsoid in a direction (Euler's theorem)."""
    w2 = 1.0 - WGS84_E2 * np.sin(np.deg2rad(lat_deg)) ** 2
    prime = WGS84_A_M / np.sqrt(w2)
    meridian = WGS84_A_M * (1.0 - WGS84_E2) / w2**1.5
    out: F64 = 1.0 / (np.cos(azimuth_rad) ** 2 / meridian + np.sin(azimuth_rad) ** 2 / prime)
    return out


def _as_f64(*values: ArrayLike) -> tuple[F64, ...]:
    arrays = np.broadcast_arrays(*(np.atleast_1d(np.asarray(v, dtype=np.float64)) for v in values))
    return tuple(arrays)


def _cap_rad(sensor: Sensor) -> float:
    """Return the top of the beam, with ten degrees of grace: real beams fade out."""
    return float(min(np.deg2rad(sensor.elevation_max_deg + 10.0), ELEVATION_CAP_RAD))


def _sphere_up_m(sensor: Sensor, r: F64, azimuth: F64, height: F64) -> F64:
    """Return the up component at the antenna on the Euler sphere: a start for the iteration."""
    antenna = euler_radius_m(sensor.lat_deg, azimuth) + sensor.alt_ellipsoid_m
    rise = height - sensor.alt_ellipsoid_m
    up: F64 = (rise * (2.0 * antenna + rise) - r * r) / (2.0 * antenna)
    return np.clip(up, -r, r)


def _geodetic_from_up(sensor: Sensor, r: F64, azimuth: F64, up: F64) -> tuple[F64, F64, F64]:
    ground = np.sqrt(np.maximum(r * r - up * up, 0.0))
    enu = np.column_stack((ground * np.sin(azimuth), ground * np.cos(azimuth), up))
    return geodetic_from_ecef(
        ecef_from_enu(
            enu,
            lat_deg=sensor.lat_deg,
            lon_deg=sensor.lon_deg,
            alt_ellipsoid_m=sensor.alt_ellipsoid_m,
        )
    )


def _height_nodes(known: NDArray[np.bool_], a_m: F64, b_m: F64, top_m: F64) -> tuple[F64, F64]:
    """Return quadrature heights and weights, shape (n, 8): normal (a, b) or uniform a to b."""
    legendre_x, legendre_w = _LEGENDRE
    hermite_x, hermite_w = (np.pad(part, (0, 3)) for part in _HERMITE)
    high = np.minimum(b_m, np.maximum(top_m, a_m + 1.0))
    uniform = a_m[:, None] + 0.5 * (high - a_m)[:, None] * (legendre_x + 1.0)
    normal = a_m[:, None] + np.where(known, b_m, 0.0)[:, None] * hermite_x
    heights = np.where(known[:, None], np.minimum(normal, np.maximum(top_m, a_m)[:, None]), uniform)
    weights = np.where(known[:, None], hermite_w / hermite_w.sum(), 0.5 * legendre_w)
    return heights, weights


def _arc_moments(
    radius: F64, antenna_m: float, r: F64, range_sigma: F64, heights: F64, weights: F64
) -> tuple[F64, F64, F64]:
    """Return mean (m) of the arc length, its variance (m2) over height, and over range noise."""
    a = (radius + antenna_m)[:, None]
    h = radius[:, None] + heights
    half2 = np.maximum(r[:, None] ** 2 - (h - a) ** 2, 1.0) / (4.0 * a * h)
    theta = 2.0 * np.arcsin(np.minimum(np.sqrt(half2), 1.0))
    arc = radius[:, None] * theta
    mean = np.sum(weights * arc, axis=1)
    slope = np.clip(radius[:, None] * r[:, None] / (a * h * np.sin(theta)), 1.0, 12.0)
    spread = np.sum(weights * (arc - mean[:, None]) ** 2, axis=1)
    return mean, spread, range_sigma**2 * np.sum(weights * slope**2, axis=1)


def _height_of_arc_m(radius: F64, antenna_m: float, r: F64, arc: F64, near: F64) -> F64:
    """Return the height at which slant range `r` has this arc, the root nearer to `near`."""
    a = radius + antenna_m
    foot = a * np.cos(arc / radius)
    root = np.sqrt(np.maximum(r * r - (a * np.sin(arc / radius)) ** 2, 0.0))
    height: F64 = foot + np.where(near + radius >= foot, root, -root) - radius
    return height


def _converted(
    plane: SitePlane,
    sensor: Sensor,
    lat_deg: F64,
    lon_deg: F64,
    azimuth: F64,
    arc: F64,
    arc_var: F64,
    azimuth_sigma: F64,
) -> tuple[F64, F64]:
    """Return debiased places and their covariance.

    The beam's direction in the plane is that from antenna to target: in a conformal plane a
    geodesic of 300 km bends by under 0.001 rad, so this holds rotation and convergence.
    """
    shrink = np.exp(-0.5 * azimuth_sigma**2)
    second = arc**2 + arc_var
    along = (shrink**-2 - 2.0) * arc**2 + 0.5 * second * (1.0 + shrink**4)
    across = 0.5 * second * (1.0 - shrink**4) + FLOOR_M2
    antenna = np.asarray(sensor.pos_site_m)
    offset = plane.site_from_geodetic(lat_deg, lon_deg) - antenna
    near = np.hypot(offset[:, 0], offset[:, 1]) < 1.0
    beam = np.where(near, azimuth - sensor.convergence_rad, np.arctan2(offset[:, 0], offset[:, 1]))
    sin, cos = np.sin(beam), np.cos(beam)
    cov = np.column_stack(
        (
            along * sin**2 + across * cos**2,
            (along - across) * sin * cos,
            along * cos**2 + across * sin**2,
        )
    )
    return antenna + offset / shrink[:, None], cov
