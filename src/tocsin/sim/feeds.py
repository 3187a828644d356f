"""What each sensor of a scenario puts on the wire, datagram by datagram."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np

from tocsin.geo.plane import SitePlane
from tocsin.model.detection import F64, I64
from tocsin.model.sensor import Sensor
from tocsin.model.units import S_NS
from tocsin.sim.movers import Target
from tocsin.sim.radar import (
    TYP_PRIMARY,
    RadarPlots,
    RadarView,
    first_given,
    radar_plots,
    view_of,
    within,
)
from tocsin.sim.reports import broadcasts, centre_tracks, sightings
from tocsin.sim.scenario import Scenario, SensorTruth
from tocsin.sim.writers import cat021, cat034, cat048, cat062
from tocsin.sim.writers.containers import Datagram
from tocsin.sim.writers.observers import report_lines
from tocsin.sim.writers.packing import Names, block

Source: TypeAlias = tuple[int, int]
SECTORS = 32
"""A radar sends what it saw once a sector of 11.25 degrees, as many do."""
REPORTS_PER_BLOCK = 20
ALIVE_EVERY_S = 60.0
"""Observers' posts say so often that they work."""
SENT_EVERY_S = 0.5
"""ADS-B stations send what came in about so often."""


class Links(NamedTuple):
    """What each record of a feed was made from; n rows in the order of the recording."""

    sensor_id: str
    category: int
    """0 for JSON lines."""
    t_ns: I64
    """Time of measurement."""
    target_id: I64
    """Negative: false."""


class Feed(NamedTuple):
    """What one sensor sends during the scenario."""

    links: Links
    datagrams: list[Datagram]
    lines: list[tuple[int, bytes]]
    """JSON lines of an observer, each with its time; signs of life among them."""


class Stage(NamedTuple):
    """What every feed is made from."""

    scenario: Scenario
    plane: SitePlane
    targets: tuple[Target, ...]
    feed: int
    sensor: Sensor
    truth: SensorTruth
    source: Source
    rng: np.random.Generator


def _radar_feed(stage: Stage) -> Feed:
    view = view_of(stage.sensor, stage.truth, stage.plane, stage.scenario)
    plots = radar_plots(view, stage.targets, stage.scenario, stage.rng)
    records = _plot_records(stage, plots)
    datagrams = _sector_datagrams(stage, view, plots, records)
    return Feed(_links(stage, 48, plots.t_s, plots.target_id), datagrams, [])


def _plot_records(stage: Stage, plots: RadarPlots) -> list[bytes]:
    """Return one CAT048 record per plot, in the order of the plots."""
    names = _names(stage.targets, plots.target_id)
    tod_s = _tod_s(stage, plots.t_s)
    answered = plots.typ != TYP_PRIMARY
    rows = {name: getattr(plots, name)[answered] for name in plots.__struct_fields__}
    told = Names(*(column[answered] for column in names))
    plain = ~answered
    primary = cat048.primary_records(
        tod_s[plain], plots.range_m[plain], plots.azimuth_rad[plain], stage.source
    )
    mode_s = cat048.mode_s_records(RadarPlots(**rows), tod_s[answered], stage.source, told)
    out: list[bytes] = [b""] * len(plots)
    for row, record in zip(np.flatnonzero(plain).tolist(), primary, strict=True):
        out[row] = record
    for row, record in zip(np.flatnonzero(answered).tolist(), mode_s, strict=True):
        out[row] = record
    return out


def _sector_datagrams(
    stage: Stage, view: RadarView, plots: RadarPlots, records: list[bytes]
) -> list[Datagram]:
    """Return a datagram at the end of each sector: service message, and the plots if any."""
    width_rad = 2.0 * np.pi / SECTORS
    span = view.rotation.angle_rad(np.array([0.0, stage.scenario.duration_s])) / width_rad
    sectors = np.arange(int(np.ceil(span[0])), int(np.floor(span[1])) + 1)
    t_s = view.rotation.time_s(np.asarray(sectors * width_rad, dtype=np.float64))
    alive = ~within(t_s, stage.truth.silent_s)
    sectors, t_s = sectors[alive], t_s[alive]
    azimuth_deg = np.degrees(sectors * width_rad)
    tod_s = _tod_s(stage, t_s)
    service = cat034.sector_crossings(tod_s, azimuth_deg, stage.source)
    north = cat034.north_marks(tod_s, view.rotation.turn_s, stage.source)
    cuts = np.searchsorted(plots.t_s, t_s)
    cuts[-1:] = len(plots)
    received_ns = _received_ns(stage, t_s)
    out = []
    for k, sector in enumerate(sectors.tolist()):
        some = records[cuts[k - 1] if k else 0 : cuts[k]]
        payload = (north[k] if sector % SECTORS == 0 else b"") + service[k]
        payload += block(cat048.CATEGORY, some) if some else b""
        out.append(Datagram(received_ns[k], stage.feed, payload))
    return out


def _adsb_feed(stage: Stage) -> Feed:
    reports = broadcasts(*_seen_by(stage))
    names = _names(stage.targets, reports.target_id)
    latency_s = stage.truth.latency_s
    tod_s = _tod_s(stage, reports.t_s)
    records = cat021.adsb_records(reports, tod_s, stage.source, names, latency_s=latency_s)
    datagrams = _batched(stage, reports.t_s, records, cat021.CATEGORY, SENT_EVERY_S)
    return Feed(_links(stage, 21, reports.t_s, reports.target_id), datagrams, [])


def _centre_feed(stage: Stage) -> Feed:
    reports = centre_tracks(*_seen_by(stage))
    noise_m = first_given(stage.truth.position_sigma_m, stage.sensor.noise.position_sigma_m)
    names = _names(stage.targets, reports.target_id)
    tod_s = _tod_s(stage, reports.t_s)
    records = cat062.track_records(reports, tod_s, stage.source, names, sigma_m=noise_m)
    every_s = stage.truth.turn_s or stage.sensor.revisit_s
    beats_s = np.arange(0.0, stage.scenario.duration_s, every_s)
    beats_s = beats_s[~within(beats_s, stage.truth.silent_s)]
    status = cat062.status_blocks(_tod_s(stage, beats_s), stage.source)
    beats = [
        Datagram(t_ns, stage.feed, payload)
        for t_ns, payload in zip(_received_ns(stage, beats_s), status, strict=True)
    ]
    datagrams = _batched(stage, reports.t_s, records, cat062.CATEGORY, SENT_EVERY_S)
    return Feed(_links(stage, 62, reports.t_s, reports.target_id), datagrams + beats, [])


def _observer_feed(stage: Stage) -> Feed:
    found = sightings(*_seen_by(stage))
    sigma_deg = first_given(stage.truth.azimuth_sigma_deg, stage.sensor.noise.azimuth_sigma_deg)
    alive_s = np.arange(0.0, stage.scenario.duration_s, ALIVE_EVERY_S)
    alive_s = alive_s[~within(alive_s, stage.truth.silent_s)]
    start_ns = stage.scenario.start_ns
    lines = report_lines(stage.sensor.id, found, alive_s, start_ns=start_ns, sigma_deg=sigma_deg)
    return Feed(_links(stage, 0, found.t_s, found.target_id), [], lines)


MAKERS: dict[str, Callable[[Stage], Feed]] = {
    "cat048": _radar_feed,
    "cat021": _adsb_feed,
    "cat062": _centre_feed,
    "observer": _observer_feed,
}


def _seen_by(
    stage: Stage,
) -> tuple[Sensor, SensorTruth, tuple[Target, ...], Scenario, SitePlane, np.random.Generator]:
    return stage.sensor, stage.truth, stage.targets, stage.scenario, stage.plane, stage.rng


def _batched(
    stage: Stage, t_s: F64, records: list[bytes], category: int, every_s: float
) -> list[Datagram]:
    """Return datagrams of some records each, sent together once the interval is over."""
    if not records:
        return []
    slot = np.floor(t_s / every_s).astype(np.int64)
    first = np.searchsorted(slot, np.unique(slot)).tolist()
    out = []
    for begin, end in zip(first, [*first[1:], len(records)], strict=True):
        for at in range(begin, end, REPORTS_PER_BLOCK):
            payload = block(category, records[at : min(at + REPORTS_PER_BLOCK, end)])
            sent_s = (float(slot[begin]) + 1.0) * every_s
            out.append((sent_s, payload))
    received_ns = _received_ns(stage, np.array([sent_s for sent_s, _ in out]))
    return [Datagram(r, stage.feed, p) for r, (_, p) in zip(received_ns, out, strict=True)]


def _received_ns(stage: Stage, sent_s: F64) -> list[int]:
    """Return times of receipt: latency with jitter, but never out of order within the feed."""
    truth = stage.truth
    jitter_s = np.abs(stage.rng.normal(0.0, 1.0, len(sent_s))) * truth.latency_sigma_s
    arrival_s = np.maximum.accumulate(sent_s + truth.latency_s + jitter_s)
    return [stage.scenario.start_ns + round(t * S_NS) for t in arrival_s.tolist()]


def _tod_s(stage: Stage, t_s: F64) -> F64:
    midnight_s = (stage.scenario.start_ns // S_NS) % 86_400
    return np.asarray(t_s + midnight_s)


def _links(stage: Stage, category: int, t_s: F64, target_id: I64) -> Links:
    t_ns = stage.scenario.start_ns + np.round(t_s * S_NS).astype(np.int64)
    return Links(stage.sensor.id, category, t_ns, target_id)


def _names(targets: tuple[Target, ...], target_id: I64) -> Names:
    """Return what the transponders say, row by row; false plots say nothing."""
    at = {target.id: row for row, target in enumerate(targets)}
    row = np.array([at.get(i, len(targets)) for i in target_id.tolist()], dtype=np.int64)
    icao = np.array([-1 if t.icao is None else t.icao for t in targets] + [-1], dtype=np.int64)
    mode_a = np.array([-1 if t.mode_a is None else t.mode_a for t in targets] + [-1])
    callsign = np.array([t.callsign or "" for t in targets] + [""], dtype="<U8")
    return Names(icao[row], mode_a[row].astype(np.int64), callsign[row])
