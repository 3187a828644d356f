"""The site plane: one conformal plane per site, metres east and north of its centre.

Oblique ("double") stereographic projection, EPSG method 9809 (IOGP Guidance Note 7-2, oblique
stereographic; PROJ calls it `sterea`): WGS84 to the Gauss conformal sphere that fits the
ellipsoid at the centre, then the sphere to the plane, scale 1 at the centre.

Written with complex numbers, because both steps are analytic functions. With q the isometric
latitude, s = n q + c + i n (lon - lon0) on the sphere and t = exp(s), a rotation of the sphere is
a Moebius map, so that

    north + i east = 2 R (t - t0) / (1 + t0 t).

Its derivative gives scale and convergence exactly and at once.
"""

from functools import lru_cache
from math import atanh, cos, exp, radians, sin, sqrt
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tocsin.geo.frames import WGS84_A_M, WGS84_E2
from tocsin.model.errors import BadSettings

F64 = NDArray[np.float64]

_E = sqrt(WGS84_E2)
LAT_LIMIT_DEG = 85.0
"""A site centre nearer to a pole would need the polar case of the projection."""
_POLE_SIN_RATIO = 1.0 - 2.0**-53
"""Largest sine below 1: a pole lands 0.1 m beside itself instead of at infinity."""
# Newton from the conformal latitude: the error squares each time, from 3e-3 to rounding in 3.
_LATITUDE_PASSES = 3


class _Sphere(NamedTuple):
    """The Gauss conformal sphere of a centre."""

    radius_m: float
    exponent_ratio: float
    offset_rad: float
    t_centre_ratio: float
    lon_rad: float


class SitePlane(msgspec.Struct, frozen=True):
    """The conformal plane about a site centre.

    Angles and shapes are kept locally; lengths are off by the scale, which is 1 at the centre and
    about 1 + d^2 / 4 R^2 at a distance d (1.0005 at 300 km).

    Raises BadSettings where the centre is not a place between 85 S and 85 N.
    """

    lat_deg: float
    """Latitude of the centre, WGS84."""
    lon_deg: float
    """Longitude of the centre, WGS84."""

    def __post_init__(self) -> None:
        if not (abs(self.lat_deg) <= LAT_LIMIT_DEG and abs(self.lon_deg) <= 180.0):
            raise BadSettings(
                f"no site plane about latitude {self.lat_deg}, longitude {self.lon_deg}",
                where="site centre",
                remedy=f"Give a latitude within +-{LAT_LIMIT_DEG:g} and a longitude within +-180.",
            )

    def site_from_geodetic(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> F64:
        """Project WGS84 positions onto the plane.

        Args:
            lat_deg: Geodetic latitude, any shape.
            lon_deg: Longitude, same shape, with or without wrapping at 180 degrees.

        Returns:
            pos_site_m, shape (..., 2), east north. NaN stays NaN.
        """
        sphere = _sphere(self.lat_deg, self.lon_deg)
        t, t_centre = np.exp(_sphere_iso(sphere, lat_deg, lon_deg)), sphere.t_centre_ratio
        with np.errstate(invalid="ignore"):  # numpy warns where a NaN came in
            w_m = 2.0 * sphere.radius_m * (t - t_centre) / (1.0 + t_centre * t)
        return np.stack([w_m.imag, w_m.real], axis=-1)

    def geodetic_from_site(self, pos_site_m: ArrayLike) -> tuple[F64, F64]:
        """Lift positions of the plane back to WGS84; the inverse of `site_from_geodetic`.

        Args:
            pos_site_m: shape (..., 2), east north.

        Returns:
            lat_deg and lon_deg in [-180, 180), each shape (...).
        """
        sphere = _sphere(self.lat_deg, self.lon_deg)
        pos_m = np.asarray(pos_site_m, dtype=np.float64)
        w = (pos_m[..., 1] + 1j * pos_m[..., 0]) / (2.0 * sphere.radius_m)
        with np.errstate(invalid="ignore"):
            s = np.log((w + sphere.t_centre_ratio) / (1.0 - sphere.t_centre_ratio * w))
        lat_deg = _latitude_deg((s.real - sphere.offset_rad) / sphere.exponent_ratio)
        lon_deg = np.degrees(s.imag / sphere.exponent_ratio + sphere.lon_rad)
        return lat_deg, _wrapped_deg(lon_deg)

    def convergence_rad(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> F64:
        """Return the azimuth of grid north, clockwise from true north.

        An azimuth in the plane is the true azimuth minus this.

        Args:
            lat_deg: Geodetic latitude, any shape.
            lon_deg: Longitude, same shape.

        Returns:
            Convergence in radians, shape (...).
        """
        sphere = _sphere(self.lat_deg, self.lon_deg)
        # The image of true north points at arg(dw/ds), measured clockwise from grid north.
        return -np.angle(_derivative_m(sphere, _sphere_iso(sphere, lat_deg, lon_deg)))

    def scale(self, lat_deg: ArrayLike, lon_deg: ArrayLike) -> F64:
        """Return length in the plane over length on the ellipsoid, the same in all directions.

        Args:
            lat_deg: Geodetic latitude, not a pole, any shape.
            lon_deg: Longitude, same shape.

        Returns:
            Scale, shape (...).
        """
        sphere = _sphere(self.lat_deg, self.lon_deg)
        slope_m = np.abs(_derivative_m(sphere, _sphere_iso(sphere, lat_deg, lon_deg)))
        lat_rad = np.radians(lat_deg)
        normal_m = WGS84_A_M / np.sqrt(1.0 - WGS84_E2 * np.sin(lat_rad) ** 2)
        return np.asarray(slope_m * sphere.exponent_ratio / (normal_m * np.cos(lat_rad)))


@lru_cache(maxsize=64)
def _sphere(lat_deg: float, lon_deg: float) -> _Sphere:
    """Fit the Gauss sphere: same curvature at the centre, scale 1 to second order."""
    lat_rad = radians(lat_deg)
    flat_ratio = 1.0 - WGS84_E2 * sin(lat_rad) ** 2
    exponent_ratio = sqrt(1.0 + WGS84_E2 * cos(lat_rad) ** 4 / (1.0 - WGS84_E2))
    iso_rad = atanh(sin(lat_rad)) - _E * atanh(_E * sin(lat_rad))
    iso_sphere_rad = atanh(sin(lat_rad) / exponent_ratio)
    return _Sphere(
        radius_m=WGS84_A_M * sqrt(1.0 - WGS84_E2) / flat_ratio,
        exponent_ratio=exponent_ratio,
        offset_rad=iso_sphere_rad - exponent_ratio * iso_rad,
        t_centre_ratio=exp(iso_sphere_rad),
        lon_rad=radians(lon_deg),
    )


def _sphere_iso(sphere: _Sphere, lat_deg: ArrayLike, lon_deg: ArrayLike) -> NDArray[np.complex128]:
    """Return s: isometric latitude on the sphere, plus i times the longitude from the centre."""
    sin_lat = np.clip(np.sin(np.radians(lat_deg)), -_POLE_SIN_RATIO, _POLE_SIN_RATIO)
    iso_rad = np.arctanh(sin_lat) - _E * np.arctanh(_E * sin_lat)
    east_deg = _wrapped_deg(np.asarray(lon_deg, dtype=np.float64) - np.degrees(sphere.lon_rad))
    real = sphere.exponent_ratio * iso_rad + sphere.offset_rad
    return np.asarray(real + 1j * (sphere.exponent_ratio * np.radians(east_deg)))


def _derivative_m(sphere: _Sphere, s: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Return dw/ds: metres of plane per radian of isometric latitude."""
    t, t_centre = np.exp(s), sphere.t_centre_ratio
    with np.errstate(invalid="ignore"):
        return np.asarray(
            2.0 * sphere.radius_m * t * (1.0 + t_centre**2) / (1.0 + t_centre * t) ** 2
        )


def _latitude_deg(iso_rad: F64) -> F64:
    """Invert the isometric latitude by Newton on tan(lat) (Karney 2011, eqs. 7 to 9 and 19)."""
    tau_conformal = np.sinh(iso_rad)
    tau = tau_conformal / (1.0 - WGS84_E2)
    for _ in range(_LATITUDE_PASSES):
        root = np.sqrt(1.0 + tau**2)
        sigma = np.sinh(_E * np.arctanh(_E * tau / root))
        found = tau * np.sqrt(1.0 + sigma**2) - sigma * root
        slope = (1.0 - WGS84_E2) * root / (1.0 + (1.0 - WGS84_E2) * tau**2)
        tau = tau + (tau_conformal - found) / np.sqrt(1.0 + found**2) / slope
    return np.degrees(np.arctan(tau))


def _wrapped_deg(angle_deg: F64) -> F64:
    """Wrap to [-180, 180) without touching values already there, so that no digit is lost."""
    outside = (angle_deg < -180.0) | (angle_deg >= 180.0)
    return np.where(outside, (angle_deg + 180.0) % 360.0 - 180.0, angle_deg)
