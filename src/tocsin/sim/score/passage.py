"""How good are forecasts of first passage: Brier scores, skill, reliability.

A forecast is a sub-distribution F(t) = P(T <= t) of the first crossing of one line, up to a
horizon; what is left of 1 means "not within it", which holds "its flight ends before" too. A case
counts for a horizon only where the flight is known that far, whether or not it crossed: keeping
the early crossers of short flights, and dropping those that did not cross, would inflate every
probability. Cases of one flight are dependent, so intervals are by bootstrap of flights.

The integrated Brier score is the mean over t of (F(t) - 1{T <= t})^2, which is the CRPS of the
crossing time cut at the horizon, over the horizon (Gneiting and Raftery 2007, JASA 102, eq. 21).
"""

from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import F64, I64
from tocsin.sim.score._kernels import first_crossings_s
from tocsin.sim.score.reliability import BINS, reliability

HORIZON_S = 900.0
GRID_STEP_S = 5.0
GRID_S: F64 = np.arange(GRID_STEP_S, HORIZON_S + GRID_STEP_S / 2.0, GRID_STEP_S)
"""Times at which forecasts are kept."""
LINE_M = (30_000.0, 150_000.0)
LINE_REACH_RATIO = 1.1
"""Lines lie in a disc of this times what is flown in the horizon,"""
LINE_AWAY_M = 500.0
"""and no nearer than this."""
RESAMPLES = 400


class Lines(NamedTuple):
    """Made-up straight lines."""

    from_m: F64
    """shape (n, 2)."""
    to_m: F64
    """shape (n, 2)."""


class Cases(NamedTuple):
    """What became of every (flight, time, line)."""

    flight: I64
    """shape (n,), which flight it was."""
    truth_s: F64
    """When it crossed, from the time of the forecast; inf: never."""
    known_s: F64
    """How far the flight is known; inf where all of it is."""

    def part(self, keep: NDArray[np.bool_]) -> "Cases":
        """Return some of the cases."""
        return Cases(self.flight[keep], self.truth_s[keep], self.known_s[keep])


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A figure with its 90 % interval by bootstrap of flights."""

    value_ratio: float
    low_ratio: float
    high_ratio: float


def draw_lines(rng: np.random.Generator, pos_m: F64, speed_mps: float, count: int) -> Lines:
    """Draw lines about a track: middles uniform in a disc, any direction, none too near."""
    reach_m = LINE_REACH_RATIO * speed_mps * HORIZON_S
    from_m, to_m = np.empty((0, 2)), np.empty((0, 2))
    while len(from_m) < count:
        away_m = reach_m * np.sqrt(rng.uniform(0.0, 1.0, count))
        middle_m = pos_m + away_m[:, None] * _unit(rng.uniform(0.0, 2.0 * np.pi, count))
        half_m = 0.5 * rng.uniform(*LINE_M, count)[:, None] * _unit(rng.uniform(0.0, np.pi, count))
        first_m, last_m = middle_m - half_m, middle_m + half_m
        keep = segment_distance_m(pos_m, first_m, last_m) >= LINE_AWAY_M
        from_m = np.concatenate([from_m, first_m[keep]])
        to_m = np.concatenate([to_m, last_m[keep]])
    return Lines(from_m[:count], to_m[:count])


def segment_distance_m(pos_m: F64, from_m: F64, to_m: F64) -> F64:
    """Return the distance of a point to segments, shape (n,)."""
    along_m = to_m - from_m
    share = np.sum((pos_m - from_m) * along_m, axis=1) / np.sum(along_m**2, axis=1)
    nearest_m = from_m + np.clip(share, 0.0, 1.0)[:, None] * along_m
    return np.asarray(np.hypot(*(pos_m - nearest_m).T))


def crossings_s(paths_m: F64, t_s: F64, lines: Lines) -> F64:
    """Return when paths first cross lines, shape (lines, paths); inf: never.

    Args:
        paths_m: shape (paths, times, 2).
        t_s: shape (times,), ascending.
        lines: The lines.
    """
    paths_m = np.ascontiguousarray(paths_m, dtype=np.float64)
    return np.asarray(first_crossings_s(paths_m, np.asarray(t_s, float), lines.from_m, lines.to_m))


def forecast(times_s: F64) -> F64:
    """Return F on GRID_S, shape (cases, times), from crossing times, shape (cases, futures)."""
    ordered_s = np.sort(times_s, axis=1)
    counts = [np.searchsorted(row_s, GRID_S, side="right") for row_s in ordered_s]
    return np.asarray(np.array(counts).reshape(-1, len(GRID_S)) / max(times_s.shape[1], 1))


def at_horizon(prob: F64, horizon_s: float) -> F64:
    """Return F at one time of the grid, shape (cases,)."""
    return np.asarray(prob[:, round(horizon_s / GRID_STEP_S) - 1])


def integrated_brier(prob: F64, cases: Cases) -> F64:
    """Return the integrated Brier score of each case, shape (cases,)."""
    happened = cases.truth_s[:, None] <= GRID_S
    return np.asarray(np.mean((prob - happened) ** 2, axis=1))


def brier(prob: F64, cases: Cases, horizon_s: float) -> F64:
    """Return the Brier score of each case at one horizon, shape (cases,)."""
    return np.asarray((at_horizon(prob, horizon_s) - (cases.truth_s <= horizon_s)) ** 2)


def climatology(cases: Cases) -> F64:
    """Return the base rate of the same cases as a forecast, shape (cases, times)."""
    rate = np.mean(cases.truth_s[:, None] <= GRID_S, axis=0)
    return np.tile(rate, (len(cases.truth_s), 1))


def skill(score: F64, base: F64, flight: I64, seed: int = 0) -> Interval:
    """Return 1 - score / base with its interval: 1 is perfect, 0 is no better than the base.

    Args:
        score: shape (cases,), of the model.
        base: shape (cases,), of what it is compared with.
        flight: shape (cases,), flights that cases belong to.
        seed: Of the bootstrap.
    """
    sums = _by_flight(flight, np.stack([score, base], axis=1))
    drawn = _resampled(sums, seed)
    return _interval(float(1.0 - score.sum() / base.sum()), 1.0 - drawn[:, 0] / drawn[:, 1])


def calibration_error(prob: F64, cases: Cases, horizon_s: float, seed: int = 0) -> Interval:
    """Return the expected calibration error at a horizon, ten equal bins, with its interval.

    The bootstrap is of a positive quantity that chance inflates: its interval lies high.
    """
    stated, real = at_horizon(prob, horizon_s), cases.truth_s <= horizon_s
    value = reliability(stated, real).error_prob
    slot = np.minimum((stated * BINS).astype(np.int64), BINS - 1)
    spread = np.zeros((len(stated), 2 * BINS + 1))
    rows = np.arange(len(stated))
    spread[rows, slot], spread[rows, BINS + slot], spread[:, -1] = stated, real, 1.0
    drawn = _resampled(_by_flight(cases.flight, spread), seed)
    off = np.abs(drawn[:, :BINS] - drawn[:, BINS : 2 * BINS]).sum(axis=1) / drawn[:, -1]
    return _interval(0.0 if value is None else value, off)


def _by_flight(flight: I64, values: F64) -> F64:
    """Sum columns by flight, shape (flights, columns)."""
    _, slot = np.unique(flight, return_inverse=True)
    sums = np.zeros((slot.max(initial=-1) + 1, values.shape[1]))
    np.add.at(sums, slot, values)
    return sums


def _resampled(sums: F64, seed: int) -> F64:
    """Return the column sums of bootstrap samples of flights, shape (RESAMPLES, columns)."""
    rng = np.random.default_rng(seed)
    flights = len(sums)
    weights = rng.multinomial(flights, np.full(flights, 1.0 / flights), RESAMPLES)
    return np.asarray(weights @ sums)


def _interval(value_ratio: float, drawn: F64) -> Interval:
    low, high = np.percentile(drawn, (5.0, 95.0))
    return Interval(value_ratio=value_ratio, low_ratio=float(low), high_ratio=float(high))


def _unit(angle_rad: F64) -> F64:
    return np.stack([np.sin(angle_rad), np.cos(angle_rad)], axis=-1)
