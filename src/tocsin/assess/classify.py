"""What a track plausibly is: a running Bayes belief over five classes, from how it moves.

Likelihood tables: the share of looks at a member of the class that fall into each bin. They are
judgements from public performance figures, not measurements (no labelled radar set is public):
one-way drones cruise at 40-60 m/s and below 4 km, birds fly at 5-25 m/s, light aircraft and
helicopters at 25-90 m/s, jets above 90 m/s; "other" (balloons, weather, wind farms, the unknown)
is mostly slow, else flat. Nothing here says what anybody intends.
"""

from collections.abc import Iterable
from math import erf, exp, log, sqrt
from operator import mul

import numpy as np
from scipy.special import i0e

from tocsin.model.threat import ClassBelief
from tocsin.model.track import Track

CLASSES = ("drone", "slow_aircraft", "jet", "bird", "other")
"""Order of every belief and table row."""

Table = tuple[tuple[float, ...], ...]
"""Rows by class, columns by bin; each row sums to 1."""

PRIOR = (0.15, 0.15, 0.10, 0.35, 0.25)
"""Belief before anything is seen, and what an old belief fades back to. Most of what a radar
newly follows without a transponder is birds and clutter; a drone has to show itself."""

SPEED_EDGES_MPS = (8.0, 16.0, 25.0, 35.0, 45.0, 65.0, 90.0, 130.0, 200.0)
SPEEDS: Table = (
    (0.01, 0.02, 0.05, 0.13, 0.27, 0.28, 0.10, 0.08, 0.05, 0.01),
    (0.04, 0.04, 0.06, 0.12, 0.18, 0.30, 0.19, 0.05, 0.01, 0.01),
    (0.01, 0.005, 0.005, 0.01, 0.01, 0.03, 0.14, 0.22, 0.31, 0.26),
    (0.25, 0.45, 0.24, 0.04, 0.01, 0.002, 0.002, 0.002, 0.002, 0.002),
    (0.25, 0.15, 0.10, 0.08, 0.08, 0.08, 0.07, 0.07, 0.06, 0.06),
)

HEIGHT_EDGES_M = (300.0, 1000.0, 2000.0, 4000.0, 8000.0)
HEIGHTS: Table = (
    (0.30, 0.30, 0.22, 0.15, 0.02, 0.01),
    (0.20, 0.32, 0.28, 0.16, 0.03, 0.01),
    (0.03, 0.07, 0.10, 0.15, 0.22, 0.43),
    (0.50, 0.33, 0.12, 0.04, 0.005, 0.005),
    (1.0 / 6.0,) * 6,
)

MANOEUVRE_EDGES_PROB = (0.2, 0.5, 0.8)
MANOEUVRES: Table = (
    (0.70, 0.15, 0.09, 0.06),
    (0.50, 0.22, 0.16, 0.12),
    (0.72, 0.14, 0.08, 0.06),
    (0.30, 0.28, 0.22, 0.20),
    (0.25,) * 4,
)

TRANSPONDER_EDGES_SHARE = (0.05, 0.5)
TRANSPONDERS: Table = (
    (0.96, 0.03, 0.01),
    (0.15, 0.10, 0.75),
    (0.03, 0.07, 0.90),
    (0.97, 0.02, 0.01),
    (0.60, 0.20, 0.20),
)
"""A transponder is a claim: a share of drones that pretend is kept in the last column."""

LOOK_S = 30.0
"""Looks nearer together than this are not independent; evidence is weighed down to that."""

_SPEEDS_MPS = np.arange(0.5, 300.0)
"""True speeds over which the likelihood is averaged, bin by bin."""
_BIN_STARTS = np.searchsorted(_SPEEDS_MPS, (0.0, *SPEED_EDGES_MPS))
_BIN_SIZES = np.diff(_BIN_STARTS, append=len(_SPEEDS_MPS))
_LEAST_HEIGHT_SIGMA_M = 30.0
_LEAST_PROB = 1e-9
_ROOT_2 = sqrt(2.0)

Log5 = tuple[float, float, float, float, float]


def prior_logs() -> Log5:
    """Return the log of the prior, in the order of `CLASSES`."""
    return _five(log(share) for share in PRIOR)


def revise(before: Log5, track: Track, *, elapsed_s: float, memory_s: float) -> Log5:
    """Return the belief after one more look.

    The old belief fades to the prior over `memory_s`, and a look counts by the time since the
    one before, so that the result does not depend on how often a sensor turns: at most
    memory_s / LOOK_S independent looks are ever held.

    Args:
        before: Normalised log belief, order of `CLASSES`.
        track: The track as it is now.
        elapsed_s: Time since the last revision.
        memory_s: Time constant of forgetting.

    Returns:
        Normalised log belief.
    """
    keep = exp(-elapsed_s / memory_s)
    weight = min(1.0, elapsed_s / LOOK_S)
    evidence = look_logs(track)
    raw = [
        keep * old + (1.0 - keep) * prior + weight * seen
        for old, prior, seen in zip(before, prior_logs(), evidence, strict=True)
    ]
    top = max(raw)
    norm = top + log(sum(exp(value - top) for value in raw))
    return _five(value - norm for value in raw)


def look_logs(track: Track) -> Log5:
    """Return the log likelihood of one look, by class.

    The uncertainty of speed and height is part of it; an unknown height says nothing, and
    neither does a transponder whose claim is not believed.
    """
    tables = [(_speed_likelihoods(track.speed_mps, _speed_sigma_mps(track)), SPEEDS)]
    tables.append((_spread((track.manoeuvre_prob, 0.05), MANOEUVRE_EDGES_PROB), MANOEUVRES))
    if track.alt_msl_m is not None and track.alt_sigma_m is not None:
        height = (track.alt_msl_m, max(track.alt_sigma_m, _LEAST_HEIGHT_SIGMA_M))
        tables.append((_spread(height, HEIGHT_EDGES_M), HEIGHTS))
    if track.identity.conflict is None:
        share = (track.cooperative_prob, 0.02)
        tables.append((_spread(share, TRANSPONDER_EDGES_SHARE), TRANSPONDERS))
    return _five(
        sum(log(sum(map(mul, shares, table[row]))) for shares, table in tables)
        for row in range(len(CLASSES))
    )


def belief(logs: Log5) -> ClassBelief:
    """Return the belief as probabilities that sum to 1."""
    drone, slow, jet, bird, other = (exp(value) for value in logs)
    return ClassBelief(
        drone_prob=drone,
        slow_aircraft_prob=slow,
        jet_prob=jet,
        bird_prob=bird,
        other_prob=other,
    )


def _spread(normal: tuple[float, float], edges: tuple[float, ...]) -> list[float]:
    """Return the probability of each bin under a normal (mean, sigma); never quite 0."""
    mean, sigma = normal
    below = [0.5 * (1.0 + erf((edge - mean) / (sigma * _ROOT_2))) for edge in edges]
    return [
        max(high - low, _LEAST_PROB) for low, high in zip([0.0, *below], [*below, 1.0], strict=True)
    ]


def _speed_likelihoods(speed_mps: float, sigma_mps: float) -> list[float]:
    """Return the likelihood of an estimated speed for each bin of the true one (Rice 1945).

    The length of a noisy velocity is too long on average: a bird whose velocity is known to
    30 m/s looks as fast as a drone. The density for a true speed s is
    r / sigma2 exp(-(r2 + s2) / 2 sigma2) I0(r s / sigma2); factors common to all bins are left out.
    """
    variance_m2ps2 = sigma_mps**2
    density = i0e(_SPEEDS_MPS * (speed_mps / variance_m2ps2)) * np.exp(
        -((_SPEEDS_MPS - speed_mps) ** 2) / (2.0 * variance_m2ps2)
    )
    means = np.add.reduceat(density, _BIN_STARTS) / _BIN_SIZES
    return [max(mean, _LEAST_PROB) for mean in means.tolist()]


def _speed_sigma_mps(track: Track) -> float:
    """Return the 1-sigma of the speed: the larger of the two velocity errors, at least 1 m/s."""
    return max(sqrt(max(track.cov[5], track.cov[15], 0.0)), 1.0)


def _five(values: Iterable[float]) -> Log5:
    """Return exactly five values as a tuple."""
    drone, slow, jet, bird, other = values
    return drone, slow, jet, bird, other
