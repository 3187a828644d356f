"""Does a covariance mean what it says: normalised estimation error squared, with its band.

Bar-Shalom, Li, Kirubarajan, "Estimation with Applications to Tracking and Navigation", 2001,
eqs. 5.4.2-1 to -4: for n independent errors of dimension k the sum is chi-square with n k degrees
of freedom, so the mean lies in a known band where the filter is consistent.
"""

import msgspec
import numpy as np
from scipy.stats import chi2

from tocsin.model.detection import F64


class Consistency(msgspec.Struct, frozen=True, kw_only=True):
    """Mean NEES and the band that it should lie in."""

    mean_ratio: float | None
    """Ideal: the dimension. None where there was nothing to score."""
    dimension: int
    samples: int
    low_ratio: float | None
    high_ratio: float | None
    """Two-sided band at the given probability, if errors were independent (those of one track
    at successive times are not: then the true band is wider)."""


def nees(error: F64, cov: F64) -> F64:
    """Return e' P^-1 e of each row.

    Args:
        error: shape (n, k), estimate minus truth.
        cov: shape (n, k, k), positive definite.
    """
    return np.asarray(np.sum(error * np.linalg.solve(cov, error[..., None])[..., 0], axis=1))


def consistency(error: F64, cov: F64, *, band_prob: float = 0.95) -> Consistency:
    """Return the mean NEES with its chi-square band."""
    n, k = error.shape
    if n == 0:
        return Consistency(mean_ratio=None, dimension=k, samples=0, low_ratio=None, high_ratio=None)
    low, high = chi2.ppf([0.5 - band_prob / 2, 0.5 + band_prob / 2], n * k) / n
    return Consistency(
        mean_ratio=float(nees(error, cov).mean()),
        dimension=k,
        samples=n,
        low_ratio=float(low),
        high_ratio=float(high),
    )
