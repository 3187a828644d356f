"""From the futures' first-passage times to what is told: probabilities, windows, states."""

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from tocsin.assess.settings import AssessSettings
from tocsin.assess.world import BorderField
from tocsin.model.place import Place
from tocsin.model.threat import Crossing, Threat
from tocsin.model.track import Track
from tocsin.model.units import S_NS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Window = tuple[int, int, int] | tuple[None, None, None]
NO_WINDOW: Window = (None, None, None)

WINDOW_HORIZON_S = 900.0
"""A crossing window is conditional on crossing within this time."""
STRADDLE_SIGMA = 1.645
"""Nearer to the line than this many sigmas, which side is not known (5 % each way)."""
LEAST_FUTURES_PROB = 0.05
"""Fewer futures than this carry no window."""
_QUANTILES = (0.05, 0.5, 0.95)

INSIDE, AT_BORDER, OUTSIDE = "inside", "at the border", "outside"


def crossing(
    track: Track,
    field: BorderField,
    times_s: F64,
    *,
    side: str,
    context: str,
    settings: AssessSettings,
) -> Crossing:
    """Tell one border's first passage from the futures' times, shape (futures,).

    Probabilities hold the track's existence; the window is conditional on crossing.
    """
    reason = window_reason(track, times_s, side=side, context=context, settings=settings)
    gate_s = min(WINDOW_HORIZON_S, settings.horizons_s[-1])
    ordered_s = np.sort(times_s)[None]
    passed = passed_by(ordered_s, (*settings.horizons_s, gate_s))
    window = quantiles_ns(track.t_ns, ordered_s, passed[:, -1])[0]
    early_ns, middle_ns, late_ns = NO_WINDOW if reason else window
    return Crossing(
        track_id=track.id,
        border_id=field.border.id,
        within_s=settings.horizons_s,
        prob=tuple((passed[0, :-1] * (track.exists_prob / len(times_s))).tolist()),
        t_p05_ns=early_ns,
        t_p50_ns=middle_ns,
        t_p95_ns=late_ns,
        window_reason=reason,
        state=side,
    )


def window_reason(
    track: Track, times_s: F64, *, side: str, context: str, settings: AssessSettings
) -> str:
    """Return why there is no crossing window, or an empty string where there is one."""
    if side == INSIDE:
        return "it is already inside"
    if context == "lost":
        silent_s = (track.t_ns - track.t_update_ns) / S_NS
        return f"no detection for {silent_s:.0f} s"
    gate_s = min(WINDOW_HORIZON_S, settings.horizons_s[-1])
    crossing_prob = float(np.mean(times_s <= gate_s))
    if crossing_prob < settings.window_gate_prob:
        flight = "manoeuvring: " if context == "manoeuvring" else ""
        return f"{flight}{crossing_prob:.0%} of its futures cross within {gate_s / 60:.0f} min"
    return ""


def threats(
    track: Track, places: list[Place], times_s: F64, settings: AssessSettings
) -> tuple[Threat, ...]:
    """Tell the places that the futures come near, most probable first.

    A window is conditional on coming near at all.

    Args:
        track: The track.
        places: Places in the order of the rows of `times_s`.
        times_s: shape (places, futures), inf: never.
        settings: Horizons, radius and the least probability worth telling.

    Returns:
        Threats whose probability within the last horizon is worth telling.
    """
    share = np.count_nonzero(times_s < np.inf, axis=1) * (track.exists_prob / times_s.shape[1])
    rows = np.flatnonzero(share >= settings.threat_min_prob)
    ordered_s = np.sort(times_s[rows], axis=1)
    passed = passed_by(ordered_s, settings.horizons_s)
    windows = quantiles_ns(track.t_ns, ordered_s, passed[:, -1])
    probs = (passed * (track.exists_prob / times_s.shape[1])).tolist()
    told = zip(rows, probs, windows, strict=True)
    found = [_threat(track, places[row], prob, window, settings) for row, prob, window in told]
    return tuple(sorted(found, key=lambda threat: (-threat.prob[-1], threat.place_id)))


def _threat(
    track: Track, place: Place, prob: list[float], window: Window, settings: AssessSettings
) -> Threat:
    """Tell one place's first passage."""
    early_ns, middle_ns, late_ns = window
    return Threat(
        track_id=track.id,
        place_id=place.id,
        radius_m=settings.place_radius_m,
        within_s=settings.horizons_s,
        prob=tuple(prob),
        t_p05_ns=early_ns,
        t_p50_ns=middle_ns,
        t_p95_ns=late_ns,
    )


def passed_by(ordered_s: F64, horizons_s: tuple[float, ...]) -> I64:
    """Count the futures that have passed by each horizon, shape (rows, horizons)."""
    counts = [np.count_nonzero(ordered_s <= horizon_s, axis=1) for horizon_s in horizons_s]
    return np.stack(counts, axis=1)


def quantiles_ns(t_ns: int, ordered_s: F64, passed: I64) -> list[Window]:
    """Return the 5, 50 and 95 % quantiles of the first `passed` times of each row.

    Linear between order statistics. Rows with too few futures have no window.

    Args:
        t_ns: Time at which the futures begin.
        ordered_s: shape (rows, futures), ascending.
        passed: shape (rows,), how many of each row count.
    """
    rows = np.arange(len(ordered_s))
    enough = passed >= LEAST_FUTURES_PROB * ordered_s.shape[1]
    last = np.maximum(passed, 1) - 1
    columns = []
    for share in _QUANTILES:
        at = share * last
        low = at.astype(np.int64)
        below_s, above_s = ordered_s[rows, low], ordered_s[rows, np.minimum(low + 1, last)]
        with np.errstate(invalid="ignore"):  # rows that never pass are left out below
            columns.append(below_s + (at - low) * (above_s - below_s))
    quantiles = np.where(enough[:, None], np.stack(columns, axis=1), 0.0)
    times_ns = (t_ns + np.rint(quantiles * S_NS).astype(np.int64)).tolist()
    told = zip(times_ns, enough.tolist(), strict=True)
    return [(row[0], row[1], row[2]) if enough_row else NO_WINDOW for row, enough_row in told]


def side_of(track: Track, signed_m: float, sigma_line_m: float) -> str:
    """Return where a track is, carrying its covariance and the line's own uncertainty.

    The larger eigenvalue of the position covariance stands for the spread across the line.
    """
    mean_m2 = (track.cov[0] + track.cov[10]) / 2.0
    half_gap_m2 = (track.cov[0] - track.cov[10]) / 2.0
    across_m2 = mean_m2 + sqrt(half_gap_m2**2 + track.cov[2] ** 2)
    spread_m = STRADDLE_SIGMA * sqrt(max(across_m2, 0.0) + sigma_line_m**2)
    if abs(signed_m) <= spread_m:
        return AT_BORDER
    return OUTSIDE if signed_m > 0.0 else INSIDE
