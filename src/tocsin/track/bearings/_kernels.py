"""Hot loops of bearings. Azimuths are in the site plane, clockwise from grid north."""

import math

import numpy as np
from numba import njit

TWO_PI = 2.0 * math.pi


@njit(cache=True, error_model="numpy")
def gate_bearings(bank, rows, sensor, bearings, background, gate):
    """Build edges between components and bearings, and the position that each amounts to.

    `bearings` columns: azimuth in the site plane, its variance. `background` is the density of
    false bearings (1/rad). A bearing updates a component as a position at the component's own
    range, sure across and vague along: the extended Kalman filter's linearisation (Bar-Shalom,
    Li, Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, 10.3).
    Returns (first, bearing of each edge, likelihoods (edges, 2), plots (edges, 14)).
    """
    n_rows, n_bearings = rows.shape[0], bearings.shape[0]
    first = np.zeros(n_rows + 1, np.int64)
    edge = np.empty(n_rows * n_bearings, np.int64)
    like = np.zeros((n_rows * n_bearings, 2))
    plots = np.zeros((n_rows * n_bearings, 14))
    n = 0
    for a in range(n_rows):
        i = rows[a]
        for j in range(n_bearings):
            hit = False
            for m in range(2):
                x, p = bank.mean[i, m], bank.cov[i, m]
                de, dn = x[0] - sensor[0], x[2] - sensor[1]
                r2 = max(de * de + dn * dn, 1.0)
                off = bearings[j, 0] - math.atan2(de, dn)
                off -= TWO_PI * math.floor(off / TWO_PI + 0.5)
                across = (dn * dn * p[0] - 2.0 * de * dn * p[2] + de * de * p[7]) / (r2 * r2)
                var = across + bearings[j, 1]
                if off * off > gate * gate * var:
                    like[n, m] = 0.0
                    continue
                hit = True
                density = math.exp(-0.5 * off * off / var) / math.sqrt(TWO_PI * var)
                like[n, m] = density / background[j]
            if not hit:
                continue
            m = 0 if bank.model[i, 0] >= 0.5 else 1
            x, p = bank.mean[i, m], bank.cov[i, m]
            r2 = max((x[0] - sensor[0]) ** 2 + (x[2] - sensor[1]) ** 2, 1.0)
            along = 100.0 * (p[0] + p[7] + r2)
            _bearing_as_position(plots[n], sensor, bearings[j], math.sqrt(r2), along)
            edge[n] = j
            n += 1
        first[a + 1] = n
    return first, edge[:n], like[:n], plots[:n]


@njit(cache=True, error_model="numpy")
def _bearing_as_position(plot, sensor, bearing, range_m, along_m2):
    """Fill a plot: the point at `range_m` on the bearing, vague along, sure across."""
    s, c = math.sin(bearing[0]), math.cos(bearing[0])
    across_m2 = range_m * range_m * bearing[1]
    plot[0] = sensor[0] + range_m * s
    plot[1] = sensor[1] + range_m * c
    plot[3] = along_m2 * s * s + across_m2 * c * c
    plot[4] = (along_m2 - across_m2) * s * c
    plot[5] = along_m2 * c * c + across_m2 * s * s
    plot[7] = plot[9] = np.inf


@njit(cache=True, error_model="numpy")
def spread_bearing(sensor, bearing, parts):
    """Return plots along a bearing, at ranges spaced evenly in logarithm, that cover it.

    The range-parameterised start of a track (Peach, "Bearings-only tracking using a set of
    range-parameterised extended Kalman filters", IEE Proc. 142(1), 1995, section 3).
    """
    plots = np.zeros((parts, 14))
    nearest = max(sensor[3], sensor[4] / 100.0)
    ratio = (sensor[4] / nearest) ** (1.0 / parts)
    for k in range(parts):
        low = nearest * ratio**k
        middle = 0.5 * low * (1.0 + ratio)
        _bearing_as_position(plots[k], sensor, bearing, middle, (low * (ratio - 1.0)) ** 2 / 12.0)
    return plots
