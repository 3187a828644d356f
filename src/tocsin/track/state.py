"""Everything that the next picture depends on."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.model.sensor import Sensor
from tocsin.track import bank as banks
from tocsin.track.settings import TrackSettings
from tocsin.track.view import VAGUE, View, view_of

F64 = NDArray[np.float64]
FIRST_CAPACITY = 1024
MOTION = (
    "process_noise_m2ps3",
    "manoeuvre_noise_m2ps3",
    "reference_speed_mps",
    "manoeuvre_begins_per_s",
    "manoeuvre_ends_per_s",
    "mean_life_s",
    "mean_out_of_sight_s",
)
NEWBORN = ("slow_speed_sigma_mps", "fast_speed_sigma_mps", "fast_share", "least_birth_prob")
LIMITS = (
    "confirm_prob",
    "show_again_prob",
    "hide_prob",
    "drop_prob",
    "fade_ratio",
    "coast_s",
    "vague_sigma_m",
    "confirm_pair_prob",
)
BEGINS = MOTION.index("manoeuvre_begins_per_s")
MANOEUVRE_PRIOR_S = 1000.0
"""Track-seconds that the first guess of the rate of manoeuvres is worth."""
MANOEUVRE_KEEP_RATIO = 0.9
"""What is left of the learned rate after as many track-seconds again."""


@dataclass(slots=True)
class TrackerState:
    """The bank, what was learned, and the settings as the kernels read them."""

    settings: TrackSettings
    views: dict[str, View]
    bank: banks.Bank
    motion: F64
    """The settings named in MOTION, then the mean time in sight of each sensor; the rate of
    manoeuvres is learned."""
    newborn: F64
    limits: F64
    vague: NDArray[np.bool_]
    """shape (sensors,), those that give no position."""
    epoch_ns: int | None = None
    t_s: float = -math.inf
    """Time of the picture, seconds after the epoch."""
    revision: int = 0
    manoeuvring_s: float = 0.0
    """Track-seconds spent manoeuvring, and watched, both fading."""
    watched_s: float = 0.0
    callsigns: list[str] = field(default_factory=list)

    def copy(self) -> "TrackerState":
        """Return a snapshot: later steps of either leave the other as it is."""
        return replace(
            self,
            views={name: view.copy() for name, view in self.views.items()},
            bank=banks.copy(self.bank),
            motion=self.motion.copy(),
            callsigns=list(self.callsigns),
        )


def start(sensors: tuple[Sensor, ...], settings: TrackSettings) -> TrackerState:
    """Return a tracker that knows its sensors and nothing else."""
    return TrackerState(
        settings=settings,
        views={s.id: view_of(s, k, settings) for k, s in enumerate(sensors)},
        bank=banks.empty(FIRST_CAPACITY, len(sensors)),
        motion=np.append(_columns(settings, MOTION), [_in_sight_s(s, settings) for s in sensors]),
        newborn=_columns(settings, NEWBORN),
        limits=_columns(settings, LIMITS),
        vague=np.array([s.kind in VAGUE for s in sensors], dtype=np.bool_),
    )


def _in_sight_s(sensor: Sensor, settings: TrackSettings) -> float:
    on_surface = sensor.kind == "surface_radar"
    return settings.mean_in_sight_surface_s if on_surface else settings.mean_in_sight_s


def _columns(settings: TrackSettings, names: tuple[str, ...]) -> F64:
    return np.array([getattr(settings, name) for name in names], dtype=np.float64)


def learn_manoeuvres(
    state: TrackerState, summed_prob: float, tracks: int, watched_s: float
) -> None:
    """Learn how much of the time targets manoeuvre, and expect manoeuvres as often.

    `summed_prob` is the manoeuvring model's probability summed over the `tracks` looked at, each
    for `watched_s`. A Gamma-Poisson mean of the share, turned into the rate of beginning.
    """
    settings = state.settings
    fade = MANOEUVRE_KEEP_RATIO ** (tracks * watched_s / MANOEUVRE_PRIOR_S)
    state.manoeuvring_s = state.manoeuvring_s * fade + summed_prob * watched_s
    state.watched_s = state.watched_s * fade + tracks * watched_s
    begins, ends = settings.manoeuvre_begins_per_s, settings.manoeuvre_ends_per_s
    prior_s = begins / (begins + ends) * MANOEUVRE_PRIOR_S
    share = (prior_s + state.manoeuvring_s) / (MANOEUVRE_PRIOR_S + state.watched_s)
    state.motion[BEGINS] = max(ends * share / (1.0 - share), settings.least_manoeuvre_begins_per_s)
