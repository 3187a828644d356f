"""How good an ADS-B position is: quality codes to one-sigma metres per axis.

NACp and NUCp state a radius that holds 95 % (EPU); two equal Gaussian axes: sigma = EPU / 2.448.
NIC states a radius that holds all but 1e-7; sigma = Rc / 5.68 (Rayleigh quantiles).
RTCA DO-260B tables 2-70 (NIC), N-11 (NACp); DO-260 table 2-11 (NUCp).
"""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

UNKNOWN_SIGMA_M = 500.0
"""Quality 0 or not stated: mostly old transponders that are right within a few hundred metres."""
LATENCY_SIGMA_M = 25.0
"""The least sigma of a moving transponder's report, where the site states none: its time of
measurement is uncertain by tenths of a second (measured: 1.5 s for the oldest)."""
_PER_95 = 1.0 / 2.448
_PER_RC = 1.0 / 5.68
_NACP_EPU_M = (0, 18_520, 7_408, 3_704, 1_852, 926, 555.6, 185.2, 92.6, 30, 10, 3)
_NUCP_95_M = (0, 18_520, 9_260, 3_704, 1_852, 926, 185.2, 92.6, 10, 3)
_NIC_RC_M = (0, 37_040, 14_816, 7_408, 3_704, 1_852, 1_111, 370.4, 185.2, 75, 25, 7.5)


def _sigmas(radii_m: tuple[float, ...], sigma_ratio: float) -> F64:
    """Return sigma by code 0..15, UNKNOWN_SIGMA_M where the code says nothing."""
    out = np.full(17, UNKNOWN_SIGMA_M)
    out[1 : len(radii_m)] = np.array(radii_m[1:]) * sigma_ratio
    return out


NACP_SIGMA_M = _sigmas(_NACP_EPU_M, _PER_95)
NUCP_SIGMA_M = _sigmas(_NUCP_95_M, _PER_95)
NIC_SIGMA_M = _sigmas(_NIC_RC_M, _PER_RC)


def position_sigma_m(nacp: I64, nic: I64, nucp: I64, floor_m: float | None) -> F64:
    """Return sigma per axis: NACp where stated, else NIC, else NUCp; -1 is not stated.

    Args:
        nacp: Navigation Accuracy Category, shape (n,), 0 to 15 or -1.
        nic: Navigation Integrity Category.
        nucp: Navigation Uncertainty Category of version 0 transponders.
        floor_m: the site's own sigma for this feed.
    """
    stated = np.where(
        nacp > 0,
        NACP_SIGMA_M[nacp],
        np.where(nic > 0, NIC_SIGMA_M[nic], NUCP_SIGMA_M[np.maximum(nucp, 0)]),
    )
    return np.maximum(stated, LATENCY_SIGMA_M if floor_m is None else floor_m)
