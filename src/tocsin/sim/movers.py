"""Movers of a scenario to true paths: all targets flown together, step by step.

Each target keeps its own speed and never turns faster than its mover may. It steers for its next
waypoint, with a swing about that course where it weaves, and goes on to the next one when it comes
within its radius of turn or has passed it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.geo.plane import SitePlane
from tocsin.model.detection import F64, I64
from tocsin.sim.paths import Path
from tocsin.sim.scenario import Deflection, Drift, LatLon, Mover, Scenario

STEP_S = 1.0
TURN_RAD = 2.0 * np.pi
FAR_M = 500_000.0
"""Where a target that flies straight on is heading for."""
GROUND_MSL_M = 5.0
"""Where a dive ends."""
CEILING_MSL_M = 20_000.0


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One simulated object: what it is and where it truly is."""

    id: int
    mover: str
    kind: str
    path: Path
    ends: str
    """`impact`, `leaves`, or `time` where the scenario ends first."""
    cooperative: bool
    icao: int | None
    mode_a: int | None
    callsign: str | None
    unseen_s: tuple[tuple[float, float], ...]
    ghost: bool = False
    """Nothing flies; only its broadcasts are real."""


def bodies(targets: Sequence[Target]) -> tuple[Target, ...]:
    """Return the targets that truly fly."""
    return tuple(target for target in targets if not target.ghost)


class _Fleet(NamedTuple):
    """All targets as arrays, n rows."""

    route_m: F64
    """shape (n, k, 2), waypoints in the site plane, padded with their last."""
    legs: I64
    """shape (n,), how many of the waypoints are real."""
    start_s: F64
    speed_mps: F64
    turn_radps: F64
    weave_rad: F64
    """Swing of the course that gives the wanted amplitude across the route."""
    weave_radps: F64
    phase_rad: F64
    endurance_s: F64
    """Infinite where nothing ends the flight before its route does."""


class _Tracks(NamedTuple):
    """What flying gave: states at every step and the number of steps flown."""

    pos_m: F64
    """shape (steps, n, 2)."""
    heading_rad: F64
    """shape (steps, n), clockwise from grid north."""
    steps: I64
    """shape (n,), steps until its route ended."""
    arrived: NDArray[np.bool_]


def fly(scenario: Scenario, plane: SitePlane, rng: np.random.Generator) -> tuple[Target, ...]:
    """Return every target of the scenario with its path, in the site plane."""
    members = [(m, i) for m in scenario.movers for i in range(m.count)]
    if not members:
        return ()
    streams = dict(zip(scenario.movers, rng.spawn(len(scenario.movers)), strict=True))
    fleets = [_launch(m, plane, streams[m]) for m in scenario.movers]
    changes = [m.deflection for m, _ in members]
    tracks = _fly(_joined(fleets), changes, plane, scenario.duration_s)
    alt_msl_m = np.concatenate(  # drawn last: a new draw of a mover leaves the old ones alone
        [streams[m].normal(m.alt_msl_m, m.alt_sigma_m, m.count) for m in scenario.movers]
    )
    start_s = np.concatenate([f.start_s for f in fleets])
    speed_mps = np.concatenate([f.speed_mps for f in fleets])
    targets = [
        _target(n, *members[n], tracks, float(start_s[n]), float(speed_mps[n]), float(alt_msl_m[n]))
        for n in range(len(members))
        if tracks.steps[n] >= 1
    ]
    return tuple(
        msgspec.structs.replace(t, path=_over_ellipsoid(t.path, scenario.geoid_m)) for t in targets
    )


def _launch(mover: Mover, plane: SitePlane, rng: np.random.Generator) -> _Fleet:
    """Draw the members of one mover."""
    n = mover.count
    route_m = _routes(mover, plane, rng)
    speed_mps = mover.speed_mps + mover.speed_sigma_mps * np.clip(rng.normal(0, 1, n), -3, 3)
    weave_radps = np.full(n, TURN_RAD / mover.weave_period_s)
    return _Fleet(
        route_m=route_m,
        legs=np.full(n, route_m.shape[1], dtype=np.int64),
        start_s=mover.start_s + rng.uniform(0.0, 1.0, n) * mover.start_spread_s,
        speed_mps=speed_mps,
        turn_radps=np.full(n, np.radians(mover.turn_degps)),
        weave_rad=np.arctan(mover.weave_m * weave_radps / speed_mps),
        weave_radps=weave_radps,
        phase_rad=rng.uniform(0.0, TURN_RAD, n),
        endurance_s=_endurance_s(mover, rng),
    )


def _endurance_s(mover: Mover, rng: np.random.Generator) -> F64:
    """Return how long each member can fly; a mover without an end draws nothing."""
    if mover.endurance_s is None:
        return np.full(mover.count, np.inf)
    own_s = mover.endurance_s + mover.endurance_sigma_s * rng.normal(0.0, 1.0, mover.count)
    return np.asarray(np.maximum(own_s, STEP_S))


def _routes(mover: Mover, plane: SitePlane, rng: np.random.Generator) -> F64:
    """Return the members' waypoints, shape (count, k, 2): shifted sideways, each by its own."""
    n = mover.count
    if mover.chord is not None:
        centre_m = _site(plane, (mover.chord.centre,))[0]
        into_rad = rng.uniform(0.0, TURN_RAD, n)
        out_rad = into_rad + rng.uniform(0.6 * np.pi, 1.4 * np.pi, n)
        rim = np.stack([_unit(into_rad), _unit(out_rad)], axis=1)
        return np.asarray(centre_m + mover.chord.radius_m * rim)
    if mover.drift is not None:
        return _downwind(mover.drift, plane, n, rng)
    shift_m = rng.normal(0.0, mover.spread_m, (n, 1, 2))
    route_m = _site(plane, mover.waypoints) + shift_m
    if mover.aim_spread_m is not None:
        aim_m = rng.normal(0.0, mover.aim_spread_m, (n, 2))
        route_m[:, -1] += aim_m - shift_m[:, 0]
    return route_m


def _downwind(drift: Drift, plane: SitePlane, n: int, rng: np.random.Generator) -> F64:
    """Return routes from anywhere in the circle, far down the wind."""
    away_m = drift.radius_m * np.sqrt(rng.uniform(0.0, 1.0, n))
    from_m = _site(plane, (drift.centre,))[0]
    from_m = from_m + away_m[:, None] * _unit(rng.uniform(0.0, TURN_RAD, n))
    to_rad = np.radians(drift.to_deg) - float(plane.convergence_rad(*drift.centre))
    return np.stack([from_m, from_m + FAR_M * _unit(np.full(n, to_rad))], axis=1)


def _joined(fleets: list[_Fleet]) -> _Fleet:
    most = max(f.route_m.shape[1] for f in fleets)
    padded = [
        f._replace(
            route_m=np.pad(f.route_m, ((0, 0), (0, most - f.route_m.shape[1]), (0, 0)), mode="edge")
        )
        for f in fleets
    ]
    return _Fleet(*(np.concatenate(columns) for columns in zip(*padded, strict=True)))


def _fly(
    fleet: _Fleet, changes: list[Deflection | None], plane: SitePlane, duration_s: float
) -> _Tracks:
    """Step all targets from their own starts; step k of a target is k seconds into its flight."""
    n = len(fleet.start_s)
    steps = max(int((duration_s - fleet.start_s.min()) / STEP_S) + 1, 2)
    left_s = duration_s - fleet.start_s
    spent = fleet.endurance_s <= left_s
    allowed = np.floor(np.minimum(left_s, fleet.endurance_s) / STEP_S).astype(np.int64)
    flown, arrived = np.maximum(allowed, -1), np.zeros(n, dtype=np.bool_)
    pos_m, leg = fleet.route_m[:, 0].copy(), np.ones(n, dtype=np.int64)
    heading_rad = _bearing(fleet.route_m[:, 1] - pos_m)
    positions, headings = np.empty((steps, n, 2)), np.empty((steps, n))
    waiting = {i: c for i, c in enumerate(changes) if c is not None}
    for k in range(steps):
        positions[k], headings[k] = pos_m, heading_rad
        for i in [i for i, c in waiting.items() if _due(c, pos_m[i], k * STEP_S, plane)]:
            fleet = _deflected(fleet, i, pos_m[i], heading_rad[i], waiting.pop(i), plane)
            leg[i] = 1
        there, last = _reached(fleet, leg, pos_m, heading_rad)
        now = there & last & ~arrived & (k <= flown)
        flown[now], arrived = k, arrived | now
        if np.all(arrived | (k >= allowed)):
            positions, headings = positions[: k + 1], headings[: k + 1]
            break
        leg = np.where(there & ~last, leg + 1, leg)
        turn_rad = _turns(fleet, leg, pos_m, heading_rad, k * STEP_S)
        chord = _unit(heading_rad + 0.5 * turn_rad)
        heading_rad = heading_rad + turn_rad
        pos_m = pos_m + (fleet.speed_mps * STEP_S)[:, None] * chord
    return _Tracks(positions, headings, flown, arrived | spent)


def _reached(
    fleet: _Fleet, leg: I64, pos_m: F64, heading_rad: F64
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return who is at its waypoint (or has passed close by it), and whose is its last."""
    radius_m = np.maximum(fleet.speed_mps / fleet.turn_radps, fleet.speed_mps * STEP_S)
    to_m = fleet.route_m[np.arange(len(leg)), leg] - pos_m
    last = leg == fleet.legs - 1
    away_m = np.hypot(to_m[:, 0], to_m[:, 1])
    passed = np.sum(to_m * _unit(heading_rad), axis=1) < 0
    reach_m = np.where(last, fleet.speed_mps * STEP_S, radius_m)
    return (away_m < reach_m) | (passed & (away_m < 4.0 * radius_m)), last


def _turns(fleet: _Fleet, leg: I64, pos_m: F64, heading_rad: F64, since_s: float) -> F64:
    """Return the turns of one step: towards the waypoint plus the swing, held to the limit."""
    course_rad = _bearing(fleet.route_m[np.arange(len(leg)), leg] - pos_m)
    swing_rad = fleet.weave_rad * np.cos(fleet.weave_radps * since_s + fleet.phase_rad)
    off_rad = (course_rad + swing_rad - heading_rad + np.pi) % TURN_RAD - np.pi
    limit_rad = fleet.turn_radps * STEP_S
    return np.clip(off_rad, -limit_rad, limit_rad)


def _due(change: Deflection, pos_m: F64, since_s: float, plane: SitePlane) -> bool:
    if change.after_s is not None:
        return since_s >= change.after_s
    assert change.at is not None  # noqa: S101 - checked when the file was read
    off_m = _site(plane, (change.at,))[0] - pos_m
    return float(np.hypot(*off_m)) <= change.within_m


def _deflected(
    fleet: _Fleet, i: int, pos_m: F64, heading_rad: float, change: Deflection, plane: SitePlane
) -> _Fleet:
    """Return the fleet with a new route for target i."""
    if change.then:
        new_m = _site(plane, change.then)
    else:
        course_rad = heading_rad + np.radians(change.turn_deg or 0.0)
        new_m = (pos_m + FAR_M * _unit(np.array(course_rad)))[None]
    short = max(len(new_m) + 1 - fleet.route_m.shape[1], 0)
    route_m = np.pad(fleet.route_m, ((0, 0), (0, short), (0, 0)), mode="edge")
    route_m[i, 1 : len(new_m) + 1] = new_m
    legs = fleet.legs.copy()
    legs[i] = len(new_m) + 1
    return fleet._replace(route_m=route_m, legs=legs)


def _target(
    number: int,
    mover: Mover,
    member: int,
    tracks: _Tracks,
    start_s: float,
    speed_mps: float,
    alt_msl_m: float,
) -> Target:
    steps = int(tracks.steps[number]) + 1
    t_s: F64 = start_s + STEP_S * np.arange(steps, dtype=np.float64)
    arrived = bool(tracks.arrived[number])
    alt_m = np.full(steps, alt_msl_m)
    if mover.climb_mps:
        alt_m = np.clip(alt_m + mover.climb_mps * (t_s - start_s), GROUND_MSL_M, CEILING_MSL_M)
    if arrived and mover.dive_s:
        alt_m = np.minimum(alt_m, _dive_m(t_s, float(alt_m[-1]), mover.dive_s))
    path = Path(
        target_id=number,
        t_s=t_s,
        pos_site_m=np.ascontiguousarray(tracks.pos_m[:steps, number]),
        vel_site_mps=speed_mps * _unit(tracks.heading_rad[:steps, number]),
        alt_ellipsoid_m=alt_m,
    )
    carries = mover.cooperative
    return Target(
        id=number,
        mover=mover.id,
        kind=mover.kind,
        path=path,
        ends=mover.ends if arrived else "time",
        cooperative=carries,
        icao=mover.icao_from + member if carries else None,
        mode_a=(mover.mode_a_from + member) % 0o10000 if carries else None,
        callsign=f"{mover.callsign}{member + 1:03d}" if carries else None,
        unseen_s=mover.unseen_s,
        ghost=mover.ghost,
    )


def _dive_m(t_s: F64, from_m: float, within_s: float) -> F64:
    left = np.clip((t_s[-1] - t_s) / within_s, 0.0, 1.0)
    return np.asarray(GROUND_MSL_M + (from_m - GROUND_MSL_M) * left)


def _over_ellipsoid(path: Path, geoid_m: float) -> Path:
    return msgspec.structs.replace(path, alt_ellipsoid_m=path.alt_ellipsoid_m + geoid_m)


def _site(plane: SitePlane, places: tuple[LatLon, ...]) -> F64:
    lat_deg, lon_deg = np.array(places).T
    return plane.site_from_geodetic(lat_deg, lon_deg)


def _unit(angle_rad: F64) -> F64:
    return np.stack([np.sin(angle_rad), np.cos(angle_rad)], axis=-1)


def _bearing(offset_m: F64) -> F64:
    return np.asarray(np.arctan2(offset_m[..., 0], offset_m[..., 1]))
