"""CAT021: ADS-B target reports, editions 0.23 to 0.26 and 2.x.

An ADS-B position is what the aircraft says of itself. Reports are gated here only by range: the
2016 Barcelona recording has 30 positions over 300 km away (to 22,864 km: broken CPR pairs).
"""

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.grid import round_cov
from tocsin.detect.heights import GEOMETRIC_SIGMA_M, heights, prefer, pressure_height
from tocsin.detect.quality import position_sigma_m
from tocsin.detect.rows import make_rows
from tocsin.detect.sieve import Understood, citation, sift
from tocsin.detect.site import Site
from tocsin.detect.view import View
from tocsin.model.sensor import Sensor

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

_VERSION_0 = 0
"""I021/210 VN of transponders that state NUCp where later ones state NIC."""


def adsb_reports(view: View, sensor: Sensor, site: Site, journal_seq: int) -> Understood:
    """Return the detections among CAT021 target reports of one ground station."""
    pos, located = _places(view, site)
    kept, aside = sift(view, _no_detections(view, sensor, pos, located))
    pos = pos[np.isin(view.arrival, kept.arrival)]
    geometric_m = kept.real("140") - site.undulation_m
    geometric = heights(geometric_m, np.isfinite(geometric_m), GEOMETRIC_SIGMA_M)
    alt_m, alt_var_m2 = prefer(geometric, pressure_height(kept, "145"))
    rows = make_rows(
        kept.t_ns,
        citation(journal_seq, kept),
        pos_site_m=pos,
        cov_site_m2=round_cov(_sigma_m(kept, sensor)),
        alt_msl_m=alt_m,
        alt_var_m2=alt_var_m2,
        cooperative=np.ones(len(kept), dtype=np.bool_),
        icao=kept.whole("080"),
        track_number=kept.whole("161/TRNUM"),
        mode_a=kept.whole("070/MODE3A"),
        callsign=kept.text("170"),
    )
    return Understood(rows, kept.arrival, aside)


def times_of_day(view: View) -> F64:
    """Return seconds of day of each report's position; NaN where none is stated.

    Editions 2.x: time of applicability (071), else of reception (073), else of sending (077);
    editions 0.x: 030. Which of them exist is settled by the edition.
    """
    out = np.full(len(view), np.nan)
    for item in ("071", "073", "030", "077"):
        out = np.where(np.isfinite(out), out, view.real(item))
    return out


def too_far(sensor: Sensor, pos_site_m: F64) -> Bools:
    """Return which positions lie where this receiver cannot hear."""
    apart = pos_site_m - np.asarray(sensor.pos_site_m)
    return np.asarray(np.hypot(apart[:, 0], apart[:, 1]) > sensor.range_max_m)


def _places(view: View, site: Site) -> tuple[F64, Bools]:
    """Return pos_site_m from the fine position (I131) where given, else from I130."""
    fine = view.has("131/LAT") & view.has("131/LON")
    lat = np.where(fine, view.real("131/LAT"), view.real("130/LAT"))
    lon = np.where(fine, view.real("131/LON"), view.real("130/LON"))
    located = np.isfinite(lat) & np.isfinite(lon) & (np.abs(lat) <= np.pi / 2)
    lat_deg = np.rad2deg(np.where(located, lat, 0.0))
    lon_deg = np.rad2deg(np.where(located, lon, 0.0))
    return site.plane.site_from_geodetic(lat_deg, lon_deg), located


def _no_detections(view: View, sensor: Sensor, pos: F64, located: Bools) -> dict[str, Bools]:
    return {
        "test_target": (view.whole("040/TST", 0) == 1) | (view.whole("040/SIM", 0) == 1),
        "monitor": view.whole("040/RAB", 0) == 1,
        "no_position": ~located,
        "out_of_range": located & too_far(sensor, pos),
    }


def _sigma_m(view: View, sensor: Sensor) -> F64:
    """Return the position's sigma. Edition 0.23 states PA, which is NUCp up to 9, then NACp."""
    pa = np.nan_to_num(view.real("090/PA"), nan=-1.0).astype(np.int64)
    code = view.whole("090/NUCPNIC")
    old = view.whole("210/VN", 1) == _VERSION_0
    return position_sigma_m(
        np.where(pa > 9, pa, view.whole("090/NACP")),
        np.where(old, -1, code),
        np.where(pa >= 0, np.minimum(pa, 9), np.where(old, code, -1)),
        sensor.noise.position_sigma_m,
    )
