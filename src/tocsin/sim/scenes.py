"""Seeded scenes for comparing trackers: one kind of sensor, many targets, much clutter.

The format is that of published comparisons (`.npz` with truth, plots and meta): a square area in
a local east/north plane, one scan each T seconds, targets in nearly constant velocity, clutter
Poisson and uniform.
"""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


class SceneSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What a scene is made of. Noise is white acceleration of density `q_m2ps3`."""

    targets: int = 50
    clutter_per_look: float = 200.0
    scans: int = 100
    scan_s: float = 4.0
    pd_prob: float = 0.9
    q_m2ps3: float = 0.1
    noise_sigma_m: float = 50.0
    side_m: float = 100_000.0
    speed_mps: float = 50.0
    speed_sigma_mps: float = 5.0
    group: int = 0
    """Targets per group; 0 for single targets."""
    group_spread_m: float = 400.0
    turning: bool = False
    """Two 90-degree turns at 3 deg/s."""


class Scene(NamedTuple):
    """Rows: truth (scan, time, target, x, y, vx, vy), plots (scan, time, x, y, target or -1)."""

    truth: F64
    plots: F64


TURN_RATE_RADPS = np.deg2rad(3.0)
TURN_S = 30.0


def make_scene(spec: SceneSpec, rng: np.random.Generator) -> Scene:
    """Return a scene drawn from `rng`."""
    truth = np.concatenate([_fly(spec, rng, k, *start) for k, start in _starts(spec, rng)])
    truth = truth[np.lexsort((truth[:, 2], truth[:, 0]))]
    return Scene(truth, _observe(spec, rng, truth))


def _starts(spec: SceneSpec, rng: np.random.Generator) -> list[tuple[int, tuple[F64, F64, int]]]:
    """Return (target, (position, velocity, birth scan)); a group shares all but its spread."""
    size = max(spec.group, 1)
    starts: list[tuple[int, tuple[F64, F64, int]]] = []
    for first in range(0, spec.targets, size):
        centre = rng.uniform(-0.45, 0.45, 2) * spec.side_m
        course, birth = rng.uniform(0.0, 2.0 * np.pi), int(rng.integers(0, 20))
        for k in range(first, min(first + size, spec.targets)):
            sigma_mps = 1.0 if spec.group else spec.speed_sigma_mps
            speed = rng.normal(spec.speed_mps, sigma_mps)
            offset = rng.normal(0.0, spec.group_spread_m, 2) if spec.group else np.zeros(2)
            velocity = speed * np.array([np.sin(course), np.cos(course)])
            starts.append((k, (centre + offset, velocity, birth)))
    return starts


def _fly(
    spec: SceneSpec, rng: np.random.Generator, target: int, pos: F64, vel: F64, birth: int
) -> F64:
    """Return the truth rows of one target until its end or until it leaves the area."""
    end = min(int(rng.integers(int(0.85 * spec.scans), int(1.46 * spec.scans))), spec.scans)
    turns = np.sort(rng.uniform(birth, 0.8 * spec.scans, 2)) if spec.turning else np.empty(0)
    senses = rng.choice([-1.0, 1.0], len(turns))
    rows = []
    for scan in range(birth, end):
        if np.abs(pos).max() > spec.side_m / 2.0:
            break
        rows.append([scan, scan * spec.scan_s, target, *pos, *vel])
        pos, vel = _advance(spec, rng, pos, vel)
        for begin, sense in zip(turns, senses, strict=True):
            if begin <= scan < begin + TURN_S / spec.scan_s:
                vel = _turned(vel, sense * TURN_RATE_RADPS * spec.scan_s)
    return np.array(rows).reshape(-1, 7)


def _advance(spec: SceneSpec, rng: np.random.Generator, pos: F64, vel: F64) -> tuple[F64, F64]:
    """Advance by one scan with exact discrete white-noise acceleration."""
    dt, q = spec.scan_s, spec.q_m2ps3
    noise = rng.multivariate_normal(
        np.zeros(2), q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]), size=2
    )
    return pos + dt * vel + noise[:, 0], vel + noise[:, 1]


def _turned(vel: F64, angle_rad: float) -> F64:
    c, s = np.cos(angle_rad), np.sin(angle_rad)
    return np.array([c * vel[0] - s * vel[1], s * vel[0] + c * vel[1]])


def _observe(spec: SceneSpec, rng: np.random.Generator, truth: F64) -> F64:
    """Return the plots of every scan, shuffled inside it."""
    seen = truth[rng.random(len(truth)) < spec.pd_prob]
    noisy = seen[:, 3:5] + rng.normal(0.0, spec.noise_sigma_m, (len(seen), 2))
    scan = np.repeat(np.arange(spec.scans), rng.poisson(spec.clutter_per_look, spec.scans))
    false = rng.uniform(-0.5, 0.5, (len(scan), 2)) * spec.side_m
    rows = np.concatenate(
        [
            np.column_stack([seen[:, :2], noisy, seen[:, 2]]),
            np.column_stack([scan, scan * spec.scan_s, false, np.full(len(scan), -1.0)]),
        ]
    )
    return rows[np.lexsort((rng.random(len(rows)), rows[:, 0]))]
