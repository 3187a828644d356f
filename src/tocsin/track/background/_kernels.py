"""Hot loops of the background: false plots per polar cell of a sensor, learned as it looks.

Cell, ring and whole coverage are Gamma-Poisson rates, each the prior of the next finer one, so
that a cell with few looks says what its ring says (Gelman et al., Bayesian Data Analysis, 3rd
ed., section 2.6 for the conjugate rate, chapter 5 for the hierarchy).
"""

import math

import numpy as np
from numba import njit

TWO_PI = 2.0 * math.pi
CELL_COUNTS = 4.0
RING_COUNTS = 2.0
"""False plots that the coarser estimate is worth: rings differ more than their sectors do."""


@njit(cache=True, error_model="numpy")
def _cell(east, north, sensor, rings, sectors):
    """Return ring and sector of a place; ring k reaches to ((k + 1) / rings)^2 of the range."""
    share = math.sqrt((east - sensor[0]) ** 2 + (north - sensor[1]) ** 2) / sensor[4]
    ring = min(int(math.sqrt(share) * rings), rings - 1)
    turn = (math.atan2(east - sensor[0], north - sensor[1]) + sensor[2]) / TWO_PI
    return ring, min(int((turn - math.floor(turn)) * sectors), sectors - 1)


@njit(cache=True, error_model="numpy")
def background(seen, looked, prior_per_look, sensor, plots, false_reply, new):
    """Return density (1/m2 per look) and share of new targets of the background at each plot.

    `false_reply` is the density of false replies of transponders, `new` that of new targets
    without and with transponder; false echoes are learned by cell.

    `seen`, `looked`: shape (rings, sectors), decayed counts of false plots and of looks. Before
    anything is learned false plots are spread half evenly over the area, half evenly in range.
    """
    rings, sectors = seen.shape
    looks = looked.sum() / (rings * sectors)
    whole = (CELL_COUNTS + seen.sum()) / (CELL_COUNTS / prior_per_look + looks)
    ring_rate, ring_area = np.empty(rings), np.empty(rings)
    for k in range(rings):
        near, far = (k / rings) ** 2, ((k + 1) / rings) ** 2
        expected = whole * 0.5 * (far - near + far * far - near * near)
        at = looked[k].sum() / sectors
        ring_rate[k] = (RING_COUNTS + seen[k].sum()) / (RING_COUNTS / expected + at)
        ring_area[k] = math.pi * sensor[4] ** 2 * (far * far - near * near)
    total, new_share = np.empty(plots.shape[0]), np.empty(plots.shape[0])
    for j in range(plots.shape[0]):
        if plots[j, 10] > 0.5:
            total[j] = false_reply + new[1]
            new_share[j] = new[1] / total[j]
            continue
        k, a = _cell(plots[j, 0], plots[j, 1], sensor, rings, sectors)
        expected = ring_rate[k] / sectors
        rate = (CELL_COUNTS + seen[k, a]) / (CELL_COUNTS / expected + looked[k, a])
        total[j] = rate / (ring_area[k] / sectors) + new[0]
        new_share[j] = new[0] / total[j]
    return total, new_share


@njit(cache=True, error_model="numpy")
def learn_clutter(seen, looked, keep, sensor, look, plots, nobody, newborn):
    """Count the false echoes of a look in their cells, and the share of each cell looked at.

    A plot is false as far as it is nobody's and no newborn's. Returns the number of replies.
    """
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
    replies = 0
    for j in range(plots.shape[0]):
        if plots[j, 10] > 0.5:
            replies += 1
            continue
        k, a = _cell(plots[j, 0], plots[j, 1], sensor, rings, sectors)
        seen[k, a] += nobody[j] - newborn[j]
    return replies
