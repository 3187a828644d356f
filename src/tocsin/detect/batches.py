"""Cut what came from one sensor into batches, in the manner of its kind.

Radars that turn: sectors of the antenna's turn. Everything else: slices of time.
"""

from collections import Counter

from tocsin.detect import sectors, slices
from tocsin.detect.arrivals import RESTART_NS, Arrivals
from tocsin.detect.feed_state import FeedState
from tocsin.model.detection import DetectionBatch
from tocsin.model.sensor import Sensor

TURNING = ("radar", "surface_radar")


def cut(
    state: FeedState, sensor: Sensor, arrivals: Arrivals, notes: Counter[str], *, end: bool = False
) -> tuple[FeedState, list[DetectionBatch]]:
    """Return the batches that are complete; with `end` all of them.

    A chunk that is wholly older than what the sensor sent before means that its clock was set
    back: everything waiting is emitted and the sensor begins anew.
    """
    first: list[DetectionBatch] = []
    if _set_back(state, sensor, arrivals):
        notes[f"{sensor.id}:clock_restarts"] += 1
        state, first = _cut(state, sensor, Arrivals.none(), end=True)
        state = _forget(state, sensor)
    before = _locks(state, sensor)
    state, batches = _cut(state, sensor, arrivals, end=end)
    if _locks(state, sensor) > before:
        notes[f"{sensor.id}:antenna_locks"] += _locks(state, sensor) - before
    return state, first + batches


def _cut(
    state: FeedState, sensor: Sensor, arrivals: Arrivals, *, end: bool
) -> tuple[FeedState, list[DetectionBatch]]:
    if sensor.kind in TURNING:
        turning = state.turning.get(sensor.id) or sectors.start()
        turning, batches = sectors.cut(turning, arrivals, sensor, end=end)
        return state.having(turning=state.turning | {sensor.id: turning}), batches
    slicing = state.slicing.get(sensor.id) or slices.start()
    slicing, batches = slices.cut(slicing, arrivals, sensor, end=end)
    return state.having(slicing=state.slicing | {sensor.id: slicing}), batches


def _locks(state: FeedState, sensor: Sensor) -> int:
    turning = state.turning.get(sensor.id)
    return 0 if turning is None else turning.locks


def _set_back(state: FeedState, sensor: Sensor, arrivals: Arrivals) -> bool:
    newest_ns = state.heard_ns(sensor.id)
    if newest_ns is None or len(arrivals.heard_ns) == 0:
        return False
    return int(arrivals.heard_ns.max()) < newest_ns - RESTART_NS


def _forget(state: FeedState, sensor: Sensor) -> FeedState:
    """Begin a sensor anew; only its count of batches goes on."""
    if sensor.kind in TURNING:
        fresh = sectors.start(state.turning[sensor.id].seq)
        return state.having(turning=state.turning | {sensor.id: fresh})
    restarted = slices.start(state.slicing[sensor.id].seq)
    return state.having(slicing=state.slicing | {sensor.id: restarted})
