"""CAT020: wide-area and airport multilateration.

Trap: I020/020 RAB marks fixed monitors of the field; 41,548 of the 69,933 reports of the 2016
Barcelona recording are those.
"""

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.grid import site_from_local, turned
from tocsin.detect.heights import GEOMETRIC_SIGMA_M, heights, prefer, pressure_height
from tocsin.detect.plots import mode_a
from tocsin.detect.rows import make_rows
from tocsin.detect.sieve import Understood, citation, sift
from tocsin.detect.site import Site
from tocsin.detect.surface import DEFAULT_POSITION_SIGMA_M
from tocsin.detect.view import View
from tocsin.model.sensor import Sensor

F64 = NDArray[np.float64]


def mlat_reports(view: View, sensor: Sensor, site: Site, journal_seq: int) -> Understood:
    """Return the detections among CAT020 target reports of one system."""
    kept, aside = sift(
        view,
        {
            "test_target": (view.whole("020/TST", 0) == 1) | (view.whole("020/SIM", 0) == 1),
            "monitor": view.whole("020/RAB", 0) == 1,
            "no_position": ~(view.has("042/X") | view.has("041/LAT")),
        },
    )
    geometric_m = kept.real("105") - site.undulation_m
    geometric = heights(geometric_m, np.isfinite(geometric_m), GEOMETRIC_SIGMA_M)
    alt_m, alt_var_m2 = prefer(geometric, pressure_height(kept, "090/FL", "090"))
    rows = make_rows(
        kept.t_ns,
        citation(journal_seq, kept),
        pos_site_m=_places(kept, sensor, site),
        cov_site_m2=_covariance(kept, sensor),
        alt_msl_m=alt_m,
        alt_var_m2=alt_var_m2,
        cooperative=np.ones(len(kept), dtype=np.bool_),
        icao=kept.whole("220"),
        track_number=kept.whole("161/TRN"),
        mode_a=mode_a(kept, "070"),
        callsign=kept.text("245/CHR"),
    )
    return Understood(rows, kept.arrival, aside)


def _places(view: View, sensor: Sensor, site: Site) -> F64:
    """Return pos_site_m from WGS84 where given (I041), else from x, y (I042)."""
    world = view.has("041/LAT") & view.has("041/LON")
    local = site_from_local(
        site,
        sensor,
        np.nan_to_num(view.real("042/X"), nan=0.0),
        np.nan_to_num(view.real("042/Y"), nan=0.0),
    )
    if not world.any():
        return local
    lat_deg = np.rad2deg(np.where(world, view.real("041/LAT"), 0.0))
    lon_deg = np.rad2deg(np.where(world, view.real("041/LON"), 0.0))
    return np.where(world[:, None], site.plane.site_from_geodetic(lat_deg, lon_deg), local)


def _covariance(view: View, sensor: Sensor) -> F64:
    """Return covariance: stated deviations (I500 SDP) over the site's sigma as a floor.

    SDP/XY is the correlation times the deviations in some editions and the coefficient in
    others; it is left out, which keeps the ellipse no smaller.
    """
    floor_m = sensor.noise.position_sigma_m or DEFAULT_POSITION_SIGMA_M
    x_m = np.maximum(np.nan_to_num(view.real("500/SDP/X"), nan=0.0), floor_m)
    y_m = np.maximum(np.nan_to_num(view.real("500/SDP/Y"), nan=0.0), floor_m)
    return turned(sensor.convergence_rad, x_m**2, np.zeros(len(view)), y_m**2)
