"""Hot loops of association: gated edges between components and plots, and their marginals.

Marginals by loopy belief propagation: Williams and Lau, "Approximate evaluation of marginal
association probabilities with belief propagation", IEEE TAES 50(4), 2014, Fig. 3.
"""

import math

import numpy as np
from numba import njit

TWO_PI = 2.0 * math.pi
LBP_MAX_ITERATIONS = 50
LBP_TOLERANCE = 1e-3
HEIGHT_SPAN_M = 12_000.0
RANGE_RATE_SPAN_MPS = 600.0
GLINT_SHARE = 0.02
GLINT_WIDER = 25.0
"""One cooperative plot in fifty errs five times as much as stated: replies are reflected and
garbled (two helicopters in the Barcelona recording jump by 2 degrees). Plots without transponder
get no such benefit of the doubt, because most of them are false."""


@njit(cache=True, error_model="numpy")
def _bin_plots(pos, cell_m):
    """Sort plots into square cells; returns (order, first of each cell, origin, columns, rows)."""
    n = pos.shape[0]
    e0, n0, e1, n1 = np.inf, np.inf, -np.inf, -np.inf
    for j in range(n):
        e0, e1 = min(e0, pos[j, 0]), max(e1, pos[j, 0])
        n0, n1 = min(n0, pos[j, 1]), max(n1, pos[j, 1])
    cols = int((e1 - e0) / cell_m) + 1
    rows = int((n1 - n0) / cell_m) + 1
    first = np.zeros(cols * rows + 1, np.int64)
    cell = np.empty(n, np.int64)
    for j in range(n):
        cell[j] = int((pos[j, 1] - n0) / cell_m) * cols + int((pos[j, 0] - e0) / cell_m)
        first[cell[j] + 1] += 1
    for k in range(cols * rows):
        first[k + 1] += first[k]
    order = np.empty(n, np.int64)
    fill = first[:-1].copy()
    for j in range(n):
        order[fill[cell[j]]] = j
        fill[cell[j]] += 1
    return order, first, e0, n0, cols, rows


@njit(cache=True, error_model="numpy")
def in_cells(plots, claims, refs):
    """Return the three sorted by place, so that their order in a look has no bearing on anything.

    What is near in space is then near in memory too.
    """
    n = plots.shape[0]
    if n == 0:
        return plots, claims, refs
    e0, n0, e1, n1 = np.inf, np.inf, -np.inf, -np.inf
    for j in range(n):
        e0, e1 = min(e0, plots[j, 0]), max(e1, plots[j, 0])
        n0, n1 = min(n0, plots[j, 1]), max(n1, plots[j, 1])
    cell_m = max(500.0, math.sqrt((e1 - e0 + 1.0) * (n1 - n0 + 1.0) / n))
    order, begin, _, _, _, _ = _bin_plots(plots[:, :2], cell_m)
    for c in range(begin.shape[0] - 1):
        for k in range(begin[c] + 1, begin[c + 1]):
            j, at = order[k], k
            while at > begin[c] and (
                plots[order[at - 1], 0] > plots[j, 0]
                or (
                    plots[order[at - 1], 0] == plots[j, 0] and plots[order[at - 1], 1] > plots[j, 1]
                )
            ):
                order[at] = order[at - 1]
                at -= 1
            order[at] = j
    return plots[order], claims[order], refs[order]


@njit(cache=True, error_model="numpy", inline="always")
def _ripen(cov, i, dt, noise):
    """Carry a newborn, whose axes are apart and whose velocity is only a prior, on by `dt`."""
    for m in range(2):
        q = noise[m] * dt
        cov[i, m, 0] += dt * (2.0 * cov[i, m, 1] + dt * (cov[i, m, 4] + q / 3.0))
        cov[i, m, 7] += dt * (2.0 * cov[i, m, 8] + dt * (cov[i, m, 9] + q / 3.0))
        cov[i, m, 1] += dt * (cov[i, m, 4] + q / 2.0)
        cov[i, m, 8] += dt * (cov[i, m, 9] + q / 2.0)
        cov[i, m, 4] += q
        cov[i, m, 9] += q


@njit(cache=True, error_model="numpy", inline="always")
def _mode_likelihood(mean, cov, i, m, plots, j, r_ee, r_en, r_nn, gate2):
    """Gaussian likelihood of a plot with this noise; 0 outside the gate."""
    tau = plots[j, 2]
    s00 = cov[i, m, 0] + 2.0 * tau * cov[i, m, 1] + tau * tau * cov[i, m, 4] + r_ee
    s01 = cov[i, m, 2] + tau * (cov[i, m, 3] + cov[i, m, 5]) + tau * tau * cov[i, m, 6] + r_en
    s11 = cov[i, m, 7] + 2.0 * tau * cov[i, m, 8] + tau * tau * cov[i, m, 9] + r_nn
    det = s00 * s11 - s01 * s01
    v0 = plots[j, 0] - mean[i, m, 0] - tau * mean[i, m, 1]
    v1 = plots[j, 1] - mean[i, m, 2] - tau * mean[i, m, 3]
    d2 = (s11 * v0 * v0 - 2.0 * s01 * v0 * v1 + s00 * v1 * v1) / det
    if d2 > gate2:
        return 0.0
    return math.exp(-0.5 * d2) / (TWO_PI * math.sqrt(det))


@njit(cache=True, error_model="numpy", inline="always")
def _identity_factor(icao, track_number, mode_a, i, s, j, claims):
    """Weigh what the plot and the component claim to be: agreement, contradiction, or neither."""
    factor = 1.0
    if claims[j, 0] >= 0 and icao[i] >= 0:
        factor = 1e4 if claims[j, 0] == icao[i] else 1e-9
    elif claims[j, 1] >= 0 and track_number[i, s] >= 0:
        factor = 1e2 if claims[j, 1] == track_number[i, s] else 1e-1
    elif claims[j, 2] >= 0 and mode_a[i] >= 0:
        factor = 30.0 if claims[j, 2] == mode_a[i] else 1e-2
    return factor


@njit(cache=True, error_model="numpy", inline="always")
def _height_factor(height, height_cov, i, alt, alt_var):
    """Likelihood of a measured height against a height anywhere in the span of flight."""
    if alt_var == np.inf or height_cov[i, 0] == np.inf:
        return 1.0
    var = height_cov[i, 0] + alt_var
    off = alt - height[i, 0]
    return HEIGHT_SPAN_M * math.exp(-0.5 * off * off / var) / math.sqrt(TWO_PI * var)


@njit(cache=True, error_model="numpy")
def _closing(x, sensor):
    """Return predicted range rate and its direction (unit vector east, north)."""
    de, dn = x[0] - sensor[0], x[2] - sensor[1]
    ground = max(math.hypot(de, dn), 1.0)
    return (x[1] * de + x[3] * dn) / ground, de / ground, dn / ground


@njit(cache=True, error_model="numpy")
def _range_rate_factor(x, p, sensor, rate, rate_var):
    expected, ue, un = _closing(x, sensor)
    var = ue * ue * p[4] + 2.0 * ue * un * p[6] + un * un * p[9] + rate_var
    off = rate - expected
    return RANGE_RATE_SPAN_MPS * math.exp(-0.5 * off * off / var) / math.sqrt(TWO_PI * var)


@njit(cache=True, error_model="numpy")
def gate_positions(
    bank, rows, pd, t_s, s, sensor, plots, claims, background, gate, least_odds, slip, noise
):
    """Build the sparse edges between components and position plots.

    `plots` columns: east, north, offset from the batch time (s), noise ee, en, nn, height, its
    variance, range rate, its variance, cooperative, bias ee, en, nn. `noise` is that of both
    models, for newborns that `predict` left behind. The bias counts only where
    another sensor updated the component last. `slip` is how often the sensor takes a target
    with transponder for one without, or the other way about. `background` is the density
    (1/m2) of clutter and new targets at each plot. Edges whose odds against the background do not
    reach `least_odds` are left out; confirmed tracks keep edges a thousand times fainter,
    because in a tight group the best joint assignment may need them. Returns (first edge of
    each row, plot of each edge, likelihood by model over background: shape (edges, 2), how many
    times the noise of the plot it takes).
    """
    n_rows, n_plots = rows.shape[0], plots.shape[0]
    first = np.zeros(n_rows + 1, np.int64)
    capacity = 4 * n_rows + 64
    edge_plot = np.empty(capacity, np.int64)
    edge_like = np.empty((capacity, 2))
    edge_wider = np.empty(capacity)
    n = 0
    sure2 = math.exp(gate * gate)
    if n_plots == 0:
        return first, edge_plot[:0], edge_like[:0], edge_wider[:0]
    r_max = b_max = 0.0
    tau_max = 0.0
    thinnest, mean_background = np.inf, 0.0
    e0, n0, e1, n1 = np.inf, np.inf, -np.inf, -np.inf
    for j in range(n_plots):
        glint = GLINT_WIDER if plots[j, 10] > 0.5 else 1.0
        r_max = max(r_max, glint * plots[j, 3], glint * plots[j, 5])
        b_max = max(b_max, plots[j, 11], plots[j, 13])
        tau_max = max(tau_max, abs(plots[j, 2]))
        thinnest = min(thinnest, background[j])
        mean_background += background[j] / n_plots
        e0, e1 = min(e0, plots[j, 0]), max(e1, plots[j, 0])
        n0, n1 = min(n0, plots[j, 1]), max(n1, plots[j, 1])
    floor = max(thinnest, 0.25 * mean_background)
    cell_m = max(500.0, math.sqrt((e1 - e0 + 1.0) * (n1 - n0 + 1.0) / n_plots))
    order, begin, east0, north0, cols, lines = _bin_plots(plots[:, :2], cell_m)
    mean, cov, model, exist = bank.mean, bank.cov, bank.model, bank.exist
    label, bias, sensor_of, cooperative = bank.label, bank.bias, bank.sensor, bank.cooperative
    icao, track_number, mode_a = bank.icao, bank.track_number, bank.mode_a
    height, height_cov, moved = bank.height, bank.height_cov, bank.t_moved_s
    plain, claimed = True, False
    for j in range(n_plots):
        plain = plain and plots[j, 7] == np.inf and plots[j, 9] == np.inf
        claimed = claimed or claims[j, 0] >= 0 or claims[j, 1] >= 0 or claims[j, 2] >= 0
    where = np.empty((n_plots, 2))
    for k in range(n_plots):
        where[k, 0], where[k, 1] = plots[order[k], 0], plots[order[k], 1]
    for a in range(n_rows):
        i = rows[a]
        least = least_odds if label[i] == 0 else 1e-3 * least_odds
        odds = exist[i] * pd[a] / (TWO_PI * floor * least)
        gate0 = gate1 = 0.0
        dt = t_s - moved[i]
        lo_e, lo_n, hi_e, hi_n = np.inf, np.inf, -np.inf, -np.inf
        for m in range(2):
            var_e, var_n = cov[i, m, 0] + r_max, cov[i, m, 7] + r_max
            if dt != 0.0:
                var_e += dt * (2.0 * cov[i, m, 1] + dt * (cov[i, m, 4] + noise[m] * dt / 3.0))
                var_n += dt * (2.0 * cov[i, m, 8] + dt * (cov[i, m, 9] + noise[m] * dt / 3.0))
            if sensor_of[i] != s:
                var_e += b_max + bias[i, 0]
                var_n += b_max + bias[i, 2]
            g2 = gate * gate
            if plain:
                best2 = odds * odds * model[i, m] * model[i, m] / (var_e * var_n)
                if best2 <= 1.0:
                    continue
                if best2 < sure2:
                    g2 = math.log(best2)
            if m == 0:
                gate0 = g2
            else:
                gate1 = g2
            he = math.sqrt(g2 * var_e) + tau_max * abs(mean[i, m, 1])
            hn = math.sqrt(g2 * var_n) + tau_max * abs(mean[i, m, 3])
            lo_e, hi_e = min(lo_e, mean[i, m, 0] - he), max(hi_e, mean[i, m, 0] + he)
            lo_n, hi_n = min(lo_n, mean[i, m, 2] - hn), max(hi_n, mean[i, m, 2] + hn)
        first[a + 1] = n
        if lo_e > e1 or hi_e < e0 or lo_n > n1 or hi_n < n0:
            continue
        c0 = max(0, int((lo_e - east0) / cell_m))
        c1 = min(cols - 1, int((hi_e - east0) / cell_m))
        l0 = max(0, int((lo_n - north0) / cell_m))
        l1 = min(lines - 1, int((hi_n - north0) / cell_m))
        for line in range(l0, l1 + 1):
            for k in range(begin[line * cols + c0], begin[line * cols + c1 + 1]):
                if where[k, 0] < lo_e or where[k, 0] > hi_e:
                    continue
                if where[k, 1] < lo_n or where[k, 1] > hi_n:
                    continue
                j = order[k]
                if dt != 0.0:
                    _ripen(cov, i, dt, noise)
                    moved[i] = t_s
                    dt = 0.0
                known = 1.0
                if claimed:
                    known = _identity_factor(icao, track_number, mode_a, i, s, j, claims)
                kin = cooperative[i] if plots[j, 10] > 0.5 else 1.0 - cooperative[i]
                known *= kin + (1.0 - kin) * slip
                wide = 9.0 if known > 1e3 else 1.0
                other = 0.0 if sensor_of[i] == s else 1.0
                b_ee = other * (plots[j, 11] + bias[i, 0])
                b_en = other * (plots[j, 12] + bias[i, 1])
                b_nn = other * (plots[j, 13] + bias[i, 2])
                wider, glint = 1.0, False
                while True:
                    r_ee = wider * plots[j, 3] + b_ee
                    r_en = wider * plots[j, 4] + b_en
                    r_nn = wider * plots[j, 5] + b_nn
                    g0, g1 = wide * gate0, wide * gate1
                    like0 = _mode_likelihood(mean, cov, i, 0, plots, j, r_ee, r_en, r_nn, g0)
                    like1 = _mode_likelihood(mean, cov, i, 1, plots, j, r_ee, r_en, r_nn, g1)
                    if like0 + like1 > 0.0 or glint:
                        break
                    if plots[j, 10] < 0.5 or label[i] == 0:
                        break
                    wider, glint = GLINT_WIDER, True
                    known *= GLINT_SHARE
                if like0 + like1 == 0.0:
                    continue
                known *= _height_factor(height, height_cov, i, plots[j, 6], plots[j, 7])
                known /= background[j]
                like0 *= known
                like1 *= known
                if plots[j, 9] < np.inf:
                    rate, var = plots[j, 8], plots[j, 9]
                    like0 *= _range_rate_factor(mean[i, 0], cov[i, 0], sensor, rate, var)
                    like1 *= _range_rate_factor(mean[i, 1], cov[i, 1], sensor, rate, var)
                weight = model[i, 0] * like0 + model[i, 1] * like1
                if exist[i] * pd[a] * weight < least:
                    continue
                if n == capacity:
                    capacity *= 2
                    more_plot = np.empty(capacity, np.int64)
                    more_like = np.empty((capacity, 2))
                    more_plot[:n] = edge_plot
                    more_like[:n] = edge_like
                    more_wider = np.empty(capacity)
                    more_wider[:n] = edge_wider
                    edge_plot, edge_like, edge_wider = more_plot, more_like, more_wider
                edge_plot[n] = j
                edge_like[n, 0] = like0
                edge_like[n, 1] = like1
                edge_wider[n] = wider
                n += 1
        first[a + 1] = n
    return first, edge_plot[:n], edge_like[:n], edge_wider[:n]


@njit(cache=True, error_model="numpy", inline="always")
def _send(begin, end, edge_plot, psi, nu, mu, load):
    """Send one row's messages to its plots, and keep each plot's load of them."""
    total = 1.0
    for e in range(begin, end):
        total += psi[e] * nu[e]
    for e in range(begin, end):
        rest = total - psi[e] * nu[e]
        if rest < 1e-6 * total:  # cancelled: one edge outweighs all others by far
            rest = 1.0
            for f in range(begin, end):
                if f != e:
                    rest += psi[f] * nu[f]
        new = psi[e] / rest
        load[edge_plot[e]] += new - mu[e]
        mu[e] = new


@njit(cache=True, error_model="numpy")
def associate(bank, rows, pd, charge_miss, first, edge_plot, edge_like, n_plots):
    """Return association marginals by loopy belief propagation.

    Returns (odds of each edge against a miss, probability of each edge, of each row being
    missed, of each plot being nobody's). Where `charge_miss` is false, a row's miss says nothing
    about its existence.
    """
    n_rows, n_edges = rows.shape[0], edge_plot.shape[0]
    exist, model = bank.exist, bank.model
    psi, nu, mu = np.empty(n_edges), np.ones(n_edges), np.zeros(n_edges)
    sharers = np.zeros(n_plots, np.int64)
    for e in range(n_edges):
        sharers[edge_plot[e]] += 1
    load = np.zeros(n_plots)
    lively = np.empty(n_rows, np.int64)
    shared = 0
    for a in range(n_rows):
        if first[a] == first[a + 1]:
            continue
        i = rows[a]
        r = exist[i]
        missed = 1.0 - r * pd[a] if charge_miss else 1.0
        contested = False
        for e in range(first[a], first[a + 1]):
            like = model[i, 0] * edge_like[e, 0] + model[i, 1] * edge_like[e, 1]
            psi[e] = r * pd[a] * like / missed
            contested = contested or sharers[edge_plot[e]] > 1
        _send(first[a], first[a + 1], edge_plot, psi, nu, mu, load)
        if contested:
            lively[shared] = a
            shared += 1
    contested_rows = lively[:shared].copy()
    n_lively = shared
    for _ in range(LBP_MAX_ITERATIONS):
        n_lively = 0
        for b in range(shared):
            a = contested_rows[b]
            change = 0.0
            for e in range(first[a], first[a + 1]):
                new = 1.0 / (1.0 + max(load[edge_plot[e]] - mu[e], 0.0))
                change = max(change, abs(new - nu[e]) / new)
                nu[e] = new
            if change > LBP_TOLERANCE:
                lively[n_lively] = a
                n_lively += 1
        if n_lively == 0:
            break
        for b in range(n_lively):
            a = lively[b]
            _send(first[a], first[a + 1], edge_plot, psi, nu, mu, load)
    prob = np.empty(n_edges)
    missed_prob = np.empty(n_rows)
    for a in range(n_rows):
        total = 1.0
        for e in range(first[a], first[a + 1]):
            total += psi[e] * nu[e]
        missed_prob[a] = 1.0 / total
        for e in range(first[a], first[a + 1]):
            prob[e] = psi[e] * nu[e] / total
    load[:] = 0.0
    for e in range(n_edges):
        load[edge_plot[e]] += mu[e]
    nobody = np.empty(n_plots)
    for j in range(n_plots):
        nobody[j] = 1.0 / (1.0 + load[j])
    return psi, prob, missed_prob, nobody
