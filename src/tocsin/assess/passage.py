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
Window = tuple[int, int, int]

WINDOW_HORIZON_S = 900.0
"""A crossing window is conditional on crossing within this time."""
STRADDLE_SIGMA = 1.645
"""Nearer to the line than this many sigmas, which side is not known (5 % each way)."""
_LEAST_FUTURES_PROB = 0.05
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
    window = None if reason else quantiles_ns(track.t_ns, times_s[times_s <= gate_s])
    early, middle, late = window or (None, None, None)
    return Crossing(
        track_id=track.id,
        border_id=field.border.id,
        within_s=settings.horizons_s,
        prob=shares_by(times_s, settings.horizons_s, track.exists_prob),
        t_p05_ns=early,
        t_p50_ns=middle,
        t_p95_ns=late,
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

    Args:
        track: The track.
        places: Places in the order of the rows of `times_s`.
        times_s: shape (places, futures), inf: never.
        settings: Horizons, radius and the least probability worth telling.

    Returns:
        Threats whose probability within the last horizon is worth telling.
    """
    share = np.mean(times_s <= settings.horizons_s[-1], axis=1) * track.exists_prob
    rows = np.flatnonzero(share >= settings.threat_min_prob)
    found = [_threat(track, places[row], times_s[row], settings) for row in rows]
    return tuple(sorted(found, key=lambda threat: (-threat.prob[-1], threat.place_id)))


def _threat(track: Track, place: Place, times_s: F64, settings: AssessSettings) -> Threat:
    """Tell one place's first passage; its window is conditional on coming near at all."""
    hits_s = times_s[times_s <= settings.horizons_s[-1]]
    enough = len(hits_s) >= _LEAST_FUTURES_PROB * len(times_s)
    early, middle, late = quantiles_ns(track.t_ns, hits_s) if enough else (None, None, None)
    return Threat(
        track_id=track.id,
        place_id=place.id,
        radius_m=settings.place_radius_m,
        within_s=settings.horizons_s,
        prob=shares_by(times_s, settings.horizons_s, track.exists_prob),
        t_p05_ns=early,
        t_p50_ns=middle,
        t_p95_ns=late,
    )


def shares_by(times_s: F64, horizons_s: tuple[float, ...], exists_prob: float) -> tuple[float, ...]:
    """Return the share of futures that have passed by each horizon, times existence."""
    passed = np.searchsorted(np.sort(times_s), horizons_s, side="right")
    return tuple((passed * (exists_prob / len(times_s))).tolist())


def quantiles_ns(t_ns: int, times_s: F64) -> Window:
    """Return the 5, 50 and 95 % quantiles of some finite times after `t_ns`."""
    early, middle, late = np.quantile(times_s, _QUANTILES).tolist()
    return (
        t_ns + round(early * S_NS),
        t_ns + round(middle * S_NS),
        t_ns + round(late * S_NS),
    )


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
