"""Radar plots: CAT048 and CAT001 target reports to places in the site plane.

The type of a report (I048/020 TYP; I001/020 SSR/PSR) says what answered: it picks the noise
(`Sensor.noise_by_type`) and whether the target cooperates. TYP 0 is by the standard "no detection":
the radar's own tracker coasted a track to this place, which is no measurement.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.detect.heights import RADAR_HEIGHT_SIGMA_M, heights, prefer, pressure_height
from tocsin.detect.rows import make_rows
from tocsin.detect.sieve import Understood, citation, sift
from tocsin.detect.site import Site
from tocsin.detect.view import View
from tocsin.geo.radar import COOPERATIVE, NONCOOPERATIVE, site_from_polar
from tocsin.model.sensor import Sensor

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

DEFAULT_RANGE_SIGMA_M = 60.0
DEFAULT_AZIMUTH_SIGMA_DEG = 0.1
DEFAULT_RANGE_RATE_SIGMA_MPS = 2.0
_TYPES = 8


class _Items(msgspec.Struct, frozen=True, kw_only=True):
    """Where a category keeps what a plot needs."""

    kind: str
    level: str
    track: str
    cooperative: tuple[int, ...]
    doppler: str
    doppler_doubt: str
    stay_none: int = 0
    """Type that says that nothing was detected."""


_ITEMS = {
    48: _Items(
        kind="020/TYP",
        level="090/FL",
        track="161/TRN",
        cooperative=(2, 3, 4, 5, 6, 7),
        doppler="120/CAL/CAL",
        doppler_doubt="120/CAL/D",
    ),
    1: _Items(
        kind="020/SSRPSR",
        level="090/HGT",
        track="161",
        cooperative=(2, 3),
        doppler="120",
        doppler_doubt="",
    ),
}


def plots(view: View, sensor: Sensor, site: Site, journal_seq: int) -> Understood:
    """Return the plots among target reports of one radar."""
    items = _ITEMS[view.columns.category]
    kept, aside = sift(
        view,
        {
            "test_target": (view.whole("020/TST", 0) == 1) | (view.whole("020/SIM", 0) == 1),
            "monitor": view.whole("020/RAB", 0) == 1,
            "no_detection": view.whole(items.kind, items.stay_none) == items.stay_none,
            "no_position": ~view.has("040/RHO"),
        },
    )
    kind = kept.whole(items.kind)
    cooperative = np.isin(kind, items.cooperative)
    measured = heights(
        kept.real("110/3DH"),
        kept.has("110/3DH"),
        sensor.noise.height_sigma_m or RADAR_HEIGHT_SIGMA_M,
    )
    alt_m, alt_var_m2 = prefer(measured, pressure_height(kept, items.level, "090"))
    azimuth = kept.real("040/THETA")
    places = site_from_polar(
        site.plane,
        sensor,
        kept.real("040/RHO"),
        azimuth,
        alt_ellipsoid_m=alt_m + site.undulation_m,
        alt_sigma_m=np.sqrt(alt_var_m2),
        sigmas=polar_sigmas(sensor, kind),
        prior=height_prior(sensor, site, cooperative),
    )
    rate, rate_var = _doppler(kept, items, sensor)
    rows = make_rows(
        kept.t_ns,
        citation(journal_seq, kept),
        pos_site_m=places.pos_site_m,
        cov_site_m2=places.cov_site_m2,
        bias_var_m2=places.bias_var_m2,
        alt_msl_m=alt_m,
        alt_var_m2=alt_var_m2,
        range_rate_mps=rate,
        range_rate_var_m2ps2=rate_var,
        cooperative=cooperative,
        icao=kept.whole("220"),
        track_number=kept.whole(items.track),
        mode_a=mode_a(kept, "070"),
        callsign=kept.text("240"),
        antenna_true_rad=azimuth,
    )
    return Understood(rows, kept.arrival, aside)


def polar_sigmas(sensor: Sensor, kind: I64) -> tuple[F64, F64]:
    """Return range (m) and azimuth (rad) sigma of each report by its type."""
    table = [sensor.noise_by_type.get(number, sensor.noise) for number in range(_TYPES)]
    range_m = [_stated(n.range_sigma_m, sensor.noise.range_sigma_m) for n in table]
    azimuth_deg = [_stated(n.azimuth_sigma_deg, sensor.noise.azimuth_sigma_deg) for n in table]
    range_by_type = np.array([DEFAULT_RANGE_SIGMA_M if s is None else s for s in range_m])
    azimuth_by_type = np.array([DEFAULT_AZIMUTH_SIGMA_DEG if s is None else s for s in azimuth_deg])
    return range_by_type[kind], np.deg2rad(azimuth_by_type)[kind]


def height_prior(sensor: Sensor, site: Site, cooperative: Bools) -> tuple[F64, F64]:
    """Return the ellipsoidal heights between which an unreported height lies.

    Ground is taken as sea level; the top counts from the antenna where that stands higher.
    """
    top_agl_m = np.where(cooperative, COOPERATIVE.high_agl_m, NONCOOPERATIVE.high_agl_m)
    low_m = np.full(len(cooperative), site.undulation_m)
    return low_m, max(site.undulation_m, sensor.alt_ellipsoid_m) + top_agl_m


def mode_a(view: View, item: str) -> I64:
    """Return the Mode 3/A code, -1 where absent, garbled or not validated."""
    sound = (view.whole(f"{item}/V", 0) == 0) & (view.whole(f"{item}/G", 0) == 0)
    return np.where(sound, view.whole(f"{item}/MODE3A"), -1)


def _doppler(view: View, items: _Items, sensor: Sensor) -> tuple[F64, F64]:
    """Return range rate (m/s, positive going away) and variance, inf where absent or doubtful."""
    rate = view.real(items.doppler)
    known = np.isfinite(rate)
    if items.doppler_doubt:
        known &= view.whole(items.doppler_doubt, 0) == 0
    sigma = sensor.noise.range_rate_sigma_mps or DEFAULT_RANGE_RATE_SIGMA_MPS
    return heights(rate, known, sigma)


def _stated(own_sigma: float | None, usual_sigma: float | None) -> float | None:
    return own_sigma if own_sigma is not None else usual_sigma
