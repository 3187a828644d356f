"""Does a probability mean what it says: reliability curve and expected calibration error.

Of all tracks shown with an existence probability of about 0.9, nine in ten should be real. Bins
of equal width; the expected calibration error is the mean distance of observed share and stated
probability, weighted by how often each bin was used (Naeini, Cooper, Hauskrecht, AAAI 2015).
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import F64

BINS = 10


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """The curve, bins that were used only, and its summary."""

    stated_prob: tuple[float, ...]
    """Mean stated probability of each used bin."""
    observed_ratio: tuple[float, ...]
    """Share that was real."""
    count: tuple[int, ...]
    error_prob: float | None
    """Expected calibration error; None where there was nothing to score."""
    brier_ratio: float | None
    """Mean squared difference of probability and outcome."""


def reliability(stated_prob: F64, real: NDArray[np.bool_], *, bins: int = BINS) -> Reliability:
    """Return the reliability of probabilities against outcomes.

    Args:
        stated_prob: shape (n,), 0 to 1.
        real: shape (n,), whether it was so.
        bins: of equal width over 0 to 1.
    """
    if not len(stated_prob):
        return Reliability(
            stated_prob=(), observed_ratio=(), count=(), error_prob=None, brier_ratio=None
        )
    slot = np.minimum((stated_prob * bins).astype(np.int64), bins - 1)
    count = np.bincount(slot, minlength=bins)
    used = count > 0
    stated = np.bincount(slot, stated_prob, minlength=bins)[used] / count[used]
    observed = np.bincount(slot, real.astype(np.float64), minlength=bins)[used] / count[used]
    share = count[used] / len(stated_prob)
    return Reliability(
        stated_prob=tuple(stated.tolist()),
        observed_ratio=tuple(observed.tolist()),
        count=tuple(count[used].tolist()),
        error_prob=float(np.sum(share * np.abs(observed - stated))),
        brier_ratio=float(np.mean((stated_prob - real) ** 2)),
    )
