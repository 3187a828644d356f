"""Is a threshold worth trusting: how early it warns, and how often for nothing.

A draft is raised for a track and a place when the probability reaches a threshold, and stands until
that has stayed below a part of it for a while (the same ladder as in `warn`). It came true when
the flight was within the radius of the place at or after that, soon enough. Leads are compared
with those of the course oracle (`oracle`): capped at 1, a miss is 0, what the oracle itself knew
for less than a minute is left out.
"""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import F64
from tocsin.sim.score.oracle import Arrival

RELEASE_RATIO, RELEASE_AFTER_S = 0.5, 60.0
TRUE_WITHIN_S = 1200.0
"""A draft is true when its place is passed within the longest horizon that is told."""
NEAR_RATIO = 2.0
"""Near-tolerant: a place passed within this times the radius was not warned for nothing."""
LEAST_ORACLE_S = 60.0
RECALL_ORACLE_S, RECALL_LEAD_S = 180.0, 120.0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of one track and one place, look by look."""

    track: int
    flight: int
    """The flight that the track is of, or -1."""
    place: int
    t_s: F64
    """shape (n,), ascending."""
    prob: F64
    """shape (n,)."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A warning raised, and what came of it."""

    track: int
    flight: int
    place: int
    from_s: float
    until_s: float
    """inf: stood to the end."""
    came_m: float
    """How near the flight came to the place from then on, soon enough."""


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """What one threshold gives."""

    drafts: int
    arrivals: int
    """Those that the course oracle knew for a minute or more."""
    lead_median_s: float
    course_median_ratio: float
    course_p10_ratio: float
    clairvoyant_median_ratio: float
    clairvoyant_p10_ratio: float
    recall_share: float
    """Drafted >= 2 min before, of those that the course oracle knew >= 3 min before."""
    false_share: float
    """Drafts whose place was never within the radius,"""
    near_false_share: float
    """nor within twice the radius."""
    false_track_share: float
    """Tracks all of whose drafts were false, of those with any."""


def raised_s(
    t_s: F64,
    prob: F64,
    min_prob: float,
    *,
    release_ratio: float = RELEASE_RATIO,
    release_after_s: float = RELEASE_AFTER_S,
) -> list[tuple[float, float]]:
    """Return when drafts were raised and let go, by the ladder of `warn`; inf: not let go."""
    found: list[tuple[float, float]] = []
    from_s, below_s = np.nan, np.nan
    for now_s, value in zip(t_s.tolist(), prob.tolist(), strict=True):
        if np.isnan(from_s):
            from_s = now_s if value >= min_prob else np.nan
            below_s = np.nan
        elif value >= min_prob * release_ratio:
            below_s = np.nan
        else:
            below_s = now_s if np.isnan(below_s) else below_s
            if now_s - below_s >= release_after_s:
                found.append((from_s, now_s))
                from_s = np.nan
    return found if np.isnan(from_s) else [*found, (from_s, np.inf)]


def drafts(
    told: Sequence[Told], paths: Sequence[tuple[F64, F64]], places_m: F64, min_prob: float
) -> list[Draft]:
    """Raise drafts and say what came of each.

    Args:
        told: What was said, of every track and place.
        paths: Times and positions (n, 2) of every flight.
        places_m: shape (places, 2).
        min_prob: The threshold.
    """
    return [
        Draft(
            track=pair.track,
            flight=pair.flight,
            place=pair.place,
            from_s=from_s,
            until_s=until_s,
            came_m=_came_m(pair, paths, places_m, from_s),
        )
        for pair in told
        for from_s, until_s in raised_s(pair.t_s, pair.prob, min_prob)
    ]


def _came_m(pair: Told, paths: Sequence[tuple[F64, F64]], places_m: F64, from_s: float) -> float:
    """Return the least distance of the flight to the place in the time that counts."""
    if pair.flight < 0:
        return np.inf
    t_s, pos_m = paths[pair.flight]
    soon = (t_s >= from_s) & (t_s <= from_s + TRUE_WITHIN_S)
    away_m = np.hypot(*(pos_m[soon] - places_m[pair.place]).T)
    return float(np.min(away_m, initial=np.inf))


def leads_s(made: Sequence[Draft], come: Sequence[Arrival]) -> F64:
    """Return the lead of the draft that stood when each arrival came, 0 for none."""
    return np.array(
        [
            max(
                (
                    arrival.t_s - draft.from_s
                    for draft in made
                    if (draft.flight, draft.place) == (arrival.flight, arrival.place)
                    and draft.from_s <= arrival.t_s <= draft.until_s
                ),
                default=0.0,
            )
            for arrival in come
        ]
    )


def score(made: Sequence[Draft], come: Sequence[Arrival], *, radius_m: float) -> Score:
    """Score the drafts of one scenario, or of several whose numbers differ."""
    lead_s = leads_s(made, come)
    course_s = np.array([arrival.course_s for arrival in come])
    clairvoyant_s = np.array([arrival.clairvoyant_s for arrival in come])
    known = course_s >= LEAST_ORACLE_S
    ratio = np.minimum(lead_s[known] / course_s[known], 1.0) if known.any() else np.empty(0)
    best = np.minimum(lead_s[known] / clairvoyant_s[known], 1.0) if known.any() else np.empty(0)
    early = lead_s[course_s >= RECALL_ORACLE_S] >= RECALL_LEAD_S
    false = np.array([draft.came_m > radius_m for draft in made])
    near = np.array([draft.came_m > NEAR_RATIO * radius_m for draft in made])
    tracks: dict[int, bool] = {}
    for draft, wrong in zip(made, false.tolist(), strict=True):
        tracks[draft.track] = tracks.get(draft.track, True) and wrong
    return Score(
        drafts=len(made),
        arrivals=int(known.sum()),
        lead_median_s=_percentile(lead_s[known], 50.0),
        course_median_ratio=_percentile(ratio, 50.0),
        course_p10_ratio=_percentile(ratio, 10.0),
        clairvoyant_median_ratio=_percentile(best, 50.0),
        clairvoyant_p10_ratio=_percentile(best, 10.0),
        recall_share=_mean(early),
        false_share=_mean(false),
        near_false_share=_mean(near),
        false_track_share=_mean(np.array(list(tracks.values()))),
    )


def _percentile(values: F64, at: int | float) -> float:
    return float(np.percentile(values, at)) if len(values) else np.nan


def _mean(values: F64 | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else np.nan
