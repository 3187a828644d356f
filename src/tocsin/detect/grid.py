"""Positions that sensors report about a reference point, brought to the site plane."""

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.site import Site
from tocsin.geo.plane import SitePlane
from tocsin.model.sensor import Sensor

F64 = NDArray[np.float64]


def site_from_local(site: Site, sensor: Sensor, x_m: F64, y_m: F64) -> F64:
    """Return pos_site_m of x east, y (true) north about the sensor's reference point.

    The local plane is read as conformal about that point, as systems build it; a tangent plane
    would differ by 0.1 m at 35 km.
    """
    local = SitePlane(sensor.lat_deg, sensor.lon_deg)
    lat_deg, lon_deg = local.geodetic_from_site(np.column_stack((x_m, y_m)))
    return site.plane.site_from_geodetic(lat_deg, lon_deg)


def turned(site_convergence_rad: float | F64, ee: F64, en: F64, nn: F64) -> F64:
    """Return a covariance about true north as one about grid north, shape (n, 3).

    Args:
        site_convergence_rad: azimuth of grid north, clockwise from true north.
        ee: variance east, shape (n,).
        en: covariance.
        nn: variance north.
    """
    c, s = np.cos(site_convergence_rad), np.sin(site_convergence_rad)
    return np.column_stack(
        (
            c * c * ee - 2.0 * c * s * en + s * s * nn,
            c * s * (ee - nn) + (c * c - s * s) * en,
            s * s * ee + 2.0 * c * s * en + c * c * nn,
        )
    )


def round_cov(sigma_m: F64) -> F64:
    """Return the covariance of the same sigma on both axes, shape (n, 3)."""
    return np.column_stack((sigma_m**2, np.zeros_like(sigma_m), sigma_m**2))


def along_across(along_m2: F64, across_m2: F64, direction_site_rad: F64) -> F64:
    """Return the covariance of variances along and across a direction in the plane."""
    s, c = np.sin(direction_site_rad), np.cos(direction_site_rad)
    return np.column_stack(
        (
            along_m2 * s * s + across_m2 * c * c,
            (along_m2 - across_m2) * s * c,
            along_m2 * c * c + across_m2 * s * s,
        )
    )
