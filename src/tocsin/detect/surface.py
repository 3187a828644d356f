"""CAT010: surface movement radar and airport multilateration.

Both speak category 010; the sensor's kind in the site file says which it is. The radar measures
range and azimuth about itself and the extent of the echo; multilateration gives x, y about the
reference point that the site file gives as the sensor's place.

Traps (seen in the 2016 Barcelona recordings): I042 is 16 bits and saturates at 32,767 m; reports
with RAB are fixed monitors of the field; 722 track-end reports carry no position.
"""

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.grid import along_across, round_cov, site_from_local, turned
from tocsin.detect.heights import pressure_height
from tocsin.detect.plots import mode_a, polar_sigmas
from tocsin.detect.rows import Rows, make_rows
from tocsin.detect.sieve import Understood, citation, sift
from tocsin.detect.site import Site
from tocsin.detect.view import View
from tocsin.model.sensor import Sensor

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

TARGET_REPORT = 1
SATURATED_M = 32_767.0
DEFAULT_POSITION_SIGMA_M = 10.0
_TRANSPONDER_TYPES = (0, 1, 2, 5)
"""I010/020 TYP: SSR, Mode S, ADS-B and HF multilateration; 3 is primary radar."""


def surface_reports(view: View, sensor: Sensor, site: Site, journal_seq: int) -> Understood:
    """Return the detections among CAT010 target reports of one sensor."""
    kept, aside = sift(view, _no_detections(view))
    kind = kept.whole("020/TYP", 3)
    x_m, y_m = _about_the_sensor(kept, sensor)
    pos = site_from_local(site, sensor, x_m, y_m)
    cov = _radar_cov(kept, sensor, x_m, y_m)
    if sensor.kind != "surface_radar":
        cov = reported_cov(kept, sensor)
    alt_m, alt_var_m2 = pressure_height(kept, "090/FL", "090")
    rows = make_rows(
        kept.t_ns,
        citation(journal_seq, kept),
        pos_site_m=pos,
        cov_site_m2=cov,
        alt_msl_m=alt_m,
        alt_var_m2=alt_var_m2,
        cooperative=np.isin(kind, _TRANSPONDER_TYPES),
        icao=kept.whole("220"),
        track_number=kept.whole("161/TRK"),
        mode_a=mode_a(kept, "060"),
        callsign=kept.text("245/CHR"),
        antenna_true_rad=np.mod(np.arctan2(x_m, y_m), 2.0 * np.pi),
    )
    return Understood(_with_extent(kept, sensor, rows), kept.arrival, aside)


def reported_cov(view: View, sensor: Sensor) -> F64:
    """Return covariance in the plane: the report's own deviations (I500), else the site's sigma.

    COVXY is read as the signed root of the covariance, as its unit (metres) says. The site's
    sigma is a floor: stated deviations leave out what the system does not know of itself.
    """
    floor_m = sensor.noise.position_sigma_m or DEFAULT_POSITION_SIGMA_M
    x_m = np.nan_to_num(view.real("500/DEVX"), nan=0.0)
    y_m = np.nan_to_num(view.real("500/DEVY"), nan=0.0)
    root_m = np.nan_to_num(view.real("500/COVXY"), nan=0.0)
    ee, nn = np.maximum(x_m, floor_m) ** 2, np.maximum(y_m, floor_m) ** 2
    limit = 0.99 * np.sqrt(ee * nn)
    en = np.clip(np.sign(root_m) * root_m**2, -limit, limit)
    return turned(sensor.convergence_rad, ee, en, nn)


def _no_detections(view: View) -> dict[str, Bools]:
    saturated = (np.abs(view.real("042/X")) >= SATURATED_M) | (
        np.abs(view.real("042/Y")) >= SATURATED_M
    )
    return {
        "test_target": (view.whole("020/TST", 0) == 1) | (view.whole("020/SIM", 0) == 1),
        "monitor": view.whole("020/RAB", 0) == 1,
        "no_position": ~(view.has("042/X") | view.has("040/RHO")),
        "position_saturated": saturated & ~view.has("040/RHO"),
    }


def _about_the_sensor(view: View, sensor: Sensor) -> tuple[F64, F64]:
    """Return x east and y north (m) of the sensor, from rho and theta where they are given.

    Both are sent by surface radars; the polar form is the measurement and does not saturate.
    Only it is cleared of the sensor's bias.
    """
    rho = view.real("040/RHO") - sensor.range_bias_m
    theta = view.real("040/TH") - np.deg2rad(sensor.azimuth_bias_deg)
    polar = np.isfinite(rho)
    x_m = np.where(polar, rho * np.sin(theta), view.real("042/X"))
    y_m = np.where(polar, rho * np.cos(theta), view.real("042/Y"))
    return x_m, y_m


def _radar_cov(view: View, sensor: Sensor, x_m: F64, y_m: F64) -> F64:
    """Return the covariance of a surface radar's plot: polar noise, or the site's one sigma."""
    if sensor.noise.range_sigma_m is None and sensor.noise.position_sigma_m is not None:
        return round_cov(np.full(len(view), sensor.noise.position_sigma_m))
    range_sigma_m, azimuth_sigma = polar_sigmas(sensor, view.whole("020/TYP", 3))
    across_m2 = (np.hypot(x_m, y_m) * azimuth_sigma) ** 2 + 1.0
    direction = np.arctan2(x_m, y_m) - sensor.convergence_rad
    return along_across(range_sigma_m**2, across_m2, direction)


def _with_extent(view: View, sensor: Sensor, rows: Rows) -> Rows:
    """Return the rows with length and axis of the echo (I270) where both are given."""
    known = view.has("270/LENGTH") & view.has("270/ORIENTATION")
    axis = np.mod(view.real("270/ORIENTATION") - sensor.convergence_rad, 2.0 * np.pi)
    columns = {name: getattr(rows, name) for name in rows.__struct_fields__}
    columns["extent_m"] = np.where(known, view.real("270/LENGTH"), 0.0)
    columns["extent_axis_site_rad"] = np.where(known, axis, 0.0)
    return Rows(**columns)
