"""Known flights, made or recorded, and what the real tracker sees of them."""

import datetime as dt
import gzip
import json
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from figure import ROOT, SHARED_DATA
from follow import batches_of, chunks_of

from tocsin.config import load_site
from tocsin.geo.plane import SitePlane
from tocsin.model.sensor import Noise, Sensor
from tocsin.model.track import Picture
from tocsin.model.units import S_NS
from tocsin.sim.families import Flight
from tocsin.track.picture import picture
from tocsin.track.settings import TrackSettings
from tocsin.track.state import start
from tocsin.track.step import WHOLE, follow
from tocsin.wire.asterix.columns import decode
from tocsin.wire.asterix.editions import choose_editions

ADSB = SHARED_DATA / "adsb"
BARCELONA = SHARED_DATA / "asterix" / "bcn_cat048_20230502_0800_first30min.ast"
JADE = SHARED_DATA / "asterix" / "jade_cat062_30min.ff"
SCAN_S = 4.0
NOISE_M = (50.0, 100.0)
"""1-sigma per axis, drawn for each flight."""
LONGEST_GAP_S = 30.0
"""What is not heard of for longer is two flights."""
BETWEEN_FLIGHTS_S = 1800.0
LEAST_MPS = 10.0
"""What is slower stands on the ground."""
LEAST_S = 400.0
"""Shorter pieces of flights are left out."""
SYSTEM_TRACK = ("040", "070", "105/LAT", "105/LON")
"""Track number, time, place."""
JET_MPS = 90.0
GROUP, APART_M = 20, 400e3
"""Flights followed together by one tracker, in places of their own."""
PLANE = SitePlane(45.0, 28.0)
ANSWERS = 10
"""Column of a plot that says that a transponder answered (see `tocsin.track.step`)."""


class Known(NamedTuple):
    """One flight as far as it is known."""

    kind: str
    t_s: np.ndarray
    """From 0."""
    pos_m: np.ndarray
    """shape (n, 2)."""
    whole: bool
    """True: it ends in an impact, and nothing is unknown after that."""
    unseen_s: tuple[tuple[float, float], ...] = ()
    answers: bool = False
    """It carries a transponder, as every recorded flight did: that is part of what tells its class,
    and without it an aircraft would be forecast as a drone. It is forecast all the same."""

    @property
    def lasts_s(self) -> float:
        """How long it is known."""
        return float(self.t_s[-1])

    def at(self, t_s: np.ndarray) -> np.ndarray:
        """Return where it was, shape (..., 2)."""
        return np.stack([np.interp(t_s, self.t_s, self.pos_m[:, k]) for k in (0, 1)], axis=-1)

    def seen(self, t_s: float) -> bool:
        """Say whether a sensor could see it."""
        out = any(begin <= t_s < end for begin, end in self.unseen_s)
        return 0.0 <= t_s <= self.lasts_s and not out


def made(flights: Sequence[Flight]) -> list[Known]:
    """Return flights of the simulator as known ones."""
    return [
        Known(f.family, f.t_s - f.start_s, f.pos_m, f.ends == "impact", f.unseen_s) for f in flights
    ]


def swiss_jets(parts: Sequence[int]) -> list[Known]:
    """Return quarters of the aircraft over Switzerland, by their addresses.

    Quarters 0 and 2 are to learn from and to choose on, 1 and 3 to report on.
    """
    return [
        piece
        for aircraft, (t_s, pos_m) in _aircraft("traffic_switzerland", SitePlane(46.8, 8.2))
        if zlib.crc32(aircraft.encode()) % 4 in parts
        for piece in _pieces(t_s, pos_m)
    ]


def relay_flights(parts: Sequence[int]) -> list[Known]:
    """Return quarters of the flights of two relay aircraft of the Tour de France: slow, circling.

    As `swiss_jets`; all pieces of a flight are in one part.
    """
    found: list[Known] = []
    for _, (t_s, pos_m) in _aircraft("traffic_tour_de_france", SitePlane(45.5, 3.5)):
        starts = np.flatnonzero(np.append(True, np.diff(t_s) > BETWEEN_FLIGHTS_S))
        for number, rows in enumerate(np.split(np.arange(len(t_s)), starts[1:])):
            if number % 4 in parts:
                found += _pieces(t_s[rows], pos_m[rows])
    return [flight for flight in found if speed_mps(flight) > LEAST_MPS]


def _aircraft(name: str, plane: SitePlane) -> list[tuple[str, tuple[np.ndarray, np.ndarray]]]:
    """Read times and positions of each aircraft of a file, by address."""
    with gzip.open(ADSB / f"{name}.json.gz", "rt", encoding="utf-8") as stream:
        rows = json.load(stream)
    reports: dict[str, set[tuple[float, float, float]]] = defaultdict(set)
    for row in rows:
        if row.get("latitude") is not None and row.get("longitude") is not None:
            at = (row["timestamp"] / 1e3, row["latitude"], row["longitude"])
            reports[row["icao24"]].add(at)
    tables = {aircraft: np.array(sorted(found)) for aircraft, found in sorted(reports.items())}
    return [
        (aircraft, (table[:, 0], plane.site_from_geodetic(table[:, 1], table[:, 2])))
        for aircraft, table in tables.items()
    ]


def _pieces(t_s: np.ndarray, pos_m: np.ndarray, kind: str = "real") -> list[Known]:
    """Cut one aircraft's reports at gaps, at stands, and at jumps that nothing can fly."""
    once = np.append(True, np.diff(t_s) > 0.0)
    t_s, pos_m = t_s[once], pos_m[once]
    gap_s = np.diff(t_s)
    cut = (gap_s > LONGEST_GAP_S) | (np.hypot(*np.diff(pos_m, axis=0).T) > 400.0 * gap_s)
    cut |= np.diff(_moves(t_s, pos_m)) != 0
    parts = np.split(np.arange(len(t_s)), np.flatnonzero(cut) + 1)
    return [
        Known(kind, t_s[p] - t_s[p[0]], pos_m[p], whole=False, answers=True)
        for p in parts
        if t_s[p[-1]] - t_s[p[0]] >= LEAST_S
    ]


def _moves(t_s: np.ndarray, pos_m: np.ndarray) -> np.ndarray:
    """Return 1 where it moves over a minute, 0 where it stands."""
    ends = [np.stack([np.interp(t_s + s, t_s, p) for p in pos_m.T]) for s in (-30.0, 30.0)]
    moved_m = np.hypot(*(ends[1] - ends[0]))
    return (moved_m > 60.0 * LEAST_MPS).astype(int)


def barcelona() -> list[Known]:
    """Return the airborne aircraft of the Barcelona radar, by their addresses."""
    site = load_site(ROOT / "sites" / "barcelona.toml")
    date_ns = int(dt.datetime(2023, 5, 2, tzinfo=dt.UTC).timestamp()) * S_NS
    batches = batches_of(BARCELONA.read_bytes(), site, date_ns=date_ns)
    keys = np.concatenate([b.icao for b in batches])
    t_s = np.concatenate([b.t_measured_ns for b in batches]) / S_NS
    return _by_key(keys, t_s, np.concatenate([b.pos_site_m for b in batches]))


def system_tracks() -> list[Known]:
    """Return the tracks of the CAT062 recording: another system's, smoothed by its filter."""
    editions, parts = choose_editions({62: "1.21"}), []
    for chunk in chunks_of(JADE.read_bytes()):
        for columns in decode(chunk, editions).columns:
            fields = [columns.fields[f"I062/{name}"] for name in SYSTEM_TRACK]
            whole = np.all([field.present for field in fields], axis=0)
            parts.append(np.stack([np.asarray(f.values, float)[whole] for f in fields]))
    key, t_s, lat, lon = np.concatenate(parts, axis=1)
    lat_deg, lon_deg = (np.rad2deg(v) if np.abs(lat).max() < 2.0 else v for v in (lat, lon))
    return _by_key(key.astype(int), t_s, SitePlane(55.0, 23.0).site_from_geodetic(lat_deg, lon_deg))


def _by_key(keys: np.ndarray, t_s: np.ndarray, pos_m: np.ndarray) -> list[Known]:
    """Return the flights of one recording, one for each key, those that fly like jets."""
    found: list[Known] = []
    for key in np.unique(keys[keys >= 0]):
        rows = np.flatnonzero(keys == key)
        rows = rows[np.argsort(t_s[rows], kind="stable")]
        found += _pieces(t_s[rows], pos_m[rows])
    return [f for f in found if speed_mps(f) > JET_MPS]


def speed_mps(flight: Known) -> float:
    """Return the median speed over half minutes."""
    t_s = np.arange(0.0, flight.lasts_s, 30.0)
    return float(np.median(np.hypot(*np.diff(flight.at(t_s), axis=0).T)) / 30.0)


def radar(revisit_s: float = SCAN_S) -> Sensor:
    """Return the sensor that sees all flights of a group: as a site file would state it."""
    return Sensor(
        id="radar",
        kind="radar",
        lat_deg=45.0,
        lon_deg=28.0,
        alt_ellipsoid_m=0.0,
        pos_site_m=(0.0, 0.0),
        convergence_rad=0.0,
        pd_cooperative_prob=0.95,
        pd_noncooperative_prob=0.95,
        revisit_s=revisit_s,
        range_min_m=0.0,
        range_max_m=3e6,
        elevation_max_deg=89.0,
        clutter_per_look=1.0,
        noise=Noise(),
        noise_by_type={},
        note="synthetic: sees made-up or recorded flights",
    )


class Seen(NamedTuple):
    """One look at a group."""

    t_s: float
    picture: Picture
    pos_m: np.ndarray
    """shape (tracks, 2), of the picture's tracks."""


def groups(flights: Sequence[Known]) -> Iterator[tuple[list[int], np.ndarray]]:
    """Yield flights to be followed together, and what to add to their positions, shape (n, 2)."""
    order = np.argsort([f.lasts_s for f in flights], kind="stable")
    for begin in range(0, len(order), GROUP):
        rows = [int(k) for k in order[begin : begin + GROUP]]
        cells = np.array([divmod(k, 5) for k in range(len(rows))], dtype=float) - 2.0
        yield rows, cells * APART_M - np.array([flights[k].pos_m[0] for k in rows])


def looks(
    flights: Sequence[Known], shift_m: np.ndarray, rng: np.random.Generator
) -> Iterator[Seen]:
    """Yield the picture of the real tracker after every look at some flights."""
    sensor = radar()
    state = start((sensor,), TrackSettings())
    view = state.views[sensor.id]
    sigma_m = rng.uniform(*NOISE_M, len(flights))
    for number in range(int(max(f.lasts_s for f in flights) / SCAN_S) + 1):
        t_s = number * SCAN_S
        rows = np.array([k for k, f in enumerate(flights) if f.seen(t_s)], dtype=int)
        if len(rows) == 0:
            continue
        true_m = np.array([flights[k].at(np.array(t_s)) for k in rows]) + shift_m[rows]
        plots = np.zeros((len(rows), 14))
        plots[:, :2] = true_m + sigma_m[rows, None] * rng.standard_normal((len(rows), 2))
        plots[:, 3] = plots[:, 5] = sigma_m[rows] ** 2
        plots[:, [7, 9]] = np.inf
        plots[:, ANSWERS] = [flights[k].answers for k in rows]
        claims = np.full((len(rows), 4), -1, dtype=np.int64)
        refs = np.column_stack([np.full(len(rows), number), rows])
        follow(state, view, t_s, plots, claims, refs, WHOLE)
        now = picture(state, PLANE)
        yield Seen(t_s, now, np.array([t.pos_site_m for t in now.tracks]).reshape(-1, 2))
