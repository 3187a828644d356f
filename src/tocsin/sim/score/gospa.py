"""GOSPA: one number for localisation, missed and false targets, and its parts.

Rahmathullah, Garcia-Fernandez, Svensson, "Generalized optimal sub-pattern assignment metric",
FUSION 2017, eq. (1) with alpha = 2 (Proposition 1: the form with missed and false counts).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


class Gospa(NamedTuple):
    """The metric (m) and the counts that it is made of."""

    value_m: float
    localisation_m: float
    missed: int
    false: int


def match(truth_m: F64, track_m: F64, cutoff_m: float) -> tuple[I64, I64, F64]:
    """Return the pairs (truth row, track row) of the optimal assignment closer than the cutoff.

    `truth_m` has shape (n, 2), `track_m` (k, 2), in one plane; the third result is the
    distance of each pair in metres.
    """
    distance_m = np.minimum(cdist(truth_m, track_m), cutoff_m)
    rows, cols = linear_sum_assignment(distance_m**2)
    near = distance_m[rows, cols] < cutoff_m
    return rows[near], cols[near], distance_m[rows, cols][near]


def gospa(truth_m: F64, track_m: F64, cutoff_m: float = 500.0) -> Gospa:
    """Return GOSPA with p = 2 and alpha = 2 for one time, in metres."""
    rows, _, distance_m = match(truth_m, track_m, cutoff_m)
    missed, false = len(truth_m) - len(rows), len(track_m) - len(rows)
    localisation_m2 = float(np.sum(distance_m**2))
    value_m = np.sqrt(localisation_m2 + 0.5 * cutoff_m**2 * (missed + false))
    return Gospa(float(value_m), float(np.sqrt(localisation_m2)), missed, false)
