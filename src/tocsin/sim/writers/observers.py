"""Observers' and acoustic nodes' reports, in the form of `tocsin.wire.observer`."""

import numpy as np

from tocsin.model.detection import F64
from tocsin.model.units import S_NS
from tocsin.sim.reports import Sightings
from tocsin.wire.observer import Alive, Bearing, Heard, Report, encode


def report_lines(
    sensor_id: str, found: Sightings, alive_s: F64, *, start_ns: int, sigma_deg: float
) -> list[tuple[int, bytes]]:
    """Return (time, line) of every report and sign of life, in order of time.

    Args:
        sensor_id: the post.
        found: what it saw or heard.
        alive_s: times at which it says that it works.
        start_ns: zero of the times.
        sigma_deg: accuracy that it claims for its bearings.
    """
    reports: list[Report] = [
        Alive(observer=sensor_id, t_ns=start_ns + round(t * S_NS)) for t in alive_s.tolist()
    ]
    rows = zip(found.t_s.tolist(), found.azimuth_true_deg.tolist(), strict=True)
    reports += [_report(sensor_id, start_ns + round(t * S_NS), deg, sigma_deg) for t, deg in rows]
    return [(r.t_ns, encode(r)) for r in sorted(reports, key=lambda r: r.t_ns)]


def _report(sensor_id: str, t_ns: int, azimuth_deg: float, sigma_deg: float) -> Report:
    if np.isnan(azimuth_deg):
        return Heard(observer=sensor_id, t_ns=t_ns)
    told_deg = round(azimuth_deg % 360.0, 1)
    return Bearing(
        observer=sensor_id, t_ns=t_ns, azimuth_true_deg=told_deg, sigma_deg=sigma_deg or None
    )
