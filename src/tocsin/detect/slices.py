"""Cut the rows of a sensor that does not turn into slices of time.

Multilateration, ADS-B and system tracks report each target on its own account, so nothing can be
said about what was not seen: these batches have no look. A target that reports twice in a slice
goes into two batches, because a batch holds one detection of a target at most.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.detect.arrivals import LATE_NS, Arrivals, middle_ns
from tocsin.detect.rows import Header, Rows, join, make_batch, no_rows, take
from tocsin.model.detection import DetectionBatch, Measures
from tocsin.model.sensor import Sensor
from tocsin.model.units import S_NS

I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

SLICE_MIN_S, SLICE_MAX_S = 0.5, 1.0
"""Rows of a batch lie within about a second: longer slices would carry tracks too far."""
MEASURES: dict[str, Measures] = {"bearing": "bearing", "acoustic": "presence"}
"""What kinds of sensors measure, where not a position."""


class SliceState(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that wait for their slice to end."""

    rows: Rows
    due_at: I64
    """shape (n,), when each row's batch is due, in time of the sensor."""
    late: Bools
    """shape (n,), rows that came after their slice was due: each goes alone, at once."""
    newest_ns: int | None = None
    seq: int = 0


def start(seq: int = 0) -> SliceState:
    """Return the state before the first row; `seq` numbers the first batch."""
    return SliceState(
        rows=no_rows(),
        due_at=np.zeros(0, dtype=np.int64),
        late=np.zeros(0, dtype=np.bool_),
        seq=seq,
    )


def slice_ns(sensor: Sensor) -> int:
    """Return the length of a slice of this sensor."""
    return round(float(np.clip(sensor.revisit_s, SLICE_MIN_S, SLICE_MAX_S)) * S_NS)


def cut(
    state: SliceState, arrivals: Arrivals, sensor: Sensor, *, end: bool = False
) -> tuple[SliceState, list[DetectionBatch]]:
    """Return the batches that are complete, in order of time; with `end` all of them."""
    first = state.newest_ns if state.newest_ns is not None else np.iinfo(np.int64).min
    newest = np.maximum(np.maximum.accumulate(arrivals.heard_ns), first)
    rows = join([state.rows, arrivals.rows])
    new_due, new_late = _due(arrivals, newest, slice_ns(sensor), first)
    due = np.concatenate((state.due_at, new_due))
    late = np.concatenate((state.late, new_late))
    now = int(newest[-1]) if len(newest) else first
    ready = np.full(len(rows), True) if end else due <= now
    batches = _batches(take(rows, ready), due[ready], late[ready], sensor, state.seq)
    kept = SliceState(
        rows=take(rows, ~ready),
        due_at=due[~ready],
        late=late[~ready],
        newest_ns=now if now != np.iinfo(np.int64).min else None,
        seq=state.seq + len(batches),
    )
    return kept, batches


def _due(arrivals: Arrivals, newest: I64, length_ns: int, first_ns: int) -> tuple[I64, Bools]:
    """Return when each row's batch is due, and which rows come too late for their slice.

    A slice is due LATE_NS after its end; a row that comes after that is due at once.
    """
    before = np.concatenate(([first_ns], newest))[arrivals.row_at]
    ends = (arrivals.rows.t_measured_ns // length_ns + 1) * length_ns + LATE_NS
    return np.maximum(before, ends), before >= ends


def _batches(rows: Rows, due: I64, late: Bools, sensor: Sensor, seq: int) -> list[DetectionBatch]:
    """Group rows by due time, slice and rank of the target's report, then cut."""
    if len(rows) == 0:
        return []
    part = np.where(late, 0, rows.t_measured_ns // slice_ns(sensor))
    rank = _rank(rows, due, part, alone=sensor.kind in MEASURES)
    rank = np.where(late, np.arange(len(rows)), rank)
    order = np.lexsort((rows.t_measured_ns, rank, part, late, due))
    keys = np.column_stack((due, late, part, rank))[order]
    starts = np.flatnonzero(np.any(np.diff(keys, axis=0, prepend=keys[:1] - 1) != 0, axis=1))
    return [
        make_batch(
            Header(
                sensor_id=sensor.id,
                measures=MEASURES.get(sensor.kind, "position"),
                t_ns=middle_ns(rows.t_measured_ns[group]),
                seq=seq + number,
                look=None,
            ),
            rows,
            group,
        )
        for number, group in enumerate(np.split(order, starts[1:]))
    ]


def _rank(rows: Rows, due: I64, part: I64, *, alone: bool) -> I64:
    """Return how many earlier reports of the same target are in the same slice.

    A target is known by its address, else by the sensor's track number. Each report of an
    observer stands `alone`: two may be of the same thing.
    """
    name = np.where(rows.icao >= 0, rows.icao, np.where(rows.track_number >= 0, -2, -1))
    number = np.where(name == -2, rows.track_number, -1)
    order = np.lexsort((rows.t_measured_ns, number, name, part, due))
    keys = np.column_stack((due, part, name, number))[order]
    fresh = np.any(np.diff(keys, axis=0, prepend=keys[:1] - 1) != 0, axis=1)
    place = np.arange(len(order))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = place - np.maximum.accumulate(np.where(fresh, place, 0))
    return rank if alone else np.where(name == -1, 0, rank)
