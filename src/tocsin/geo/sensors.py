"""Sensors as written, brought to the site plane."""

from collections.abc import Sequence
from math import hypot

import msgspec

from tocsin.geo.plane import SitePlane
from tocsin.model.errors import BadSettings
from tocsin.model.sensor import Noise, Sensor
from tocsin.model.site import SensorEntry

REACH_M = 1_000_000.0
"""A sensor farther from the site centre than this cannot share its plane."""


def sensors_on(
    plane: SitePlane, entries: Sequence[SensorEntry], *, where: str
) -> tuple[Sensor, ...]:
    """Work out every sensor of a site.

    Raises:
        BadSettings: A sensor is a thousand kilometres off, as exchanged coordinates are.
    """
    sensors = tuple(_sensor_on(plane, entry) for entry in entries)
    for sensor in sensors:
        far_m = hypot(*sensor.pos_site_m)
        if far_m > REACH_M:
            raise BadSettings(
                f"the sensor stands {far_m / 1e3:.0f} km from the site centre",
                where=f'{where}: sensor["{sensor.id}"].lat_deg',
                remedy="Check lat_deg and lon_deg; they may be exchanged.",
            )
    return sensors


def _sensor_on(plane: SitePlane, entry: SensorEntry) -> Sensor:
    """Work out where a sensor stands in the plane, and its noise by report type."""
    east_m, north_m = plane.site_from_geodetic(entry.lat_deg, entry.lon_deg)
    return Sensor(
        id=entry.id,
        kind=entry.kind,
        lat_deg=entry.lat_deg,
        lon_deg=entry.lon_deg,
        alt_ellipsoid_m=entry.alt_ellipsoid_m,
        pos_site_m=(float(east_m), float(north_m)),
        range_bias_m=entry.range_bias_m,
        azimuth_bias_deg=entry.azimuth_bias_deg,
        convergence_rad=float(plane.convergence_rad(entry.lat_deg, entry.lon_deg)),
        pd_cooperative_prob=entry.pd_cooperative_prob,
        pd_noncooperative_prob=entry.pd_noncooperative_prob,
        revisit_s=entry.revisit_s,
        range_min_m=entry.range_min_m,
        range_max_m=entry.range_max_m,
        elevation_max_deg=entry.elevation_max_deg,
        clutter_per_look=entry.clutter_per_look,
        noise=entry.noise,
        noise_by_type={int(t): _over(entry.noise, n) for t, n in entry.noise_by_type.items()},
        note=entry.note,
    )


def _over(usual: Noise, special: Noise) -> Noise:
    """Fill what an override leaves out from the usual noise."""
    stated = {k: v for k in usual.__struct_fields__ if (v := getattr(special, k)) is not None}
    return msgspec.structs.replace(usual, **stated)
