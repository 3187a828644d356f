"""Late data: rewind to before it, and replay. The result is that of data in order, bit for bit.

Every batch of the window is kept, and a snapshot about every second. A batch that comes late
goes to its place in the order; the tracker is taken from the last snapshot before it and
everything since is replayed. Retrodiction would be cheaper and only nearly right.
"""

from bisect import bisect_left, insort
from dataclasses import dataclass, field

from tocsin.model.detection import DetectionBatch
from tocsin.model.units import S_NS
from tocsin.track.state import TrackerState
from tocsin.track.step import step

SNAPSHOT_EVERY_NS = S_NS

Key = tuple[int, str, int]
"""What orders batches: time, sensor, place in the sensor's own stream."""


def key_of(batch: DetectionBatch) -> Key:
    """Return the place of a batch in the one order in which batches are followed."""
    return batch.t_ns, batch.sensor_id, batch.seq


@dataclass(slots=True)
class LateState:
    """The tracker now, and what is needed to go back."""

    tracker: TrackerState
    batches: list[tuple[Key, DetectionBatch]] = field(default_factory=list)
    snapshots: list[tuple[Key, TrackerState]] = field(default_factory=list)
    """The tracker after the batch of that key, oldest first; the first is before all batches."""
    too_late: int = 0
    repeated: int = 0
    replayed: int = 0


def begin(tracker: TrackerState) -> LateState:
    """Return the state before any batch."""
    return LateState(tracker, snapshots=[((-1, "", -1), tracker.copy())])


def take(state: LateState, batch: DetectionBatch) -> bool:
    """Follow a batch, on time or late; return False where it is later than the window.

    A batch that comes again changes nothing. One that is too late changes nothing but the
    count: the caller keeps and reports it.
    """
    key = key_of(batch)
    if not state.batches or key > state.batches[-1][0]:
        state.batches.append((key, batch))
        step(state.tracker, batch)
        _snapshot(state, key)
        _forget(state)
        return True
    if any(kept == key for kept, _ in state.batches):
        state.repeated += 1
        return True
    if key <= state.snapshots[0][0]:
        state.too_late += 1
        return False
    _rewind(state, key, batch)
    return True


def _rewind(state: LateState, key: Key, batch: DetectionBatch) -> None:
    insort(state.batches, (key, batch), key=lambda kept: kept[0])
    place = bisect_left([k for k, _ in state.snapshots], key) - 1
    del state.snapshots[place + 1 :]
    seen, tracker = state.snapshots[place]
    state.tracker = tracker.copy()
    for later_key, later in state.batches:
        if later_key > seen:
            step(state.tracker, later)
            state.replayed += 1
            _snapshot(state, later_key)


def _snapshot(state: LateState, key: Key) -> None:
    if key[0] - state.snapshots[-1][0][0] >= SNAPSHOT_EVERY_NS:
        state.snapshots.append((key, state.tracker.copy()))


def _forget(state: LateState) -> None:
    """Keep one snapshot before the window, and the batches after it."""
    window_ns = round(state.tracker.settings.late_window_s * S_NS)
    oldest_ns = state.batches[-1][0][0] - window_ns
    while len(state.snapshots) > 1 and state.snapshots[1][0][0] <= oldest_ns:
        del state.snapshots[0]
    seen = state.snapshots[0][0]
    while state.batches and state.batches[0][0] <= seen:
        del state.batches[0]
