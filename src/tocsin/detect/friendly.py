"""Friendly traffic from text feeds: aircraft.json snapshots and SBS lines to detections."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.detect.adsb import too_far
from tocsin.detect.grid import round_cov
from tocsin.detect.heights import GEOMETRIC_SIGMA_M, heights, prefer, pressure_sigma_m
from tocsin.detect.quality import position_sigma_m
from tocsin.detect.rows import CALLSIGN, Rows, make_rows, take
from tocsin.detect.site import Site
from tocsin.model.sensor import Sensor
from tocsin.model.units import FT_M, S_NS
from tocsin.wire.adsb.report import AircraftReport
from tocsin.wire.adsb.sbs import SbsMemory

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SAME_S = 0.35
"""Two snapshots date one position alike up to the rounding of `seen_pos` and `now` (0.1 s each)."""
FORGET_S = 120.0
"""Readsb keeps a position in its snapshots for 60 s."""
OFFSET_STEP_S = 900.0
"""Time zones differ by quarters of an hour."""


class LastPosition(msgspec.Struct, frozen=True):
    """The position last taken of an address."""

    t_s: float
    lat_deg: float
    lon_deg: float


class TextMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What a text feed must remember between chunks."""

    known: SbsMemory = {}
    last: dict[str, LastPosition] = {}
    """By address as text, `~` before those that are not ICAO's."""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Detections of one feed."""

    rows: Rows
    arrival: I64
    aside: dict[str, int]
    memory: TextMemory


def take_reports(
    reports: list[AircraftReport], sensor: Sensor, site: Site, memory: TextMemory, journal_seq: int
) -> Taken:
    """Return the new positions among reports, in the order given."""
    aside: dict[str, int] = {}
    fresh: list[tuple[int, AircraftReport]] = []
    last = dict(memory.last)
    for place, report in enumerate(reports):
        reason = _why_not(report, last)
        if reason:
            aside[reason] = aside.get(reason, 0) + 1
        else:
            fresh.append((place, report))
    arrival = np.array([place for place, _ in fresh], dtype=np.int64)
    rows = _rows([report for _, report in fresh], arrival, sensor, site, journal_seq)
    far = too_far(sensor, rows.pos_site_m)
    if far.any():
        aside["out_of_range"] = int(np.count_nonzero(far))
        rows, arrival = take(rows, ~far), arrival[~far]
    return Taken(
        rows=rows,
        arrival=arrival,
        aside=aside,
        memory=TextMemory(known=memory.known, last=_recent(last)),
    )


def zone_offset_s(written_s: F64, t_received_ns: I64, stated_s: float) -> F64:
    """Return by how much the feed's clock was ahead of UTC, shape (n,).

    Worked out from the time of receipt where the container tells it, to the quarter hour, so that
    a change to or from summer time does no harm; else as the site states.
    """
    apart_s = written_s - t_received_ns / S_NS
    zone_s = np.round(apart_s / OFFSET_STEP_S) * OFFSET_STEP_S
    return np.where(t_received_ns >= 0, zone_s, stated_s)


def _why_not(report: AircraftReport, last: dict[str, LastPosition]) -> str:
    """Return why a report is no new detection, or nothing; remember it where it is one."""
    if report.lat_deg is None or report.lon_deg is None:
        return "no_position"
    if report.t_s is None:
        return "no_time"
    name = ("" if report.is_icao else "~") + f"{report.address:06x}"
    before = last.get(name)
    same_place = before is not None and (before.lat_deg, before.lon_deg) == (
        report.lat_deg,
        report.lon_deg,
    )
    if before is not None and same_place and abs(report.t_s - before.t_s) < SAME_S:
        return "repeated_position"
    last[name] = LastPosition(report.t_s, report.lat_deg, report.lon_deg)
    return ""


def _recent(last: dict[str, LastPosition]) -> dict[str, LastPosition]:
    newest_s = max((p.t_s for p in last.values()), default=0.0)
    return {name: p for name, p in last.items() if p.t_s > newest_s - FORGET_S}


def _rows(
    reports: list[AircraftReport], arrival: I64, sensor: Sensor, site: Site, journal_seq: int
) -> Rows:
    """Return reports with a position as rows."""
    n = len(reports)
    alt_m, alt_var_m2 = _heights(reports, site)
    sigma_m = position_sigma_m(
        _codes([r.nac_p for r in reports]),
        _codes([r.nic if r.version != 0 else None for r in reports]),
        _codes([r.nic if r.version == 0 else None for r in reports]),
        sensor.noise.position_sigma_m,
    )
    t_s = np.array([r.t_s for r in reports], dtype=np.float64)
    return make_rows(
        np.rint(t_s * S_NS).astype(np.int64),
        np.column_stack((np.full(n, journal_seq, dtype=np.int64), arrival)),
        pos_site_m=site.plane.site_from_geodetic(
            np.array([r.lat_deg for r in reports], dtype=np.float64),
            np.array([r.lon_deg for r in reports], dtype=np.float64),
        ).reshape(n, 2),
        cov_site_m2=round_cov(sigma_m),
        alt_msl_m=alt_m,
        alt_var_m2=alt_var_m2,
        cooperative=np.ones(n, dtype=np.bool_),
        icao=np.array([r.address if r.is_icao else -1 for r in reports], dtype=np.int64),
        track_number=np.array([-1 if r.is_icao else r.address for r in reports], dtype=np.int64),
        mode_a=np.array([-1 if r.squawk is None else r.squawk for r in reports], dtype=np.int64),
        callsign=np.array([r.callsign or "" for r in reports], dtype=CALLSIGN),
    )


def _heights(reports: list[AircraftReport], site: Site) -> tuple[F64, F64]:
    """Return height over sea level: geometric where given, else from pressure."""
    geometric_m = _numbers([r.alt_geom_ft for r in reports]) * FT_M - site.undulation_m
    pressure_m = _numbers([r.alt_baro_ft for r in reports]) * FT_M
    return prefer(
        heights(geometric_m, np.isfinite(geometric_m), GEOMETRIC_SIGMA_M),
        heights(pressure_m, np.isfinite(pressure_m), pressure_sigma_m(pressure_m)),
    )


def _numbers(values: list[float | None]) -> F64:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _codes(values: list[int | None]) -> I64:
    return np.array([-1 if v is None else v for v in values], dtype=np.int64)
