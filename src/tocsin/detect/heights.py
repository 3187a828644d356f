"""Heights that sensors report, brought to mean sea level with an honest sigma."""

import numpy as np
from numpy.typing import NDArray

from tocsin.detect.view import View
from tocsin.model.units import FL_M

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

PRESSURE_SIGMA_M = 150.0
"""A flight level counts from 1013.25 hPa. The true pressure at sea level is not known here; it
lies within 18 hPa (150 m) of it two times out of three in the mid-latitudes."""
TEMPERATURE_SIGMA_RATIO = 0.02
"""Air 6 K off the standard atmosphere stretches or shrinks the column by 2 %."""
RADAR_HEIGHT_SIGMA_M = 300.0
"""Height measured by a 3-D radar, where the site does not state its sigma."""
GEOMETRIC_SIGMA_M = 30.0
"""Satellite height of a transponder, where it does not state its accuracy."""
_HIGHEST_M = 60_000.0
_FL_SPAN_M = 4096.0 * FL_M


def pressure_height(view: View, item: str, flags: str = "") -> tuple[F64, F64]:
    """Return height over sea level (m) and its variance from a flight level.

    Args:
        view: the records.
        item: the field, `090/FL`. Negative levels are normal; editions before CAT048 1.32 define
            it unsigned, yet radars send two's complement: the upper half counts as negative.
        flags: item with V (not validated) and G (garbled), or empty; either makes it unknown.

    Returns:
        alt_msl_m and alt_var_m2, shape (n,); variance inf and height 0 where unknown.
    """
    level_m = view.real(item)
    level_m = np.where(level_m >= _FL_SPAN_M / 2.0, level_m - _FL_SPAN_M, level_m)
    known = np.isfinite(level_m) & (np.abs(level_m) < _HIGHEST_M)
    if flags:
        known &= (view.whole(f"{flags}/V", 0) == 0) & (view.whole(f"{flags}/G", 0) == 0)
    return heights(level_m, known, pressure_sigma_m(level_m))


def pressure_sigma_m(height_m: F64) -> F64:
    """Return the sigma of a pressure height read as height over sea level."""
    out: F64 = np.hypot(PRESSURE_SIGMA_M, TEMPERATURE_SIGMA_RATIO * height_m)
    return out


def heights(height_m: F64, known: Bools, sigma_m: F64 | float) -> tuple[F64, F64]:
    """Return height and variance, 0 and inf where not known."""
    alt_m = np.where(known, height_m, 0.0)
    return alt_m, np.where(known, np.square(sigma_m), np.inf)


def prefer(first: tuple[F64, F64], second: tuple[F64, F64]) -> tuple[F64, F64]:
    """Return the first height where it is known, else the second."""
    known = np.isfinite(first[1])
    return np.where(known, first[0], second[0]), np.where(known, first[1], second[1])
