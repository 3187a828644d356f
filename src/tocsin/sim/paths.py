"""True paths: where a simulated target is at any time, continuous in position and velocity."""

from typing import NamedTuple

import msgspec
import numpy as np

from tocsin.model.detection import F64


class TrueState(NamedTuple):
    """The states of one target at n times."""

    pos_site_m: F64
    """shape (n, 2), east north in the site plane."""
    vel_site_mps: F64
    """shape (n, 2)."""
    alt_ellipsoid_m: F64
    """shape (n,)."""


class Path(msgspec.Struct, frozen=True, kw_only=True):
    """One target's path as knots; between them position is a cubic through both velocities."""

    target_id: int
    t_s: F64
    """shape (n,), ascending, seconds from the scenario's start; n >= 2."""
    pos_site_m: F64
    """shape (n, 2), east north in the site plane."""
    vel_site_mps: F64
    """shape (n, 2)."""
    alt_ellipsoid_m: F64
    """shape (n,)."""

    def at(self, t_s: F64) -> TrueState:
        """Return the state at times within the path (times outside are held at its ends)."""
        t_s = np.clip(t_s, self.t_s[0], self.t_s[-1])
        k = np.clip(np.searchsorted(self.t_s, t_s, side="right") - 1, 0, len(self.t_s) - 2)
        step_s = (self.t_s[k + 1] - self.t_s[k])[:, None]
        u = (t_s - self.t_s[k])[:, None] / step_s
        p0, p1 = self.pos_site_m[k], self.pos_site_m[k + 1]
        m0, m1 = self.vel_site_mps[k] * step_s, self.vel_site_mps[k + 1] * step_s
        pos = _cubic(u, p0, m0, p1, m1)
        vel = _cubic_slope(u, p0, m0, p1, m1) / step_s
        return TrueState(pos, vel, np.interp(t_s, self.t_s, self.alt_ellipsoid_m))


def _cubic(u: F64, p0: F64, m0: F64, p1: F64, m1: F64) -> F64:
    """Return the cubic Hermite interpolant at u in [0, 1]."""
    lift = (p0 - p1) * (2 * u**3 - 3 * u**2) + p0
    return np.asarray(lift + m0 * (u**3 - 2 * u**2 + u) + m1 * (u**3 - u**2))


def _cubic_slope(u: F64, p0: F64, m0: F64, p1: F64, m1: F64) -> F64:
    lift = (p0 - p1) * (6 * u**2 - 6 * u)
    return np.asarray(lift + m0 * (3 * u**2 - 4 * u + 1) + m1 * (3 * u**2 - 2 * u))
