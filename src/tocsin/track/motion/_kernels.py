"""Hot loops of motion: carry components through time, see which of them a look could show.

The two motion models are mixed as in Blom and Bar-Shalom, "The interacting multiple model
algorithm for systems with Markovian switching coefficients", IEEE TAC 33(8), 1988, eq. (5)-(9).
Covariance terms are ordered as in `tocsin.track.bank`.
"""

import math

import numpy as np
from numba import njit

TWO_PI = 2.0 * math.pi
CLIMB_NOISE_M2PS3 = 1.0
EDGE_PROB = 0.02
"""Outside the stated coverage a target is hardly expected, but what is seen there is believed."""


@njit(cache=True, error_model="numpy", inline="always")
def _carry_cov(cov, i, m, dt, q):
    """Predict one packed covariance in place: NCV, white noise acceleration of density q."""
    q1, q2, q3 = q * dt, q * dt * dt / 2.0, q * dt * dt * dt / 3.0
    p1, p3, p4, p5 = cov[i, m, 1], cov[i, m, 3], cov[i, m, 4], cov[i, m, 5]
    p6, p8, p9 = cov[i, m, 6], cov[i, m, 8], cov[i, m, 9]
    cov[i, m, 0] += 2.0 * dt * p1 + dt * dt * p4 + q3
    cov[i, m, 2] += dt * (p3 + p5) + dt * dt * p6
    cov[i, m, 7] += 2.0 * dt * p8 + dt * dt * p9 + q3
    cov[i, m, 1] = p1 + dt * p4 + q2
    cov[i, m, 3] = p3 + dt * p6
    cov[i, m, 5] = p5 + dt * p6
    cov[i, m, 8] = p8 + dt * p9 + q2
    cov[i, m, 4] = p4 + q1
    cov[i, m, 9] = p9 + q1


@njit(cache=True, error_model="numpy", inline="always")
def _mix_models(mean, cov, model, i, stay0, stay1):
    """Interact the two models: transition probabilities, then moment-matched starts."""
    m0, m1 = model[i, 0], model[i, 1]
    c0 = stay0 * m0 + (1.0 - stay1) * m1
    c1 = (1.0 - stay0) * m0 + stay1 * m1
    a = stay0 * m0 / c0
    b = (1.0 - stay0) * m0 / c1
    sa, sb = a * (1.0 - a), b * (1.0 - b)
    k = 0
    for u in range(4):
        du = mean[i, 0, u] - mean[i, 1, u]
        for w in range(u, 4):
            spread = du * (mean[i, 0, w] - mean[i, 1, w])
            p0, p1 = cov[i, 0, k], cov[i, 1, k]
            cov[i, 0, k] = a * p0 + (1.0 - a) * p1 + sa * spread
            cov[i, 1, k] = b * p0 + (1.0 - b) * p1 + sb * spread
            k += 1
    for k in range(4):
        x0, x1 = mean[i, 0, k], mean[i, 1, k]
        mean[i, 0, k] = a * x0 + (1.0 - a) * x1
        mean[i, 1, k] = b * x0 + (1.0 - b) * x1
    model[i, 0], model[i, 1] = c0, c1


@njit(cache=True, error_model="numpy", inline="always")
def _carry(mean, cov, model, updated, height, height_cov, i, dt, gone, motion):
    """Carry the state of one component on by `dt`, models mixed by the share `gone`.

    One that was never updated has nothing to mix: its models differ by their velocity priors.
    """
    if dt > 0.0 and updated:
        share = motion[3] / (motion[3] + motion[4])
        stay0, stay1 = 1.0 - share * gone, 1.0 - (1.0 - share) * gone
        _mix_models(mean, cov, model, i, stay0, stay1)
    speed2 = mean[i, 0, 1] * mean[i, 0, 1] + mean[i, 0, 3] * mean[i, 0, 3]
    scale = 1.0
    if speed2 > motion[2] * motion[2]:
        scale = math.sqrt(speed2) / motion[2]
    for m in range(2):
        mean[i, m, 0] += dt * mean[i, m, 1]
        mean[i, m, 2] += dt * mean[i, m, 3]
        _carry_cov(cov, i, m, dt, motion[m] * scale)
    if height_cov[i, 0] < np.inf:
        h = height_cov[i]
        height[i, 0] += dt * height[i, 1]
        h[0] += 2.0 * dt * h[1] + dt * dt * h[2] + CLIMB_NOISE_M2PS3 * abs(dt) ** 3 / 3.0
        h[1] += dt * h[2] + CLIMB_NOISE_M2PS3 * dt * abs(dt) / 2.0
        h[2] += CLIMB_NOISE_M2PS3 * abs(dt)


@njit(cache=True, error_model="numpy")
def _normal_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@njit(cache=True, error_model="numpy", inline="always")
def _looked_at(bank, i, t_s, sensor, look):
    """Return the share of the component that lies inside the look and coverage at `t_s`.

    `sensor`: east, north, convergence, range min, range max, tan(elevation max), height,
    revisit. `look`: azimuth from, width (true, clockwise); width 2 pi is the whole coverage.
    """
    dt = t_s - bank.t_moved_s[i]
    east = bank.mean[i, 0, 0] + dt * bank.mean[i, 0, 1] - sensor[0]
    north = bank.mean[i, 0, 2] + dt * bank.mean[i, 0, 3] - sensor[1]
    ground_m = math.sqrt(east * east + north * north)
    covered = 1.0
    if ground_m < sensor[3] or ground_m > sensor[4]:
        covered = EDGE_PROB
    if bank.height_cov[i, 0] < np.inf and bank.height[i, 0] - sensor[6] > sensor[5] * ground_m:
        covered = EDGE_PROB
    if look[1] >= TWO_PI - 1e-9:
        return covered
    spread_m2 = bank.cov[i, 0, 0] + bank.cov[i, 0, 7]
    growth_m2 = dt * dt * (bank.cov[i, 0, 4] + bank.cov[i, 0, 9])
    across_m2 = max(spread_m2 + growth_m2, 1.0) / 2.0
    sigma = math.sqrt(across_m2) / max(ground_m, 1.0) + 1e-4
    azimuth = math.atan2(east, north) + sensor[2]
    middle = look[0] + 0.5 * look[1]
    off = azimuth - middle
    off -= TWO_PI * math.floor(off / TWO_PI + 0.5)
    half = 0.5 * look[1]
    if abs(off) > half + 6.0 * sigma:
        return 0.0
    return covered * (_normal_cdf((half - off) / sigma) - _normal_cdf((-half - off) / sigma))


@njit(cache=True, error_model="numpy")
def predict(bank, t_s, s, sensor, look, pd_by_kind, motion, lazy):
    """Carry every component that the look could show to `t_s`.

    `motion`: noise of both models, reference speed, rates of leaving and coming back, mean
    life, mean time until what is hidden is seen again, and by sensor until what is seen is
    hidden. Returns (rows, detection probability of each). A component that this sensor updated
    less than 0.6 of its revisit time ago is not due again: a small probability is left for
    split plots. With `lazy` a newborn stays where it was born: most never meet a second plot,
    and gating carries those that do.
    """
    high = bank.counters[0]
    rows = np.empty(high, np.int64)
    pd = np.empty(high)
    n = 0
    last_dt, gone, survive = -np.inf, 0.0, 1.0
    for i in range(high):
        if not bank.live[i]:
            continue
        share = _looked_at(bank, i, t_s, sensor, look)
        if share < 1e-4:
            continue
        dt = t_s - bank.t_s[i]
        if dt != last_dt:
            gone = 1.0 - math.exp(-(motion[3] + motion[4]) * max(dt, 0.0))
            survive = math.exp(-max(dt, 0.0) / motion[5])
            last_dt = dt
        if dt > 0.0:
            bank.exist[i] *= survive
            for k in range(bank.visible.shape[1]):
                v = bank.visible[i, k]
                back, away = (1.0 - v) / (motion[6] + dt), v / (motion[7 + k] + dt)
                bank.visible[i, k] = v + dt * (back - away)
        if dt != 0.0:
            bank.t_s[i] = t_s
            updated = bank.mean[i, 0, 1] != 0.0 or bank.mean[i, 1, 1] != 0.0
            if updated or not lazy or bank.height_cov[i, 0] < np.inf:
                _carry(
                    bank.mean, bank.cov, bank.model, updated, bank.height, bank.height_cov,
                    i, t_s - bank.t_moved_s[i], gone, motion,
                )  # fmt: skip
                bank.t_moved_s[i] = t_s
        rows[n] = i
        c = bank.cooperative[i]
        pd[n] = share * bank.visible[i, s] * (c * pd_by_kind[0] + (1.0 - c) * pd_by_kind[1])
        if t_s - bank.t_sensor_s[i, s] < 0.6 * sensor[7]:
            pd[n] = min(pd[n], 0.02)
        n += 1
    return rows[:n], pd[:n]


@njit(cache=True, error_model="numpy")
def estimate(bank, rows, t_s, motion):
    """Return mean (k, 4), covariance (k, 4, 4), height (k, 2), its variance (k,) at `t_s`.

    Moments over both motion models, each carried to `t_s`, and the bias of its last sensor; the
    bank itself is not changed.
    """
    n = rows.shape[0]
    mean, cov = np.zeros((n, 4)), np.zeros((n, 4, 4))
    height, height_var = np.zeros((n, 2)), np.empty(n)
    x, p = np.empty((2, 4)), np.empty((1, 2, 10))
    for a in range(n):
        i = rows[a]
        dt = t_s - bank.t_moved_s[i]
        for m in range(2):
            x[m] = bank.mean[i, m]
            p[0, m] = bank.cov[i, m]
            x[m, 0] += dt * x[m, 1]
            x[m, 2] += dt * x[m, 3]
            scale = max(1.0, math.hypot(x[m, 1], x[m, 3]) / motion[2])
            _carry_cov(p, 0, m, dt, motion[m] * scale)
            for k in range(4):
                mean[a, k] += bank.model[i, m] * x[m, k]
        for m in range(2):
            k = 0
            for b in range(4):
                for c in range(b, 4):
                    spread = (x[m, b] - mean[a, b]) * (x[m, c] - mean[a, c])
                    cov[a, b, c] += bank.model[i, m] * (p[0, m, k] + spread)
                    cov[a, c, b] = cov[a, b, c]
                    k += 1
        cov[a, 0, 0] += bank.bias[i, 0]
        cov[a, 0, 2] += bank.bias[i, 1]
        cov[a, 2, 0] += bank.bias[i, 1]
        cov[a, 2, 2] += bank.bias[i, 2]
        h = bank.height_cov[i]
        height[a, 0] = bank.height[i, 0] + dt * bank.height[i, 1]
        height[a, 1] = bank.height[i, 1]
        height_var[a] = h[0] + 2.0 * dt * h[1] + dt * dt * h[2] if h[0] < np.inf else np.inf
    return mean, cov, height, height_var
