"""How things of a class move on: a fixed library of displacements by the turn-event model.

Held course, turns that come as a Poisson process, slow wander of the heading, and a speed that
jitters and returns (Ornstein-Uhlenbeck). The displacement of a future, seen in the frame of its
start (along its course and to its left, per unit of starting speed) depends on class and draw
only, never on the track. So the whole model is a table, made once, and a future is one line of
it, turned to the track's course and scaled by its speed: no chance at run time and no flicker.
A library of recorded displacements would have the same form.

Parameters: fitted on the integrated Brier score of crossings, for drones on simulated flights
only (no recorded flight of a one-way drone is public); see docs/decisions/0005.
"""

from math import exp, radians, sqrt

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from tocsin.assess.draws import exponentials, lattice, normals, uniforms

F64 = NDArray[np.float64]

MOTIONS = ("drone", "slow_aircraft", "jet")
"""Row order of the library's first axis."""
_EVENTS = 8
"""Turns a future may make: at one in 13 min, nine or more in 20 min happen once in 30,000."""
_SPEED_RATIOS = (0.5, 1.5)
"""Bounds of speed over starting speed, so that a step has a longest length."""


class TurnModel(msgspec.Struct, frozen=True, kw_only=True):
    """One class's parameters. Sizes of turns: uniform with `uniform_prob`, else two normals."""

    between_turns_s: float
    small_prob: float
    small_sigma_deg: float
    large_sigma_deg: float
    uniform_prob: float
    """Share of turns to any course whatever (lost or evading)."""
    turn_rate_degps: float
    speed_sigma_ratio: float
    wander_sigma_rad: float
    """Standard deviation of the heading after one second; grows with the root of time."""
    turn_left_s: float
    """Mean time for which a turn under way goes on; 0: not continued."""
    speed_return_s: float = 180.0


TURN_MODELS: dict[str, TurnModel] = {
    "drone": TurnModel(
        between_turns_s=1080.0,
        small_prob=0.47,
        small_sigma_deg=16.0,
        large_sigma_deg=56.0,
        uniform_prob=0.42,
        turn_rate_degps=3.2,
        speed_sigma_ratio=0.12,
        wander_sigma_rad=0.0094,
        turn_left_s=0.0,
    ),
    "slow_aircraft": TurnModel(
        between_turns_s=780.0,
        small_prob=0.77,
        small_sigma_deg=12.0,
        large_sigma_deg=146.0,
        uniform_prob=0.12,
        turn_rate_degps=5.0,
        speed_sigma_ratio=0.08,
        wander_sigma_rad=0.0147,
        turn_left_s=73.0,
    ),
    "jet": TurnModel(
        between_turns_s=1200.0,
        small_prob=0.61,
        small_sigma_deg=20.0,
        large_sigma_deg=83.0,
        uniform_prob=0.14,
        turn_rate_degps=1.06,
        speed_sigma_ratio=0.057,
        wander_sigma_rad=0.0009,
        turn_left_s=11.0,
    ),
}


def library(futures: int, steps: int, step_s: float) -> F64:
    """Return the displacements of every class's futures.

    Args:
        futures: Futures of each class, even: the second half mirrors the first, so that no
            side is preferred.
        steps: Time steps of each.
        step_s: Length of a step.

    Returns:
        paths_s, shape (classes, futures, steps + 1, 2): displacement along the starting course
        and to its left, over the starting speed (metres per metre per second); the first is 0.
    """
    return np.stack([_paths_s(TURN_MODELS[name], futures, steps, step_s) for name in MOTIONS])


def turn_left_s(futures: int) -> F64:
    """Return how long a turn under way goes on: shape (classes, futures)."""
    return np.stack(
        [TURN_MODELS[name].turn_left_s * exponentials(futures, _DIM_TURN_LEFT) for name in MOTIONS]
    )


_DIM_TURN_LEFT = 100
_DIM_EVENTS = 200
_DIM_WANDER = 1_000
_DIM_SPEED = 10_000


def _paths_s(model: TurnModel, futures: int, steps: int, step_s: float) -> F64:
    """March one class's futures at unit starting speed."""
    half = futures // 2
    heading_rad = _headings_rad(model, half, steps, step_s)
    speed_ratio = _speeds_ratio(model, half, steps, step_s)
    moves_s = np.stack([np.cos(heading_rad), np.sin(heading_rad)], axis=-1)
    moves_s *= (speed_ratio * step_s)[..., None]
    path_s = np.concatenate([np.zeros((half, 1, 2)), np.cumsum(moves_s, axis=1)], axis=1)
    return np.concatenate([path_s, path_s * (1.0, -1.0)])


def _headings_rad(model: TurnModel, count: int, steps: int, step_s: float) -> F64:
    """Return the heading in the middle of each step, shape (count, steps), left positive."""
    t_turn_s, size_rad = _turns(model, count)
    most_rad = radians(model.turn_rate_degps) * step_s
    wander_rad = model.wander_sigma_rad * sqrt(step_s)
    heading_rad, owed_rad = np.zeros(count), np.zeros(count)
    middle_rad = np.empty((count, steps))
    for step in range(steps):
        due = (t_turn_s >= step * step_s) & (t_turn_s < (step + 1) * step_s)
        owed_rad += np.where(due, size_rad, 0.0).sum(axis=1)
        turned_rad = np.clip(owed_rad, -most_rad, most_rad)
        owed_rad -= turned_rad
        change_rad = turned_rad + wander_rad * normals(count, _DIM_WANDER + step)
        middle_rad[:, step] = heading_rad + change_rad / 2.0
        heading_rad += change_rad
    return middle_rad


def _turns(model: TurnModel, count: int) -> tuple[F64, F64]:
    """Return times and sizes of the turns, each shape (count, events).

    Most futures turn once or never, so the first turn's time, kind and size fill their cube
    evenly; the later ones are drawn each by itself.
    """
    gaps_s, sizes_rad = [], []
    for event in range(_EVENTS):
        draws = lattice(count, 3) if event == 0 else _hypercube(count, _DIM_EVENTS + 3 * event)
        gaps_s.append(-model.between_turns_s * np.log1p(-draws[:, 0]))
        sizes_rad.append(_turn_sizes_rad(model, draws[:, 1], draws[:, 2]))
    return np.cumsum(gaps_s, axis=0).T, np.stack(sizes_rad, axis=1)


def _hypercube(count: int, dim: int) -> F64:
    """Return three dimensions of the hypercube, shape (count, 3)."""
    return np.stack([uniforms(count, dim + axis) for axis in range(3)], axis=1)


def _turn_sizes_rad(model: TurnModel, kind: F64, size: F64) -> F64:
    """Draw turn sizes from the mixture, by two uniform draws each of shape (count,)."""
    small = kind < model.uniform_prob + (1.0 - model.uniform_prob) * model.small_prob
    sigma_deg = np.where(small, model.small_sigma_deg, model.large_sigma_deg)
    anywhere = kind < model.uniform_prob
    return np.radians(np.where(anywhere, 360.0 * size - 180.0, sigma_deg * ndtri(size)))


def _speeds_ratio(model: TurnModel, count: int, steps: int, step_s: float) -> F64:
    """Return speed over starting speed in each step, shape (count, steps)."""
    keep = exp(-step_s / model.speed_return_s)
    kick = sqrt(1.0 - keep**2)
    jitter = np.zeros(count)
    ratios = np.empty((count, steps))
    for step in range(steps):
        jitter = keep * jitter + kick * normals(count, _DIM_SPEED + step)
        ratios[:, step] = 1.0 + model.speed_sigma_ratio * jitter
    return np.clip(ratios, *_SPEED_RATIOS)
