"""Geodetic, earth-centred and local frames on the WGS84 ellipsoid.

ECEF is x, y, z in metres (z to the north pole, x to 0 deg longitude); ENU is east, north, up in
metres at an origin, up being the ellipsoid's normal there. Everything is vectorised over rows.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

F64 = NDArray[np.float64]

WGS84_A_M = 6_378_137.0
"""Semi-major axis (NIMA TR8350.2, table 3.1)."""
WGS84_F = 1.0 / 298.257_223_563
"""Flattening (NIMA TR8350.2, table 3.1)."""
WGS84_B_M = WGS84_A_M * (1.0 - WGS84_F)
WGS84_E2 = WGS84_F * (2.0 - WGS84_F)
"""First eccentricity squared."""
_SECOND_E2 = WGS84_E2 / (1.0 - WGS84_E2)
# One pass of Bowring's formula is good to 1e-8 m near the ground and to 0.1 m at satellite
# heights; the third pass costs little and closes to rounding from -10 km to 100,000 km.
_BOWRING_PASSES = 3


def ecef_from_geodetic(lat_deg: ArrayLike, lon_deg: ArrayLike, alt_ellipsoid_m: ArrayLike) -> F64:
    """Turn geodetic positions into ECEF.

    Args:
        lat_deg: Geodetic latitude, any shape.
        lon_deg: Longitude, same shape.
        alt_ellipsoid_m: Height over the ellipsoid, same shape or one number.

    Returns:
        pos_ecef_m, shape (..., 3).
    """
    lat_rad, lon_rad = np.radians(lat_deg), np.radians(lon_deg)
    alt_m = np.asarray(alt_ellipsoid_m, dtype=np.float64)
    sin_lat, cos_lat = np.sin(lat_rad), np.cos(lat_rad)
    normal_m = WGS84_A_M / np.sqrt(1.0 - WGS84_E2 * sin_lat**2)
    across_m = (normal_m + alt_m) * cos_lat
    along_m = (normal_m * (1.0 - WGS84_E2) + alt_m) * sin_lat
    x_m, y_m = across_m * np.cos(lon_rad), across_m * np.sin(lon_rad)
    return np.stack(np.broadcast_arrays(x_m, y_m, along_m), axis=-1)


def geodetic_from_ecef(pos_ecef_m: ArrayLike) -> tuple[F64, F64, F64]:
    """Turn ECEF positions into geodetic ones.

    Bowring (1976), "Transformation from spatial to geographical coordinates", in the tangent
    form with three passes; height after Bowring (1985), which holds at the poles too.

    Args:
        pos_ecef_m: shape (..., 3), not within 50 km of the earth's centre.

    Returns:
        lat_deg, lon_deg in [-180, 180], alt_ellipsoid_m, each shape (...).
    """
    pos_m = np.asarray(pos_ecef_m, dtype=np.float64)
    x_m, y_m, z_m = pos_m[..., 0], pos_m[..., 1], pos_m[..., 2]
    across_m = np.hypot(x_m, y_m)
    # Reduced latitude beta as (sin, cos) through arctan2, so that no tangent grows at a pole.
    beta_rad = np.arctan2(z_m * WGS84_A_M, across_m * WGS84_B_M)
    lat_rad = beta_rad
    for _ in range(_BOWRING_PASSES):
        lat_rad = np.arctan2(
            z_m + _SECOND_E2 * WGS84_B_M * np.sin(beta_rad) ** 3,
            across_m - WGS84_E2 * WGS84_A_M * np.cos(beta_rad) ** 3,
        )
        beta_rad = np.arctan2((1.0 - WGS84_F) * np.sin(lat_rad), np.cos(lat_rad))
    sin_lat, cos_lat = np.sin(lat_rad), np.cos(lat_rad)
    alt_m = across_m * cos_lat + z_m * sin_lat - WGS84_A_M * np.sqrt(1.0 - WGS84_E2 * sin_lat**2)
    return np.degrees(lat_rad), np.degrees(np.arctan2(y_m, x_m)), alt_m


def R_enu_from_ecef(lat_deg: float, lon_deg: float) -> F64:  # noqa: N802 - a rotation
    """Return the rotation that takes ECEF differences to ENU at a geodetic position.

    Args:
        lat_deg: Geodetic latitude of the origin.
        lon_deg: Longitude of the origin.

    Returns:
        shape (3, 3), orthonormal; its rows are the east, north and up unit vectors in ECEF.
    """
    lat_rad, lon_rad = np.radians(lat_deg), np.radians(lon_deg)
    sin_lat, cos_lat = np.sin(lat_rad), np.cos(lat_rad)
    sin_lon, cos_lon = np.sin(lon_rad), np.cos(lon_rad)
    return np.array(
        [
            [-sin_lon, cos_lon, 0.0],
            [-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat],
            [cos_lat * cos_lon, cos_lat * sin_lon, sin_lat],
        ]
    )


def enu_from_ecef(
    pos_ecef_m: ArrayLike, *, lat_deg: float, lon_deg: float, alt_ellipsoid_m: float
) -> F64:
    """Turn ECEF positions into ENU about an origin.

    Args:
        pos_ecef_m: shape (..., 3).
        lat_deg: Geodetic latitude of the origin.
        lon_deg: Longitude of the origin.
        alt_ellipsoid_m: Height of the origin.

    Returns:
        pos_enu_m, shape (..., 3).
    """
    origin_ecef_m = ecef_from_geodetic(lat_deg, lon_deg, alt_ellipsoid_m)
    offset_m = np.asarray(pos_ecef_m, dtype=np.float64) - origin_ecef_m
    return offset_m @ R_enu_from_ecef(lat_deg, lon_deg).T


def ecef_from_enu(
    pos_enu_m: ArrayLike, *, lat_deg: float, lon_deg: float, alt_ellipsoid_m: float
) -> F64:
    """Turn ENU positions about an origin into ECEF; the inverse of `enu_from_ecef`.

    Args:
        pos_enu_m: shape (..., 3).
        lat_deg: Geodetic latitude of the origin.
        lon_deg: Longitude of the origin.
        alt_ellipsoid_m: Height of the origin.

    Returns:
        pos_ecef_m, shape (..., 3).
    """
    origin_ecef_m = ecef_from_geodetic(lat_deg, lon_deg, alt_ellipsoid_m)
    offset_m = np.asarray(pos_enu_m, dtype=np.float64) @ R_enu_from_ecef(lat_deg, lon_deg)
    return origin_ecef_m + offset_m
