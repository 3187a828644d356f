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


@njit(cache=True)
def _carry_cov(p, dt, q):
    """Predict one packed covariance in place: NCV, white noise acceleration of density q."""
    q1, q2, q3 = q * dt, q * dt * dt / 2.0, q * dt * dt * dt / 3.0
    p[0] += 2.0 * dt * p[1] + dt * dt * p[4] + q3
    p[2] += dt * (p[3] + p[5]) + dt * dt * p[6]
    p[7] += 2.0 * dt * p[8] + dt * dt * p[9] + q3
    p[1] += dt * p[4] + q2
    p[3] += dt * p[6]
    p[5] += dt * p[6]
    p[8] += dt * p[9] + q2
    p[4] += q1
    p[9] += q1


@njit(cache=True)
def _mix_models(mean, cov, model, stay0, stay1):
    """Interact the two models: transition probabilities, then moment-matched starts."""
    m0, m1 = model[0], model[1]
    c0 = stay0 * m0 + (1.0 - stay1) * m1
    c1 = (1.0 - stay0) * m0 + stay1 * m1
    a = stay0 * m0 / c0
    b = (1.0 - stay0) * m0 / c1
    d0 = mean[0, 0] - mean[1, 0]
    d1 = mean[0, 1] - mean[1, 1]
    d2 = mean[0, 2] - mean[1, 2]
    d3 = mean[0, 3] - mean[1, 3]
    spread = (
        d0 * d0, d0 * d1, d0 * d2, d0 * d3, d1 * d1,
        d1 * d2, d1 * d3, d2 * d2, d2 * d3, d3 * d3,
    )  # fmt: skip
    sa, sb = a * (1.0 - a), b * (1.0 - b)
    for k in range(10):
        p0, p1 = cov[0, k], cov[1, k]
        cov[0, k] = a * p0 + (1.0 - a) * p1 + sa * spread[k]
        cov[1, k] = b * p0 + (1.0 - b) * p1 + sb * spread[k]
    for k in range(4):
        x0, x1 = mean[0, k], mean[1, k]
        mean[0, k] = a * x0 + (1.0 - a) * x1
        mean[1, k] = b * x0 + (1.0 - b) * x1
    model[0], model[1] = c0, c1


@njit(cache=True)
def _carry(bank, i, t_s, noise, reference_mps, leave, come_back, life_s):
    """Carry one component to `t_s`: models mixed by the time gone by, existence decayed."""
    dt = t_s - bank.t_s[i]
    if dt == 0.0:
        return
    mean, cov = bank.mean[i], bank.cov[i]
    if dt > 0.0:
        gone = 1.0 - math.exp(-(leave + come_back) * dt)
        share = leave / (leave + come_back)
        _mix_models(mean, cov, bank.model[i], 1.0 - share * gone, 1.0 - (1.0 - share) * gone)
        bank.exist[i] *= math.exp(-dt / life_s)
    speed = math.hypot(mean[0, 1], mean[0, 3]) / reference_mps
    scale = max(1.0, speed)
    for m in range(2):
        mean[m, 0] += dt * mean[m, 1]
        mean[m, 2] += dt * mean[m, 3]
        _carry_cov(cov[m], dt, noise[m] * scale)
    if bank.height_cov[i, 0] < np.inf:
        h = bank.height_cov[i]
        bank.height[i, 0] += dt * bank.height[i, 1]
        h[0] += 2.0 * dt * h[1] + dt * dt * h[2] + CLIMB_NOISE_M2PS3 * abs(dt) ** 3 / 3.0
        h[1] += dt * h[2] + CLIMB_NOISE_M2PS3 * dt * abs(dt) / 2.0
        h[2] += CLIMB_NOISE_M2PS3 * abs(dt)
    bank.t_s[i] = t_s


@njit(cache=True)
def _normal_cdf(x):
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


@njit(cache=True)
def _looked_at(bank, i, t_s, sensor, look):
    """Return the share of the component that lies inside the look and coverage at `t_s`.

    `sensor`: east, north, convergence, range min, range max, tan(elevation max), height,
    revisit. `look`: azimuth from, width (true, clockwise); width 2 pi is the whole coverage.
    """
    dt = t_s - bank.t_s[i]
    east = bank.mean[i, 0, 0] + dt * bank.mean[i, 0, 1] - sensor[0]
    north = bank.mean[i, 0, 2] + dt * bank.mean[i, 0, 3] - sensor[1]
    ground_m = math.hypot(east, north)
    if ground_m < sensor[3] or ground_m > sensor[4]:
        return 0.0
    if bank.height_cov[i, 0] < np.inf and bank.height[i, 0] - sensor[6] > sensor[5] * ground_m:
        return 0.0
    if look[1] >= TWO_PI - 1e-9:
        return 1.0
    p = bank.cov[i, 0]
    across_m2 = max(p[0] + p[7] + dt * dt * (p[4] + p[9]), 1.0) / 2.0
    sigma = math.sqrt(across_m2) / max(ground_m, 1.0) + 1e-4
    azimuth = math.atan2(east, north) + sensor[2]
    middle = look[0] + 0.5 * look[1]
    off = azimuth - middle
    off -= TWO_PI * math.floor(off / TWO_PI + 0.5)
    half = 0.5 * look[1]
    if abs(off) > half + 6.0 * sigma:
        return 0.0
    return _normal_cdf((half - off) / sigma) - _normal_cdf((-half - off) / sigma)


@njit(cache=True)
def predict(bank, t_s, s, sensor, look, pd_by_kind, motion):
    """Carry every component that the look could show to `t_s`.

    `motion`: noise of both models, reference speed, rates of leaving and coming back, mean
    life. Returns (rows, detection probability of each). A component that this sensor updated
    less than 0.6 of its revisit time ago is not due again: a small probability is left for
    split plots.
    """
    high = bank.counters[0]
    rows = np.empty(high, np.int64)
    pd = np.empty(high)
    n = 0
    for i in range(high):
        if not bank.live[i]:
            continue
        share = _looked_at(bank, i, t_s, sensor, look)
        if share < 1e-4:
            continue
        _carry(bank, i, t_s, motion[:2], motion[2], motion[3], motion[4], motion[5])
        rows[n] = i
        c = bank.cooperative[i]
        pd[n] = share * (c * pd_by_kind[0] + (1.0 - c) * pd_by_kind[1])
        if t_s - bank.t_sensor_s[i, s] < 0.6 * sensor[7]:
            pd[n] = min(pd[n], 0.02)
        n += 1
    return rows[:n], pd[:n]


@njit(cache=True)
def estimate(bank, rows, t_s, motion):
    """Return mean (k, 4), covariance (k, 4, 4), height (k, 2), its variance (k,) at `t_s`.

    Moments over both motion models, each carried to `t_s`; the bank itself is not changed.
    """
    n = rows.shape[0]
    mean, cov = np.zeros((n, 4)), np.zeros((n, 4, 4))
    height, height_var = np.zeros((n, 2)), np.empty(n)
    x, p = np.empty((2, 4)), np.empty((2, 10))
    for a in range(n):
        i = rows[a]
        dt = t_s - bank.t_s[i]
        for m in range(2):
            x[m] = bank.mean[i, m]
            p[m] = bank.cov[i, m]
            x[m, 0] += dt * x[m, 1]
            x[m, 2] += dt * x[m, 3]
            scale = max(1.0, math.hypot(x[m, 1], x[m, 3]) / motion[2])
            _carry_cov(p[m], dt, motion[m] * scale)
            for k in range(4):
                mean[a, k] += bank.model[i, m] * x[m, k]
        for m in range(2):
            k = 0
            for b in range(4):
                for c in range(b, 4):
                    spread = (x[m, b] - mean[a, b]) * (x[m, c] - mean[a, c])
                    cov[a, b, c] += bank.model[i, m] * (p[m, k] + spread)
                    cov[a, c, b] = cov[a, b, c]
                    k += 1
        h = bank.height_cov[i]
        height[a, 0] = bank.height[i, 0] + dt * bank.height[i, 1]
        height[a, 1] = bank.height[i, 1]
        height_var[a] = h[0] + 2.0 * dt * h[1] + dt * dt * h[2] if h[0] < np.inf else np.inf
    return mean, cov, height, height_var
