"""A run's table of tracks and a scenario's truth, laid side by side at even steps."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tocsin.geo.plane import SitePlane
from tocsin.model.detection import F64, I64
from tocsin.model.errors import BadInput
from tocsin.model.units import S_NS
from tocsin.sim.score.moments import Moment

COAST_S = 60.0
SHOWN = ("confirmed", "coasting")
"""Tracks of these states make the picture; lost ones are drawn, but claim nothing any more."""
TRACK_COLUMNS = (
    "lat_deg",
    "lon_deg",
    "speed_mps",
    "course_true_deg",
    "exists_prob",
    "cov_site_ee_m2",
    "cov_site_en_m2",
    "cov_site_nn_m2",
)


class Truth(NamedTuple):
    """Truth by target, ready to be asked at any time within each one's life."""

    kind: dict[int, str]
    icao: dict[int, int]
    states: dict[int, F64]
    """By target: shape (n, 5): seconds, lat_deg, lon_deg, ve_mps, vn_mps."""
    counts_from_s: dict[int, float]
    counts_to_s: dict[int, float]
    first_plot_s: dict[int, float] | None
    """None where it is not known which records came from whom."""

    def of_kind(self, kind: str) -> set[int]:
        """Return the targets of one kind."""
        return {target for target, own in self.kind.items() if own == kind}


class Picture(NamedTuple):
    """What the run showed at one time, beside the truth."""

    moment: Moment
    icao: I64
    exists_prob: F64
    cov_m2: F64
    """shape (k, 2, 2)."""


def read_truth(path: Path, links: Path | None, zero_ns: int) -> Truth:
    """Read truth with times as seconds from `zero_ns`."""
    table = read_table(path)
    t_s = (table["t_ns"].to_numpy() - zero_ns) / S_NS
    columns = [table[name].to_numpy() for name in ("lat_deg", "lon_deg", "ve_mps", "vn_mps")]
    rows = np.stack([t_s, *columns], axis=1)
    target = table["target_id"].to_numpy()
    ids, first = np.unique(target, return_index=True)
    kinds = np.array(table["kind"].to_pylist())[first]
    codes = table["icao"].fill_null(-1).to_numpy()[first]
    states = {int(i): rows[target == i] for i in ids}
    seen = _plot_spans(links, zero_ns) if links else None
    return Truth(
        kind=dict(zip(ids.tolist(), kinds.tolist(), strict=True)),
        icao={int(i): int(c) for i, c in zip(ids, codes, strict=True) if c >= 0},
        states=states,
        counts_from_s={
            i: s[0, 0] if seen is None else seen.get(i, (np.inf, np.inf))[0]
            for i, s in states.items()
        },
        counts_to_s={
            i: s[-1, 0] if seen is None else min(s[-1, 0], seen.get(i, (0.0, -np.inf))[1] + COAST_S)
            for i, s in states.items()
        },
        first_plot_s=None if seen is None else {i: span[0] for i, span in seen.items()},
    )


def _plot_spans(links: Path, zero_ns: int) -> dict[int, tuple[float, float]]:
    """Return times of the first and last record of each target."""
    table = read_table(links)
    target = table["target_id"].to_numpy()
    t_s = (table["t_ns"].to_numpy() - zero_ns) / S_NS
    order = np.lexsort((t_s, target))
    ids, first = np.unique(target[order], return_index=True)
    last = np.append(first[1:], len(order)) - 1
    spans = zip(ids.tolist(), t_s[order][first].tolist(), t_s[order][last].tolist(), strict=True)
    return {i: (begin_s, end_s) for i, begin_s, end_s in spans if i >= 0}


def read_pictures(
    tracks: Path, known: Truth, zero_ns: int, *, step_s: float, partial: bool = False
) -> list[Picture]:
    """Return the last picture of each step of a run, with truth carried to its time.

    Args:
        tracks: `tracks.parquet` of the run.
        known: the truth.
        zero_ns: zero of the truth's seconds.
        step_s: length of a step.
        partial: the truth knows only some uncooperative targets among real traffic: tracks that
            mostly answered a transponder are left out.
    """
    table = read_table(tracks)
    t_ns = table["t_ns"].to_numpy()
    slot = ((t_ns - zero_ns) / S_NS / step_s).astype(np.int64)
    latest = _latest(slot, t_ns, table["revision"].to_numpy())
    shown = np.isin(np.array(table["status"].to_pylist()), SHOWN)
    if partial:
        shown &= table["cooperative_prob"].to_numpy() < 0.5
    steps = _runs(slot, latest)
    times_s = np.array([float(t_ns[rows[0]] - zero_ns) / S_NS for rows in steps])
    in_time = times_s <= max(known.counts_to_s.values(), default=-np.inf)
    ids, states, counts = _truth_at(known, times_s)
    columns = {n: table[n].to_numpy().astype(np.float64) for n in TRACK_COLUMNS}
    columns["track_id"] = table["track_id"].to_numpy()
    columns["icao"] = table["icao"].fill_null(-1).to_numpy().astype(np.int64)
    plane = _plane(known)
    return [
        _picture(
            {name: column[rows[shown[rows]]] for name, column in columns.items()},
            ids[counts[k]],
            states[k][counts[k]],
            plane,
            float(times_s[k]),
        )
        for k, rows in enumerate(steps)
        if in_time[k]
    ]


def _latest(slot: I64, t_ns: I64, revision: I64) -> NDArray[np.bool_]:
    """Return the rows that belong to the last time and revision within their step."""
    order = np.lexsort((revision, t_ns, slot))
    last = order[np.flatnonzero(np.diff(slot[order], append=slot.max(initial=0) + 1))]
    best = np.searchsorted(slot[last], slot)
    return np.asarray((t_ns == t_ns[last][best]) & (revision == revision[last][best]))


def _runs(slot: I64, kept: NDArray[np.bool_]) -> list[I64]:
    """Return row numbers of each step, in order of time."""
    rows = np.flatnonzero(kept)
    rows = rows[np.argsort(slot[rows], kind="stable")]
    return np.split(rows, np.flatnonzero(np.diff(slot[rows])) + 1) if len(rows) else []


def _plane(known: Truth) -> SitePlane:
    rows = np.concatenate([s[:, 1:3] for s in known.states.values()])
    lat_deg, lon_deg = rows.mean(axis=0)
    return SitePlane(float(lat_deg), float(lon_deg))


def _picture(
    rows: dict[str, F64], ids: I64, states: F64, plane: SitePlane, now_s: float
) -> Picture:
    course_rad = np.radians(rows["course_true_deg"])
    ahead = np.stack([np.sin(course_rad), np.cos(course_rad)], axis=-1)
    ee, en, nn = (rows[f"cov_site_{name}_m2"] for name in ("ee", "en", "nn"))
    moment = Moment(
        t_s=now_s,
        truth_id=ids,
        truth_m=plane.site_from_geodetic(states[:, 0], states[:, 1]),
        truth_mps=states[:, 2:4],
        track_id=rows["track_id"].astype(np.int64),
        track_m=plane.site_from_geodetic(rows["lat_deg"], rows["lon_deg"]),
        track_mps=rows["speed_mps"][:, None] * ahead,
    )
    cov_m2 = np.stack([np.stack([ee, en], axis=-1), np.stack([en, nn], axis=-1)], axis=-2)
    return Picture(moment, rows["icao"].astype(np.int64), rows["exists_prob"], cov_m2)


def _truth_at(known: Truth, times_s: F64) -> tuple[I64, F64, NDArray[np.bool_]]:
    """Return ids, shape (n,), states (lat, lon, ve, vn), shape (m, n, 4), and which count when."""
    ids = np.array(list(known.states), dtype=np.int64)
    states = np.empty((len(times_s), len(ids), 4))
    counts = np.empty((len(times_s), len(ids)), dtype=np.bool_)
    for n, rows in enumerate(known.states.values()):
        for column in range(4):
            states[:, n, column] = np.interp(times_s, rows[:, 0], rows[:, column + 1])
        begin_s = max(known.counts_from_s[int(ids[n])], float(rows[0, 0]))
        counts[:, n] = (times_s >= begin_s) & (times_s <= known.counts_to_s[int(ids[n])])
    return ids, states, counts


def read_table(path: Path) -> pa.Table:
    """Read a Parquet file, or say which one cannot be read."""
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise BadInput(
            f"cannot be read as Parquet ({error})",
            where=str(path),
            remedy="Name a file that `tocsin replay` or `tocsin simulate` wrote.",
        ) from error
