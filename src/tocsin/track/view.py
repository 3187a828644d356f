"""A sensor as the tracker sees it: its geometry, its habits, what was learned about it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.model.sensor import Sensor
from tocsin.track.background.rates import Background
from tocsin.track.settings import TrackSettings

F64 = NDArray[np.float64]
VAGUE = frozenset({"bearing", "acoustic"})
"""Kinds of sensor that give no position: none of them confirms a track alone."""


@dataclass(slots=True)
class View:
    """One sensor, ready for the kernels."""

    sensor: Sensor
    index: int
    geometry: F64
    """East, north, convergence, range min, range max, tan(elevation max), height, revisit."""
    pd: F64
    """Detection probability with and without transponder."""
    background: Background
    sees_echoes: bool
    """It sees the middle of a body, not the antenna: see `tocsin.track.echo`."""

    def copy(self) -> "View":
        """Return a copy that later looks do not change."""
        return View(
            self.sensor,
            self.index,
            self.geometry,
            self.pd,
            self.background.copy(),
            self.sees_echoes,
        )


def view_of(sensor: Sensor, index: int, settings: TrackSettings) -> View:
    """Return the view of a sensor before it has looked."""
    geometry = np.array(
        [
            *sensor.pos_site_m,
            sensor.convergence_rad,
            sensor.range_min_m,
            sensor.range_max_m,
            math.tan(math.radians(min(sensor.elevation_max_deg, 89.9))),
            sensor.alt_ellipsoid_m,
            sensor.revisit_s,
        ]
    )
    pd = np.array([sensor.pd_cooperative_prob, sensor.pd_noncooperative_prob])
    echoes = sensor.kind == "surface_radar"
    return View(sensor, index, geometry, pd, Background.of(sensor, settings), echoes)
