"""Sensors that give no position: bearings and presence update and cross, never confirm alone."""

import math

import numpy as np
import pytest
from test_track_step import one_track
from tracker_rig import RADAR, batch, bearings, follow_all, live_rows, sensor, shown, tracker

from tocsin.track.picture import estimates, reported
from tocsin.track.step import step

POSTS = {"west": (-6000.0, 0.0), "east": (6000.0, 0.0)}
SIGMA_RAD = math.radians(3.0)


def posts(**changes):
    return tuple(
        sensor(name, kind="bearing", pos_site_m=at, range_max_m=15_000.0, range_min_m=50.0,
               clutter_per_look=0.05, revisit_s=5.0, **changes)
        for name, at in POSTS.items()
    )  # fmt: skip


def seen_from(name: str, place: tuple[float, float], t_s: float, error_rad: float = 0.0):
    east, north = POSTS[name]
    azimuth = math.atan2(place[0] - east, place[1] - north) + error_rad
    return bearings([azimuth], t_s, name, POSTS[name], SIGMA_RAD)


def test_a_bearing_makes_a_track_surer_across_and_not_along() -> None:
    """It says in which direction, not how far."""
    post = sensor("post", kind="bearing", pos_site_m=(5000.0, 0.0), clutter_per_look=0.05)
    state = tracker(RADAR, post)
    for k in range(6):
        step(state, batch([(5000.0, 5000.0 + 160.0 * k)], 4.0 * k, sigma_m=400.0))
    i = int(shown(state)[0])
    step(state, batch([], 20.0, look=None))
    before = estimates(state, (1,)).cov[0]
    north = estimates(state, (1,)).mean[0, 2]
    azimuth = math.atan2(estimates(state, (1,)).mean[0, 0] - 5000.0, north)
    step(state, bearings([azimuth], 20.0, "post", (5000.0, 0.0), math.radians(0.5)))
    after = estimates(state, (1,)).cov[0]
    across = (north * math.radians(0.5)) ** 2
    want = before[0, 0] * across / (before[0, 0] + across)
    assert after[0, 0] == pytest.approx(want, rel=0.15)
    assert after[2, 2] == pytest.approx(before[2, 2], rel=0.05)
    assert state.bank.hits[i, 1] == 1


def test_a_bearing_starts_as_six_faint_ranges() -> None:
    """Nothing is known of the range: six components share one small existence."""
    state = tracker(*posts())
    step(state, seen_from("west", (0.0, 5000.0), 0.0))
    rows = live_rows(state)
    assert len(rows) == 6
    assert len(shown(state)) == 0
    east, north = state.bank.mean[rows, 0, 0] + 6000.0, state.bank.mean[rows, 0, 2]
    np.testing.assert_allclose(np.arctan2(east, north), math.atan2(6000.0, 5000.0), atol=1e-9)
    ranges = np.hypot(east, north)
    steps = np.diff(np.log(np.sort(ranges)))
    np.testing.assert_allclose(steps, steps.mean(), rtol=1e-9)
    assert state.bank.exist[rows].sum() < 1.0


def test_one_post_never_confirms_alone_however_often_it_says_so() -> None:
    """An observer who repeats himself is one observer."""
    state = tracker(*posts())
    for k in range(40):
        step(state, seen_from("west", (0.0, 5000.0), 5.0 * k))
    assert len(shown(state)) == 0
    assert int(state.bank.counters[2]) == 1


def test_a_cross_bearing_confirms_near_the_crossing() -> None:
    """Two posts see where one sees which way."""
    state, place = tracker(*posts()), (500.0, 5000.0)
    rng = np.random.default_rng(3)
    for k in range(8):
        for name, t_s in (("west", 5.0 * k), ("east", 5.0 * k + 2.0)):
            step(state, seen_from(name, place, t_s, rng.normal(0.0, 0.5 * SIGMA_RAD)))
    _, mean, _ = reported(state)
    assert len(mean) >= 1
    apart_m = np.hypot(mean[:, 0] - place[0], mean[:, 2] - place[1])
    assert apart_m.min() < 1200.0


def test_presence_alone_never_confirms_but_helps_a_radar() -> None:
    """An acoustic post hears that something is near: evidence, but of what and where?"""
    ear = sensor("ear", kind="acoustic", pos_site_m=(5000.0, 5000.0), range_max_m=4000.0,
                 clutter_per_look=0.1, revisit_s=10.0)  # fmt: skip
    state = tracker(RADAR, ear)
    for k in range(30):
        heard = batch([(5000.0, 5000.0)], 10.0 * k, sensor_id="ear", look=None, sigma_m=1500.0,
                      measures="presence")  # fmt: skip
        step(state, heard)
    assert len(shown(state)) == 0
    alone = one_track(looks=2)
    i = int(live_rows(alone)[0])
    both = follow_all(tracker(RADAR, ear), [])
    for k in range(2):
        place = (5000.0 + 160.0 * k, 5000.0 + 80.0 * k)
        step(both, batch([place], 4.0 * k))
        step(both, batch([(5000.0, 5000.0)], 4.0 * k + 1.0, sensor_id="ear", look=None,
                         sigma_m=1500.0, measures="presence"))  # fmt: skip
    assert both.bank.exist[live_rows(both)].max() > alone.bank.exist[i]
