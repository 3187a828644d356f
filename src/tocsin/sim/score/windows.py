"""Does an arrival window hold the arrival as often as it says?

The window is the central part of the conditional law G(t) = F(t) / F(H): when, if at all. It is
judged where the forecast itself was sure enough to give one (F(H) >= gate), the flight is known to
the horizon, and it did cross. For a perfect forecast the share inside is the stated level exactly,
whatever the gate. Judging all cases, or choosing them by what happened, is not.
"""

import msgspec
import numpy as np

from tocsin.model.detection import F64
from tocsin.sim.score.passage import GRID_S, HORIZON_S, Cases

GATE_PROB = 0.5
LEVELS_PROB = (0.5, 0.8, 0.9)


class Windows(msgspec.Struct, frozen=True, kw_only=True):
    """Coverage of the windows, and what must be read beside it."""

    holds_share: tuple[float, ...]
    """Share of arrivals inside the window of each of LEVELS_PROB."""
    gated: int
    """Cases with a window."""
    crossed: int
    """Of these, how many crossed: with `gated` the reliability of the gate."""
    crossers: int
    """All that crossed, with and without a window."""
    without_share: float
    """Share of these that had no window."""
    width_s: float
    """Median width of the widest level's window."""
    error_s: float
    """Median distance of the median and the truth."""


def windows(
    prob: F64, cases: Cases, *, gate_prob: float = GATE_PROB, told_share: F64 | None = None
) -> Windows:
    """Judge the windows of forecasts.

    Args:
        prob: F on GRID_S, shape (cases, times).
        cases: What became of them.
        gate_prob: A forecast that is less sure has no window.
        told_share: shape (cases, 2), quantiles of the conditional law that are told as the widest
            level's window, where they are other than its central part (a conformal layer).
    """
    known = cases.known_s >= HORIZON_S
    crossed = known & (cases.truth_s <= HORIZON_S)
    gated = known & (prob[:, -1] >= gate_prob)
    rows = np.flatnonzero(gated & crossed)
    truth_s = cases.truth_s[rows]
    ends = {level: _bounds_s(prob[rows], level) for level in LEVELS_PROB}
    if told_share is not None:
        low, high = (quantiles_s(prob[rows], told_share[rows, end]) for end in (0, 1))
        ends[LEVELS_PROB[-1]] = low, high
    inside = [(low <= truth_s) & (truth_s <= high) for low, high in ends.values()]
    width_s = np.subtract(*reversed(ends[LEVELS_PROB[-1]]))
    middle_s = quantiles_s(prob[rows], 0.5)
    return Windows(
        holds_share=tuple(float(np.mean(hit)) if len(rows) else np.nan for hit in inside),
        gated=int(gated.sum()),
        crossed=len(rows),
        crossers=int(crossed.sum()),
        without_share=1.0 - len(rows) / max(int(crossed.sum()), 1),
        width_s=float(np.median(width_s)) if len(rows) else np.nan,
        error_s=float(np.median(np.abs(middle_s - truth_s))) if len(rows) else np.nan,
    )


def quantiles_s(prob: F64, level_share: float | F64) -> F64:
    """Return a quantile of the conditional law of each case, linear between the grid's times.

    Args:
        prob: F on GRID_S, shape (cases, times).
        level_share: Which quantile, one for all or shape (cases,).
    """
    wanted = level_share * prob[:, -1]
    above = np.minimum(np.sum(prob < wanted[:, None], axis=1), len(GRID_S) - 1)
    rows = np.arange(len(prob))
    t_s, padded = np.append(0.0, GRID_S), np.column_stack([np.zeros(len(prob)), prob])
    low, high = padded[rows, above], padded[rows, above + 1]
    part = np.where(high > low, (wanted - low) / np.where(high > low, high - low, 1.0), 1.0)
    return np.asarray(t_s[above] + part * (t_s[above + 1] - t_s[above]))


def _bounds_s(prob: F64, level_prob: float) -> tuple[F64, F64]:
    """Return both ends of the central window of a level."""
    tail = (1.0 - level_prob) / 2.0
    return quantiles_s(prob, tail), quantiles_s(prob, 1.0 - tail)
