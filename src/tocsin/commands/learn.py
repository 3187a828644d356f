"""`tocsin learn`: a site's own library of futures, from recorded runs or tables of positions."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tocsin.assess.analogues import Flown, Library, learn, packed
from tocsin.assess.motion import MOTIONS
from tocsin.geo.plane import SitePlane
from tocsin.model.errors import BadInput
from tocsin.model.units import S_NS

F64 = NDArray[np.float64]
Kind = Literal["drone", "slow_aircraft", "jet"]

NEEDED = ("t_ns", "track_id", "lat_deg", "lon_deg")
"""Columns that every table must have; the others are taken where they are there."""
SEEN = frozenset({"confirmed", "tentative"})
"""Positions of these are measured; those of others are only predicted."""
LONGEST_GAP_S = 60.0
"""What is not heard of for longer is two flights."""
LOOK_S = 4.0
"""Positions nearer together than this are one."""
JET_MPS = 90.0
"""A track without a told class that is faster than this in the median is a jet."""
UNKNOWN_MANOEUVRE_PROB = 0.05
"""Where a table tells none: what a tracker says of steady flight."""


class Learned(NamedTuple):
    """What was made of the tables."""

    library: Library
    flights: int
    left_out: int
    """Tracks of no known class."""


def learn_files(inputs: Sequence[Path], out: Path, *, kind: Kind | None = None) -> Learned:
    """Make a library and write it.

    Args:
        inputs: Run folders, or Parquet files in the form of their tracks.parquet: `t_ns`,
            `track_id`, `lat_deg`, `lon_deg`; where they are there also `speed_mps` with
            `course_true_deg`, `manoeuvre_prob`, `cooperative_prob`, `status` and `kind`.
        out: The .npz file to write.
        kind: Class of the tracks whose class no table tells. None: fast ones are jets, slower
            ones that carry a transponder slow aircraft, and the others are left out.

    Raises:
        BadInput: A table cannot be read, or holds nothing to learn from.
    """
    flights, left_out = [], 0
    for path in inputs:
        table = _table(path)
        for rows in _tracks(table):
            track = table.take(pa.array(rows))
            told = _kind(track, kind)
            left_out += told is None
            flights += [] if told is None else list(_flights(track, told))
    note = f"Learned from {', '.join(path.name for path in inputs)}: {len(flights)} flights."
    library = learn(flights, note=note)
    out.write_bytes(packed(library))
    return Learned(library, len(flights), left_out)


def counts(library: Library) -> str:
    """Return how many moments of each class a library holds, in words."""
    rows = np.bincount(library.kind, minlength=len(MOTIONS)).tolist()
    return ", ".join(f"{name} {count:,}" for name, count in zip(MOTIONS, rows, strict=True))


def _table(path: Path) -> pa.Table:
    """Read one table, the tracks of a run folder or a file."""
    file = path / "tracks.parquet" if path.is_dir() else path
    remedy = "Give a run folder, or a Parquet file in the form of its tracks.parquet."
    if not file.is_file():
        raise BadInput("no such file", where=str(file), remedy=remedy)
    try:
        table = pq.read_table(file)
    except (OSError, pa.ArrowInvalid) as error:
        why = str(error).splitlines()[0]
        raise BadInput(f"no table of tracks ({why})", where=str(file), remedy=remedy) from None
    missing = [name for name in NEEDED if name not in table.column_names]
    if missing:
        raise BadInput(
            f"no column {missing[0]}", where=str(file), remedy=f"It needs {', '.join(NEEDED)}."
        )
    return table


def _tracks(table: pa.Table) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each track in the order of time, without what was only predicted."""
    keep = np.arange(len(table))
    if "status" in table.column_names:
        status = table["status"].to_pylist()
        keep = np.flatnonzero([told in SEEN for told in status])
    number, t_ns = (table[name].to_numpy()[keep] for name in ("track_id", "t_ns"))
    order = np.lexsort((t_ns, number))
    starts = np.flatnonzero(np.diff(number[order], prepend=number[order][:1] - 1))
    for rows in np.split(keep[order], starts[1:]):
        if len(rows):
            yield rows


def _kind(track: pa.Table, kind: Kind | None) -> str | None:
    """Return the class of one track: as told, as asked, or by its speed and transponder."""
    if "kind" in track.column_names and track["kind"][0].as_py() in MOTIONS:
        return str(track["kind"][0])
    if kind is not None:
        return kind
    if float(np.median(_speeds_mps(track))) >= JET_MPS:
        return "jet"
    cooperative = _column(track, "cooperative_prob")
    return "slow_aircraft" if cooperative is not None and cooperative.mean() > 0.5 else None


def _flights(track: pa.Table, kind: str) -> Iterator[Flown]:
    """Yield the pieces of one track between gaps."""
    t_s, pos_m = _positions(track)
    vel_mps = _velocities_mps(track, t_s, pos_m)
    manoeuvre_prob = _column(track, "manoeuvre_prob")
    if manoeuvre_prob is None:
        manoeuvre_prob = np.full(len(t_s), UNKNOWN_MANOEUVRE_PROB)
    looks = np.flatnonzero(np.diff(t_s // LOOK_S, prepend=-np.inf) > 0.0)
    gaps = np.flatnonzero(np.diff(t_s[looks]) > LONGEST_GAP_S) + 1
    for rows in np.split(looks, gaps):
        if len(rows) > 1:
            yield Flown(
                kind=kind,
                t_s=t_s[rows],
                pos_m=pos_m[rows],
                vel_mps=vel_mps[rows],
                manoeuvre_prob=manoeuvre_prob[rows],
            )


def _positions(track: pa.Table) -> tuple[F64, F64]:
    """Return times (s, from the first) and positions in a plane about the track's middle."""
    t_ns = track["t_ns"].to_numpy()
    lat_deg, lon_deg = (_column(track, name) for name in ("lat_deg", "lon_deg"))
    assert lat_deg is not None  # noqa: S101 - NEEDED was checked
    assert lon_deg is not None  # noqa: S101
    plane = SitePlane(float(np.median(lat_deg)), float(np.median(lon_deg)))
    pos_m = plane.site_from_geodetic(lat_deg, lon_deg)
    return np.asarray((t_ns - t_ns[0]) / S_NS), np.asarray(pos_m, dtype=np.float64)


def _velocities_mps(track: pa.Table, t_s: F64, pos_m: F64) -> F64:
    """Return velocities: as told, else by differences over two looks."""
    speed_mps, course_deg = (_column(track, name) for name in ("speed_mps", "course_true_deg"))
    if speed_mps is not None and course_deg is not None:
        course_rad = np.radians(course_deg)
        ahead = np.stack([np.sin(course_rad), np.cos(course_rad)], axis=1)
        return np.asarray(speed_mps[:, None] * ahead)
    ends = [
        np.stack([np.interp(t_s + shift_s, t_s, axis_m) for axis_m in pos_m.T], axis=1)
        for shift_s in (-LOOK_S, LOOK_S)
    ]
    span_s = np.minimum(t_s + LOOK_S, t_s[-1]) - np.maximum(t_s - LOOK_S, t_s[0])
    return np.asarray((ends[1] - ends[0]) / np.maximum(span_s, 1e-3)[:, None])


def _speeds_mps(track: pa.Table) -> F64:
    t_s, pos_m = _positions(track)
    return np.asarray(np.hypot(*_velocities_mps(track, t_s, pos_m).T))


def _column(track: pa.Table, name: str) -> F64 | None:
    """Return a column as numbers, or None where it is not there or has holes."""
    if name not in track.column_names or track[name].null_count:
        return None
    return np.asarray(track[name].to_numpy(), dtype=np.float64)
