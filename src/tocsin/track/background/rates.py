"""The background of one sensor: false plots by cell, new targets by kind, both learned."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.model.sensor import Sensor
from tocsin.track.background._kernels import background, learn_clutter
from tocsin.track.settings import TrackSettings

F64 = NDArray[np.float64]
RINGS, SECTORS = 12, 16
KEEP_CLUTTER = 0.995
"""A look counts half after 140 looks: weather moves in ten minutes."""
KEEP_BIRTHS = 0.995
"""A birth counts half after 140 looks too: raids come in waves, and nights are long."""
KIND_SLIP_PROB = 1e-3
"""How often a radar that hears transponders takes a target for the other kind: none of 21,520
coded plots at Barcelona shared a track with a plain one."""
PRIOR_LOOKS = 2.0
COOPERATIVE_CLUTTER_PER_LOOK = 0.02
"""Replies of transponders are hardly ever false; garbled ones are."""


class Density(NamedTuple):
    """Background at each plot."""

    total: F64
    """Density of false plots and new targets together (1/m2 per look), shape (n,)."""
    new_share: F64
    """Probability that what is nobody's is a new target rather than false, shape (n,)."""


@dataclass(slots=True)
class Background:
    """What was learned about one sensor; every array is decayed counts."""

    geometry: F64
    prior_per_look: float
    pd: F64
    births_per_look: float
    area_m2: float
    seen: F64
    looked: F64
    births: F64
    fading_looks: float
    replies: int = 0
    """Plots with a transponder's reply so far: a sensor that hears none cannot tell kinds."""

    @classmethod
    def of(cls, sensor: Sensor, settings: TrackSettings) -> "Background":
        """Return what the site says of a sensor before it has looked."""
        geometry = np.array(
            [*sensor.pos_site_m, sensor.convergence_rad, sensor.range_min_m, sensor.range_max_m]
        )
        return cls(
            geometry=geometry,
            prior_per_look=max(sensor.clutter_per_look, 1e-3),
            pd=np.array([sensor.pd_noncooperative_prob, sensor.pd_cooperative_prob]),
            births_per_look=settings.births_per_look,
            area_m2=math.pi * sensor.range_max_m**2,
            seen=np.zeros((RINGS, SECTORS)),
            looked=np.zeros((RINGS, SECTORS)),
            births=np.zeros(2),
            fading_looks=0.0,
        )

    def at(self, plots: F64) -> Density:
        """Return the background at each plot (columns as in `tocsin.track.step`)."""
        born = (self.births_per_look * PRIOR_LOOKS + self.births) / (
            PRIOR_LOOKS + self.fading_looks
        )
        false_reply = COOPERATIVE_CLUTTER_PER_LOOK / self.area_m2
        new = born * self.pd / self.area_m2
        return Density(
            *background(
                self.seen, self.looked, self.prior_per_look, self.geometry, plots, false_reply, new
            )
        )

    @property
    def new_share(self) -> float:
        """Probability that a lone detection without position is a new target, not false."""
        new = self.births_per_look * float(self.pd[0])
        return new / (new + max(self.prior_per_look, 0.1))

    @property
    def slip_prob(self) -> float:
        """Probability of a plot of the wrong kind; 1 where the sensor cannot tell kinds."""
        return KIND_SLIP_PROB if self.replies > 0 else 1.0

    def learn(self, look: F64, plots: F64, nobody: F64, newborn: F64, confirmed: F64) -> None:
        """Count a look: what was nobody's, what was born of it, and the tracks it confirmed."""
        self.replies += learn_clutter(
            self.seen, self.looked, KEEP_CLUTTER, self.geometry, look, plots, nobody, newborn
        )
        share = look[1] / (2.0 * math.pi)
        fade = KEEP_BIRTHS**share
        self.births = self.births * fade + confirmed
        self.fading_looks = self.fading_looks * fade + share

    def copy(self) -> "Background":
        """Return a copy that later looks do not change."""
        return Background(
            self.geometry, self.prior_per_look, self.pd, self.births_per_look, self.area_m2,
            self.seen.copy(), self.looked.copy(), self.births.copy(), self.fading_looks,
            self.replies,
        )  # fmt: skip
