"""Generic families of flights in a flat site plane: what forecasts and policies are judged on.

Synthetic, and tied to no event: how a one-way drone may fly, from public descriptions (45-58 m/s,
a held course, few turns; see docs/warning.md). Families: `steady`, `through` (straight, aimed at
nothing), `waypoint`, `weave`, `deflected` (one sharp turn), `defl4` (that turn four minutes before
arrival), `lost` (wanders, and may go out of contact). A flight that ends by impact ends there.

Seeds are kept apart: choices are made on TUNING_SEEDS, figures are reported on HELD_OUT_SEEDS.
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from tocsin.model.detection import F64
from tocsin.sim.steering import Flown, Plan, fly

TUNING_SEEDS = range(1000, 2000)
"""Thresholds, parameters and libraries may be chosen on these."""
HELD_OUT_SEEDS = range(5000, 6000)
"""Figures are reported on these; nothing may be chosen on them."""
LATE_TURN_S, ARRIVES_M = 240.0, 3_000.0
"""How long before arrival `defl4` turns; it arrives when it comes so near its place."""
PASSES_ON_S = 4800.0
"""How long through traffic flies on once past its point: past the end of what is judged."""
STEP_S = 2.0


class Habits(msgspec.Struct, frozen=True, kw_only=True):
    """How the drones of a set fly. Pairs are bounds of a uniform draw."""

    speed_mps: tuple[float, float] = (45.0, 58.0)
    turn_degps: tuple[float, float] = (2.0, 4.0)
    speed_sigma_ratio: float = 0.02
    """Gusts: the speed varies by this much over about two minutes,"""
    wander_sigma_deg: float = 1.5
    """and the heading about the course over one."""
    leg_s: tuple[float, float] = (300.0, 1200.0)
    """Time between waypoints."""
    leg_turn_sigma_deg: float = 40.0
    leg_turn_mean_deg: float = 0.0
    """Mean turn at a waypoint, always to the same side (which one is chance)."""
    tail_degrees: int | None = None
    """Degrees of freedom of the turns at waypoints (Student's t); None: normal."""
    weave_deg: tuple[float, float] = (10.0, 25.0)
    """How far the course swings,"""
    weave_s: tuple[float, float] = (60.0, 180.0)
    """and how long one swing to and fro takes."""
    deflect_deg: tuple[float, float] = (10.0, 90.0)
    shares: tuple[float, float, float, float, float] = (0.25, 0.30, 0.20, 0.15, 0.10)
    """Of MIXED, in its order."""


USUAL = Habits()
MIS_SPECIFIED = Habits(
    speed_mps=(38.0, 70.0),
    leg_s=(120.0, 900.0),
    tail_degrees=2,
    weave_deg=(10.0, 35.0),
    deflect_deg=(10.0, 150.0),
    shares=(0.20, 0.25, 0.30, 0.15, 0.10),
)
"""What a model fitted to USUAL does not expect: other speeds, more and sharper turns."""
AIRCRAFT: dict[str, tuple[tuple[float, Habits], ...]] = {
    "jet": (
        (0.75, Habits(
            speed_mps=(150.0, 250.0), turn_degps=(0.8, 1.5), speed_sigma_ratio=0.03,
            wander_sigma_deg=0.3, leg_s=(240.0, 1800.0), leg_turn_sigma_deg=20.0,
        )),
        (0.25, Habits(
            speed_mps=(80.0, 160.0), turn_degps=(1.5, 3.0), speed_sigma_ratio=0.10,
            wander_sigma_deg=0.5, leg_s=(60.0, 400.0), leg_turn_sigma_deg=60.0,
        )),
    ),
    "slow_aircraft": (
        (0.35, Habits(
            speed_mps=(30.0, 80.0), turn_degps=(2.0, 5.0), speed_sigma_ratio=0.08,
            wander_sigma_deg=3.0, leg_s=(120.0, 900.0), leg_turn_sigma_deg=45.0,
        )),
        (0.35, Habits(
            speed_mps=(35.0, 110.0), turn_degps=(1.5, 4.0), speed_sigma_ratio=0.10,
            wander_sigma_deg=3.0, leg_s=(90.0, 480.0), leg_turn_mean_deg=175.0,
            leg_turn_sigma_deg=8.0,
        )),
        (0.30, Habits(
            speed_mps=(25.0, 70.0), turn_degps=(3.0, 8.0), speed_sigma_ratio=0.10,
            wander_sigma_deg=5.0, leg_s=(20.0, 150.0), leg_turn_mean_deg=60.0,
            leg_turn_sigma_deg=50.0,
        )),
    ),
}  # fmt: skip
"""Shares and habits of other aircraft: en route and near an airport; legs, to and fro, circling."""
MIXED = ("steady", "waypoint", "weave", "deflected", "lost")
AIMED = ("steady", "waypoint", "weave", "defl4")
"""Families that end at a place in `toward`."""


class Flight(msgspec.Struct, frozen=True, kw_only=True):
    """One true flight, evenly sampled; it exists from its first sample to its last."""

    family: str
    step_s: float
    start_s: float
    """Time of the first sample."""
    pos_m: F64
    """shape (n, 2), east, north."""
    vel_mps: F64
    """shape (n, 2)."""
    ends: str
    """`impact`: nothing flies on; `time`: only what is known of it ends."""
    unseen_s: tuple[tuple[float, float], ...] = ()
    """Times out of contact, from the first sample."""
    turned_s: float | None = None
    """When `deflected` and `defl4` were to turn, from the first sample."""

    @property
    def t_s(self) -> F64:
        """Times of the samples."""
        return np.asarray(self.start_s + self.step_s * np.arange(len(self.pos_m)))


def mixture(rng: np.random.Generator, count: int, habits: Habits = USUAL) -> tuple[Flight, ...]:
    """Return flights of all families of MIXED, aimed at nothing, each ending by impact.

    Every flight begins at the origin at time 0; 25 to 60 minutes long.
    """
    kinds = rng.choice(len(MIXED), count, p=habits.shares)
    return tuple(
        flight
        for number, family in enumerate(MIXED)
        for flight in alone(family, rng, int(np.sum(kinds == number)), habits)
    )


def alone(
    family: str, rng: np.random.Generator, count: int, habits: Habits = USUAL
) -> tuple[Flight, ...]:
    """Return flights of one family of MIXED, aimed at nothing, from the origin at time 0."""
    return _flown(family, [FREE[family](rng, habits) for _ in range(count)], rng, habits)


def aircraft(kind: str, rng: np.random.Generator, count: int) -> tuple[Flight, ...]:
    """Return generic flights of other aircraft, for a library: `jet` or `slow_aircraft`.

    25 to 60 minutes each, from the origin at time 0; only what is known of them ends.
    """
    shares = [share for share, _ in AIRCRAFT[kind]]
    sorts = rng.choice(len(shares), count, p=shares)
    return tuple(
        msgspec.structs.replace(flight, family=kind, ends="time")
        for number, (_, habits) in enumerate(AIRCRAFT[kind])
        for flight in alone("waypoint", rng, int(np.sum(sorts == number)), habits)
    )


def toward(
    family: str,
    places_m: F64,
    rng: np.random.Generator,
    count: int,
    habits: Habits = USUAL,
) -> tuple[Flight, ...]:
    """Return flights among places, 20 to 40 minutes from arrival at their start.

    Those of AIMED go down at the middle of one of the places; `through` passes a random point of
    the area; `deflected` and `lost` were on their way to a place but never come there, or by
    chance.

    Args:
        family: One of AIMED, `through`, `deflected` or `lost`.
        places_m: shape (places, 2).
        rng: Source of chance.
        count: Flights.
        habits: How they fly.
    """
    low_m, high_m = places_m.min(axis=0), places_m.max(axis=0)
    plans = []
    for _ in range(count):
        aim_m = places_m[rng.integers(len(places_m))]
        if family == "through":
            aim_m = rng.uniform(low_m, high_m)
        plan = BOUND[family](rng, habits, rng.uniform(1200.0, 2400.0))
        plans.append(plan.moved(aim_m - plan.aim_m))
    return _flown(family, plans, rng, habits)


def scenario(
    family: str, places_m: F64, rng: np.random.Generator, *, own: int = 5, through: int = 1
) -> tuple[Flight, ...]:
    """Return flights of a family with through traffic mixed in, begun within five minutes.

    The family `mixlost` is deflected flights and lost ones in turn.
    """
    wanted = {"mixlost": {"deflected": own - own // 2, "lost": own // 2}}.get(family, {family: own})
    wanted["through"] = wanted.get("through", 0) + through
    made = [f for name, count in wanted.items() for f in toward(name, places_m, rng, count)]
    starts_s = rng.uniform(0.0, 300.0, len(made))
    return tuple(
        msgspec.structs.replace(f, start_s=STEP_S * round(float(s) / STEP_S))
        for f, s in zip(made, starts_s, strict=True)
    )


def _flown(
    family: str, plans: Sequence[Plan], rng: np.random.Generator, habits: Habits
) -> tuple[Flight, ...]:
    """Fly plans and name the result."""
    flown = fly(
        plans,
        rng,
        step_s=STEP_S,
        speed_sigma_ratio=habits.speed_sigma_ratio,
        wander_sigma_rad=float(np.radians(habits.wander_sigma_deg)),
    )
    return tuple(_flight(family, plan, path, rng) for plan, path in zip(plans, flown, strict=True))


def _flight(family: str, plan: Plan, path: Flown, rng: np.random.Generator) -> Flight:
    return Flight(
        family=family,
        step_s=STEP_S,
        start_s=0.0,
        pos_m=path.pos_m,
        vel_mps=path.vel_mps,
        ends="impact" if plan.impact else "time",
        unseen_s=_out_of_contact(plan, rng),
        turned_s=plan.turned_s,
    )


def _out_of_contact(plan: Plan, rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    """Return the times out of contact: of every other flight that is lost, one of some minutes."""
    if not np.isfinite(plan.lost_s) or rng.random() < 0.5:
        return ()
    from_s = plan.lost_s + float(rng.uniform(0.0, 600.0))
    return ((from_s, from_s + float(rng.uniform(60.0, 300.0))),)


def _plan(rng: np.random.Generator, habits: Habits, legs_s: F64, turns_rad: F64) -> Plan:
    """Return a plan of straight legs: flown in the times given, turning between them."""
    speed_mps = float(rng.uniform(*habits.speed_mps))
    course_rad = rng.uniform(0.0, 2.0 * np.pi) + np.concatenate([[0.0], np.cumsum(turns_rad)])
    moves_m = speed_mps * legs_s[:, None] * np.stack([np.sin(course_rad), np.cos(course_rad)], 1)
    return Plan(
        route_m=np.concatenate([np.zeros((1, 2)), np.cumsum(moves_m, axis=0)]),
        speed_mps=speed_mps,
        turn_radps=float(np.radians(rng.uniform(*habits.turn_degps))),
    )


def _lasting(rng: np.random.Generator) -> float:
    """Draw how long a flight that is aimed at nothing lasts, 25 to 60 min."""
    return float(rng.uniform(1500.0, 3600.0))


def _signed_rad(rng: np.random.Generator, bounds_deg: tuple[float, float]) -> F64:
    """Draw one turn to either side."""
    return np.radians([rng.choice((-1.0, 1.0)) * rng.uniform(*bounds_deg)])


def _straight(rng: np.random.Generator, habits: Habits, lasts_s: float) -> Plan:
    return _plan(rng, habits, np.array([lasts_s]), np.empty(0))


def _legs(rng: np.random.Generator, habits: Habits, lasts_s: float) -> Plan:
    legs_s = [float(rng.uniform(*habits.leg_s)) * rng.uniform(0.0, 1.0)]
    while sum(legs_s) < lasts_s:
        legs_s.append(float(rng.uniform(*habits.leg_s)))
    legs_s[-1] -= sum(legs_s) - lasts_s
    count = len(legs_s) - 1
    tail = habits.tail_degrees
    drawn = rng.standard_normal(count) if tail is None else rng.standard_t(tail, count)
    mean_deg = rng.choice((-1.0, 1.0)) * habits.leg_turn_mean_deg
    turns_deg = np.clip(mean_deg + habits.leg_turn_sigma_deg * drawn, -180.0, 180.0)
    return _plan(rng, habits, np.array(legs_s), np.radians(turns_deg))


def _weaving(rng: np.random.Generator, habits: Habits, lasts_s: float) -> Plan:
    return msgspec.structs.replace(
        _straight(rng, habits, lasts_s),
        weave_rad=float(np.radians(rng.uniform(*habits.weave_deg))),
        weave_radps=float(2.0 * np.pi / rng.uniform(*habits.weave_s)),
        phase_rad=float(rng.uniform(0.0, 2.0 * np.pi)),
    )


def _deflected(rng: np.random.Generator, habits: Habits, lasts_s: float) -> Plan:
    at_s = float(rng.uniform(0.25, 0.85)) * lasts_s
    turn_rad = _signed_rad(rng, habits.deflect_deg)
    plan = _plan(rng, habits, np.array([at_s, lasts_s - at_s]), turn_rad)
    return msgspec.structs.replace(plan, turned_s=at_s)


def _off_course(rng: np.random.Generator, habits: Habits, lasts_s: float) -> Plan:
    """Return a flight deflected from where it was going: its aim is where it would have come."""
    plan = _deflected(rng, habits, lasts_s)
    first_m = plan.route_m[1] - plan.route_m[0]
    share = lasts_s / (plan.turned_s or lasts_s)
    return msgspec.structs.replace(
        plan, aim_at_m=tuple((plan.route_m[0] + share * first_m).tolist())
    )


def _late(rng: np.random.Generator, habits: Habits, lasts_s: float) -> Plan:
    turn_rad = _signed_rad(rng, habits.deflect_deg)
    plan = _plan(rng, habits, np.array([lasts_s, LATE_TURN_S]), turn_rad)
    last_m = plan.route_m[2] - plan.route_m[1]
    plan.route_m[2] += ARRIVES_M * last_m / np.hypot(*last_m)
    return msgspec.structs.replace(plan, turned_s=lasts_s)


def _wandering(rng: np.random.Generator, habits: Habits, lasts_s: float) -> Plan:
    plan = _straight(rng, habits, lasts_s)
    return msgspec.structs.replace(plan, lost_s=float(rng.uniform(0.2, 0.8)) * lasts_s)


def _passing(rng: np.random.Generator, habits: Habits, lasts_s: float) -> Plan:
    """Return a straight flight whose aim is only on its way."""
    plan = _plan(rng, habits, np.array([lasts_s, PASSES_ON_S]), np.zeros(1))
    straight_m = np.delete(plan.route_m, 1, axis=0)
    aim_at_m = tuple(plan.route_m[1].tolist())
    return msgspec.structs.replace(plan, route_m=straight_m, aim_at_m=aim_at_m, impact=False)


_Make = Callable[[np.random.Generator, Habits], Plan]
_MakeBound = Callable[[np.random.Generator, Habits, float], Plan]
FREE: dict[str, _Make] = {
    "steady": lambda rng, habits: _straight(rng, habits, _lasting(rng)),
    "waypoint": lambda rng, habits: _legs(rng, habits, _lasting(rng)),
    "weave": lambda rng, habits: _weaving(rng, habits, _lasting(rng)),
    "deflected": lambda rng, habits: _deflected(rng, habits, _lasting(rng)),
    "lost": lambda rng, habits: _wandering(rng, habits, _lasting(rng)),
}
BOUND: dict[str, _MakeBound] = {
    "steady": _straight,
    "through": _passing,
    "waypoint": _legs,
    "weave": _weaving,
    "defl4": _late,
    "deflected": _off_course,
    "lost": _wandering,
}
