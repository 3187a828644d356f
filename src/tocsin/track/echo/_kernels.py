"""Hot loops of extended echoes: others place a target's antenna, a surface radar its body.

The state is the place of the antenna. The middle of the echo lies behind it, along the course, by
a length of the target's own: a constant bias in body axes, estimated beside the state (Bar-Shalom,
Li, Kirubarajan, Estimation with Applications to Tracking and Navigation, 2001, 7.6, with the
cross-covariance left out).
"""

import math

import numpy as np
from numba import njit

COURSE_FROM_MPS = 3.0
"""Slower targets keep the heading that they had: aircraft are pushed back and swing."""
LENGTH = 14
"""Column of `plots` that holds the length of an echo."""
LEAD_PER_LENGTH = 0.45
"""Antennas sit near the nose: echoes of 30, 36 and 55 m lie 13.7, 16.2 and 26.1 m behind
multilateration at Barcelona."""
UNKNOWN_LEAD_VAR_M2 = 144.0
"""Before any echo: from a car to the largest aircraft."""
LEAD_DRIFT_M2 = 0.2
"""Variance that a look adds: the body shows different parts of itself as it turns."""
FRESH_S = 3.0
"""An antenna's place is worth comparing with an echo for so long."""
APART_S = 4.0
"""Two that one sensor has both seen within so long are two."""
BEHIND_M, AHEAD_M, ASIDE_M, UNHEADED_M = 40.0, 12.0, 15.0, 24.0
"""Outline about the antenna of what echoes are taken to be parts of: an airliner; where the
heading is not known, a circle."""
ABSORB_S = 30.0
"""What only echoes placed for longer than this is a target of its own, however near."""
PARTIAL_RATIO = 0.25
"""Variance of the middle over the square of the length that an echo does not show."""
UNKNOWN_KIND = 0.5
"""Share of replies of what only deaf sensors have seen."""


@njit(cache=True, error_model="numpy", inline="always")
def _drop(bank, i):
    """Free a slot, as `belief` does. Its own, because numba's cache does not see other files."""
    bank.live[i] = False
    bank.label[i] = 0
    bank.nose[i] = 0.0
    bank.lead[i] = 0.0
    bank.free[bank.counters[1]] = i
    bank.counters[1] += 1


@njit(cache=True, error_model="numpy")
def _head(bank, i, s):
    """Take the course of a component as its heading where it is fast enough to have one."""
    m = 0 if bank.model[i, 0] >= 0.5 else 1
    ve, vn = bank.mean[i, m, 1], bank.mean[i, m, 3]
    speed = math.hypot(ve, vn)
    if speed < COURSE_FROM_MPS or speed * speed < 4.0 * (bank.cov[i, m, 4] + bank.cov[i, m, 9]):
        return
    if bank.nose[i, 0] == 0.0 and bank.nose[i, 1] == 0.0 and bank.sensor[i] == s:
        for k in range(2):
            bank.mean[i, k, 0] += bank.lead[i, 0] * ve / speed
            bank.mean[i, k, 2] += bank.lead[i, 0] * vn / speed
    bank.nose[i, 0], bank.nose[i, 1] = ve / speed, vn / speed


@njit(cache=True, error_model="numpy", inline="always")
def _add_unsure(bank, i):
    """Add to the bias what is not known of the way from the antenna to the echo."""
    ue, un = bank.nose[i, 0], bank.nose[i, 1]
    lead, var = bank.lead[i, 0], bank.lead[i, 1]
    if ue == 0.0 and un == 0.0:
        bank.bias[i, 0] += 0.5 * (lead * lead + var)
        bank.bias[i, 2] += 0.5 * (lead * lead + var)
    else:
        bank.bias[i, 0] += var * ue * ue
        bank.bias[i, 1] += var * ue * un
        bank.bias[i, 2] += var * un * un


@njit(cache=True, error_model="numpy")
def to_echo(bank, rows, s):
    """Move components to where their echoes are; returns what `from_echo` needs to go back.

    Columns: shift east, north, bias ee, en, nn, share of replies, lead, its variance.
    """
    before = np.empty((rows.shape[0], 8))
    for a in range(rows.shape[0]):
        i = rows[a]
        if bank.lead[i, 1] == 0.0:
            bank.lead[i, 1] = UNKNOWN_LEAD_VAR_M2
        _head(bank, i, s)
        before[a, 0] = bank.lead[i, 0] * bank.nose[i, 0]
        before[a, 1] = bank.lead[i, 0] * bank.nose[i, 1]
        before[a, 2:5] = bank.bias[i]
        before[a, 5] = bank.cooperative[i]
        before[a, 6:8] = bank.lead[i]
        for m in range(2):
            bank.mean[i, m, 0] -= before[a, 0]
            bank.mean[i, m, 2] -= before[a, 1]
        _add_unsure(bank, i)
    return before


@njit(cache=True, error_model="numpy", inline="always")
def _believe(lead, var, measured, noise):
    gain = var / (var + noise)
    return lead + gain * (measured - lead), (1.0 - gain) * var


@njit(cache=True, error_model="numpy")
def learn_lead(bank, rows, first, edge_plot, prob, plots, before, s):
    """Learn by how much each antenna leads its echo, where another sensor has just placed it."""
    for a in range(rows.shape[0]):
        i = rows[a]
        for e in range(first[a], first[a + 1]):
            if prob[e] < 0.5:
                continue
            j = edge_plot[e]
            lead, var = bank.lead[i]
            if var == UNKNOWN_LEAD_VAR_M2:
                sigma = 3.0 + 0.2 * plots[j, LENGTH]
                lead, var = _believe(lead, var, LEAD_PER_LENGTH * plots[j, LENGTH], sigma * sigma)
            ue, un = bank.nose[i]
            placed = bank.sensor[i] != s and bank.t_s[i] - bank.t_update_s[i] < FRESH_S
            if placed and (ue != 0.0 or un != 0.0):
                m = 0 if bank.model[i, 0] >= 0.5 else 1
                x, p, tau = bank.mean[i, m], bank.cov[i, m], plots[j, 2]
                off = ue * (plots[j, 0] - x[0] - tau * x[1]) + un * (
                    plots[j, 1] - x[2] - tau * x[3]
                )
                noise = ue * ue * (p[0] + plots[j, 3]) + un * un * (p[7] + plots[j, 5])
                noise += 2.0 * ue * un * (p[2] + plots[j, 4])
                var += LEAD_DRIFT_M2
                lead, var = _believe(lead, var, before[a, 6] - off, noise)
            before[a, 6], before[a, 7] = max(lead, 0.0), var


@njit(cache=True, error_model="numpy")
def from_echo(bank, rows, before, s, t_s):
    """Move components back to their antennas, surer now of the way.

    A surface radar hears nothing, so that its echoes say nothing about transponders.
    """
    for a in range(rows.shape[0]):
        i = rows[a]
        for m in range(2):
            bank.mean[i, m, 0] += before[a, 0]
            bank.mean[i, m, 2] += before[a, 1]
        bank.lead[i] = before[a, 6:8]
        bank.cooperative[i] = before[a, 5]
        if bank.t_sensor_s[i, s] == t_s:
            bank.bias[i] = 0.0
            _add_unsure(bank, i)
        else:
            bank.bias[i] = before[a, 2:5]


@njit(cache=True, error_model="numpy")
def begin_echo(bank, plots, s, t_s):
    """Give what was just born of an echo the lead that its length suggests, and no kind."""
    for i in range(bank.counters[0]):
        if not bank.live[i] or bank.t_first_s[i] != t_s or bank.sensor[i] != s:
            continue
        for j in range(plots.shape[0]):
            if bank.mean[i, 0, 0] == plots[j, 0] and bank.mean[i, 0, 2] == plots[j, 1]:
                sigma = 3.0 + 0.2 * plots[j, LENGTH]
                bank.lead[i] = _believe(
                    0.0, UNKNOWN_LEAD_VAR_M2, LEAD_PER_LENGTH * plots[j, LENGTH], sigma * sigma
                )
                bank.bias[i] = 0.0
                _add_unsure(bank, i)
                bank.cooperative[i] = UNKNOWN_KIND


@njit(cache=True, error_model="numpy")
def _told_apart(bank, i, k, t_s):
    """Tell whether some sensor has lately seen both: one target gives one detection a look.

    What was not seen lately at all may be anywhere, so it counts as apart.
    """
    if min(bank.t_update_s[i], bank.t_update_s[k]) < t_s - APART_S:
        return True
    for s in range(bank.t_sensor_s.shape[1]):
        if min(bank.t_sensor_s[i, s], bank.t_sensor_s[k, s]) > t_s - APART_S:
            return True
    return False


@njit(cache=True, error_model="numpy")
def _near(bank, i, k, near):
    """Tell whether two components lie and move as one target might; each with its bias."""
    m = 0 if bank.model[i, 0] >= 0.5 else 1
    n = 0 if bank.model[k, 0] >= 0.5 else 1
    d = bank.mean[i, m] - bank.mean[k, n]
    p = bank.cov[i, m] + bank.cov[k, n]
    ee = p[0] + bank.bias[i, 0] + bank.bias[k, 0]
    en = p[2] + bank.bias[i, 1] + bank.bias[k, 1]
    nn = p[7] + bank.bias[i, 2] + bank.bias[k, 2]
    place = (nn * d[0] * d[0] - 2.0 * en * d[0] * d[2] + ee * d[2] * d[2]) / (ee * nn - en * en)
    motion = (p[9] * d[1] * d[1] - 2.0 * p[6] * d[1] * d[3] + p[4] * d[3] * d[3]) / (
        p[4] * p[9] - p[6] * p[6]
    )
    return place + motion < near


@njit(cache=True, error_model="numpy")
def join(bank, rows, first, edge_plot, n_plots, near, t_s):
    """Make one track of two that share a plot, a place and a motion, and no sensor."""
    holder = np.full(n_plots, -1, np.int64)
    for a in range(rows.shape[0]):
        k = rows[a]
        for e in range(first[a], first[a + 1]):
            if not bank.live[k] or bank.label[k] == 0:
                break
            j = edge_plot[e]
            i = holder[j]
            if i < 0 or not bank.live[i]:
                holder[j] = k
                continue
            if i == k or _told_apart(bank, i, k, t_s) or not _near(bank, i, k, near):
                continue
            keep, lose = (i, k) if bank.label[i] < bank.label[k] else (k, i)
            bank.exist[keep] = max(bank.exist[keep], bank.exist[lose])
            bank.cooperative[keep] = max(bank.cooperative[keep], bank.cooperative[lose])
            if bank.icao[keep] < 0:
                bank.icao[keep] = bank.icao[lose]
            _drop(bank, lose)
            holder[j] = keep


@njit(cache=True, error_model="numpy", inline="always")
def _inside(bank, i, east, north, tau):
    """Tell whether a place lies within the outline of a component's body, `tau` s from now."""
    m = 0 if bank.model[i, 0] >= 0.5 else 1
    x, ue, un = bank.mean[i, m], bank.nose[i, 0], bank.nose[i, 1]
    de, dn = east - x[0] - tau * x[1], north - x[2] - tau * x[3]
    if ue == 0.0 and un == 0.0:
        return math.hypot(de, dn) < UNHEADED_M
    sigma = math.sqrt(0.5 * (bank.cov[i, m, 0] + bank.cov[i, m, 7]))
    along, across = ue * de + un * dn, un * de - ue * dn
    return -BEHIND_M < along < AHEAD_M + sigma and abs(across) < ASIDE_M


@njit(cache=True, error_model="numpy")
def _owners(bank, rows, plots):
    """Return the row whose body holds each echo: -1 for none, -2 where two could."""
    owner = np.full(plots.shape[0], -1, np.int64)
    for a in range(rows.shape[0]):
        i = rows[a]
        if bank.label[i] == 0:
            continue
        for j in range(plots.shape[0]):
            if _inside(bank, i, plots[j, 0], plots[j, 1], plots[j, 2]):
                owner[j] = a if owner[j] == -1 else -2
    return owner


@njit(cache=True, error_model="numpy")
def absorb(bank, rows):
    """Drop components that only echoes ever placed, within the body of one placed by its antenna.

    One that has lasted is left: a vehicle may follow closely.
    """
    for a in range(rows.shape[0]):
        i = rows[a]
        if not bank.live[i] or bank.label[i] == 0 or bank.cooperative[i] <= UNKNOWN_KIND:
            continue
        for b in range(rows.shape[0]):
            k = rows[b]
            if not bank.live[k] or bank.cooperative[k] != UNKNOWN_KIND:
                continue
            if bank.t_s[k] - bank.t_first_s[k] > ABSORB_S:
                continue
            m = 0 if bank.model[k, 0] >= 0.5 else 1
            if _inside(bank, i, bank.mean[k, m, 0], bank.mean[k, m, 2], 0.0):
                _drop(bank, k)


@njit(cache=True, error_model="numpy")
def gather(bank, rows, plots):
    """Make one echo of those that lie within the body of one track; returns which rows remain.

    A large body shines in parts (nose, engines, tail), and the radar reports each as a target.
    The middle of the whole is what an undivided echo would have had; `plots` is changed in
    place. What is missing of a body that is known is noise along it.
    """
    owner = _owners(bank, rows, plots)
    remain = np.full(plots.shape[0], True)
    for a in range(rows.shape[0]):
        head, low, high = -1, 0.0, 0.0
        ue, un = bank.nose[rows[a]]
        if ue == 0.0 and un == 0.0:
            un = 1.0
        for j in range(plots.shape[0]):
            if owner[j] != a:
                continue
            if head < 0:
                head, low, high = j, -0.5 * plots[j, LENGTH], 0.5 * plots[j, LENGTH]
                continue
            at = ue * (plots[j, 0] - plots[head, 0]) + un * (plots[j, 1] - plots[head, 1])
            low, high = (
                min(low, at - 0.5 * plots[j, LENGTH]),
                max(high, at + 0.5 * plots[j, LENGTH]),
            )
            remain[j] = False
        if head >= 0:
            plots[head, 0] += 0.5 * (low + high) * ue
            plots[head, 1] += 0.5 * (low + high) * un
            plots[head, LENGTH] = high - low
            missing = max(bank.lead[rows[a], 0] / LEAD_PER_LENGTH - plots[head, LENGTH], 0.0)
            var = PARTIAL_RATIO * missing * missing
            plots[head, 3] += var * bank.nose[rows[a], 0] ** 2
            plots[head, 4] += var * bank.nose[rows[a], 0] * bank.nose[rows[a], 1]
            plots[head, 5] += var * bank.nose[rows[a], 1] ** 2
    return remain
