"""What could have been known: the course oracle, and the clairvoyant one.

The course oracle knows the true state without noise and holds its course. It would warn from the
first time from which the true course, carried on, meets a place within the cap and goes on doing
so until arrival. It can be beaten. The clairvoyant oracle knows the future: an upper bound that a
sudden turn puts out of reach.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import F64

CAP_S = 600.0
COURSE_S = 20.0
"""The course is that of the last 20 s,"""
WEAVING_S = 120.0
"""and of the last two minutes where it weaves."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One flight at one place, once."""

    flight: int
    place: int
    t_s: float
    """When it first came within the radius."""
    course_s: float
    """Lead of the course oracle, 0 where it knew nothing."""
    clairvoyant_s: float
    """Lead of the clairvoyant one: the cap, or since the flight began."""


def distances_m(pos_m: F64, places_m: F64) -> F64:
    """Return distances, shape (times, places)."""
    return np.asarray(np.hypot(*(pos_m[:, None] - places_m).transpose(2, 0, 1)))


def arrivals(
    flight: int,
    t_s: F64,
    pos_m: F64,
    places_m: F64,
    *,
    radius_m: float,
    cap_s: float = CAP_S,
    course_s: float = COURSE_S,
) -> list[Arrival]:
    """Return a flight's first arrivals at places, with what oracles knew.

    Args:
        flight: Its number.
        t_s: shape (n,), times of its samples, evenly apart.
        pos_m: shape (n, 2), where it truly was.
        places_m: shape (places, 2).
        radius_m: It arrives when it comes so near.
        cap_s: No oracle looks further ahead.
        course_s: Its course is the mean over this time.
    """
    inside = distances_m(pos_m, places_m) <= radius_m
    known = meets(t_s, pos_m, places_m, radius_m=radius_m, within_s=cap_s, course_s=course_s)
    found = []
    for place in np.flatnonzero(inside.any(axis=0)):
        entry = int(np.argmax(inside[:, place]))
        unknown = np.flatnonzero(~known[:entry, place])
        since = int(unknown[-1]) + 1 if len(unknown) else 0
        lead_s = float(t_s[entry] - t_s[since])
        found.append(
            Arrival(
                flight=flight,
                place=int(place),
                t_s=float(t_s[entry]),
                course_s=min(lead_s, cap_s),
                clairvoyant_s=min(float(t_s[entry] - t_s[0]), cap_s),
            )
        )
    return found


def meets(
    t_s: F64, pos_m: F64, places_m: F64, *, radius_m: float, within_s: float, course_s: float
) -> NDArray[np.bool_]:
    """Return when the course, carried on, meets places within a time, shape (times, places)."""
    back = np.maximum(np.arange(len(t_s)) - max(round(course_s / (t_s[1] - t_s[0])), 1), 0)
    apart_s = np.maximum(t_s - t_s[back], 1e-9)
    vel_mps = (pos_m - pos_m[back]) / apart_s[:, None]
    to_m = places_m - pos_m[:, None]
    speed2 = np.maximum(np.sum(vel_mps**2, axis=1), 1e-9)[:, None]
    ahead = np.einsum("tpc,tc->tp", to_m, vel_mps)
    outside = np.sum(to_m**2, axis=2) - radius_m**2
    root = ahead**2 - speed2 * outside
    entry_s = (ahead - np.sqrt(np.maximum(root, 0.0))) / speed2
    coming = (ahead > 0.0) & (root >= 0.0) & (entry_s <= within_s)
    return np.asarray((outside <= 0.0) | coming)
