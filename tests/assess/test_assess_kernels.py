"""The kernels against plain references that walk every step and measure every distance."""

import numpy as np
import pytest

from tocsin.assess import _kernels, march
from tocsin.assess.context import contexts
from tocsin.assess.futures import Batch, Futures, batch_of, levels_of, one_of, positions_m
from tocsin.assess.world import World


def walked_m(futures: Futures) -> np.ndarray:
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
        end = futures.last[futures.row[k]] + turned
        out[k, end + 1 :] = out[k, min(end, len(steps) - 1)]
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


def first_near_s(
    paths_m: np.ndarray, place_m: np.ndarray, radius_m: float, step_s: float
) -> np.ndarray:
    """Return when each path first comes near a place: every straight piece cut with the circle."""
    from_m, move_m = paths_m[:, :-1] - place_m, np.diff(paths_m, axis=1)
    a = np.maximum((move_m**2).sum(axis=2), 1e-12)
    b = (from_m * move_m).sum(axis=2)
    c = (from_m**2).sum(axis=2) - radius_m**2
    root = np.sqrt(np.maximum(b**2 - a * c, 0.0))
    part = np.where(c <= 0.0, 0.0, (-b - root) / a)
    hit = (c <= 0.0) | ((b**2 >= a * c) & (part >= 0.0) & (part <= 1.0))
    first = np.argmax(hit, axis=1)
    times_s = (first + part[np.arange(len(first)), first]) * step_s
    return np.where(hit.any(axis=1), times_s, np.inf)


@pytest.fixture(scope="module")
def drawn(follow, straight, world):
    """Return a maker of one track's batch, as the stage draws it, with a turn or without."""

    def make(end_m, vel_mps, *, turn_deg: float = 0.0, **changes) -> Batch:
        vel = np.array(vel_mps)
        way_m = straight(end_m, vel)
        if turn_deg:
            angle = np.radians(turn_deg)
            c, s = np.cos(angle), np.sin(angle)
            way_m = np.concatenate([way_m, way_m[-1:] + 10.0 * vel @ [[c, s], [-s, c]]])
        state, track = follow(way_m, **changes)
        memory = state.memories[track.id]
        return batch_of([track], [memory], contexts([memory], [track]), world)

    return make


FLIGHTS = [
    ((20e3, 3e3), (-50.0, 10.0), 0.0),
    ((2e3, -9e3), (-3.0, 60.0), 0.0),
    ((2e3, -9e3), (-3.0, 60.0), 40.0),
    ((30e3, 0.0), (-220.0, 60.0), -25.0),
]


@pytest.mark.parametrize(("end_m", "vel_mps", "turn_deg"), FLIGHTS)
def test_border_times_equal_a_walk_along_every_step(
    world: World, drawn, end_m, vel_mps, turn_deg
) -> None:
    """Leaping over steps must never leap over the line."""
    batch = drawn(end_m, vel_mps, turn_deg=turn_deg, sigma_mps=4.0)
    field = world.borders[0]
    # The made-up border is the line east = 0, so that the distance is the easting.
    east_m, north_m = np.moveaxis(walked_m(one_of(batch, 0, world)), -1, 0)
    distance_m = east_m + (world.draws.line * field.border.sigma_m)[:, None]
    expected_s = first_below_s(distance_m, world.step_s)
    (found_s,) = march.crossing_times_s(batch, field, np.array([True]), world)
    # Its ends are 120 km away: what passes beyond them has not crossed it.
    known = np.abs(north_m).max(axis=1) < 115e3
    assert np.array_equal(np.isfinite(found_s)[known], np.isfinite(expected_s)[known])
    both = np.isfinite(found_s) & known
    assert both.sum() > 50
    assert np.abs(found_s[both] - expected_s[both]).max() < 0.03


@pytest.mark.parametrize(("end_m", "vel_mps", "turn_deg"), FLIGHTS[::2])
def test_hits_equal_a_walk_along_every_step(
    world: World, drawn, settings, end_m, vel_mps, turn_deg
) -> None:
    """Leaping ahead must never pass a village by; a zone counts with its first place."""
    batch = drawn(end_m, vel_mps, turn_deg=turn_deg, sigma_mps=5.0)
    found = march.hits(
        batch,
        np.array([True]),
        world,
        radius_m=3000.0,
        horizons_s=settings.horizons_s,
        levels=levels_of(batch.shares),
        least=np.array([3]),
    )
    paths_m = walked_m(one_of(batch, 0, world))
    each_s = np.array([first_near_s(paths_m, m, 3000.0, world.step_s) for m in world.places_site_m])
    zones_s = [each_s[world.zone_of == z].min(axis=0) for z in range(len(world.zone_ids))]
    times_s = np.concatenate([each_s, zones_s])
    counts = np.isfinite(times_s).sum(axis=1)
    assert sorted(found.what.tolist()) == np.flatnonzero(counts >= 3).tolist()
    for row, what in enumerate(found.what):
        hit_s = times_s[what][np.isfinite(times_s[what])]
        expected = [(hit_s <= horizon_s).sum() for horizon_s in settings.horizons_s]
        assert found.passed[row].tolist() == expected
        window_s = np.quantile(hit_s, levels_of(batch.shares)[0])
        assert np.allclose(found.window_s[row], window_s, atol=1e-6)


def test_compiled_and_plain_kernels_agree_bit_for_bit(world: World, drawn) -> None:
    """The compiled form must be the code that is read."""
    batch = drawn((20e3, 0.0), (-50.0, 0.0), turn_deg=15.0)
    field = world.borders[0]
    few = np.arange(240, 272)
    arguments = (
        batch.start[:, few],
        batch.turn_steps[:, few],
        batch.row[:, few],
        batch.arc_of,
        batch.arcs,
        world.paths,
        world.last,
        world.longest,
        np.array([True]),
        world.draws.line[few] * 50.0,
        field.signed_m,
        field.grid.numbers(),
        field.clear_m,
        8,
        world.step_s,
    )
    compiled = _kernels.border_times_s(*arguments)
    plain = _kernels.border_times_s.py_func(*arguments)
    assert np.array_equal(compiled, plain)


def test_beyond_the_known_area_nothing_crosses(world: World, drawn) -> None:
    """The end of a clipped country outline is not a border: nothing enters through it."""
    batch = drawn((-170e3, 0.0), (50.0, 0.0), sigma_mps=0.1)
    times_s = march.crossing_times_s(batch, world.borders[0], np.array([True]), world)
    assert not (np.isfinite(times_s) & (times_s > 0.0)).any()


def test_positions_are_those_of_a_walk_along_every_step(world: World, drawn) -> None:
    """What the scores measure must be what is marched."""
    futures = one_of(drawn((20e3, 0.0), (-50.0, 0.0), turn_deg=30.0), 0, world)
    t_s = world.step_s * np.array([0.0, 1.0, 1.5, 30.0, 60.0, 500.0])
    found_m, expected_m = positions_m(futures, t_s), walked_m(futures)
    steps = [0, 1, 30, 60, 60]
    assert np.allclose(found_m[:, [0, 1, 3, 4, 5]], expected_m[:, steps], atol=0.01)
    assert np.allclose(found_m[:, 2], (expected_m[:, 1] + expected_m[:, 2]) / 2.0, atol=0.01)


@pytest.mark.parametrize("count", [1, 7, 60])
def test_nearest_rows_are_those_of_a_sort(count: int) -> None:
    """A wrong neighbour is a future of another flight."""
    rng = np.random.default_rng(count)
    rows = rng.integers(0, 4, (60, 4)).astype(np.float32)  # with ties
    kind, handicap = rng.integers(0, 2, 60), np.array([[0.0, 1.5], [2.0, 0.0]], np.float32)
    asked, weight = rows[:2] + 0.25, np.array([[1, 1, 1, 2], [1, 0, 1, 0]], np.float32)
    out = np.full((2, count), -1)
    _kernels.nearest_rows(asked, weight, rows.T.copy(), kind, handicap, count, out)
    for t in range(2):
        apart = (weight[t] * (rows - asked[t]) ** 2).sum(axis=1) + handicap[t][kind]
        expected = sorted(np.argsort(apart, kind="stable")[:count].tolist())
        assert out[t].tolist() == expected
