"""CAT062: tracks of another system, taken as positions with covariance.

The errors of a system track are correlated in time, so such a feed counts for less than its rate
suggests; it charges no misses. Coasted tracks (CST) are predictions and no measurement.
"""

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.adsb import too_far
from tocsin.detect.grid import turned
from tocsin.detect.heights import GEOMETRIC_SIGMA_M, heights, prefer, pressure_height
from tocsin.detect.rows import make_rows
from tocsin.detect.sieve import Understood, citation, sift
from tocsin.detect.site import Site
from tocsin.detect.view import View
from tocsin.model.sensor import Sensor

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

DEFAULT_POSITION_SIGMA_M = 200.0
_EARTH_M = 6_371_000.0


def system_tracks(view: View, sensor: Sensor, site: Site, journal_seq: int) -> Understood:
    """Return the positions among CAT062 system tracks."""
    located = view.has("105/LAT") & view.has("105/LON")
    lat_deg = np.rad2deg(np.where(located, view.real("105/LAT"), np.deg2rad(sensor.lat_deg)))
    lon_deg = np.rad2deg(np.where(located, view.real("105/LON"), np.deg2rad(sensor.lon_deg)))
    pos = site.plane.site_from_geodetic(lat_deg, lon_deg)
    kept, aside = sift(
        view,
        {
            "test_target": view.whole("080/SIM", 0) == 1,
            "no_detection": (view.whole("080/CST", 0) == 1) | (view.whole("080/TSE", 0) == 1),
            "no_position": ~located,
            "out_of_range": located & too_far(sensor, pos),
        },
    )
    at = np.isin(view.arrival, kept.arrival)
    geometric_m = kept.real("130") - site.undulation_m
    geometric = heights(geometric_m, np.isfinite(geometric_m), GEOMETRIC_SIGMA_M)
    alt_m, alt_var_m2 = prefer(pressure_height(kept, "136"), geometric)
    icao, code = kept.whole("380/ADR"), kept.whole("060/MODE3A")
    rows = make_rows(
        kept.t_ns,
        citation(journal_seq, kept),
        pos_site_m=pos[at],
        cov_site_m2=_covariance(kept, sensor, site, lat_deg[at], lon_deg[at]),
        alt_msl_m=alt_m,
        alt_var_m2=alt_var_m2,
        cooperative=(icao >= 0) | (code >= 0),
        icao=icao,
        track_number=kept.whole("040"),
        mode_a=code,
        callsign=_callsign(kept),
    )
    return Understood(rows, kept.arrival, aside)


def _covariance(view: View, sensor: Sensor, site: Site, lat_deg: F64, lon_deg: F64) -> F64:
    """Return covariance: Cartesian (I500 APC, COV), else WGS84 (APW), over the site's sigma."""
    floor_m = sensor.noise.position_sigma_m
    fallback_m = floor_m or DEFAULT_POSITION_SIGMA_M
    wide_m = view.real("500/APW/LON") * _EARTH_M * np.cos(np.deg2rad(lat_deg))
    high_m = view.real("500/APW/LAT") * _EARTH_M
    x_m = _first(view.real("500/APC/X"), wide_m, fallback_m)
    y_m = _first(view.real("500/APC/Y"), high_m, fallback_m)
    root_m = np.nan_to_num(view.real("500/COV"), nan=0.0)
    ee, nn = np.maximum(x_m, floor_m or 1.0) ** 2, np.maximum(y_m, floor_m or 1.0) ** 2
    limit = 0.99 * np.sqrt(ee * nn)
    en = np.clip(np.sign(root_m) * root_m**2, -limit, limit)
    convergence = site.plane.convergence_rad(lat_deg, lon_deg)
    return turned(convergence, ee, en, nn)


def _first(first: F64, second: F64, fallback_m: float) -> F64:
    chosen = np.where(np.isfinite(first), first, second)
    return np.where(np.isfinite(chosen), chosen, fallback_m)


def _callsign(view: View) -> NDArray[np.str_]:
    """Return the call sign from the aircraft (380 ID), else from the flight plan's target (245)."""
    own, target = view.text("380/ID"), view.text("245/CHR")
    return np.where(own != "", own, target)
