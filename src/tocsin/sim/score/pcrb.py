"""The least error that any tracker can reach: posterior Cramer-Rao bounds of a straight flyer.

A target in nearly constant velocity, its position measured with probability Pd a scan, per axis

    F = [[1, T], [0, 1]],  Q = q [[T^3/3, T^2/2], [T^2/2, T]],  H = [1, 0],  R = sigma^2.

Tichavsky, Muravchik, Nehorai, IEEE Trans. SP 46(5), 1998, eq. (21) gives the recursion. Missed
detections enter in two ways (Hernandez, Ristic, Farina, "A comparison of two Cramer-Rao bounds for
nonlinear filtering with Pd < 1", IEEE Trans. SP 52(9), 2004): averaging the bound over sequences
of hits and misses (the tighter, `expected_bound`), or shrinking the information of each scan by
Pd (the information-reduction bound, always lower, `reduced_bound`).
"""

from typing import NamedTuple

import numpy as np

from tocsin.model.detection import F64

SEQUENCES = 4_000
"""Sampled sequences of hits and misses: the mean is good to about 0.2 % at Pd 0.5."""


class Setting(NamedTuple):
    """A target and a sensor, both axes alike."""

    revisit_s: float
    noise_m2ps3: float
    """Process noise density q per axis."""
    sigma_m: float
    """Measurement error per axis."""
    pd_prob: float
    speed_sigma_mps: float = 30.0
    """Velocity known before the first scan, per axis."""


class Bound(NamedTuple):
    """Two-dimensional root mean square errors after each scan; shape (scans,)."""

    position_m: F64
    velocity_mps: F64


def expected_bound(setting: Setting, scans: int, rng: np.random.Generator) -> Bound:
    """Return the bound averaged over hits and misses, after 1 to `scans` scans past the first."""
    cov = np.tile(_first_cov(setting), (SEQUENCES, 1, 1))
    means = np.empty((scans, 2, 2))
    F, Q = _motion(setting)
    for k in range(scans):
        cov = F @ cov @ F.T + Q
        hit = rng.random(SEQUENCES) < setting.pd_prob
        gain = cov[:, :, 0] / (cov[:, :1, 0] + setting.sigma_m**2)
        updated = cov - gain[:, :, None] * cov[:, None, 0, :]
        cov = np.where(hit[:, None, None], updated, cov)
        means[k] = cov.mean(axis=0)
    return _both_axes(means)


def reduced_bound(setting: Setting, scans: int) -> Bound:
    """Return the information-reduction bound after 1 to `scans` scans past the first."""
    cov = _first_cov(setting)
    covs = np.empty((scans, 2, 2))
    F, Q = _motion(setting)
    sigma2_m2 = setting.sigma_m**2 / setting.pd_prob
    for k in range(scans):
        cov = F @ cov @ F.T + Q
        cov = cov - np.outer(cov[:, 0], cov[0]) / (cov[0, 0] + sigma2_m2)
        covs[k] = cov
    return _both_axes(covs)


def _first_cov(setting: Setting) -> F64:
    return np.diag([setting.sigma_m**2, setting.speed_sigma_mps**2])


def _motion(setting: Setting) -> tuple[F64, F64]:
    t_s, q = setting.revisit_s, setting.noise_m2ps3
    F = np.array([[1.0, t_s], [0.0, 1.0]])
    return F, q * np.array([[t_s**3 / 3, t_s**2 / 2], [t_s**2 / 2, t_s]])


def _both_axes(cov: F64) -> Bound:
    return Bound(np.sqrt(2.0 * cov[:, 0, 0]), np.sqrt(2.0 * cov[:, 1, 1]))
