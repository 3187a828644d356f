"""Whether a new track may be the continuation of one that was lost: with which probability.

Two explanations of a track that appears at x with velocity v at a time t: the lost thing was seen
again, or something else came. The first has the density

    keep * rate_again * f(x, v | what the lost one may have done meanwhile),

the second the density of new arrivals, counted from the last hour. Bayes between them, all
lost tracks at once (a track continues at most one). f is a kernel density over the turn-event
futures of the lost track (Silverman 1986, eq. 4.14), with a part left for anywhere within reach.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import exp, pi

import numpy as np
from numpy.typing import NDArray

from tocsin.assess.motion import MOTIONS, library
from tocsin.assess.reach import radius_of
from tocsin.model.threat import MayBe
from tocsin.model.track import Track
from tocsin.model.units import S_NS

F64 = NDArray[np.float64]

KEEP_PROB = 0.8
"""A track that is lost still flies and is seen again somewhere on the site."""
AGAIN_S = 900.0
"""Mean time until it is seen again."""
ANYWHERE_PROB = 0.2
"""Share of f that is spread evenly over the whole reach, at any velocity: models are wrong."""
TOP_SPEED_MPS = 120.0
"""Velocities of new tracks are spread evenly below this."""
SITE_M2 = 1.5e10
"""Area over which new tracks are spread: about 120 km by 120 km."""
HOUR_S = 3600.0
LEAST_PROB = 0.05
"""Less probable links are not told."""
_FUTURES, _STEPS, _STEP_S = 256, 48, 25.0
_PLACE_SIGMA_M, _VEL_SIGMA_MPS = 300.0, 6.0
"""Least widths of the kernels: what the tracker adds to a state that has just begun."""


def may_be(
    new: Track, lost: Mapping[int, Track], births: int, *, reach_ratio: float
) -> tuple[MayBe, ...]:
    """Return which lost tracks a new one may continue, most probable first.

    Args:
        new: The track that appeared; its state should have settled for some updates.
        lost: Lost tracks by id, each as it was when it was last seen, not continued yet.
        births: New tracks of the last hour that continue nothing.
        reach_ratio: As in `reach.radius_of`.
    """
    here = (1.0 + births) / HOUR_S / SITE_M2 / (pi * TOP_SPEED_MPS**2)
    weights = {
        number: _density(seen, new, reach_ratio)
        for number, seen in sorted(lost.items())
        if seen.t_update_ns < new.t_first_ns
    }
    total = here + sum(weights.values())
    found = [
        MayBe(track_id=number, same_prob=weight / total)
        for number, weight in weights.items()
        if weight / total >= LEAST_PROB
    ]
    return tuple(sorted(found, key=lambda link: (-link.same_prob, link.track_id)))


def _density(seen: Track, new: Track, reach_ratio: float) -> float:
    """Return the density of the lost track being seen again as the new one is."""
    gap_s = (new.t_ns - seen.t_ns) / S_NS
    radius_m = radius_of(seen, new.t_ns, reach_ratio)
    away_m = np.hypot(*np.subtract(new.pos_site_m, seen.pos_site_m))
    if gap_s <= 0.0 or away_m > radius_m:
        return 0.0
    anywhere = 1.0 / (pi * radius_m**2) / (pi * TOP_SPEED_MPS**2)
    spread = (1.0 - ANYWHERE_PROB) * _kernel_density(seen, new, gap_s) + ANYWHERE_PROB * anywhere
    return KEEP_PROB / AGAIN_S * exp(-gap_s / (8.0 * AGAIN_S)) * spread


def _kernel_density(seen: Track, new: Track, gap_s: float) -> float:
    """Return f(x, v): the mean of the kernels about the futures, per m2 and (m/s)2."""
    pos_m, vel_mps = _futures(seen, gap_s)
    narrow = len(pos_m) ** (-1.0 / 8.0)
    dx = np.subtract(new.pos_site_m, pos_m)
    dv = np.subtract(new.vel_site_mps, vel_mps)
    across_m = np.maximum(narrow * 0.5 * pos_m.std(axis=0), 0.0)
    sx2_m2 = across_m**2 + _PLACE_SIGMA_M**2 + np.array([seen.cov[0], seen.cov[10]])
    sv2 = _VEL_SIGMA_MPS**2 + np.array([new.cov[5] + seen.cov[5], new.cov[15] + seen.cov[15]])
    exponent = (dx**2 / sx2_m2).sum(axis=1) + (dv**2 / sv2).sum(axis=1)
    norm = 4.0 * pi**2 * float(np.sqrt(np.prod(sx2_m2) * np.prod(sv2)))
    return float(np.mean(np.exp(-0.5 * exponent))) / norm


def _futures(seen: Track, gap_s: float) -> tuple[F64, F64]:
    """Return positions and velocities of the turn-event futures, each shape (futures, 2).

    Beyond the end of the table a future goes on as it did on the whole.
    """
    paths_s = _paths_s()
    at = gap_s / _STEP_S
    if at >= _STEPS - 1:
        moved_s = paths_s[:, -1] * (gap_s / (_STEPS * _STEP_S))
        heading = paths_s[:, -1] / (_STEPS * _STEP_S)
    else:
        low = int(at)
        move_s = paths_s[:, low + 1] - paths_s[:, low]
        moved_s = paths_s[:, low] + (at - low) * move_s
        heading = move_s / _STEP_S
    ve, vn = seen.vel_site_mps
    turn = np.array([[ve, vn], [-vn, ve]])
    return np.asarray(seen.pos_site_m) + moved_s @ turn, heading @ turn


@lru_cache(maxsize=1)
def _paths_s() -> F64:
    """Return the drone's turn-event futures, coarse: shape (futures, steps + 1, 2)."""
    return np.asarray(library(_FUTURES, _STEPS, _STEP_S)[MOTIONS.index("drone")])
