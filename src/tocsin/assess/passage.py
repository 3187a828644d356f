"""From the futures' first-passage times to what is told: probabilities, windows, states."""

from collections.abc import Iterator, Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from tocsin.assess.futures import levels_of
from tocsin.assess.march import Hits
from tocsin.assess.recalibration import recalibrated
from tocsin.assess.settings import AssessSettings
from tocsin.assess.world import BorderField, World
from tocsin.model.threat import Crossing, Threat, ZoneThreat
from tocsin.model.track import Track
from tocsin.model.units import S_NS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Window = tuple[int, int, int] | tuple[None, None, None]
Probs = tuple[float, ...]
Times = Sequence[int | None]
NO_WINDOW: Window = (None, None, None)

WINDOW_HORIZON_S = 900.0
"""A crossing window is conditional on crossing within this time."""
STRADDLE_SIGMA = 1.645
"""Nearer to the line than this many sigmas, which side is not known (5 % each way)."""
LEAST_FUTURES_PROB = 0.05
"""Fewer futures than this carry no window."""
INSIDE, AT_BORDER, OUTSIDE = "inside", "at the border", "outside"


def crossings(
    tracks: Sequence[Track],
    field: BorderField,
    times_s: F64,
    *,
    sides: Sequence[str],
    contexts: Sequence[str],
    shares: F64,
    settings: AssessSettings,
) -> list[Crossing]:
    """Tell one border's first passage by each track from the futures' times, shape (n, futures).

    Probabilities hold the track's existence; the window is conditional on crossing.
    """
    gate_s = min(WINDOW_HORIZON_S, settings.horizons_s[-1])
    ordered_s = np.sort(times_s, axis=1)
    passed = passed_by(ordered_s, (*settings.horizons_s, gate_s))
    gate_prob = passed[:, -1] / times_s.shape[1]
    probs = _probs(passed[:, :-1], times_s.shape[1], tracks, shares, settings)
    windows_s = quantiles_s(ordered_s, passed[:, -1], levels_of(shares))
    return [
        _crossing(track, field, side, reason, prob, _window(track, window_s), settings)
        for track, side, reason, prob, window_s in zip(
            tracks,
            sides,
            _reasons(tracks, gate_prob, sides, contexts, gate_s, settings),
            probs.tolist(),
            windows_s,
            strict=True,
        )
    ]


def _crossing(
    track: Track,
    field: BorderField,
    side: str,
    reason: str,
    prob: list[float],
    window: Window,
    settings: AssessSettings,
) -> Crossing:
    """Tell one track's first passage of one border."""
    early_ns, middle_ns, late_ns = NO_WINDOW if reason else window
    return Crossing(
        track_id=track.id,
        border_id=field.border.id,
        within_s=settings.horizons_s,
        prob=tuple(prob),
        t_p05_ns=early_ns,
        t_p50_ns=middle_ns,
        t_p95_ns=late_ns,
        window_reason=reason,
        state=side,
    )


def _reasons(
    tracks: Sequence[Track],
    gate_prob: F64,
    sides: Sequence[str],
    contexts: Sequence[str],
    gate_s: float,
    settings: AssessSettings,
) -> Iterator[str]:
    """Yield why there is no crossing window, or an empty string where there is one."""
    told = zip(tracks, gate_prob.tolist(), sides, contexts, strict=True)
    for track, crossing_prob, side, context in told:
        if side == INSIDE:
            yield "it is already inside"
        elif context == "lost":
            yield f"no detection for {(track.t_ns - track.t_update_ns) / S_NS:.0f} s"
        elif crossing_prob < settings.window_gate_prob:
            flight = "" if context == "straight" else f"{context}: "
            within_min = f"{gate_s / 60:.0f} min"
            yield f"{flight}{crossing_prob:.0%} of its futures cross within {within_min}"
        else:
            yield ""


def threats(
    tracks: Sequence[Track], found: Hits, shares: F64, world: World, settings: AssessSettings
) -> list[tuple[tuple[Threat, ...], tuple[ZoneThreat, ...]]]:
    """Tell the places and zones that each track's futures come near, most probable first.

    A window is conditional on coming near at all.
    """
    counts = np.diff(found.first)
    owner = np.repeat(np.arange(len(tracks)), counts)
    own = [tracks[index] for index in owner.tolist()]
    futures = settings.futures
    probs = _probs(found.passed, futures, own, shares[owner], settings)
    order = np.lexsort((_names(world)[found.what], -probs[:, -1], owner))
    enough = found.passed[:, -1] >= LEAST_FUTURES_PROB * futures
    t_ns = np.array([track.t_ns for track in own], dtype=np.int64)
    times_ns = t_ns[:, None] + np.rint(found.window_s * S_NS).astype(np.int64)
    places: list[list[Threat]] = [[] for _ in tracks]
    zones: list[list[ZoneThreat]] = [[] for _ in tracks]
    common = settings.place_radius_m, settings.horizons_s
    # Columns, not rows: a list for each row would keep the garbage collector busy.
    rows = zip(
        owner[order].tolist(),
        found.what[order].tolist(),
        zip(*probs[order].T.tolist(), strict=True),
        zip(*times_ns[order].T.tolist(), strict=True),
        enough[order].tolist(),
        strict=True,
    )
    for at, what, prob, window, windowed in rows:
        times = window if windowed else NO_WINDOW
        if what < len(world.places):
            places[at].append(_threat(tracks[at], world.places[what].id, prob, times, common))
        else:
            zone_id = world.zone_ids[what - len(world.places)]
            zones[at].append(_zone_threat(tracks[at], zone_id, prob, times, common))
    return [(tuple(a), tuple(b)) for a, b in zip(places, zones, strict=True)]


def _names(world: World) -> I64:
    """Return the rank of every place's and zone's id, so that equal probabilities have an order."""
    ids = np.array([*(place.id for place in world.places), *world.zone_ids])
    return np.asarray(np.argsort(np.argsort(ids, kind="stable"), kind="stable"))


_Common = tuple[float, tuple[float, ...]]


def _threat(track: Track, place_id: str, prob: Probs, times: Times, common: _Common) -> Threat:
    """Tell one place's first passage."""
    radius_m, within_s = common
    early_ns, middle_ns, late_ns = times
    return Threat(
        track_id=track.id,
        place_id=place_id,
        radius_m=radius_m,
        within_s=within_s,
        prob=prob,
        t_p05_ns=early_ns,
        t_p50_ns=middle_ns,
        t_p95_ns=late_ns,
    )


def _zone_threat(
    track: Track, zone_id: str, prob: Probs, times: Times, common: _Common
) -> ZoneThreat:
    """Tell the first passage of any place of a zone."""
    radius_m, within_s = common
    early_ns, middle_ns, late_ns = times
    return ZoneThreat(
        track_id=track.id,
        zone_id=zone_id,
        radius_m=radius_m,
        within_s=within_s,
        prob=prob,
        t_p05_ns=early_ns,
        t_p50_ns=middle_ns,
        t_p95_ns=late_ns,
    )


def _probs(
    passed: I64, futures: int, tracks: Sequence[Track], shares: F64, settings: AssessSettings
) -> F64:
    """Return probabilities by each horizon, (rows, horizons): the table's, times existence."""
    exists_prob = np.array([track.exists_prob for track in tracks])
    prob = recalibrated(passed / futures, shares, settings.horizons_s, settings.recalibration)
    return np.asarray(prob * exists_prob[:, None])


def passed_by(ordered_s: F64, horizons_s: tuple[float, ...]) -> I64:
    """Count the futures that have passed by each horizon, shape (rows, horizons)."""
    counts = [np.count_nonzero(ordered_s <= horizon_s, axis=1) for horizon_s in horizons_s]
    return np.stack(counts, axis=1)


def quantiles_s(ordered_s: F64, passed: I64, levels: F64) -> list[list[float] | None]:
    """Return quantiles of the first `passed` times of each row, or None where too few pass.

    Linear between order statistics.

    Args:
        ordered_s: shape (rows, futures), ascending.
        passed: shape (rows,), how many of each row count.
        levels: shape (rows, 3).
    """
    rows = np.arange(len(ordered_s))[:, None]
    enough = passed >= LEAST_FUTURES_PROB * ordered_s.shape[1]
    last = np.maximum(passed, 1)[:, None] - 1
    at = levels * last
    low = at.astype(np.int64)
    below_s, above_s = ordered_s[rows, low], ordered_s[rows, np.minimum(low + 1, last)]
    with np.errstate(invalid="ignore"):  # rows that never pass are left out below
        found_s = (below_s + (at - low) * (above_s - below_s)).tolist()
    return [row if told else None for row, told in zip(found_s, enough.tolist(), strict=True)]


def _window(track: Track, window_s: list[float] | None) -> Window:
    """Return a window in absolute time."""
    if window_s is None:
        return NO_WINDOW
    early_s, middle_s, late_s = window_s
    early_ns, middle_ns, late_ns = (round(t_s * S_NS) for t_s in (early_s, middle_s, late_s))
    return track.t_ns + early_ns, track.t_ns + middle_ns, track.t_ns + late_ns


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
