"""Plans of flights flown together: steer for the next waypoint, turn no faster than one can.

The heading wanders and the speed varies (Ornstein-Uhlenbeck); what weaves swings about its course;
what is lost no longer steers: its rate of turn is all chance.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import F64, I64

SPEED_RETURN_S = 120.0
WANDER_RETURN_S = 60.0
LOST_TURN_SIGMA_DEGPS = 0.8
"""Of the rate of turn of what is lost, which changes over about a minute: loops and bends."""
LOST_RETURN_S = 60.0
OVER_TIME_RATIO = 1.5
"""Weaving and wandering take longer than planned; no flight longer than this times its plan."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one flight sets out to do."""

    route_m: F64
    """shape (k, 2), where it starts and its waypoints."""
    speed_mps: float
    turn_radps: float
    """Fastest rate of turn."""
    weave_rad: float = 0.0
    weave_radps: float = 0.0
    phase_rad: float = 0.0
    lost_s: float = np.inf
    """From when on it does not steer any more; it then flies for the time that was left."""
    turned_s: float | None = None
    aim_at_m: tuple[float, float] | None = None
    """What it was aimed at, where that is not its last waypoint."""
    impact: bool = True

    @property
    def aim_m(self) -> F64:
        """Return what it was aimed at."""
        return self.route_m[-1] if self.aim_at_m is None else np.array(self.aim_at_m)

    @property
    def lasts_s(self) -> float:
        """Return how long its route takes at its own speed."""
        return float(np.sum(np.hypot(*np.diff(self.route_m, axis=0).T)) / self.speed_mps)

    def moved(self, by_m: F64) -> "Plan":
        """Return the same plan elsewhere; what it was aimed at moves with it."""
        at_m = None if self.aim_at_m is None else tuple((np.array(self.aim_at_m) + by_m).tolist())
        return msgspec.structs.replace(self, route_m=self.route_m + by_m, aim_at_m=at_m)


class Flown(NamedTuple):
    """What a plan became."""

    pos_m: F64
    """shape (n, 2)."""
    vel_mps: F64
    """shape (n, 2)."""


class _Fleet(NamedTuple):
    """All plans as columns."""

    route_m: F64
    """shape (n, k, 2), padded with the last waypoint."""
    last: I64
    speed_mps: F64
    turn_radps: F64
    weave_rad: F64
    weave_radps: F64
    phase_rad: F64
    lost_s: F64
    lasts_s: F64


def fly(
    plans: Sequence[Plan],
    rng: np.random.Generator,
    *,
    step_s: float,
    speed_sigma_ratio: float,
    wander_sigma_rad: float,
) -> list[Flown]:
    """Fly plans together, each from its own time 0 until its route ends.

    Args:
        plans: What each sets out to do.
        rng: Source of chance.
        step_s: Time between samples.
        speed_sigma_ratio: Standard deviation of the speed over the planned one.
        wander_sigma_rad: Standard deviation of the heading about the course.

    Returns:
        One path for each plan.
    """
    if not plans:
        return []
    fleet = _fleet(plans)
    n, steps = len(plans), int(OVER_TIME_RATIO * float(fleet.lasts_s.max()) / step_s) + 2
    pos_m, leg = fleet.route_m[:, 0].copy(), np.ones(n, dtype=np.int64)
    heading_rad = _bearing(fleet.route_m[:, 1] - pos_m)
    shaken = np.zeros((3, n))
    keep = np.exp(-step_s / np.array([[SPEED_RETURN_S], [WANDER_RETURN_S], [LOST_RETURN_S]]))
    end = np.full(n, steps - 1)
    positions, velocities = np.empty((steps, n, 2)), np.empty((steps, n, 2))
    for k in range(steps):
        shaken = keep * shaken + np.sqrt(1.0 - keep**2) * rng.standard_normal((3, n))
        speed_mps = fleet.speed_mps * (1.0 + speed_sigma_ratio * shaken[0])
        turn_rad = _turns(fleet, leg, pos_m, heading_rad + wander_sigma_rad * shaken[1], k, step_s)
        lost = k * step_s >= fleet.lost_s
        wild_rad = np.radians(LOST_TURN_SIGMA_DEGPS) * shaken[2] * step_s
        turn_rad = np.where(lost, wild_rad, turn_rad)
        positions[k] = pos_m
        velocities[k] = speed_mps[:, None] * _unit(heading_rad)
        there = _reached(fleet, leg, pos_m, heading_rad, step_s) & ~lost
        over = (there & (leg == fleet.last)) | (k * step_s >= _until_s(fleet))
        end = np.minimum(end, np.where(over, k, steps - 1))
        if np.all(end <= k):
            break
        leg = np.where(there, np.minimum(leg + 1, fleet.last), leg)
        pos_m = pos_m + (speed_mps * step_s)[:, None] * _unit(heading_rad + 0.5 * turn_rad)
        heading_rad = heading_rad + turn_rad
    return [Flown(positions[: e + 1, i].copy(), velocities[: e + 1, i].copy())
            for i, e in enumerate(end)]  # fmt: skip


def _fleet(plans: Sequence[Plan]) -> _Fleet:
    most = max(len(p.route_m) for p in plans)
    routes = [np.pad(p.route_m, ((0, most - len(p.route_m)), (0, 0)), mode="edge") for p in plans]
    names = _Fleet._fields[2:]
    return _Fleet(
        np.stack(routes),
        np.array([len(p.route_m) - 1 for p in plans]),
        *(np.array([getattr(p, name) for p in plans], dtype=np.float64) for name in names),
    )


def _until_s(fleet: _Fleet) -> F64:
    """Return when each flight is over at the latest: what is lost has no place to reach."""
    late_s = OVER_TIME_RATIO * fleet.lasts_s
    return np.where(np.isfinite(fleet.lost_s), fleet.lasts_s, late_s)


def _turns(fleet: _Fleet, leg: I64, pos_m: F64, heading_rad: F64, k: int, step_s: float) -> F64:
    """Return the turns of one step: towards the waypoint plus the swing, held to the limit."""
    course_rad = _bearing(fleet.route_m[np.arange(len(leg)), leg] - pos_m)
    swing_rad = fleet.weave_rad * np.cos(fleet.weave_radps * k * step_s + fleet.phase_rad)
    off_rad = (course_rad + swing_rad - heading_rad + np.pi) % (2.0 * np.pi) - np.pi
    limit_rad = fleet.turn_radps * step_s
    return np.clip(off_rad, -limit_rad, limit_rad)


def _reached(
    fleet: _Fleet, leg: I64, pos_m: F64, heading_rad: F64, step_s: float
) -> NDArray[np.bool_]:
    """Return who is at its waypoint, or has passed close by it."""
    radius_m = np.maximum(fleet.speed_mps / fleet.turn_radps, fleet.speed_mps * step_s)
    to_m = fleet.route_m[np.arange(len(leg)), leg] - pos_m
    away_m = np.hypot(to_m[:, 0], to_m[:, 1])
    passed = np.sum(to_m * _unit(heading_rad), axis=1) < 0.0
    near_m = np.where(leg == fleet.last, fleet.speed_mps * step_s, radius_m)
    return np.asarray((away_m < near_m) | (passed & (away_m < 4.0 * radius_m)))


def _unit(angle_rad: F64) -> F64:
    return np.stack([np.sin(angle_rad), np.cos(angle_rad)], axis=-1)


def _bearing(offset_m: F64) -> F64:
    return np.asarray(np.arctan2(offset_m[..., 0], offset_m[..., 1]))
