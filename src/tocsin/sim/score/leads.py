"""How long before an arrival its zone was warned, beside what could be known at best.

The course oracle knows every true state without noise and holds its course: it drafts at the first
time from which the extrapolated course meets a place of the zone within the cap, and goes on doing
so until the arrival. It knows no future, so a turn surprises it as it must surprise anybody. Its
course is the mean velocity of the last 20 s, or of 120 s where a flight weaves. It can be beaten:
each ratio is capped at 1, and a miss is 0. Arrivals that it knew for less than 60 s are left out.
Arrivals in the dark are told apart: no sensor could see the hazard in all the time for which the
oracle, which needs none, knew of them.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from tocsin.model.detection import F64
from tocsin.model.place import Place
from tocsin.model.units import S_NS
from tocsin.sim.score.hazards import RADIUS_M, Hazard, Near
from tocsin.sim.score.notices import WARN, Notice, warned_since_ns
from tocsin.sim.score.oracle import COURSE_S, WEAVING_S, meets

CAPS_S = (1200.0, 600.0, 300.0)
"""By level: how far each looks ahead, for the oracle as for the policy."""
LEAST_KNOWN_S = 60.0
FLOOR_S = 30.0
WEAVING_DEG = 8.0
"""A flight whose course swings by more than this about its mean over 120 s weaves."""

Spans = Sequence[tuple[int, int]]


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """One arrival of one hazard at one zone."""

    zone_id: str
    target_id: int
    t_arrived_ns: int
    known_s: float
    """How long before, at most the cap, the course oracle knew it."""
    lead_s: float | None
    """How long before the zone was warned and stayed so; None: not at all."""
    dark: bool = False
    """No sensor could see it from when the oracle knew to the arrival."""

    @property
    def ratio(self) -> float:
        """Return the lead as a share of what could be known, 0 to 1."""
        return min((self.lead_s or 0.0) / max(self.known_s, FLOOR_S), 1.0)


def leads(
    hazards: Sequence[Hazard],
    nears: Sequence[Near],
    places: Sequence[Place],
    notices: Sequence[Notice],
    *,
    level: int = WARN,
    unseen_ns: Mapping[int, Spans] | None = None,
) -> tuple[Lead, ...]:
    """Return every arrival that the course oracle knew long enough, in order of time.

    Args:
        hazards: what flew.
        nears: when each was near a zone.
        places: of the site.
        notices: what was drafted.
        level: the warning that counts; its cap is the oracle's too.
        unseen_ns: by target, spans in which no sensor could see it.
    """
    by_zone: dict[str, list[tuple[float, float]]] = {}
    for place in places:
        by_zone.setdefault(place.zone, []).append(place.pos_site_m)
    flights = {hazard.target_id: (hazard, course_s_of(hazard)) for hazard in hazards}
    found = []
    for near in nears:
        arrived_ns = near.first_ns()
        if arrived_ns is None:
            continue
        hazard, course_s = flights[near.target_id]
        places_m = np.array(by_zone[near.zone_id])
        known_s = oracle_lead_s(
            hazard, places_m, arrived_ns, cap_s=CAPS_S[level], course_s=course_s
        )
        if known_s < LEAST_KNOWN_S:
            continue
        since_ns = warned_since_ns(notices, near.zone_id, arrived_ns, level)
        found.append(
            Lead(
                zone_id=near.zone_id,
                target_id=near.target_id,
                t_arrived_ns=arrived_ns,
                known_s=known_s,
                lead_s=None if since_ns is None else (arrived_ns - since_ns) / S_NS,
                dark=_is_dark((unseen_ns or {}).get(near.target_id, ()), arrived_ns, known_s),
            )
        )
    return tuple(sorted(found, key=lambda lead: (lead.t_arrived_ns, lead.zone_id)))


def _is_dark(spans: Spans, arrived_ns: int, known_s: float) -> bool:
    knew_ns = arrived_ns - round(known_s * S_NS)
    return any(begin_ns <= knew_ns and arrived_ns <= end_ns for begin_ns, end_ns in spans)


def oracle_lead_s(
    hazard: Hazard, places_m: F64, arrived_ns: int, *, cap_s: float, course_s: float = COURSE_S
) -> float:
    """Return how long before an arrival the course oracle knew it without a break.

    Args:
        hazard: the flight.
        places_m: shape (k, 2), places of the zone.
        arrived_ns: when the hazard first came within the radius of one of them.
        cap_s: the farthest that it looks ahead.
        course_s: its course is the mean over this time.
    """
    last = int(np.searchsorted(hazard.t_ns, arrived_ns, side="right"))
    # The first course looks back beyond the first time that is asked for.
    begin = int(np.searchsorted(hazard.t_ns, arrived_ns - round((cap_s + course_s) * S_NS)))
    t_s = (hazard.t_ns[begin:last] - arrived_ns) / S_NS
    if len(t_s) < 2:
        return 0.0
    known = meets(
        t_s,
        hazard.pos_site_m[begin:last],
        places_m,
        radius_m=RADIUS_M,
        within_s=cap_s,
        course_s=course_s,
    ).any(axis=1)
    doubts = np.flatnonzero(~known)
    first = int(doubts[-1]) + 1 if len(doubts) else 0
    return min(-float(t_s[min(first, len(t_s) - 1)]), cap_s)


def course_s_of(hazard: Hazard) -> float:
    """Return the time over which the oracle takes its course: longer where the flight weaves."""
    short, long = (_trailing_mean(hazard, round(span_s)) for span_s in (COURSE_S, WEAVING_S))
    off_deg = np.degrees(
        np.arctan2(
            short[:, 0] * long[:, 1] - short[:, 1] * long[:, 0], np.sum(short * long, axis=1)
        )
    )
    return WEAVING_S if _swings(off_deg) else COURSE_S


def _swings(off_deg: F64) -> bool:
    """Say whether the course swings to both sides of its mean for much of the flight."""
    left, right = np.mean(off_deg > WEAVING_DEG), np.mean(off_deg < -WEAVING_DEG)
    return bool(min(left, right) > 0.1)


def _trailing_mean(hazard: Hazard, span_s: int) -> F64:
    """Return the mean velocity over the last so many rows (about a second each)."""
    total = np.concatenate([np.zeros((1, 2)), np.cumsum(hazard.vel_site_mps, axis=0)])
    end = np.arange(1, len(total))
    begin = np.maximum(end - span_s, 0)
    return np.asarray((total[end] - total[begin]) / (end - begin)[:, None])
