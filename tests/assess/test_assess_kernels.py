"""The kernels against plain references that walk every step and measure every distance."""

import numpy as np
import pytest

from tocsin.assess import _kernels
from tocsin.assess import futures as futures_module
from tocsin.assess.futures import (
    Futures,
    crossing_times_s,
    futures_of,
    nearness_times_s,
    within_reach,
)
from tocsin.assess.world import World
from tocsin.model.threat import ClassBelief

BELIEF = ClassBelief(
    drone_prob=0.6, slow_aircraft_prob=0.2, jet_prob=0.1, bird_prob=0.05, other_prob=0.05
)


def positions_m(futures: Futures) -> np.ndarray:
    """Walk all futures: shape (futures, steps + 1, 2), by complex numbers."""
    at = futures.start[:, 0] + 1j * futures.start[:, 1]
    vel = futures.start[:, 2] + 1j * futures.start[:, 3]
    arc = futures.arc[:, 0] + 1j * futures.arc[:, 1]
    paths = futures.paths[futures.row, :, 0] + 1j * futures.paths[futures.row, :, 1]
    steps = np.arange(paths.shape[1])
    out = np.empty(paths.shape, dtype=complex)
    for k, turned in enumerate(futures.turn_steps):
        out[k, : turned + 1] = arc[: turned + 1]
        bend = np.exp(1j * futures.arc[turned, 2])
        out[k, turned:] = arc[turned] + bend * paths[k, steps[turned:] - turned]
        out[k] = at[k] + vel[k] * out[k]
    return np.stack([out.real, out.imag], axis=-1)


def first_below_s(distance_m: np.ndarray, step_s: float) -> np.ndarray:
    """Return when each row first falls to 0, linear within a step; inf: never."""
    times_s = np.full(len(distance_m), np.inf)
    for k, row_m in enumerate(distance_m):
        below = np.flatnonzero(row_m <= 0.0)
        if len(below) and below[0] == 0:
            times_s[k] = 0.0
        elif len(below):
            b = below[0] - 1
            times_s[k] = (b + row_m[b] / (row_m[b] - row_m[b + 1])) * step_s
    return times_s


@pytest.mark.parametrize("turn_radps", [0.0, 0.03, -0.02])
@pytest.mark.parametrize("start", [((20e3, 3e3), (-50.0, 10.0)), ((2e3, -9e3), (-3.0, 60.0))])
def test_border_times_equal_a_walk_along_every_step(
    world: World, make_track, turn_radps: float, start
) -> None:
    """Leaping over steps must never leap over the line."""
    track = make_track(pos_site_m=start[0], vel_site_mps=start[1], sigma_mps=4.0)
    futures = futures_of(track, BELIEF, turn_radps, world)
    field = world.borders[0]
    # The made-up border is the line east = 0, so that the distance is the easting.
    distance_m = positions_m(futures)[:, :, 0] + (futures.line * field.border.sigma_m)[:, None]
    expected_s = first_below_s(distance_m, world.step_s)
    found_s = crossing_times_s(futures, field)
    assert np.array_equal(np.isfinite(found_s), np.isfinite(expected_s))
    both = np.isfinite(found_s)
    assert np.abs(found_s[both] - expected_s[both]).max() < 0.01


@pytest.mark.parametrize("turn_radps", [0.0, 0.04])
def test_place_times_equal_a_walk_along_every_step(
    world: World, make_track, turn_radps: float
) -> None:
    """Leaping ahead must never pass a village by."""
    track = make_track(sigma_mps=5.0)
    futures = futures_of(track, BELIEF, turn_radps, world)
    near = within_reach(track, world, 100e3)
    found_s = nearness_times_s(futures, near, world, 3000.0)
    walked_m = positions_m(futures)
    for row, index in enumerate(near):
        gap_m = np.hypot(*np.moveaxis(walked_m - world.places_site_m[index], -1, 0)) - 3000.0
        expected_s = first_below_s(gap_m, world.step_s)
        assert np.array_equal(np.isfinite(found_s[row]), np.isfinite(expected_s))
        hit = np.isfinite(expected_s)
        assert np.allclose(found_s[row][hit], expected_s[hit], atol=1e-6)


def test_compiled_and_plain_kernels_agree_bit_for_bit(world: World, make_track) -> None:
    """The compiled form must be the code that is read."""
    futures = futures_of(make_track(), BELIEF, 0.01, world)
    field = world.borders[0]
    few = slice(0, 40)
    arguments = (
        futures.start[few],
        futures.turn_steps[few],
        futures.row[few],
        futures.arc,
        futures.paths,
        futures.longest,
        futures.line[few] * 50.0,
        field.signed_m,
        field.grid.numbers(),
        futures.step_s,
    )
    compiled = _kernels.border_times_s(*arguments)
    plain = _kernels.border_times_s.py_func(*arguments)
    assert np.array_equal(compiled, plain)


def test_beyond_the_known_area_nothing_crosses(world: World, make_track) -> None:
    """The end of a clipped country outline is not a border: nothing enters through it."""
    behind = make_track(pos_site_m=(-170e3, 0.0), vel_site_mps=(50.0, 0.0), sigma_mps=0.1)
    futures = futures_of(behind, BELIEF, 0.0, world)
    times_s = crossing_times_s(futures, world.borders[0])
    assert not (np.isfinite(times_s) & (times_s > 0.0)).any()


def test_positions_are_those_of_a_walk_along_every_step(world: World, make_track) -> None:
    """What the scores measure must be what is marched."""
    futures = futures_of(make_track(), BELIEF, 0.02, world)
    t_s = np.array([0.0, 5.0, 12.5, 600.0, 1200.0, 5000.0])
    found_m = futures_module.positions_m(futures, t_s)
    walked_m = positions_m(futures)
    steps = [0, 1, 120, 240, 240]
    assert np.allclose(found_m[:, [0, 1, 3, 4, 5]], walked_m[:, steps], atol=1e-6)
    assert np.allclose(found_m[:, 2], (walked_m[:, 2] + walked_m[:, 3]) / 2.0, atol=1e-6)
