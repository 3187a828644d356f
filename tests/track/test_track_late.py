"""Late data: whatever the order of arrival, the picture is that of data in order, bit for bit."""

import numpy as np
import pytest
from tracker_rig import (
    RADAR,
    arrive,
    batch,
    bearings,
    differences,
    flights,
    sensor,
    shown,
    tracker,
)

from tocsin.geo.plane import SitePlane
from tocsin.model.detection import DetectionBatch
from tocsin.model.units import S_NS
from tocsin.track import late
from tocsin.track.picture import picture
from tocsin.track.step import step

SENSORS = (
    RADAR,
    sensor("mlat", kind="mlat", clutter_per_look=1.0, pos_site_m=(3000.0, -2000.0)),
    sensor("post", kind="bearing", clutter_per_look=0.1, pos_site_m=(-5000.0, 1000.0)),
)
PLANE = SitePlane(45.0, 28.0)


def night(seed: int) -> list[DetectionBatch]:
    """Return the looks of three unlike sensors in order."""
    rng = np.random.default_rng(seed)
    same = np.random.SeedSequence(seed)
    looks = flights(rng, 15, truth=np.random.default_rng(same))
    looks += flights(
        rng, 15, clutter=1, sensor_id="mlat", first_s=1.3, truth=np.random.default_rng(same)
    )
    for k in range(10):
        azimuths = rng.uniform(-np.pi, np.pi, 2)
        looks.append(bearings(azimuths, 2.1 + 5.0 * k, "post", (-5000.0, 1000.0), 0.1))
    return sorted(looks, key=late.key_of)


def shuffled(looks: list[DetectionBatch], seed: int, most_s: float = 14.9) -> list[DetectionBatch]:
    """Return the looks in the order in which they come, each up to `most_s` late."""
    delay_ns = np.random.default_rng(seed).uniform(0.0, most_s * S_NS, len(looks))
    arrival = [look.t_ns + delay for look, delay in zip(looks, delay_ns, strict=True)]
    return [looks[k] for k in np.argsort(arrival, kind="stable")]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_shuffled_arrival_gives_the_picture_of_data_in_order(seed: int) -> None:
    """Every column of the bank, everything learned, and the picture itself, bit for bit."""
    looks = night(seed)
    mixed = shuffled(looks, seed)
    assert [late.key_of(x) for x in mixed] != [late.key_of(x) for x in looks]
    prompt, delayed = arrive(SENSORS, looks), arrive(SENSORS, mixed)
    assert delayed.too_late == 0
    assert delayed.replayed > 0
    assert differences(prompt.tracker, delayed.tracker) == []
    assert len(shown(prompt.tracker)) >= 4
    assert picture(prompt.tracker, PLANE) == picture(delayed.tracker, PLANE)


def test_the_picture_in_between_is_that_of_what_had_come() -> None:
    """At any moment the state equals a run in order over what has arrived so far."""
    looks = shuffled(night(7), 7)
    state = late.begin(tracker(*SENSORS))
    for k, look in enumerate(looks):
        late.take(state, look)
        if k % 9 == 0:
            so_far = arrive(SENSORS, sorted(looks[: k + 1], key=late.key_of))
            assert differences(state.tracker, so_far.tracker) == []


def test_one_batch_from_before_all_others_moves_the_beginning() -> None:
    """The epoch is the first time measured, not the first to come."""
    looks = night(9)
    first, *rest = looks
    state = arrive(SENSORS, [*rest[:6], first, *rest[6:]])
    assert differences(arrive(SENSORS, looks).tracker, state.tracker) == []


def test_what_is_too_late_is_refused_and_changes_nothing() -> None:
    """It must be told to the caller, who keeps and reports it."""
    looks = flights(np.random.default_rng(1), 20)
    state = arrive((RADAR,), looks)
    before = state.tracker.copy()
    kept, snapshots = list(state.batches), [key for key, _ in state.snapshots]
    assert not late.take(state, batch([(0.0, 0.0)], 20.0, seq=999))
    assert state.too_late == 1
    assert differences(before, state.tracker) == []
    assert state.batches == kept
    assert [key for key, _ in state.snapshots] == snapshots


def test_a_batch_that_comes_twice_counts_once() -> None:
    """Two links carry the same datagram; what was seen once was seen once."""
    looks = flights(np.random.default_rng(1), 8)
    state = arrive((RADAR,), looks)
    before = state.tracker.copy()
    late.take(state, looks[5])
    late.take(state, looks[-1])
    assert differences(before, state.tracker) == []


def test_just_inside_the_window_is_still_taken() -> None:
    """The promise is 15 s."""
    looks = flights(np.random.default_rng(1), 20)
    end_s = 4.0 * 19
    state = arrive((RADAR,), looks)
    assert late.take(state, batch([(0.0, 0.0)], end_s - 14.999, seq=5, look=None))


def test_memory_of_the_past_stays_within_the_window() -> None:
    """A live service runs for months."""
    state = arrive((RADAR,), flights(np.random.default_rng(2), 60, targets=2, clutter=2))
    oldest_ns = state.batches[-1][1].t_ns - 20 * S_NS
    assert all(kept.t_ns >= oldest_ns for _, kept in state.batches)
    assert len(state.snapshots) <= 8


def test_a_snapshot_is_left_alone_by_what_comes_after() -> None:
    """Rewinding is worth nothing where the past was written over."""
    looks = flights(np.random.default_rng(4), 12)
    state = tracker()
    for look in looks[:8]:
        step(state, look)
    kept, again = state.copy(), state.copy()
    for look in looks[8:]:
        step(state, look)
    assert differences(kept, again) == []
    for look in looks[8:]:
        step(kept, look)
    assert differences(state, kept) == []
    assert differences(state, again) != []
