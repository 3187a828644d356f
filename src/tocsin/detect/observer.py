"""Reports of observers and acoustic posts to bearings and presences.

Presence: something is anywhere within `a` of the post, taken as uniform over the disc. Its mean is
the post, its variance a^2/4 per axis. What is heard now was there when the sound left: with c the
speed of sound, the mean delay is (2a/3)/c, and its spread, a/sqrt(18)/c, times a target's speed
adds to the variance. It is no small thing: 3 km is 8.8 s of sound, 440 m at 50 m/s.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.facts import Heartbeat
from tocsin.detect.rows import Rows, join, make_rows
from tocsin.detect.site import Site
from tocsin.model.raw import RawChunk, Rejected
from tocsin.model.sensor import Sensor
from tocsin.model.units import S_NS
from tocsin.wire import observer as form

I64 = NDArray[np.int64]

SOUND_MPS = 340.0
"""In air of 15 degrees C; 10 K change it by 2 %, far below the spread of the distance."""
TARGET_MPS = 60.0
"""Speed by which the unknown delay becomes an unknown distance: that of the drones in question."""
DEFAULT_SIGMA_DEG = 10.0
"""Human observers: 5 to 15 degrees."""


class Observed(NamedTuple):
    """What a chunk of reports says."""

    found: list[tuple[str, Rows, I64]]
    """Sensor, rows and the place of each among the lines."""
    heartbeats: list[Heartbeat]
    rejects: list[Rejected]
    counts: dict[str, int]


def read_reports(
    chunk: RawChunk, keep: NDArray[np.bool_], site: Site, journal_seq: int
) -> Observed:
    """Return detections and signs of life from lines of reports; one block is one line."""
    rows: dict[str, list[tuple[int, Rows]]] = {}
    out = Observed([], [], [], {})
    for line in np.flatnonzero(keep).tolist():
        raw = chunk.block(line)
        if not raw.strip():
            continue
        report = form.decode(raw, chunk.source, int(chunk.offset[line]))
        if isinstance(report, form.Bearing | form.Heard | form.Alive):
            report = _known(report, site, raw, chunk, line)
        if isinstance(report, Rejected):
            out.rejects.append(report)
            _count(out, f"*:{report.reason}")
            continue
        _count(out, f"{report.observer}:records")
        if isinstance(report, form.Alive):
            _count(out, f"{report.observer}:heartbeats")
            out.heartbeats.append(
                Heartbeat(sensor_id=report.observer, t_ns=report.t_ns, what="status")
            )
            continue
        _count(out, f"{report.observer}:rows")
        citation = np.array([[journal_seq, line]], dtype=np.int64)
        made = row_of(report, site.sensors[report.observer], citation)
        rows.setdefault(report.observer, []).append((line, made))
    for sensor_id, parts in rows.items():
        arrival = np.array([line for line, _ in parts], dtype=np.int64)
        out.found.append((sensor_id, join([row for _, row in parts]), arrival))
    return out


def row_of(report: form.Bearing | form.Heard, sensor: Sensor, citation: I64) -> Rows:
    """Return one report as one row."""
    if isinstance(report, form.Bearing):
        return _bearing(report, sensor, citation)
    within_m = report.within_m or sensor.range_max_m
    delay_ns = round(within_m * 2.0 / 3.0 / SOUND_MPS * S_NS)
    spread_m = within_m / math.sqrt(18.0) / SOUND_MPS * TARGET_MPS
    variance_m2 = within_m**2 / 4.0 + spread_m**2
    return make_rows(
        np.array([report.t_ns - delay_ns], dtype=np.int64),
        citation,
        pos_site_m=np.array([sensor.pos_site_m]),
        cov_site_m2=np.array([[variance_m2, 0.0, variance_m2]]),
    )


def _bearing(report: form.Bearing, sensor: Sensor, citation: I64) -> Rows:
    sigma_deg = report.sigma_deg or sensor.noise.azimuth_sigma_deg or DEFAULT_SIGMA_DEG
    azimuth = math.radians(report.azimuth_true_deg) - sensor.convergence_rad
    return make_rows(
        np.array([report.t_ns], dtype=np.int64),
        citation,
        pos_site_m=np.array([sensor.pos_site_m]),
        azimuth_site_rad=np.array([azimuth % (2.0 * math.pi)]),
        azimuth_var_rad2=np.array([math.radians(sigma_deg) ** 2]),
    )


def _known(
    report: form.Report, site: Site, raw: bytes, chunk: RawChunk, line: int
) -> form.Report | Rejected:
    """Return the report if the site has its observer and it reports what that kind can."""
    sensor = site.sensors.get(report.observer)
    wanted = {form.Bearing: "bearing", form.Heard: "acoustic"}.get(type(report))
    if sensor is not None and (wanted is None or sensor.kind == wanted):
        return report
    detail = f"the site has no observer {report.observer!r}"
    if sensor is not None:
        detail = f"{report.observer!r} is a sensor of kind {sensor.kind}, not {wanted}"
    return Rejected(
        source=chunk.source,
        offset=int(chunk.offset[line]),
        reason="unknown_source",
        detail=detail,
        raw=raw,
    )


def _count(out: Observed, what: str) -> None:
    out.counts[what] = out.counts.get(what, 0) + 1
