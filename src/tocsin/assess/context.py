"""How a track has flown of late: what its analogues are picked by, and the word for it.

The last three minutes are taken at fixed ages, so that a context does not depend on how often a
sensor turns. Positions and velocities are the tracker's own; what is older than a track is
unknown, not still.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from tocsin.assess.memory import Memory
from tocsin.model.track import Track
from tocsin.model.units import S_NS

F64 = NDArray[np.float64]
B = NDArray[np.bool_]

AGE_STEP_S = 15.0
AGES_S = AGE_STEP_S * np.arange(13)
"""Ages at which the past is looked at: three minutes."""
_MINUTE, _MEAN, _OLDEST = 4, 8, 12
"""Indices of the ages 60, 120 and 180 s."""
MEAN_S = float(AGES_S[_MEAN])
"""The mean course is taken over this."""
FEATURES = (
    "speed_log",
    "turn",
    "turned_60s",
    "turned_before",
    "activity",
    "speed_change",
    "crookedness",
    "manoeuvre",
    "offset",
)
"""Columns of every table of contexts, see `contexts_at`."""
MIRROR = np.array([1.0, -1.0, -1.0, -1.0, 1.0, 1.0, 1.0, 1.0, -1.0])
"""What a context is multiplied by when left and right change places."""
_NEEDED = np.array([0, 1, _MINUTE, _OLDEST, _MINUTE, _MINUTE, _OLDEST, 0, 2])
"""How far back a feature must be able to look, as an index of an age."""

LEFT_RAD = (float(np.radians(12.0)), float(np.radians(30.0)))
"""A course so far off the mean one begins to be, and is, the new one. Tuned on seeds 1000-1203:
skill on weaving flights against skill in the two minutes after a sharp turn."""
SWINGS_RAD = (float(np.radians(15.0)), float(np.radians(35.0)))
"""Unless it has turned by so much to either side within three minutes: then it weaves."""
WEAVE_RAD = np.radians(14.0)
"""What weaves has turned by so much to both sides within three minutes,"""
WEAVE_SIGMA = 5.0
"""and by so many sigmas of its course,"""
WEAVE_CROOKED_RATIO = 0.55
"""yet comes on: the root of one minus straightness is below this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contexts:
    """The contexts of n tracks, as columns."""

    features: F64
    """shape (n, features), in the order of FEATURES."""
    known: B
    """shape (n, features), False where the track is too young to tell."""
    frame_mps: F64
    """shape (n, 2), along the course that is likely held, as long as the mean speed."""
    span_s: F64
    """shape (n,), how far back it is known, at most three minutes."""
    sides_rad: F64
    """shape (n, 2), how far it has turned to the left and to the right in all."""

    def of(self, rows: list[int]) -> "Contexts":
        """Return the contexts of some of the tracks."""
        return Contexts(
            features=self.features[rows],
            known=self.known[rows],
            frame_mps=self.frame_mps[rows],
            span_s=self.span_s[rows],
            sides_rad=self.sides_rad[rows],
        )


def contexts(memories: Sequence[Memory], tracks: Sequence[Track]) -> Contexts:
    """Return the contexts of tracks now, from their state and what is remembered of them."""
    states, known = _at_ages(*_columns(memories, tracks))
    return contexts_at(states, known, np.array([track.manoeuvre_prob for track in tracks]))


def contexts_at(states: F64, known: B, manoeuvre_prob: F64) -> Contexts:
    """Return contexts from states at AGES_S.

    Features: log of the mean speed over a minute (m/s); change of course (rad, left positive) in
    the last 15 s, in the last minute, in the two minutes before; mean of its size per 15 s;
    change of speed in a minute over the speed; root of one minus straightness (distance over
    way) in three minutes; probability of manoeuvring; course now less mean course (rad).

    Args:
        states: shape (n, ages, 4), east, north, velocity east, velocity north.
        known: shape (n, ages), the first is always True.
        manoeuvre_prob: shape (n,).
    """
    count = known.sum(axis=1)
    course_rad = np.arctan2(states[..., 3], states[..., 2])
    turned_rad = wrapped_rad(-np.diff(course_rad, axis=1)) * known[:, 1:]
    speed_mps = np.hypot(states[..., 2], states[..., 3])
    mean_mps = _mean(speed_mps[:, : _MINUTE + 1], known[:, : _MINUTE + 1])
    mean_rad = _mean_course_rad(states, course_rad[:, 0], count)
    offset_rad = wrapped_rad(course_rad[:, 0] - mean_rad)
    minute = np.minimum(_MINUTE, count - 1)
    rows = np.arange(len(states))
    features = np.stack(
        [
            np.log(np.maximum(mean_mps, 1.0)),
            turned_rad[:, 0],
            turned_rad[:, :_MINUTE].sum(axis=1),
            turned_rad[:, _MINUTE:].sum(axis=1),
            _mean(np.abs(turned_rad), known[:, 1:]),
            (speed_mps[:, 0] - speed_mps[rows, minute]) / np.maximum(mean_mps, 1.0),
            _crookedness(states, known),
            manoeuvre_prob,
            offset_rad,
        ],
        axis=1,
    )
    sides_rad = np.stack(
        [np.maximum(turned_rad, 0.0).sum(axis=1), np.maximum(-turned_rad, 0.0).sum(axis=1)], axis=1
    )
    ahead_rad = mean_rad + _left_for_good(offset_rad, sides_rad) * offset_rad
    ahead = np.stack([np.cos(ahead_rad), np.sin(ahead_rad)], axis=1)
    return Contexts(
        features=features,
        known=count[:, None] > _NEEDED,
        frame_mps=np.maximum(mean_mps, 0.1)[:, None] * ahead,
        span_s=AGES_S[count - 1],
        sides_rad=sides_rad,
    )


def weaving(found: Contexts, course_sigma_rad: F64) -> B:
    """Say which tracks swing about their course, shape (n,).

    Args:
        found: Their contexts.
        course_sigma_rad: shape (n,), 1-sigma of the course now.
    """
    least_rad = np.maximum(WEAVE_RAD, WEAVE_SIGMA * course_sigma_rad)
    crooked = found.features[:, FEATURES.index("crookedness")] > WEAVE_CROOKED_RATIO
    return np.asarray((found.sides_rad.min(axis=1) >= least_rad) & ~crooked)


def wrapped_rad(angle_rad: F64) -> F64:
    """Return angles in (-pi, pi]."""
    return np.asarray(np.pi - (np.pi - angle_rad) % (2.0 * np.pi))


def _mean(values: F64, known: B) -> F64:
    """Return the means of what is known, row by row; 0 where nothing is."""
    return np.asarray((values * known).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _left_for_good(offset_rad: F64, sides_rad: F64) -> F64:
    """Return how far a course that is off the mean one is taken for the new one, 0 to 1.

    What swings to both sides comes back to its mean course. What is far off without that has been
    turned, and two minutes of smoothing would hide where it goes now.
    """
    return _rise(np.abs(offset_rad), LEFT_RAD) * (1.0 - _rise(sides_rad.min(axis=1), SWINGS_RAD))


def _rise(value: F64, bounds: tuple[float, float]) -> F64:
    """Return 0 below the first bound, 1 above the second, and smoothly between."""
    share = np.clip((value - bounds[0]) / (bounds[1] - bounds[0]), 0.0, 1.0)
    return np.asarray(share**2 * (3.0 - 2.0 * share))


def _mean_course_rad(states: F64, now_rad: F64, count: NDArray[np.int64]) -> F64:
    """Return the direction in which each has come in two minutes; its course now if just seen."""
    rows = np.arange(len(states))
    come_m = states[:, 0, :2] - states[rows, np.minimum(_MEAN, count - 1), :2]
    return np.where(count > 1, np.arctan2(come_m[:, 1], come_m[:, 0]), now_rad)


def _crookedness(states: F64, known: B) -> F64:
    """Return the root of one minus distance over way, shape (n,)."""
    way_m = np.hypot(*np.moveaxis(np.diff(states[..., :2], axis=1), -1, 0)) * known[:, 1:]
    oldest = states[np.arange(len(states)), known.sum(axis=1) - 1, :2]
    distance_m = np.hypot(*(states[:, 0, :2] - oldest).T)
    straightness = distance_m / np.maximum(way_m.sum(axis=1), 1e-9)
    return np.asarray(np.sqrt(np.clip(1.0 - straightness, 0.0, 1.0)))


def _columns(memories: Sequence[Memory], tracks: Sequence[Track]) -> tuple[F64, F64]:
    """Return ages (n, m), now first and inf where there is none, and states (n, m, 4)."""
    counts = np.array([len(memory.trail_t_ns) for memory in memories], dtype=np.int64)
    t_ns = np.fromiter(chain.from_iterable(m.trail_t_ns for m in memories), dtype=np.int64)
    fixes = np.fromiter(chain.from_iterable(m.trail for m in memories), dtype=np.float64)
    now_ns = np.array([track.t_ns for track in tracks], dtype=np.int64)
    row = np.repeat(np.arange(len(counts)), counts)
    from_newest = np.fromiter(
        chain.from_iterable(range(count, 0, -1) for count in counts.tolist()), dtype=np.int64
    )
    most = int(counts.max(initial=0)) + 1
    age_s = np.full((len(counts), most), np.inf)
    states = np.zeros((len(counts), most, 4))
    age_s[:, 0] = 0.0
    states[:, 0] = [(*track.pos_site_m, *track.vel_site_mps) for track in tracks]
    age_s[row, from_newest] = (now_ns[row] - t_ns) / S_NS
    states[row, from_newest] = fixes.reshape(-1, 4)
    return age_s, states


def _at_ages(age_s: F64, states: F64) -> tuple[F64, B]:
    """Interpolate states at AGES_S; what is older than the oldest is held and not known."""
    newer = (age_s[:, None, :] < AGES_S[None, :, None]).sum(axis=2)
    last = np.isfinite(age_s).sum(axis=1) - 1
    known = newer <= last[:, None]
    high = np.minimum(newer, last[:, None])
    low = np.maximum(high - 1, 0)
    rows = np.arange(len(age_s))[:, None]
    base_s = age_s[rows, high] - age_s[rows, low]
    part = np.where(base_s > 0.0, (AGES_S - age_s[rows, low]) / np.maximum(base_s, 1e-9), 1.0)
    part = np.clip(part, 0.0, 1.0)[..., None]
    return states[rows, low] * (1.0 - part) + states[rows, high] * part, known
