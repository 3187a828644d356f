"""Hot loops of the background: false plots per polar cell of a sensor, learned as it looks.

Cell, ring and whole coverage are Gamma-Poisson rates, each the prior of the next finer one, so
that a cell with few looks says what its ring says (Gelman et al., Bayesian Data Analysis, 3rd
ed., section 2.6 for the conjugate rate, chapter 5 for the hierarchy).
"""

import math

import numpy as np
from numba import njit

TWO_PI = 2.0 * math.pi
PSEUDO_COUNTS = 4.0


@njit(cache=True, error_model="numpy")
def _cell(east, north, sensor, rings, sectors):
    range_share = math.hypot(east - sensor[0], north - sensor[1]) / sensor[4]
    ring = min(int(range_share * rings), rings - 1)
    turn = (math.atan2(east - sensor[0], north - sensor[1]) + sensor[2]) / TWO_PI
    return ring, min(int((turn - math.floor(turn)) * sectors), sectors - 1)


@njit(cache=True, error_model="numpy")
def clutter_density(seen, looked, prior_per_look, sensor, plots):
    """Return the density of false plots (1/m2 per look) at each plot.

    `seen`, `looked`: shape (rings, sectors), decayed counts of false plots and of looks.
    """
    rings, sectors = seen.shape
    looks = looked.sum() / (rings * sectors)
    whole = (PSEUDO_COUNTS + seen.sum()) / (PSEUDO_COUNTS / prior_per_look + looks)
    ring_rate = np.empty(rings)
    for k in range(rings):
        share = (2.0 * k + 1.0) / (rings * rings)
        at = looked[k].sum() / sectors
        ring_rate[k] = (PSEUDO_COUNTS + seen[k].sum()) / (PSEUDO_COUNTS / (whole * share) + at)
    area_m2 = math.pi * sensor[4] ** 2
    density = np.empty(plots.shape[0])
    for j in range(plots.shape[0]):
        k, a = _cell(plots[j, 0], plots[j, 1], sensor, rings, sectors)
        expected = ring_rate[k] / sectors
        rate = (PSEUDO_COUNTS + seen[k, a]) / (PSEUDO_COUNTS / expected + looked[k, a])
        cell_m2 = area_m2 * (2.0 * k + 1.0) / (rings * rings) / sectors
        density[j] = rate / cell_m2
    return density


@njit(cache=True, error_model="numpy")
def learn_clutter(seen, looked, keep, sensor, look, plots, false_prob):
    """Count the false plots of a look in their cells, and the share of each cell looked at."""
    rings, sectors = seen.shape
    width = TWO_PI / sectors
    for a in range(sectors):
        middle = (a + 0.5) * width
        off = middle - look[0] - 0.5 * look[1]
        off -= TWO_PI * math.floor(off / TWO_PI + 0.5)
        overlap = min(1.0, max(0.0, (0.5 * look[1] + 0.5 * width - abs(off)) / width))
        if look[1] >= TWO_PI - 1e-9:
            overlap = 1.0
        fade = keep**overlap
        for k in range(rings):
            seen[k, a] *= fade
            looked[k, a] = looked[k, a] * fade + overlap
    for j in range(plots.shape[0]):
        k, a = _cell(plots[j, 0], plots[j, 1], sensor, rings, sectors)
        seen[k, a] += false_prob[j]
