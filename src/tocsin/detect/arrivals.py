"""Everything that one chunk brought from one sensor, in the order in which it came."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.rows import Rows, join, take

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LATE_NS = 1_000_000_000
"""How long a look waits for its rows after its end: radars send a plot up to 0.52 s after another
that was measured later (Barcelona), surface radars 0.20 s."""
RESTART_NS = 60 * 1_000_000_000
"""A chunk wholly older than this belongs to a sensor whose clock was set back."""


class Arrivals(NamedTuple):
    """Rows, and proof that the sensor was heard at all.

    Every record proves life, also a fixed monitor or a status message; rows and marks point to
    theirs by place.
    """

    heard_ns: I64
    """shape (n,), time of every record."""
    rows: Rows
    row_at: I64
    """Place of each row in `heard_ns`, ascending."""
    mark_at: I64
    """Place of each message that tells where the antenna looks."""
    mark_rad: F64

    @classmethod
    def none(cls) -> "Arrivals":
        """Return arrivals of nothing."""
        return merge([], [], [])


def merge(
    heard: list[tuple[I64, I64]],
    found: list[tuple[Rows, I64]],
    marks: list[tuple[I64, F64]],
) -> Arrivals:
    """Return arrivals in the order of bytes.

    Args:
        heard: (arrival, t_ns) of all records, by category.
        found: (rows, arrival).
        marks: (arrival, azimuth_rad, NaN where none).
    """
    arrival = _stacked([a for a, _ in heard])
    times = _stacked([t for _, t in heard])
    order = np.argsort(arrival, kind="stable")
    arrival, times = arrival[order], times[order]
    rows = join([r for r, _ in found])
    row_arrival = _stacked([a for r, a in found if len(r)])
    by_row = np.argsort(row_arrival, kind="stable")
    mark_arrival = _stacked([a[np.isfinite(z)] for a, z in marks])
    azimuth = np.concatenate([np.zeros(0), *(z[np.isfinite(z)] for _, z in marks)])
    by_mark = np.argsort(mark_arrival, kind="stable")
    return Arrivals(
        heard_ns=times,
        rows=take(rows, by_row),
        row_at=np.searchsorted(arrival, row_arrival[by_row]),
        mark_at=np.searchsorted(arrival, mark_arrival[by_mark]),
        mark_rad=azimuth[by_mark],
    )


def lonely(heard_ns: I64) -> NDArray[np.bool_]:
    """Return which times leap over a minute ahead of both neighbours: a broken field."""
    ahead = np.diff(heard_ns, prepend=heard_ns[:1]) > RESTART_NS
    back = np.diff(heard_ns, append=heard_ns[-1:]) < -RESTART_NS // 2
    return ahead & back


def middle_ns(times_ns: I64) -> int:
    """Return the (upper) median of times exactly: a float would round to 256 ns."""
    half = len(times_ns) // 2
    return int(np.partition(times_ns, half)[half])


def _stacked(parts: list[I64]) -> I64:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts])
