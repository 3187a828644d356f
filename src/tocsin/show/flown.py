"""Tracks for the page: read from `tracks.parquet` and thinned so that the page stays small."""

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tocsin.model.errors import BadStorage
from tocsin.model.units import S_NS

STATUSES = ("tentative", "confirmed", "coasting", "lost")
BUDGET = 45_000
"""Points of all tracks together: about 2 MB of JSON."""
STEPS_S = (0.0, 1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0)
SIGMAS_95 = 2.4477
"""Radius, in sigmas, of the ellipse that holds 95 % of a plane Gaussian: sqrt(chi2(2, 0.95))."""

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

_NUMBERS = (
    "t_ns track_id t_first_ns t_update_ns lat_deg lon_deg alt_msl_m speed_mps course_true_deg "
    "cov_site_ee_m2 cov_site_en_m2 cov_site_nn_m2 exists_prob cooperative_prob updates"
)
_LAST = "icao callsign mode_a identity_conflict sensors"


class Flown(msgspec.Struct, frozen=True, kw_only=True):
    """One track, thinned. Columns have one row for each kept revision."""

    track_id: int
    t_ns: I64
    pen: NDArray[np.int8]
    """0: the line goes on to here, 1: it begins here, 2: carried forward unseen, not drawn."""
    status: NDArray[np.int8]
    """Index into `STATUSES`."""
    age_s: F64
    """Time since the last measurement."""
    lat_deg: F64
    lon_deg: F64
    alt_msl_m: F64
    """NaN where the height is not known."""
    speed_mps: F64
    course_true_deg: F64
    major_m: F64
    """Half axes of the ellipse that holds the position with 95 %."""
    minor_m: F64
    axis_deg: F64
    """Direction of the major axis, clockwise from grid north."""
    exists_prob: F64
    t_first_ns: int
    t_last_update_ns: int
    updates: int
    cooperative_prob: float
    height_known: bool
    gaps_ns: tuple[tuple[int, int], ...]
    icao: int | None
    callsign: str | None
    mode_a: int | None
    conflict: str | None
    sensors: tuple[str, ...]


class _Row(msgspec.Struct, frozen=True):
    """One track's rows of the table, in the order of time."""

    columns: dict[str, NDArray[Any]]
    seen: NDArray[np.bool_]
    """The row is the first with its measurement."""
    pen: NDArray[np.int8]
    must: NDArray[np.bool_]
    """The row has to stay: an end, a change of status or the edge of a gap."""


def read_flown(
    tracks_parquet: Path, *, gap_s: float, budget: int = BUDGET
) -> tuple[list[Flown], float]:
    """Return the tracks and the step in seconds to which they were thinned.

    Args:
        tracks_parquet: the run's table.
        gap_s: two measurements further apart leave a gap in the line.
        budget: points of all tracks together.

    Raises:
        BadStorage: the table is absent or damaged.
    """
    table = _table(tracks_parquet)
    columns = {name: _numbers(table[name]) for name in _NUMBERS.split()}
    columns["status"] = _codes(table["status"])
    order = np.lexsort((columns["t_ns"], columns["track_id"]))
    columns = {name: column[order] for name, column in columns.items()}
    edges = np.flatnonzero(np.diff(columns["track_id"])) + 1
    parts = [p for p in np.split(np.arange(len(order)), edges) if len(p)]
    rows = [_marked({n: c[part] for n, c in columns.items()}, gap_s) for part in parts]
    step_s, kept = _thinned(rows, gap_s, budget)
    last = {name: table[name] for name in _LAST.split()}
    tails = [{n: c[int(order[part[-1]])].as_py() for n, c in last.items()} for part in parts]
    return [_flown(r, k, t) for r, k, t in zip(rows, kept, tails, strict=True)], step_s


def _table(path: Path) -> pa.Table:
    wanted = [*_NUMBERS.split(), "status", *_LAST.split()]
    try:
        return pq.read_table(path, columns=wanted)
    except (OSError, pa.ArrowInvalid) as error:
        raise BadStorage(
            f"the table of tracks cannot be read ({error})",
            where=str(path),
            remedy="Make the run again, or restore the file",
        ) from error


def _numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """Return a column as int64 or float64; null becomes NaN."""
    found = column.to_numpy()
    return np.asarray(found, dtype=np.int64 if found.dtype.kind == "i" else np.float64)


def _codes(column: pa.ChunkedArray) -> NDArray[np.int8]:
    words = column.cast(pa.string()).to_numpy()
    code = {word: number for number, word in enumerate(STATUSES)}
    return np.array([code[word] for word in words], dtype=np.int8)


def _marked(columns: dict[str, NDArray[Any]], gap_s: float) -> _Row:
    update_ns, status = columns["t_update_ns"], columns["status"]
    seen = np.r_[True, np.diff(update_ns) > 0]
    sightings = np.flatnonzero(seen)
    wide = np.diff(update_ns[sightings]) > gap_s * S_NS
    pen = np.where(seen, 0, 2).astype(np.int8)
    pen[sightings[np.r_[True, wide]]] = 1
    must = np.zeros(len(seen), dtype=np.bool_)
    must[[0, -1]] = True
    must[sightings[np.r_[True, wide]]] = True
    must[sightings[np.r_[wide, True]]] = True
    must[1:] |= np.diff(status) != 0
    return _Row(columns, seen, pen, must)


def _thinned(rows: list[_Row], gap_s: float, budget: int) -> tuple[float, list[NDArray[np.bool_]]]:
    """Choose the finest step that fits the budget, the coarsest where none does."""
    kept: list[NDArray[np.bool_]] = []
    step_s = 0.0
    for step_s in STEPS_S:
        kept = [_keep(row, step_s, gap_s) for row in rows]
        if sum(int(k.sum()) for k in kept) <= budget:
            break
    return step_s, kept


def _keep(row: _Row, step_s: float, gap_s: float) -> NDArray[np.bool_]:
    """Keep the first sighting of each step, and unseen rows where nothing else tells of it."""
    t_ns = row.columns["t_ns"]
    unseen = ~row.seen & (t_ns - row.columns["t_update_ns"] > gap_s * S_NS / 3)
    return row.must | _first_of_step(t_ns, row.seen, step_s) | _first_of_step(t_ns, unseen, step_s)


def _first_of_step(t_ns: I64, wanted: NDArray[np.bool_], step_s: float) -> NDArray[np.bool_]:
    keep = np.zeros(len(t_ns), dtype=np.bool_)
    found = np.flatnonzero(wanted)
    if len(found):
        slot = t_ns[found] // max(1, round(step_s * S_NS))
        keep[found[np.r_[True, np.diff(slot) > 0]]] = True
    return keep


def _flown(row: _Row, keep: NDArray[np.bool_], tail: dict[str, Any]) -> Flown:
    columns = {name: column[keep] for name, column in row.columns.items()}
    major_m, minor_m, axis_deg = _ellipse(columns)
    update_ns = row.columns["t_update_ns"]
    begins = np.flatnonzero(row.pen == 1)[1:]
    return Flown(
        track_id=int(columns["track_id"][0]),
        t_ns=columns["t_ns"],
        pen=row.pen[keep],
        status=columns["status"],
        age_s=(columns["t_ns"] - columns["t_update_ns"]) / S_NS,
        lat_deg=columns["lat_deg"],
        lon_deg=columns["lon_deg"],
        alt_msl_m=columns["alt_msl_m"],
        speed_mps=columns["speed_mps"],
        course_true_deg=columns["course_true_deg"],
        major_m=major_m,
        minor_m=minor_m,
        axis_deg=axis_deg,
        exists_prob=columns["exists_prob"],
        t_first_ns=int(columns["t_first_ns"][0]),
        t_last_update_ns=int(update_ns[-1]),
        updates=int(columns["updates"][-1]),
        cooperative_prob=float(columns["cooperative_prob"][-1]),
        height_known=bool(np.isfinite(row.columns["alt_msl_m"]).any()),
        gaps_ns=tuple((int(update_ns[i - 1]), int(update_ns[i])) for i in begins),
        icao=tail["icao"],
        callsign=tail["callsign"],
        mode_a=tail["mode_a"],
        conflict=tail["identity_conflict"],
        sensors=tuple(tail["sensors"]),
    )


def _ellipse(columns: dict[str, NDArray[Any]]) -> tuple[F64, F64, F64]:
    """Return half axes and direction of the 95 % ellipses of a plane covariance.

    The eigenvalues of [[ee, en], [en, nn]] are (ee + nn)/2 ± hypot((ee - nn)/2, en).
    """
    ee, en, nn = (columns[f"cov_site_{part}_m2"] for part in ("ee", "en", "nn"))
    middle, reach = (ee + nn) / 2, np.hypot((ee - nn) / 2, en)
    major_m = SIGMAS_95 * np.sqrt(middle + reach)
    minor_m = SIGMAS_95 * np.sqrt(np.maximum(middle - reach, 0.0))
    from_east_rad = np.arctan2(2 * en, ee - nn) / 2
    return major_m, minor_m, (90.0 - np.degrees(from_east_rad)) % 180.0
