"""Hot loops of belief: update with what was associated, give birth, end.

Update and birth follow the track-oriented Poisson multi-Bernoulli filter: Williams, "Marginal
multi-Bernoulli filters: RFS derivation of MHT, JIPDA, and association-based MeMBer", IEEE TAES
51(3), 2015, section IV (TOMB/P). Covariance terms are ordered as in `tocsin.track.bank`.
"""

import math

import numpy as np
from numba import njit

CLIMB_PRIOR_M2PS2 = 100.0
EVIDENCE_KEPT = 8
TENTATIVE, SHOWN, HIDDEN = 0, 1, 2


@njit(cache=True)
def _closing(x, sensor):
    """Return predicted range rate and its direction (unit vector east, north)."""
    de, dn = x[0] - sensor[0], x[2] - sensor[1]
    ground = max(math.hypot(de, dn), 1.0)
    return (x[1] * de + x[3] * dn) / ground, de / ground, dn / ground


@njit(cache=True)
def _update_mode(x, p, sensor, z, x_out, p_out):
    """Kalman update of one model with one plot (position at an offset, then range rate)."""
    tau = z[2]
    a0, a1 = p[0] + tau * p[1], p[1] + tau * p[4]
    a2, a3 = p[2] + tau * p[5], p[3] + tau * p[6]
    b0, b1 = p[2] + tau * p[3], p[5] + tau * p[6]
    b2, b3 = p[7] + tau * p[8], p[8] + tau * p[9]
    s00 = a0 + tau * a1 + z[3]
    s01 = b0 + tau * b1 + z[4]
    s11 = b2 + tau * b3 + z[5]
    det = s00 * s11 - s01 * s01
    v0 = z[0] - x[0] - tau * x[1]
    v1 = z[1] - x[2] - tau * x[3]
    w0 = (s11 * v0 - s01 * v1) / det
    w1 = (s00 * v1 - s01 * v0) / det
    a = (a0, a1, a2, a3)
    b = (b0, b1, b2, b3)
    k = 0
    for i in range(4):
        x_out[i] = x[i] + a[i] * w0 + b[i] * w1
        gain_a = (s11 * a[i] - s01 * b[i]) / det
        gain_b = (s00 * b[i] - s01 * a[i]) / det
        for j in range(i, 4):
            p_out[k] = p[k] - gain_a * a[j] - gain_b * b[j]
            k += 1
    if z[9] < np.inf:
        expected, ue, un = _closing(x_out, sensor)
        q = p_out.copy()
        c = (
            ue * q[1] + un * q[3], ue * q[4] + un * q[6],
            ue * q[5] + un * q[8], ue * q[6] + un * q[9],
        )  # fmt: skip
        var = ue * c[1] + un * c[3] + z[9]
        off = z[8] - expected
        k = 0
        for i in range(4):
            x_out[i] += c[i] * off / var
            for j in range(i, 4):
                p_out[k] = q[k] - c[i] * c[j] / var
                k += 1


@njit(cache=True)
def _merge_mode(x, p, keep, n, weight, xs, ps, total):
    """Replace one model's Gaussian by the moments of its mixture over associations."""
    if n == 1 and keep < 1e-9 * total:
        x[:] = xs[0]
        p[:] = ps[0]
        return
    mean = np.zeros(4)
    for k in range(4):
        mean[k] = keep * x[k]
        for h in range(n):
            mean[k] += weight[h] * xs[h, k]
        mean[k] /= total
    k = 0
    for a in range(4):
        for b in range(a, 4):
            term = keep * (p[k] + (x[a] - mean[a]) * (x[b] - mean[b]))
            for h in range(n):
                term += weight[h] * (ps[h, k] + (xs[h, a] - mean[a]) * (xs[h, b] - mean[b]))
            p[k] = term / total
            k += 1
    x[:] = mean


@njit(cache=True)
def _update_height(height, cov, alt, var, share):
    """Scalar update of height and climb, weighted by the probability that it belongs."""
    if cov[0] == np.inf:
        height[0], height[1] = alt, 0.0
        cov[0], cov[1], cov[2] = var, 0.0, CLIMB_PRIOR_M2PS2
        return
    s = cov[0] + var
    g0, g1 = cov[0] / s, cov[1] / s
    off = alt - height[0]
    height[0] += share * g0 * off
    height[1] += share * g1 * off
    spread = share * (1.0 - share) * off * off
    cov[2] += -share * g1 * cov[1] + spread * g1 * g1
    cov[1] += -share * g0 * cov[1] + spread * g0 * g1
    cov[0] += -share * g0 * cov[0] + spread * g0 * g0


@njit(cache=True)
def _note_update(bank, i, s, t_s, z, claim, ref):
    """Keep who updated the component, what it claimed, and the evidence."""
    first = bank.hits[i].sum() == 0
    bank.t_update_s[i] = t_s
    bank.t_sensor_s[i, s] = t_s
    bank.hits[i, s] += 1
    bank.cooperative[i] = z[10] if first else 0.8 * bank.cooperative[i] + 0.2 * z[10]
    if claim[0] >= 0:
        bank.icao[i] = claim[0]
    if claim[1] >= 0:
        bank.track_number[i, s] = claim[1]
    if claim[2] >= 0:
        bank.mode_a[i] = claim[2]
    if claim[3] >= 0:
        bank.callsign[i] = claim[3]
    place = bank.hits[i].sum() % EVIDENCE_KEPT
    bank.evidence[i, place, 0] = ref[0]
    bank.evidence[i, place, 1] = ref[1]


@njit(cache=True)
def update(
    bank, rows, pd, charge_miss, first, edge_plot, edge_like, prob, missed_prob,
    plots, plot_at, claims, refs, sensor, s, t_s,
):  # fmt: skip
    """Update every row with its association marginals (Williams 2015, eq. (49)-(51)).

    `edge_plot` names the detection of each edge (rows of `claims` and `refs`), `plot_at` its
    position (row of `plots`).
    """
    widest = 1
    for a in range(rows.shape[0]):
        widest = max(widest, first[a + 1] - first[a])
    xs = np.empty((widest, 4))
    ps = np.empty((widest, 10))
    weight = np.empty(widest)
    share = np.empty((widest, 2))
    for a in range(rows.shape[0]):
        i = rows[a]
        r = bank.exist[i]
        unseen = r * (1.0 - pd[a]) / (1.0 - r * pd[a]) if charge_miss else r
        keep = missed_prob[a] * unseen
        n = first[a + 1] - first[a]
        if n == 0:
            bank.exist[i] = unseen
            continue
        seen = 0.0
        best = first[a]
        m0, m1 = bank.model[i, 0], bank.model[i, 1]
        for h in range(n):
            e = first[a] + h
            seen += prob[e]
            if prob[e] > prob[best]:
                best = e
            l0, l1 = m0 * edge_like[e, 0], m1 * edge_like[e, 1]
            share[h, 0] = prob[e] * l0 / (l0 + l1)
            share[h, 1] = prob[e] * l1 / (l0 + l1)
        total_all = keep + seen
        bank.exist[i] = min(total_all, 1.0)
        for m in range(2):
            kept = keep * bank.model[i, m]
            total = kept
            n_used = 0
            for h in range(n):
                if share[h, m] < 1e-6 * total_all:
                    continue
                z = plots[plot_at[first[a] + h]]
                _update_mode(bank.mean[i, m], bank.cov[i, m], sensor, z, xs[n_used], ps[n_used])
                weight[n_used] = share[h, m]
                total += share[h, m]
                n_used += 1
            if n_used > 0:
                _merge_mode(bank.mean[i, m], bank.cov[i, m], kept, n_used, weight, xs, ps, total)
            bank.model[i, m] = max(total / total_all, 1e-6)
        bank.model[i] /= bank.model[i].sum()
        z = plots[plot_at[best]]
        if z[7] < np.inf:
            _update_height(bank.height[i], bank.height_cov[i], z[6], z[7], prob[best] / total_all)
        if prob[best] > 0.5 * total_all:
            _note_update(bank, i, s, t_s, z, claims[edge_plot[best]], refs[edge_plot[best]])


@njit(cache=True)
def _drop(bank, i):
    bank.live[i] = False
    bank.label[i] = 0
    bank.free[bank.counters[1]] = i
    bank.counters[1] += 1


@njit(cache=True)
def _apart(bank, i, k):
    """Squared Mahalanobis distance of two components' likelier models (4 degrees of freedom)."""
    m = 0 if bank.model[i, 0] >= 0.5 else 1
    n = 0 if bank.model[k, 0] >= 0.5 else 1
    a = np.empty((4, 4))
    d = bank.mean[i, m] - bank.mean[k, n]
    at = 0
    for b in range(4):
        for c in range(b, 4):
            a[b, c] = bank.cov[i, m, at] + bank.cov[k, n, at]
            a[c, b] = a[b, c]
            at += 1
    for c in range(4):
        for b in range(c + 1, 4):
            f = a[b, c] / a[c, c]
            d[b] -= f * d[c]
            for e in range(c, 4):
                a[b, e] -= f * a[c, e]
    total = 0.0
    for c in range(4):
        total += d[c] * d[c] / a[c, c]
    return total


@njit(cache=True)
def unite(bank, rows, first, edge_plot, prob, n_plots, near):
    """Unite components that share a plot and a state, and together are at most one target.

    A target's first plots each start a component; the existence that TOMB/P splits between
    them belongs to one (Williams 2015, section V-C, recycling and merging). The older label,
    else the likelier component, stays. Two targets close together hold a probability near one
    each, so they are left apart.
    """
    winner = np.full(n_plots, -1, np.int64)
    for a in range(rows.shape[0]):
        for e in range(first[a], first[a + 1]):
            if prob[e] < 0.02 or not bank.live[rows[a]]:
                continue
            j, k = edge_plot[e], rows[a]
            i = winner[j]
            if i < 0 or not bank.live[i]:
                winner[j] = k
                continue
            together = bank.exist[i] + bank.exist[k]
            if together > 1.1 or _apart(bank, i, k) > near:
                if bank.exist[k] > bank.exist[i]:
                    winner[j] = k
                continue
            older = bank.label[k] > 0 and (bank.label[i] == 0 or bank.label[k] < bank.label[i])
            likelier = bank.exist[k] > bank.exist[i] and (bank.label[k] > 0) == (bank.label[i] > 0)
            keep, lose = (k, i) if older or (likelier and bank.label[i] == 0) else (i, k)
            bank.exist[keep] = min(together, 0.9999)
            _drop(bank, lose)
            winner[j] = keep


@njit(cache=True)
def _take_slot(bank):
    if bank.counters[1] > 0:
        bank.counters[1] -= 1
        return bank.free[bank.counters[1]]
    bank.counters[0] += 1
    return bank.counters[0] - 1


@njit(cache=True)
def give_birth(bank, exist, newborn, plots, claims, refs, s, t_s):
    """Start a component at every plot whose existence probability is worth it.

    `exist` is the probability that the plot is a target not known before; `newborn` holds the
    velocity priors slow and fast (m/s per axis), the share of fast ones, and the least
    probability. The manoeuvring model carries the fast prior.
    """
    for j in range(plots.shape[0]):
        if exist[j] < newborn[3]:
            continue
        z = plots[j]
        i = _take_slot(bank)
        bank.live[i] = True
        quick = z[10] > 0.5
        for m in range(2):
            v = newborn[1] if quick or m == 1 else newborn[0]
            p = bank.cov[i, m]
            p[:] = 0.0
            p[0] = z[3] + (z[2] * v) ** 2
            p[2] = z[4]
            p[7] = z[5] + (z[2] * v) ** 2
            p[4] = p[9] = v * v
            p[1] = p[8] = -z[2] * v * v
            bank.mean[i, m, 0] = z[0]
            bank.mean[i, m, 1] = 0.0
            bank.mean[i, m, 2] = z[1]
            bank.mean[i, m, 3] = 0.0
        bank.model[i, 0] = 1.0 - newborn[2]
        bank.model[i, 1] = newborn[2]
        bank.exist[i] = exist[j]
        bank.exist_born[i] = exist[j]
        bank.t_s[i] = t_s
        bank.t_first_s[i] = t_s
        bank.label[i] = 0
        bank.status[i] = TENTATIVE
        bank.height_cov[i, 0] = np.inf
        if z[7] < np.inf:
            _update_height(bank.height[i], bank.height_cov[i], z[6], z[7], 1.0)
        bank.t_sensor_s[i, :] = -np.inf
        bank.hits[i, :] = 0
        bank.icao[i] = -1
        bank.mode_a[i] = -1
        bank.callsign[i] = -1
        bank.track_number[i, :] = -1
        bank.evidence[i, :, :] = -1
        _note_update(bank, i, s, t_s, z, claims[j], refs[j])


@njit(cache=True)
def _alone(bank, i, vague):
    """Tell whether only one sensor, and one that gives no position, ever updated a component."""
    sensors = 0
    for s in range(vague.shape[0]):
        if bank.hits[i, s] > 0:
            sensors += 1
            if not vague[s]:
                return False
    return sensors < 2


@njit(cache=True)
def settle(bank, t_s, limits, vague):
    """Confirm, hide and drop. Returns tracks first confirmed now: (without, with transponder).

    `vague` marks sensors that give no position (bearings, presence): none of them confirms
    alone, however often it repeats itself.

    A tentative component is dropped once it has faded to `fade` of what it was born with; one
    that was shown only below `drop`, or `coast_s` after its last update.
    """
    confirm, show_again, hide = limits[0], limits[1], limits[2]
    drop, fade, coast_s = limits[3], limits[4], limits[5]
    confirmed = np.zeros(2)
    for i in range(bank.counters[0]):
        if not bank.live[i]:
            continue
        r = bank.exist[i]
        if bank.label[i] == 0:
            if r > confirm and _alone(bank, i, vague):
                bank.exist[i] = confirm
            elif r > confirm:
                bank.label[i] = bank.counters[2]
                bank.counters[2] += 1
                bank.status[i] = SHOWN
                confirmed[1 if bank.cooperative[i] > 0.5 else 0] += 1.0
            elif r < fade * bank.exist_born[i] or t_s - bank.t_update_s[i] > coast_s:
                _drop(bank, i)
        elif r < drop or t_s - bank.t_update_s[i] > coast_s:
            _drop(bank, i)
        elif r < hide:
            bank.status[i] = HIDDEN
        elif r > show_again:
            bank.status[i] = SHOWN
    return confirmed


@njit(cache=True)
def manoeuvring(bank, rows):
    """Return (sum of the manoeuvring model's probability, number) over the shown tracks."""
    total, number = 0.0, 0
    for a in range(rows.shape[0]):
        i = rows[a]
        if bank.live[i] and bank.status[i] == SHOWN:
            total += bank.model[i, 1]
            number += 1
    return total, number
