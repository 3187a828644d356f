"""What is remembered of a track between pictures: class, trail, conflict, last futures."""

from bisect import bisect_left
from math import atan2, hypot, sqrt

import msgspec

from tocsin.assess.classify import LOOK_S, Log5, belief, prior_logs, revise
from tocsin.assess.settings import AssessSettings
from tocsin.model.threat import ClassBelief, Crossing, Threat, ZoneThreat
from tocsin.model.track import Track
from tocsin.model.units import S_NS

REVISE_S = 8.0
"""Class and course are revised no more often than this; it is also the base of a turn's rate."""
FORGET_S = 600.0
"""A track that left the picture is remembered for this long."""
TRAIL_S = 192.0
"""The trail reaches back three minutes, and one step further to interpolate."""
_COURSE_GAP_S = 60.0
"""A longer base says nothing about a turn under way."""
FAR_STEP_S, NEAR_STEP_S = 10.0, 4.0
"""Futures of a track that is far or near are marched no more often than this (a scan)."""
NEAR_S, NEAR_PROB = 600.0, 0.1
"""It is near when it may get somewhere within this time with this probability."""
YOUNG_UPDATES = 10
"""A track with no more updates than this is new: its course is still settling."""
TURN_SIGMA = 2.0
"""A change of course smaller than this many sigmas is no turn."""
MOST_TURN_RADPS = 0.15


class Marched(msgspec.Struct, frozen=True, kw_only=True):
    """What a track's futures said when they were last marched."""

    t_ns: int
    t_update_ns: int
    context: str
    crossings: tuple[Crossing, ...]
    threats: tuple[Threat, ...]
    zones: tuple[ZoneThreat, ...]


class Memory(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one track."""

    t_seen_ns: int
    """When it was last looked at for a revision."""
    t_class_ns: int
    """When the class belief was last revised."""
    class_logs: Log5
    classes: ClassBelief
    """The same as probabilities."""
    t_course_ns: int
    vel_site_mps: tuple[float, float]
    """Velocity at `t_course_ns`."""
    turn_radps: float
    """Rate of the turn under way, counter-clockwise; 0 for none."""
    t_conflict_ns: int | None
    """Since when its identity has been contradicted."""
    trail_t_ns: tuple[int, ...]
    """When it was remembered where it was, ascending, over the last three minutes;"""
    trail: tuple[float, ...]
    """for each of these, east, north, velocity east and velocity north."""
    weaves: bool
    """It swung about its course when that was last looked at."""
    marched: Marched | None
    """None: not marched yet, or established as cooperative."""


def forget(memories: dict[int, Memory], t_ns: int) -> dict[int, Memory]:
    """Return a new table without the tracks that have long left the picture."""
    return {
        number: memory
        for number, memory in memories.items()
        if t_ns - memory.t_seen_ns < FORGET_S * S_NS
    }


def recall(before: Memory | None, track: Track, t_ns: int, settings: AssessSettings) -> Memory:
    """Bring what is remembered of a track up to the picture at `t_ns`."""
    if before is None:
        return _first(track, t_ns, settings)
    in_conflict = track.identity.conflict is not None
    same_claim = in_conflict == (before.t_conflict_ns is not None)
    news = _is_new(track) and track.t_update_ns > before.t_class_ns
    if same_claim and not news and 0 <= t_ns - before.t_seen_ns < REVISE_S * S_NS:
        return before
    t_class_ns, logs = _class(before, track, t_ns, settings)
    t_course_ns, vel_site_mps, turn_radps = _course(before, track)
    trail_t_ns, trail = _trail(before, track)
    return Memory(
        t_seen_ns=t_ns,
        t_class_ns=t_class_ns,
        class_logs=logs,
        classes=before.classes if logs is before.class_logs else belief(logs),
        t_course_ns=t_course_ns,
        vel_site_mps=vel_site_mps,
        turn_radps=turn_radps,
        t_conflict_ns=_conflict(before, track, t_ns),
        trail_t_ns=trail_t_ns,
        trail=trail,
        weaves=before.weaves,
        marched=before.marched,
    )


def still_holds(marched: Marched | None, track: Track, context: str) -> bool:
    """Say whether what the futures said need not be worked out again.

    A track that is near (or new) is marched once a scan, because seconds of its lead time count;
    one that is far, or was not seen again, every ten seconds.
    """
    if marched is None or marched.context != context:
        return False
    age_s = (track.t_ns - marched.t_ns) / S_NS
    if not 0.0 <= age_s < FAR_STEP_S:
        return False
    if age_s < NEAR_STEP_S or track.t_update_ns <= marched.t_update_ns:
        return True
    return track.updates > YOUNG_UPDATES and not _near(marched)


def _near(marched: Marched) -> bool:
    """Say whether anything may be reached within ten minutes."""
    passages: list[Crossing | Threat] = [*marched.crossings, *marched.threats]
    return any(
        prob >= NEAR_PROB
        for passage in passages
        for horizon_s, prob in zip(passage.within_s, passage.prob, strict=True)
        if horizon_s <= NEAR_S
    )


def _first(track: Track, t_ns: int, settings: AssessSettings) -> Memory:
    """Return the memory of a track seen for the first time: one look at its class."""
    logs = _one_look(track, settings)
    return Memory(
        t_seen_ns=t_ns,
        t_class_ns=t_ns,
        class_logs=logs,
        classes=belief(logs),
        t_course_ns=track.t_ns,
        vel_site_mps=track.vel_site_mps,
        turn_radps=0.0,
        t_conflict_ns=None if track.identity.conflict is None else t_ns,
        trail_t_ns=(track.t_ns,),
        trail=(*track.pos_site_m, *track.vel_site_mps),
        weaves=False,
        marched=None,
    )


def _is_new(track: Track) -> bool:
    """Say whether all that was seen of a track counts as one look."""
    return track.t_update_ns - track.t_first_ns < LOOK_S * S_NS


def _class(before: Memory, track: Track, t_ns: int, settings: AssessSettings) -> tuple[int, Log5]:
    """Revise the class when enough time has passed and the track was seen meanwhile.

    In a track's first half minute its one look is taken again with every measurement, because
    its velocity becomes known only then.
    """
    if track.t_update_ns <= before.t_class_ns:
        return before.t_class_ns, before.class_logs
    if _is_new(track):
        return t_ns, _one_look(track, settings)
    elapsed_s = (t_ns - before.t_class_ns) / S_NS
    if elapsed_s < REVISE_S:
        return before.t_class_ns, before.class_logs
    memory_s = settings.class_memory_s
    return t_ns, revise(before.class_logs, track, elapsed_s=elapsed_s, memory_s=memory_s)


def _one_look(track: Track, settings: AssessSettings) -> Log5:
    """Return the belief after one look at the track as it is now."""
    return revise(prior_logs(), track, elapsed_s=LOOK_S, memory_s=settings.class_memory_s)


def _course(before: Memory, track: Track) -> tuple[int, tuple[float, float], float]:
    """Measure the rate of a turn against the course some seconds ago."""
    base_s = (track.t_ns - before.t_course_ns) / S_NS
    if 0.0 <= base_s < REVISE_S:
        return before.t_course_ns, before.vel_site_mps, before.turn_radps
    if not 0.0 < base_s <= _COURSE_GAP_S:
        return track.t_ns, track.vel_site_mps, 0.0
    return track.t_ns, track.vel_site_mps, turn_rate_radps(before.vel_site_mps, track, base_s)


def _trail(before: Memory, track: Track) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Add where a track is to its trail, where it was seen again and some seconds have passed."""
    times_ns, states = before.trail_t_ns, before.trail
    if track.t_ns - times_ns[-1] < REVISE_S * S_NS or track.t_update_ns <= times_ns[-1]:
        return times_ns, states
    old = bisect_left(times_ns, track.t_ns - round(TRAIL_S * S_NS))
    return (
        (*times_ns[old:], track.t_ns),
        (*states[4 * old :], *track.pos_site_m, *track.vel_site_mps),
    )


def turn_rate_radps(old_mps: tuple[float, float], track: Track, base_s: float) -> float:
    """Return the rate of a turn, counter-clockwise; 0 where it is within the noise.

    Args:
        old_mps: Velocity `base_s` ago, east and north in the site plane.
        track: The track now.
        base_s: Time between the two velocities.
    """
    east, north = track.vel_site_mps
    cross, dot = old_mps[0] * north - old_mps[1] * east, old_mps[0] * east + old_mps[1] * north
    speed_mps = hypot(east, north)
    sigma_mps = sqrt(max(track.cov[5], track.cov[15], 0.0))
    turned_rad = atan2(cross, dot)
    if speed_mps == 0.0 or abs(turned_rad) * speed_mps < TURN_SIGMA * sqrt(2.0) * sigma_mps:
        return 0.0
    return max(-MOST_TURN_RADPS, min(MOST_TURN_RADPS, turned_rad / base_s))


def _conflict(before: Memory, track: Track, t_ns: int) -> int | None:
    """Return since when the identity has been contradicted without a break."""
    if track.identity.conflict is None:
        return None
    return t_ns if before.t_conflict_ns is None else before.t_conflict_ns
