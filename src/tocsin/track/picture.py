"""Read the picture out of the bank."""

import numpy as np
from numpy.typing import NDArray

from tocsin.track.bank import HIGH, SHOWN
from tocsin.track.belief._kernels import estimate
from tocsin.track.step import TrackerState

F64 = NDArray[np.float64]


def reported(state: TrackerState) -> tuple[NDArray[np.int64], F64, F64]:
    """Return (labels, mean (k, 4), covariance (k, 4, 4)) of the tracks shown now."""
    bank = state.bank
    high = int(bank.counters[HIGH])
    rows = np.flatnonzero(bank.live[:high] & (bank.status[:high] == SHOWN))
    mean, cov = estimate(bank, rows)
    return bank.label[rows], mean, cov
