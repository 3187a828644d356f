"""Futures of tracks: where each may start, how it may go on.

Not Gaussians: an extrapolated covariance says how unsure a position is at a time, not when a
line is first crossed, and its tails are wrong for things that turn seldom but sharply.

Some of a track's futures follow the turn-event model from its state now, which sees a deflection
at once; the others follow analogues from the course it held, which know what weaving and orbiting
lead to.
What is younger than two minutes has fewer analogues: its context is not known yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from tocsin.assess._kernels import beside_grid_m, field_m, nearest_rows, walk
from tocsin.assess.context import MEAN_S, Contexts
from tocsin.assess.memory import Memory
from tocsin.assess.motion import MOTIONS
from tocsin.assess.raster import MARGIN_M
from tocsin.assess.world import BorderField, World
from tocsin.model.threat import ClassBelief
from tocsin.model.track import Track

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

FEATURE_WEIGHTS = np.ones(9)
"""Of each feature's squared difference in the distance between contexts."""
KERNEL_SIGMA = 0.7
"""Width of that kernel, in spreads of a feature."""
LEAST_SHARE = 0.02
"""A class is never believed less than this: the context may know better."""
LIBRARY_SHARES = (0.875, 0.9375, 0.4375)
"""Share of the futures that are analogues, by class in the order of MOTIONS; the rest turns. Tuned
on seeds 1000-1203 and on the part of the real flights to learn from (docs/decisions/0011)."""
WINDOW_LEVELS = np.array([[0.074, 0.5, 0.926], [0.045, 0.5, 0.955], [0.066, 0.5, 0.934]])
"""Quantiles of the futures that are told as the 90 % window and its middle, by class in the order
of MOTIONS: nine in ten of the same flights' arrivals lay between. They belong to the version."""
_ORDER = np.array([0, 2, 1, 3])
"""State order of a track is east, velocity east, north, velocity north."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The futures of n tracks, k each, ready to be marched."""

    start: F64
    """shape (n, k, 4), east, north, velocity east, north."""
    row: I64
    """shape (n, k), row of `World.paths`."""
    turn_steps: I64
    """shape (n, k), steps for which a turn under way goes on first."""
    arc_of: I64
    """shape (n,), row of `arcs`."""
    arcs: F64
    """shape (m, steps + 1, 3), see `_arcs`."""
    shares: F64
    """shape (n, motions), what share of the futures belongs to each class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Futures:
    """One track's futures."""

    start: F64
    row: I64
    turn_steps: I64
    arc: F64
    paths: F32
    last: I64
    step_s: float
    levels: F64
    """shape (3,), the quantiles of its passage times told as the 90 % window and its middle."""


def batch_of(
    tracks: Sequence[Track], memories: Sequence[Memory], found: Contexts, world: World
) -> Batch:
    """Draw the futures of tracks from their covariances, classes and contexts.

    Args:
        tracks: The tracks; each state is taken at its own time.
        memories: What is remembered of each: its class and a turn under way.
        found: Their contexts.
        world: The prepared site, with the tables and the fixed draws.
    """
    draws = world.draws
    believed = np.array([shares_of(memory.classes) for memory in memories])
    nearest, shares = _nearest(found, believed, world)
    taken = _taken(found, shares, len(draws.kind), nearest.shape[1])
    row = _turn_rows(taken, shares, world)
    rank = np.cumsum(taken, axis=1) - 1
    at = rank * nearest.shape[1] // np.maximum(taken.sum(axis=1), 1)[:, None]
    if nearest.shape[1]:
        row = np.where(taken, np.take_along_axis(nearest, np.maximum(at, 0), axis=1), row)
    start = _starts(tracks, draws.state)
    _along_mean_course(start, taken, tracks, found)
    turn_radps = np.array([memory.turn_radps for memory in memories])
    left_s = np.zeros(row.shape)
    turns = (turn_radps != 0.0)[:, None] & ~taken
    left_s[turns] = world.turn_left_s[row[turns]]
    arc_of = np.where(turn_radps != 0.0, np.cumsum(turn_radps != 0.0), 0)
    steps = world.paths.shape[1] - 1
    return Batch(
        start=start,
        row=row,
        turn_steps=np.minimum(np.rint(left_s / world.step_s), steps).astype(np.int64),
        arc_of=arc_of,
        arcs=_arcs(np.concatenate([[0.0], turn_radps[turn_radps != 0.0]]), steps, world.step_s),
        shares=shares,
    )


def one_of(batch: Batch, index: int, world: World) -> Futures:
    """Return one track's futures of a batch."""
    return Futures(
        start=batch.start[index],
        row=batch.row[index],
        turn_steps=batch.turn_steps[index],
        arc=batch.arcs[batch.arc_of[index]],
        paths=world.paths,
        last=world.last,
        step_s=world.step_s,
        levels=levels_of(batch.shares[index]),
    )


def levels_of(shares: F64) -> F64:
    """Return the quantiles told of tracks, by their classes' shares (..., motions)."""
    return np.asarray(shares @ WINDOW_LEVELS)


def shares_of(classes: ClassBelief) -> tuple[float, ...]:
    """Return how the classes move: birds like slow aircraft, unknown things like anything."""
    shares = {
        "drone": classes.drone_prob,
        "slow_aircraft": classes.slow_aircraft_prob + classes.bird_prob,
        "jet": classes.jet_prob,
    }
    return tuple(shares[name] + classes.other_prob / len(MOTIONS) for name in MOTIONS)


def _nearest(found: Contexts, believed: F64, world: World) -> tuple[I64, F64]:
    """Return the nearest rows to each track, (n, most), and by them the shares of the classes.

    All classes are searched together: what circles like no drone ever does has its neighbours
    among slow aircraft, whatever its speed said. A class less believed has a handicap, as if
    neighbours were weighed by a normal kernel times belief over rows.
    """
    kept, most = world.analogues, round(max(LIBRARY_SHARES) * len(world.draws.kind))
    if kept is None:
        return np.zeros((len(believed), 0), np.int64), believed
    most = min(most, len(kept.kind))
    prior = (np.maximum(believed, LEAST_SHARE) + 1e-12) / np.maximum(kept.rows_of, 1.0)
    handicap = -2.0 * KERNEL_SIGMA**2 * np.log(prior / prior.max(axis=1, keepdims=True))
    nearest = np.empty((len(believed), most), np.int64)
    nearest_rows(
        (found.features / kept.scale).astype(np.float32),
        (FEATURE_WEIGHTS * found.known).astype(np.float32),
        kept.table,
        kept.kind,
        handicap.astype(np.float32),
        most,
        nearest,
    )
    kinds = kept.kind[nearest]
    shares = np.stack([(kinds == number).mean(axis=1) for number in range(len(MOTIONS))], axis=1)
    return kept.first_row + nearest, shares


def _taken(found: Contexts, shares: F64, futures: int, most: int) -> NDArray[np.bool_]:
    """Say which futures are analogues, (n, futures), evenly spread; fewer for a young track."""
    if most == 0:
        return np.zeros((len(shares), futures), dtype=bool)
    old_enough = np.clip(found.span_s / MEAN_S, 0.0, 1.0)
    share = old_enough * (shares @ np.array(LIBRARY_SHARES))
    counted = np.floor(share[:, None] * np.arange(futures + 1) + 1e-9)
    return np.asarray(np.diff(counted, axis=1) > 0.0)


def _turn_rows(taken: NDArray[np.bool_], shares: F64, world: World) -> I64:
    """Return rows of the turn-event model for the others: each class's from its first on."""
    half = len(world.turn_left_s) // len(MOTIONS)
    motion = (shares.cumsum(axis=1)[:, None, :-1] <= world.draws.kind[:, None]).sum(axis=2)
    rank = np.maximum(np.cumsum(~taken, axis=1) - 1, 0)
    return np.asarray(motion * half + rank % half)


def _starts(tracks: Sequence[Track], state: F64) -> F64:
    """Draw positions and velocities from the covariances, shape (n, k, 4)."""
    cov = np.array([track.cov for track in tracks], dtype=np.float64).reshape(-1, 4, 4)
    roots = _roots(cov[:, _ORDER[:, None], _ORDER])
    mean = np.array([(*track.pos_site_m, *track.vel_site_mps) for track in tracks])
    return np.ascontiguousarray(mean[:, None] + state @ roots.transpose(0, 2, 1))


def _roots(cov: F64) -> F64:
    """Return lower factors; a covariance that lost its definiteness keeps its diagonal."""
    try:
        return np.asarray(np.linalg.cholesky(cov), dtype=np.float64)
    except np.linalg.LinAlgError:
        if len(cov) == 1:
            diagonal = np.sqrt(np.maximum(np.diagonal(cov, axis1=1, axis2=2), 0.0))
            return diagonal[:, :, None] * np.eye(4)
        return np.concatenate([_roots(one[None]) for one in cov])


def _along_mean_course(
    start: F64, taken: NDArray[np.bool_], tracks: Sequence[Track], found: Contexts
) -> None:
    """Let analogues start along the mean course.

    Its error is in the library, which was made of tracks; a young track's mean course is not that
    good, and keeps a share of the error of its velocity.
    """
    vel_mps = np.array([track.vel_site_mps for track in tracks])[:, None]
    young = np.clip(1.0 - found.span_s / MEAN_S, 0.0, 1.0)[:, None, None]
    mean_mps = found.frame_mps[:, None] + young * (start[..., 2:] - vel_mps)
    start[..., 2:] = np.where(taken[..., None], mean_mps, start[..., 2:])


def _arcs(turn_radps: F64, steps: int, step_s: float) -> F64:
    """Return displacement per unit speed and angle of steady turns, shape (m, steps + 1, 3)."""
    t_s = step_s * np.arange(steps + 1)
    angle_rad = turn_radps[:, None] * t_s
    half = np.sinc(angle_rad / (2.0 * np.pi)) * t_s
    # Chord of an arc: length t sinc(angle / 2), turned by half the angle.
    along_s, left_s = half * np.cos(angle_rad / 2.0), half * np.sin(angle_rad / 2.0)
    return np.ascontiguousarray(np.stack([along_s, left_s, angle_rad], axis=2))


def reach_m(track: Track, horizon_s: float, reach_ratio: float) -> float:
    """Return how far a track can get, with two sigma of its speed and three of its place."""
    variances = track.cov[0] + track.cov[10], track.cov[5] + track.cov[15]
    place_m, speed_mps = (sqrt(max(variance, 0.0)) for variance in variances)
    return (hypot(*track.vel_site_mps) + 2.0 * speed_mps) * horizon_s * reach_ratio + 3.0 * place_m


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
            (of the horizon, or of a flight that ends) the position is held.

    Returns:
        shape (futures, times, 2), east and north in the site plane, metres.
    """
    steps = futures.paths.shape[1] - 1
    walked_m = np.empty((len(futures.row), steps + 1, 2))
    walk(
        futures.start,
        futures.turn_steps,
        futures.row,
        futures.arc,
        futures.paths,
        futures.last,
        walked_m,
    )
    at = np.clip(np.asarray(t_s, dtype=np.float64) / futures.step_s, 0.0, steps)
    low = np.minimum(at.astype(np.int64), steps - 1)
    part = (at - low)[None, :, None]
    return np.asarray(walked_m[:, low] * (1.0 - part) + walked_m[:, low + 1] * part)
