"""Futures of one track: where it may start, how it may go on, when it gets where.

Not Gaussians: an extrapolated covariance says how unsure a position is at a time, not when a
line is first crossed, and its tails are wrong for things that turn seldom but sharply.
"""

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from tocsin.assess._kernels import beside_grid_m, border_times_s, field_m, place_times_s
from tocsin.assess.motion import MOTIONS
from tocsin.assess.raster import MARGIN_M
from tocsin.assess.world import BorderField, World
from tocsin.model.threat import ClassBelief
from tocsin.model.track import Track

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Futures:
    """One track's futures, ready to be marched."""

    start: F64
    """shape (futures, 4), east, north, velocity east, north."""
    row: I64
    turn_steps: I64
    arc: F64
    paths: F64
    longest: F64
    step_s: float
    line: F64


def futures_of(track: Track, classes: ClassBelief, turn_radps: float, world: World) -> Futures:
    """Draw the futures of a track from its covariance and class belief.

    Args:
        track: The track; its state is taken at its own time.
        classes: What it plausibly is; each future belongs to one class.
        turn_radps: Rate of a turn under way, counter-clockwise, 0 for none.
        world: The prepared site, with the library and the fixed draws.

    Returns:
        As many futures as there are draws.
    """
    draws = world.draws
    count = len(draws.kind)
    steps = world.paths.shape[1] - 1
    row = _motion_of(classes, draws.kind) * count + np.arange(count)
    left_s = world.turn_left_s[row] if turn_radps else np.zeros(count)
    return Futures(
        start=_starts(track, draws.state),
        row=row,
        turn_steps=np.minimum(np.rint(left_s / world.step_s), steps).astype(np.int64),
        arc=_arc(turn_radps, steps if turn_radps else 0, world.step_s),
        paths=world.paths,
        longest=world.longest,
        step_s=world.step_s,
        line=draws.line,
    )


def _starts(track: Track, state: F64) -> F64:
    """Draw positions and velocities from the track's covariance, shape (futures, 4)."""
    # State order of a track is east, velocity east, north, velocity north.
    order = [0, 2, 1, 3]
    cov = np.array(track.cov, dtype=np.float64).reshape(4, 4)[np.ix_(order, order)]
    mean = np.array([*track.pos_site_m, *track.vel_site_mps])
    return np.ascontiguousarray(mean + state @ _root(cov).T)


def _root(cov: F64) -> F64:
    """Return a lower factor; a covariance that lost its definiteness keeps its diagonal."""
    try:
        return np.asarray(np.linalg.cholesky(cov), dtype=np.float64)
    except np.linalg.LinAlgError:
        return np.diag(np.sqrt(np.maximum(np.diag(cov), 0.0)))


def _motion_of(classes: ClassBelief, kind: F64) -> I64:
    """Give each future a motion: birds fly like slow aircraft, unknown things like drones."""
    shares = {
        "drone": classes.drone_prob + classes.other_prob,
        "slow_aircraft": classes.slow_aircraft_prob + classes.bird_prob,
        "jet": classes.jet_prob,
    }
    bounds = np.cumsum([shares[name] for name in MOTIONS])[:-1]
    return np.searchsorted(bounds, kind).astype(np.int64)


def _arc(turn_radps: float, steps: int, step_s: float) -> F64:
    """Return displacement per unit speed and angle of a steady turn, shape (steps + 1, 3)."""
    t_s = step_s * np.arange(steps + 1)
    angle_rad = turn_radps * t_s
    half = np.sinc(angle_rad / (2.0 * np.pi)) * t_s
    # Chord of an arc: length t sinc(angle / 2), turned by half the angle.
    along_s, left_s = half * np.cos(angle_rad / 2.0), half * np.sin(angle_rad / 2.0)
    return np.ascontiguousarray(np.stack([along_s, left_s, angle_rad], axis=1))


def crossing_times_s(futures: Futures, field: BorderField) -> F64:
    """Return when each future first enters the border's protected side; inf: never."""
    return np.asarray(
        border_times_s(
            futures.start,
            futures.turn_steps,
            futures.row,
            futures.arc,
            futures.paths,
            futures.longest,
            futures.line * field.border.sigma_m,
            field.signed_m,
            field.grid.numbers(),
            futures.step_s,
        )
    )


def nearness_times_s(futures: Futures, candidates: I64, world: World, radius_m: float) -> F64:
    """Return when each future first comes near each of some places.

    Args:
        futures: The futures.
        candidates: Indices into `world.places`.
        world: The prepared site, whose cells were made for the same radius.
        radius_m: What counts as near.

    Returns:
        shape (candidates, futures), seconds; inf: never.
    """
    out_s = np.full((len(futures.row), len(candidates)), np.inf)
    if len(candidates) == 0:
        return out_s.T
    slot = np.full(len(world.places), -1, dtype=np.int64)
    slot[candidates] = np.arange(len(candidates))
    cells = world.place_cells
    place_times_s(
        futures.start,
        futures.turn_steps,
        futures.row,
        futures.arc,
        futures.paths,
        futures.longest,
        cells.gap_m,
        cells.first,
        cells.members,
        cells.ahead_m,
        world.places_site_m,
        radius_m,
        slot,
        out_s,
        cells.grid.numbers(),
        futures.step_s,
    )
    return out_s.T


def reach_m(track: Track, horizon_s: float, reach_ratio: float) -> float:
    """Return how far a track can get, with two sigma of its speed and three of its place."""
    variances = track.cov[0] + track.cov[10], track.cov[5] + track.cov[15]
    place_m, speed_mps = (sqrt(max(variance, 0.0)) for variance in variances)
    return (hypot(*track.vel_site_mps) + 2.0 * speed_mps) * horizon_s * reach_ratio + 3.0 * place_m


def within_reach(track: Track, world: World, farthest_m: float) -> I64:
    """Return the indices of the places within a distance of the track."""
    if len(world.places) == 0:
        return np.empty(0, dtype=np.int64)
    apart_m = np.hypot(*(world.places_site_m - track.pos_site_m).T)
    return np.flatnonzero(apart_m <= farthest_m).astype(np.int64)


def border_distance_m(track: Track, field: BorderField) -> float:
    """Return the signed distance of the track to the line, positive outside.

    Beside the raster it is a lower bound, with the sign of the nearest edge.
    """
    grid = field.grid.numbers()
    signed_m = field_m(field.signed_m, *track.pos_site_m, grid)
    beside_m = beside_grid_m(*track.pos_site_m, *field.signed_m.shape, grid)
    if beside_m == 0.0:
        return float(signed_m)
    return float(np.copysign(MARGIN_M + beside_m, signed_m))


def positions_m(futures: Futures, t_s: F64) -> F64:
    """Return where each future is at some times.

    Args:
        futures: The futures of one track.
        t_s: shape (times,), seconds from the track's own time; before 0 and past the last step
            the position is held.

    Returns:
        shape (futures, times, 2), east and north in the site plane, metres.
    """
    walked_m = _walked_m(futures)
    steps = walked_m.shape[1] - 1
    at = np.clip(np.asarray(t_s, dtype=np.float64) / futures.step_s, 0.0, steps)
    low = np.minimum(at.astype(np.int64), steps - 1)
    part = (at - low)[None, :, None]
    return np.asarray(walked_m[:, low] * (1.0 - part) + walked_m[:, low + 1] * part)


def _walked_m(futures: Futures) -> F64:
    """Walk every step of every future, shape (futures, steps + 1, 2)."""
    arc, turned = futures.arc, futures.turn_steps
    steps = np.arange(futures.paths.shape[1])
    after = np.maximum(steps - turned[:, None], 0)
    paths = futures.paths[futures.row[:, None], after]
    bend = arc[turned, 2][:, None]
    along = arc[turned, 0][:, None] + np.cos(bend) * paths[..., 0] - np.sin(bend) * paths[..., 1]
    left = arc[turned, 1][:, None] + np.sin(bend) * paths[..., 0] + np.cos(bend) * paths[..., 1]
    under_way = steps < turned[:, None]
    bent = arc[np.minimum(steps, len(arc) - 1)]
    along, left = np.where(under_way, bent[:, 0], along), np.where(under_way, bent[:, 1], left)
    x_m, y_m, vx_mps, vy_mps = (column[:, None] for column in futures.start.T)
    east_m, north_m = x_m + vx_mps * along - vy_mps * left, y_m + vy_mps * along + vx_mps * left
    return np.stack([east_m, north_m], axis=-1)
