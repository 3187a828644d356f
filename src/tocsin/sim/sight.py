"""Whether the earth's curve lets a sensor see a height."""

import numpy as np

from tocsin.model.detection import F64

HORIZON_KM_PER_ROOT_M = 4.12
"""Radio horizon in km per square root of height in m (4/3 earth): 4.12 (sqrt h + sqrt a)."""


def horizon_m(antenna_above_sea_m: float, alt_msl_m: F64) -> F64:
    """Return how far a radar sees targets of these heights over a smooth earth."""
    roots = np.sqrt(max(antenna_above_sea_m, 0.0)) + np.sqrt(np.maximum(alt_msl_m, 0.0))
    return np.asarray(1000.0 * HORIZON_KM_PER_ROOT_M * roots)
