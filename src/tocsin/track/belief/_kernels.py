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


@njit(cache=True, error_model="numpy", inline="always")
def _update_mode(mean, cov, i, m, plots, j, r_ee, r_en, r_nn, xs, ps, h):
    """Kalman update of one model with one plot at its time offset; writes row h of xs, ps."""
    tau = plots[j, 2]
    p0, p1, p2, p3, p4 = cov[i, m, 0], cov[i, m, 1], cov[i, m, 2], cov[i, m, 3], cov[i, m, 4]
    p5, p6, p7, p8, p9 = cov[i, m, 5], cov[i, m, 6], cov[i, m, 7], cov[i, m, 8], cov[i, m, 9]
    a0, a1, a2, a3 = p0 + tau * p1, p1 + tau * p4, p2 + tau * p5, p3 + tau * p6
    b0, b1, b2, b3 = p2 + tau * p3, p5 + tau * p6, p7 + tau * p8, p8 + tau * p9
    s00 = a0 + tau * a1 + r_ee
    s01 = b0 + tau * b1 + r_en
    s11 = b2 + tau * b3 + r_nn
    det = s00 * s11 - s01 * s01
    i00, i01, i11 = s11 / det, -s01 / det, s00 / det
    v0 = plots[j, 0] - mean[i, m, 0] - tau * mean[i, m, 1]
    v1 = plots[j, 1] - mean[i, m, 2] - tau * mean[i, m, 3]
    w0, w1 = i00 * v0 + i01 * v1, i01 * v0 + i11 * v1
    xs[h, 0] = mean[i, m, 0] + a0 * w0 + b0 * w1
    xs[h, 1] = mean[i, m, 1] + a1 * w0 + b1 * w1
    xs[h, 2] = mean[i, m, 2] + a2 * w0 + b2 * w1
    xs[h, 3] = mean[i, m, 3] + a3 * w0 + b3 * w1
    g0, k0 = i00 * a0 + i01 * b0, i01 * a0 + i11 * b0
    g1, k1 = i00 * a1 + i01 * b1, i01 * a1 + i11 * b1
    g2, k2 = i00 * a2 + i01 * b2, i01 * a2 + i11 * b2
    g3, k3 = i00 * a3 + i01 * b3, i01 * a3 + i11 * b3
    ps[h, 0] = p0 - g0 * a0 - k0 * b0
    ps[h, 1] = p1 - g0 * a1 - k0 * b1
    ps[h, 2] = p2 - g0 * a2 - k0 * b2
    ps[h, 3] = p3 - g0 * a3 - k0 * b3
    ps[h, 4] = p4 - g1 * a1 - k1 * b1
    ps[h, 5] = p5 - g1 * a2 - k1 * b2
    ps[h, 6] = p6 - g1 * a3 - k1 * b3
    ps[h, 7] = p7 - g2 * a2 - k2 * b2
    ps[h, 8] = p8 - g2 * a3 - k2 * b3
    ps[h, 9] = p9 - g3 * a3 - k3 * b3


@njit(cache=True, error_model="numpy", inline="always")
def _update_alone(mean, cov, i, m, plots, j, r_ee, r_en, r_nn, w):
    """Update one model with one plot that belongs with probability `w`, in place.

    The moments of the mixture of the state as it was and the state updated: with d = K v the
    mean moves by w d, the covariance by -w K S K' + w (1 - w) d d' (Bar-Shalom, Daum, Huang,
    "The probabilistic data association filter", IEEE CSM 29(6), 2009, eq. (41)-(44)).
    """
    tau = plots[j, 2]
    p0, p1, p2, p3, p4 = cov[i, m, 0], cov[i, m, 1], cov[i, m, 2], cov[i, m, 3], cov[i, m, 4]
    p5, p6, p7, p8, p9 = cov[i, m, 5], cov[i, m, 6], cov[i, m, 7], cov[i, m, 8], cov[i, m, 9]
    a0, a1, a2, a3 = p0 + tau * p1, p1 + tau * p4, p2 + tau * p5, p3 + tau * p6
    b0, b1, b2, b3 = p2 + tau * p3, p5 + tau * p6, p7 + tau * p8, p8 + tau * p9
    s00 = a0 + tau * a1 + r_ee
    s01 = b0 + tau * b1 + r_en
    s11 = b2 + tau * b3 + r_nn
    one = 1.0 / (s00 * s11 - s01 * s01)
    i00, i01, i11 = s11 * one, -s01 * one, s00 * one
    v0 = plots[j, 0] - mean[i, m, 0] - tau * mean[i, m, 1]
    v1 = plots[j, 1] - mean[i, m, 2] - tau * mean[i, m, 3]
    w0, w1 = i00 * v0 + i01 * v1, i01 * v0 + i11 * v1
    d0, d1, d2, d3 = a0 * w0 + b0 * w1, a1 * w0 + b1 * w1, a2 * w0 + b2 * w1, a3 * w0 + b3 * w1
    u = w * (1.0 - w)
    g0, k0 = w * (i00 * a0 + i01 * b0), w * (i01 * a0 + i11 * b0)
    g1, k1 = w * (i00 * a1 + i01 * b1), w * (i01 * a1 + i11 * b1)
    g2, k2 = w * (i00 * a2 + i01 * b2), w * (i01 * a2 + i11 * b2)
    g3, k3 = w * (i00 * a3 + i01 * b3), w * (i01 * a3 + i11 * b3)
    cov[i, m, 0] = p0 - g0 * a0 - k0 * b0 + u * d0 * d0
    cov[i, m, 1] = p1 - g0 * a1 - k0 * b1 + u * d0 * d1
    cov[i, m, 2] = p2 - g0 * a2 - k0 * b2 + u * d0 * d2
    cov[i, m, 3] = p3 - g0 * a3 - k0 * b3 + u * d0 * d3
    cov[i, m, 4] = p4 - g1 * a1 - k1 * b1 + u * d1 * d1
    cov[i, m, 5] = p5 - g1 * a2 - k1 * b2 + u * d1 * d2
    cov[i, m, 6] = p6 - g1 * a3 - k1 * b3 + u * d1 * d3
    cov[i, m, 7] = p7 - g2 * a2 - k2 * b2 + u * d2 * d2
    cov[i, m, 8] = p8 - g2 * a3 - k2 * b3 + u * d2 * d3
    cov[i, m, 9] = p9 - g3 * a3 - k3 * b3 + u * d3 * d3
    mean[i, m, 0] += w * d0
    mean[i, m, 1] += w * d1
    mean[i, m, 2] += w * d2
    mean[i, m, 3] += w * d3


@njit(cache=True, error_model="numpy")
def _update_range_rate(x, p, sensor, rate, rate_var):
    """Scalar update with a range rate, in place (extended Kalman, direction held)."""
    de, dn = x[0] - sensor[0], x[2] - sensor[1]
    ground = max(math.hypot(de, dn), 1.0)
    ue, un = de / ground, dn / ground
    c = (
        ue * p[1] + un * p[3], ue * p[4] + un * p[6],
        ue * p[5] + un * p[8], ue * p[6] + un * p[9],
    )  # fmt: skip
    var = ue * c[1] + un * c[3] + rate_var
    off = rate - ue * x[1] - un * x[3]
    k = 0
    for a in range(4):
        x[a] += c[a] * off / var
        for b in range(a, 4):
            p[k] -= c[a] * c[b] / var
            k += 1


@njit(cache=True, error_model="numpy", inline="always")
def _merge_mode(mean, cov, i, m, keep, n, weight, xs, ps, total):
    """Replace one model's Gaussian by the moments of its mixture over associations."""
    if n == 1 and keep < 1e-9 * total:
        for k in range(4):
            mean[i, m, k] = xs[0, k]
        for k in range(10):
            cov[i, m, k] = ps[0, k]
        return
    k = 0
    for a in range(4):
        xs[n, a] = keep * mean[i, m, a]
        for h in range(n):
            xs[n, a] += weight[h] * xs[h, a]
        xs[n, a] /= total
    for a in range(4):
        da = mean[i, m, a] - xs[n, a]
        for b in range(a, 4):
            term = keep * (cov[i, m, k] + da * (mean[i, m, b] - xs[n, b]))
            for h in range(n):
                term += weight[h] * (ps[h, k] + (xs[h, a] - xs[n, a]) * (xs[h, b] - xs[n, b]))
            cov[i, m, k] = term / total
            k += 1
    for a in range(4):
        mean[i, m, a] = xs[n, a]


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy", inline="always")
def _note_claims(icao, track_number, mode_a, callsign, i, s, claims, j):
    """Keep what the detection claimed to be."""
    if claims[j, 0] >= 0:
        icao[i] = claims[j, 0]
    if claims[j, 1] >= 0:
        track_number[i, s] = claims[j, 1]
    if claims[j, 2] >= 0:
        mode_a[i] = claims[j, 2]
    if claims[j, 3] >= 0:
        callsign[i] = claims[j, 3]


@njit(cache=True, error_model="numpy")
def update(
    bank, rows, pd, charge_miss, first, edge_plot, edge_like, edge_wider, prob, missed_prob,
    plots, plot_at, claims, refs, sensor, s, t_s,
):  # fmt: skip
    """Update every row with its association marginals (Williams 2015, eq. (49)-(51)).

    `edge_plot` names the detection of each edge (rows of `claims` and `refs`), `plot_at` its
    position (row of `plots`).
    """
    mean, cov, model, exist = bank.mean, bank.cov, bank.model, bank.exist
    visible, sensor_of, bias, hits = bank.visible, bank.sensor, bank.bias, bank.hits
    t_update, t_sensor, cooperative = bank.t_update_s, bank.t_sensor_s, bank.cooperative
    icao, number, mode_a, callsign = bank.icao, bank.track_number, bank.mode_a, bank.callsign
    evidence, height_cov = bank.evidence, bank.height_cov
    widest = 1
    for a in range(rows.shape[0]):
        widest = max(widest, first[a + 1] - first[a])
    xs = np.empty((widest + 1, 4))
    ps = np.empty((widest, 10))
    weight = np.empty(widest)
    share = np.empty((widest, 2))
    for a in range(rows.shape[0]):
        i = rows[a]
        r = exist[i]
        unseen = r * (1.0 - pd[a]) / (1.0 - r * pd[a]) if charge_miss else r
        keep = missed_prob[a] * unseen
        n = first[a + 1] - first[a]
        v = visible[i, s]
        hidden = (v - pd[a]) / (1.0 - pd[a]) if charge_miss else v
        if n == 0:
            exist[i] = unseen
            visible[i, s] = hidden
            continue
        seen = 0.0
        best = first[a]
        m0, m1 = model[i, 0], model[i, 1]
        for h in range(n):
            e = first[a] + h
            seen += prob[e]
            if prob[e] > prob[best]:
                best = e
            l0, l1 = m0 * edge_like[e, 0], m1 * edge_like[e, 1]
            share[h, 0] = prob[e] * l0 / (l0 + l1)
            share[h, 1] = prob[e] * l1 / (l0 + l1)
        other = 0.0 if sensor_of[i] == s else 1.0
        total_all = keep + seen
        exist[i] = min(total_all, 1.0)
        visible[i, s] = (keep * hidden + seen) / total_all
        if n == 1 and plots[plot_at[first[a]], 9] == np.inf:
            j = plot_at[first[a]]
            wider = edge_wider[first[a]]
            r_ee = wider * plots[j, 3] + other * (plots[j, 11] + bias[i, 0])
            r_en = wider * plots[j, 4] + other * (plots[j, 12] + bias[i, 1])
            r_nn = wider * plots[j, 5] + other * (plots[j, 13] + bias[i, 2])
            for m in range(2):
                total = keep * model[i, m]
                if share[0, m] >= 1e-6 * total_all:
                    total += share[0, m]
                    w = share[0, m] / total
                    _update_alone(mean, cov, i, m, plots, j, r_ee, r_en, r_nn, w)
                model[i, m] = max(total / total_all, 1e-6)
        else:
            for m in range(2):
                kept = keep * model[i, m]
                total = kept
                n_used = 0
                for h in range(n):
                    if share[h, m] < 1e-6 * total_all:
                        continue
                    j = plot_at[first[a] + h]
                    wider = edge_wider[first[a] + h]
                    r_ee = wider * plots[j, 3] + other * (plots[j, 11] + bias[i, 0])
                    r_en = wider * plots[j, 4] + other * (plots[j, 12] + bias[i, 1])
                    r_nn = wider * plots[j, 5] + other * (plots[j, 13] + bias[i, 2])
                    _update_mode(mean, cov, i, m, plots, j, r_ee, r_en, r_nn, xs, ps, n_used)
                    if plots[j, 9] < np.inf:
                        _update_range_rate(xs[n_used], ps[n_used], sensor, plots[j, 8], plots[j, 9])
                    weight[n_used] = share[h, m]
                    total += share[h, m]
                    n_used += 1
                if n_used > 0:
                    _merge_mode(mean, cov, i, m, kept, n_used, weight, xs, ps, total)
                model[i, m] = max(total / total_all, 1e-6)
        whole = model[i, 0] + model[i, 1]
        model[i, 0] /= whole
        model[i, 1] /= whole
        j = plot_at[best]
        if plots[j, 7] < np.inf:
            belongs = prob[best] / total_all
            _update_height(bank.height[i], height_cov[i], plots[j, 6], plots[j, 7], belongs)
        if prob[best] > 0.5 * total_all:
            for k in range(3):
                bias[i, k] = plots[j, 11 + k] if other == 0.0 else 0.0
            updates = 0
            for k in range(hits.shape[1]):
                updates += hits[i, k]
            t_update[i] = t_s
            t_sensor[i, s] = t_s
            sensor_of[i] = s
            hits[i, s] += 1
            cooperative[i] = 0.8 * cooperative[i] + 0.2 * plots[j, 10]
            d = edge_plot[best]
            _note_claims(icao, number, mode_a, callsign, i, s, claims, d)
            evidence[i, updates % EVIDENCE_KEPT, 0] = refs[d, 0]
            evidence[i, updates % EVIDENCE_KEPT, 1] = refs[d, 1]


@njit(cache=True, error_model="numpy", inline="always")
def _drop(bank, i):
    bank.live[i] = False
    bank.label[i] = 0
    bank.nose[i] = 0.0
    bank.lead[i] = 0.0
    bank.free[bank.counters[1]] = i
    bank.counters[1] += 1


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy")
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


@njit(cache=True, error_model="numpy")
def give_birth(bank, exist, newborn, plots, claims, refs, s, t_s):
    """Start a component at every plot whose existence probability is worth it.

    `exist` is the probability that the plot is a target not known before; `newborn` holds the
    velocity priors slow and fast (m/s per axis), the share of fast ones, and the least
    probability. The manoeuvring model carries the fast prior.
    """
    mean, cov, model, exists, born = bank.mean, bank.cov, bank.model, bank.exist, bank.exist_born
    live, visible, bias, label, status = bank.live, bank.visible, bank.bias, bank.label, bank.status
    t_state, t_first, t_update, t_sensor = (
        bank.t_s,
        bank.t_first_s,
        bank.t_update_s,
        bank.t_sensor_s,
    )
    height_cov, hits, sensor_of, cooperative = (
        bank.height_cov, bank.hits, bank.sensor, bank.cooperative
    )  # fmt: skip
    icao, number, mode_a, callsign = bank.icao, bank.track_number, bank.mode_a, bank.callsign
    evidence, counters, free = bank.evidence, bank.counters, bank.free
    t_moved = bank.t_moved_s
    for j in range(plots.shape[0]):
        if exist[j] < newborn[3]:
            continue
        if counters[1] > 0:
            counters[1] -= 1
            i = free[counters[1]]
        else:
            i = counters[0]
            counters[0] += 1
        tau, quick = plots[j, 2], plots[j, 10] > 0.5
        for m in range(2):
            v = newborn[1] if quick or m == 1 else newborn[0]
            mean[i, m, 0], mean[i, m, 2] = plots[j, 0], plots[j, 1]
            mean[i, m, 1] = mean[i, m, 3] = 0.0
            cov[i, m, 0] = plots[j, 3] + (tau * v) ** 2
            cov[i, m, 2] = plots[j, 4]
            cov[i, m, 7] = plots[j, 5] + (tau * v) ** 2
            cov[i, m, 4] = cov[i, m, 9] = v * v
            cov[i, m, 1] = cov[i, m, 8] = -tau * v * v
            cov[i, m, 3] = cov[i, m, 5] = cov[i, m, 6] = 0.0
        model[i, 0], model[i, 1] = 1.0 - newborn[2], newborn[2]
        live[i] = True
        exists[i] = born[i] = exist[j]
        visible[i] = 1.0
        t_state[i] = t_moved[i] = t_first[i] = t_update[i] = t_s
        label[i] = 0
        status[i] = TENTATIVE
        cooperative[i] = plots[j, 10]
        height_cov[i, 0] = np.inf
        if plots[j, 7] < np.inf:
            _update_height(bank.height[i], height_cov[i], plots[j, 6], plots[j, 7], 1.0)
        for k in range(hits.shape[1]):
            t_sensor[i, k] = -np.inf
            hits[i, k] = 0
            number[i, k] = -1
        t_sensor[i, s] = t_s
        hits[i, s] = 1
        sensor_of[i] = s
        for k in range(3):
            bias[i, k] = plots[j, 11 + k]
        icao[i] = mode_a[i] = callsign[i] = -1
        _note_claims(icao, number, mode_a, callsign, i, s, claims, j)
        evidence[i, 0, 0], evidence[i, 0, 1] = refs[j, 0], refs[j, 1]


@njit(cache=True, error_model="numpy", inline="always")
def _updates(bank, i):
    total = 0
    for k in range(bank.hits.shape[1]):
        total += bank.hits[i, k]
    return total


@njit(cache=True, error_model="numpy", inline="always")
def _spread_m2(bank, i):
    """Mean variance of the position per axis, over both models."""
    first = bank.cov[i, 0, 0] + bank.cov[i, 0, 7]
    second = bank.cov[i, 1, 0] + bank.cov[i, 1, 7]
    return 0.5 * (bank.model[i, 0] * first + bank.model[i, 1] * second)


@njit(cache=True, error_model="numpy", inline="always")
def _alone(bank, i, vague):
    """Tell whether only one sensor, and one that gives no position, ever updated a component."""
    sensors = 0
    for s in range(vague.shape[0]):
        if bank.hits[i, s] > 0:
            sensors += 1
            if not vague[s]:
                return False
    return sensors < 2


@njit(cache=True, error_model="numpy")
def settle(bank, t_s, limits, vague):
    """Confirm, hide and drop.

    Returns four numbers: tracks first confirmed now without and with transponder; summed
    probability of the manoeuvring model over the shown tracks looked at now, and their number.

    `vague` marks sensors that give no position (bearings, presence): none of them confirms
    alone, however often it repeats itself. One plot confirms nothing. Two name a velocity but
    do not test it, so they need more to confirm than three do.
    A tentative component is dropped once it has faded to `fade` of what it was born with; one
    that was shown only below `drop`, `coast_s` after its last update, or when its place has
    become so vague that it would take any newcomer for itself.
    """
    confirm, show_again, hide = limits[0], limits[1], limits[2]
    drop, fade, coast_s, vague_m2 = limits[3], limits[4], limits[5], limits[6] * limits[6]
    found = np.zeros(4)
    for i in range(bank.counters[0]):
        if not bank.live[i]:
            continue
        r = bank.exist[i]
        if bank.label[i] == 0:
            needed = 2.0
            if r > confirm:
                updates = _updates(bank, i)
                needed = 2.0 if updates < 2 else (confirm if updates > 2 else limits[7])
            if r > needed and _alone(bank, i, vague):
                bank.exist[i] = needed
            elif r > needed:
                bank.label[i] = bank.counters[2]
                bank.counters[2] += 1
                bank.status[i] = SHOWN
                found[1 if bank.cooperative[i] > 0.5 else 0] += 1.0
            elif r < fade * bank.exist_born[i] or t_s - bank.t_update_s[i] > coast_s:
                _drop(bank, i)
        elif r < drop or t_s - bank.t_update_s[i] > coast_s:
            _drop(bank, i)
        elif _spread_m2(bank, i) > vague_m2 and _updates(bank, i) > 2:
            _drop(bank, i)
        elif r < hide:
            bank.status[i] = HIDDEN
        elif r > show_again:
            bank.status[i] = SHOWN
        if bank.status[i] == SHOWN and bank.live[i] and bank.t_s[i] == t_s:
            found[2] += bank.model[i, 1]
            found[3] += 1.0
    return found
