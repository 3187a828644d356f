"""Observers' and acoustic nodes' reports as JSON lines.

One object a line: `t` (Unix ns), `sensor`, `kind` (`bearing` or `heard`); bearings carry
`azimuth_true_deg` and `sigma_deg` as well.
"""

import json

import numpy as np

from tocsin.model.units import S_NS
from tocsin.sim.reports import Sightings


def sighting_lines(
    sensor_id: str, found: Sightings, *, start_ns: int, sigma_deg: float
) -> list[tuple[int, str]]:
    """Return (time, line) of every report, in order of time."""
    rows = zip(found.t_s.tolist(), found.azimuth_true_deg.tolist(), strict=True)
    return [_line(sensor_id, start_ns + round(t * S_NS), deg, sigma_deg) for t, deg in rows]


def _line(sensor_id: str, t_ns: int, azimuth_deg: float, sigma_deg: float) -> tuple[int, str]:
    report: dict[str, object] = {"t": t_ns, "sensor": sensor_id, "kind": "heard"}
    if np.isfinite(azimuth_deg):
        told = {"azimuth_true_deg": round(azimuth_deg, 1), "sigma_deg": sigma_deg}
        report |= {"kind": "bearing", **told}
    return t_ns, json.dumps(report)
