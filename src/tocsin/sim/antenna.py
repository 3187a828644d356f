"""A turning antenna: when it looks where, and how to tell that from plots alone."""

import msgspec
import numpy as np

from tocsin.model.detection import F64

TURN_RAD = 2.0 * np.pi
FASTEST_TURN_S = 0.8
SLOWEST_TURN_S = 15.0


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """Clockwise rotation whose phase may wander slowly about a steady turn."""

    turn_s: float
    north_s: float
    """A time at which the steady antenna points to true north."""
    knot_s: F64 = msgspec.field(default_factory=lambda: np.zeros(1))
    """shape (k,), ascending times at which the wander is given."""
    wander_rad: F64 = msgspec.field(default_factory=lambda: np.zeros(1))
    """shape (k,), how far the antenna is ahead of the steady one at these times."""

    def angle_rad(self, t_s: F64) -> F64:
        """Return the azimuth of the antenna, not wrapped: it grows by 2 pi a turn."""
        wander_rad = np.interp(t_s, self.knot_s, self.wander_rad)
        return np.asarray(TURN_RAD * (t_s - self.north_s) / self.turn_s + wander_rad)

    def time_s(self, angle_rad: F64) -> F64:
        """Return when the antenna has the unwrapped azimuth; the inverse of `angle_rad`."""
        t_s = self.north_s + self.turn_s * angle_rad / TURN_RAD
        for _ in range(3):  # the wander is slow: each pass shrinks the error a hundredfold
            t_s = t_s - self.turn_s * (self.angle_rad(t_s) - angle_rad) / TURN_RAD
        return np.asarray(t_s)


def sweep_times(rotation: Rotation, t_s: F64, azimuth_rad: F64) -> F64:
    """Return when the beam passes a target whose azimuth is sampled along time.

    Args:
        rotation: the antenna.
        t_s: shape (n,), ascending, finely enough that azimuth moves under half a turn a step.
        azimuth_rad: shape (n,), true azimuth of the target at these times.

    Returns:
        Ascending times of the passages within the sampled span.
    """
    lead_rad = rotation.angle_rad(t_s) - np.unwrap(azimuth_rad)
    first = int(np.ceil(lead_rad[0] / TURN_RAD))
    last = int(np.floor(lead_rad[-1] / TURN_RAD))
    passages_rad = TURN_RAD * np.arange(first, last + 1)
    return np.asarray(np.interp(passages_rad, lead_rad, t_s))


def fit_rotation(t_s: F64, azimuth_rad: F64, *, knots_s: float = 60.0) -> Rotation:
    """Find the rotation that makes plots lie where the antenna looks.

    The turn is the peak of the circular resultant |sum exp i(azimuth - 2 pi t / turn)|, refined
    over longer and longer spans so that the peak is never lost; the wander is the circular mean
    of what is left over, every `knots_s`.

    Args:
        t_s: shape (n,), time of each plot.
        azimuth_rad: shape (n,), its azimuth.
        knots_s: how finely the wander is followed.
    """
    since_s = t_s - t_s.min()
    rate_hz = _turn_rate_hz(since_s, azimuth_rad)
    left_rad = azimuth_rad - TURN_RAD * rate_hz * since_s
    phase_rad = float(np.angle(np.mean(np.exp(1j * left_rad))))
    slot = (since_s / knots_s).astype(np.int64)
    turned = np.exp(1j * (left_rad - phase_rad))
    count = np.bincount(slot)
    with_plots = count > 0
    mean = np.bincount(slot, turned.real) + 1j * np.bincount(slot, turned.imag)
    middle_s = np.bincount(slot, since_s)[with_plots] / count[with_plots]
    return Rotation(
        turn_s=1.0 / rate_hz,
        north_s=float(t_s.min()) - phase_rad / (TURN_RAD * rate_hz),
        knot_s=middle_s + t_s.min(),
        wander_rad=np.unwrap(np.angle(mean[with_plots])),
    )


def _turn_rate_hz(since_s: F64, azimuth_rad: F64) -> float:
    span_s = 60.0
    rates_hz = np.arange(1.0 / SLOWEST_TURN_S, 1.0 / FASTEST_TURN_S, 0.25 / span_s)
    while True:
        near = since_s <= span_s
        rate_hz = _best_rate_hz(since_s[near], azimuth_rad[near], rates_hz)
        if near.all():
            return rate_hz
        step_hz = 0.25 / (4.0 * span_s)
        rates_hz = rate_hz + step_hz * np.arange(-8, 9)
        span_s *= 4.0


def _best_rate_hz(since_s: F64, azimuth_rad: F64, rates_hz: F64) -> float:
    angle_rad = azimuth_rad - TURN_RAD * rates_hz[:, None] * since_s
    resultant = np.abs(np.exp(1j * angle_rad).sum(axis=1))
    best = int(np.argmax(resultant))
    if not 0 < best < len(rates_hz) - 1:
        return float(rates_hz[best])
    before, at, after = resultant[best - 1 : best + 2]
    step_hz = rates_hz[1] - rates_hz[0]
    return float(rates_hz[best] + 0.5 * step_hz * (before - after) / (before - 2 * at + after))
