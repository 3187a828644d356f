"""Where a turning antenna looks at any time, learnt from what it reports.

The phase comes from service messages (north marker, sector crossing) where a radar sends enough of
them, else from its own plots: each says that the antenna looked at this azimuth at this time. The
angle is counted in turns since the first lock, so that it only grows.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.units import S_NS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

SPREAD_RATIO = 0.35
"""The turn time is sought this far about the one in the site file."""
LOCK_SPAN_TURNS = 2.5
"""Samples to lock on: long enough to tell turn times apart, short enough not to keep waiting."""
LOCK_LONGEST_TURNS = 64.0
"""Samples older than this are not used: wind has changed the speed, and each turn costs a try."""
LOCK_EVIDENCE_NATS = 12.0
"""n R^2 (Rayleigh's test) that a lock must exceed by the logarithm of the turn times tried."""
LOCK_COHERENCE_RATIO = 0.8
FIT_TURNS = 6.0
"""Turns in the running fit: wind changes an antenna's speed over minutes."""
KEEP_SAMPLES = 400
OUTLIER_TURNS = 0.02
"""Seven degrees: a plot this far from the antenna is a side lobe or a coasted track."""
LOST_TURNS = 0.1
"""Half of the samples beyond this: the phase is wrong, lock anew."""
MARKS_PER_FIT = 6


class Antenna(msgspec.Struct, frozen=True, kw_only=True):
    """Angle of an antenna as a line: `angle_rad` at `t_ns`, then one turn every `turn_s`."""

    t_ns: int
    angle_rad: float
    """Counted on from the lock: only grows."""
    turn_s: float

    def turns_at(self, t_ns: I64) -> F64:
        """Return the angle, in turns since the lock, at times of shape (n,)."""
        return self.angle_rad / (2.0 * np.pi) + (t_ns - self.t_ns) / (S_NS * self.turn_s)

    def time_of_ns(self, turn_count: int, of_turn: int) -> int:
        """Return when the antenna has made `turn_count / of_turn` turns since the lock."""
        apart = turn_count / of_turn - self.angle_rad / (2.0 * np.pi)
        return self.t_ns + round(apart * self.turn_s * S_NS)

    def unwrapped(self, t_ns: I64, azimuth_rad: F64) -> F64:
        """Return azimuths as turns since the lock: the turn in which each was looked at."""
        frac = azimuth_rad / (2.0 * np.pi)
        return np.asarray(frac + np.round(self.turns_at(t_ns) - frac))


class Samples(msgspec.Struct, frozen=True, kw_only=True):
    """Directions of the antenna at known times, the latest KEEP_SAMPLES of each kind."""

    plot_t_ns: I64
    plot_rad: F64
    mark_t_ns: I64
    mark_rad: F64


def no_samples() -> Samples:
    """Return an empty memory."""
    times, angles = np.zeros(0, dtype=np.int64), np.zeros(0)
    return Samples(plot_t_ns=times, plot_rad=angles, mark_t_ns=times, mark_rad=angles)


def remember(kept: Samples, new: Samples) -> Samples:
    """Return the memory with new samples added and the oldest forgotten."""
    both = {
        name: np.concatenate((getattr(kept, name), getattr(new, name)))[-KEEP_SAMPLES:]
        for name in Samples.__struct_fields__
    }
    return Samples(**both)


def lock(samples: Samples, revisit_s: float) -> Antenna | None:
    """Return the antenna that explains the samples, or None where they do not agree on one.

    Tries turn times about `revisit_s` and takes the one under which azimuths, turned back by the
    time elapsed, point the same way (largest mean resultant length).
    """
    t_ns, azimuth = _best(samples)
    recent = t_ns > t_ns.max(initial=0) - int(LOCK_LONGEST_TURNS * revisit_s * S_NS)
    t_ns, azimuth = t_ns[recent], azimuth[recent]
    if len(t_ns) < 4:
        return None
    t_s = (t_ns - t_ns[0]) / S_NS
    rate_hz = _candidates_hz(float(np.ptp(t_s)), revisit_s)
    phase = azimuth[None, :] - 2.0 * np.pi * rate_hz[:, None] * t_s[None, :]
    resultant = np.exp(1j * phase).mean(axis=1)
    best = int(np.argmax(np.abs(resultant)))
    coherence = float(np.abs(resultant[best]))
    needed = LOCK_EVIDENCE_NATS + np.log(len(rate_hz))
    if coherence < LOCK_COHERENCE_RATIO or len(t_ns) * coherence**2 < needed:
        return None
    angle = float(np.mod(np.angle(resultant[best]), 2.0 * np.pi))
    rough = Antenna(t_ns=int(t_ns[0]), angle_rad=angle, turn_s=float(1.0 / rate_hz[best]))
    return refit(rough, samples) or rough


def refit(antenna: Antenna, samples: Samples) -> Antenna | None:
    """Return the line fitted to the latest samples; None where most contradict the antenna."""
    t_ns, azimuth = _best(samples)
    recent = t_ns > t_ns.max(initial=0) - int(FIT_TURNS * antenna.turn_s * S_NS)
    t_ns, azimuth = t_ns[recent], azimuth[recent]
    if len(t_ns) == 0:
        return antenna
    residual = antenna.unwrapped(t_ns, azimuth) - antenna.turns_at(t_ns)
    middle = float(np.median(residual))
    if np.median(np.abs(residual)) > LOST_TURNS:
        return None
    near = np.abs(residual - middle) < OUTLIER_TURNS
    return _fitted(antenna, t_ns[near], residual[near]) if near.sum() >= 3 else antenna


def _fitted(antenna: Antenna, t_ns: I64, residual: F64) -> Antenna:
    """Correct angle, and rate where the samples span a turn, by least squares on residuals."""
    t_mid_ns = int(t_ns[len(t_ns) // 2])
    x = (t_ns - t_mid_ns) / (S_NS * antenna.turn_s)
    centred = x - x.mean()
    spread = float(centred @ centred)
    slope = float(centred @ residual) / spread if np.ptp(x) > 1.0 else 0.0
    slope = float(np.clip(slope, -0.05, 0.05))
    offset = float(residual.mean()) - slope * float(x.mean())
    turns = float(antenna.turns_at(np.array([t_mid_ns]))[0]) + offset
    turn_s = antenna.turn_s / (1.0 + slope)
    return Antenna(t_ns=t_mid_ns, angle_rad=2.0 * np.pi * turns, turn_s=turn_s)


def _best(samples: Samples) -> tuple[I64, F64]:
    """Return marks where there are enough in the time that plots cover, else plots."""
    since_ns = samples.plot_t_ns[0] if len(samples.plot_t_ns) else 0
    if np.count_nonzero(samples.mark_t_ns >= since_ns) >= MARKS_PER_FIT:
        return samples.mark_t_ns, samples.mark_rad
    return samples.plot_t_ns, samples.plot_rad


def _candidates_hz(span_s: float, revisit_s: float) -> F64:
    low_hz, high_hz = (1.0 / (revisit_s * (1.0 + s)) for s in (SPREAD_RATIO, -SPREAD_RATIO))
    step_hz = 1.0 / (8.0 * max(span_s, revisit_s))
    return np.arange(low_hz, high_hz + step_hz, step_hz)
