"""Detections as column batches: one sensor, one look.

Columns hold n rows. What a row does not know is an infinite variance (for an estimate), -1 (for
a number) or an empty string: never a guess. Records that leave the core say None with a reason.
"""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

Measures = Literal["position", "bearing", "presence"]
"""position: a place in the site plane with covariance (polar plots are converted by `detect`);
bearing: a direction from the sensor; presence: something is near the sensor."""


FARTHEST_M = 1e9
"""Places beyond this are nonsense; damaged reports may well project to some thousand km."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What the sensor looked at for this batch, so that a miss counts only there."""

    azimuth_from_rad: float
    """Start of the sector, true azimuth at the sensor, clockwise."""
    azimuth_width_rad: float
    """Width of the sector clockwise; 2 pi when the whole coverage was looked at."""


class DetectionBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Every measurement of one look of one sensor.

    Raises ValueError at construction where a column has another number of rows, or a place is not
    a place: kernels do not check bounds.
    """

    sensor_id: str
    measures: Measures
    t_ns: int
    """Reference time of the look: tracks are carried to it; rows lie about a second around it."""
    seq: int
    """Position in the sensor's own stream; with (t_ns, sensor_id) it orders batches uniquely."""
    look: Look | None
    """None: nothing can be said about what was not seen (no miss is charged)."""
    t_measured_ns: I64
    pos_site_m: F64
    """shape (n, 2), east north in the site plane. For bearings: the sensor's position."""
    cov_site_m2: F64
    """shape (n, 3), the covariance terms ee, en, nn. For bearings: inf, 0, inf."""
    bias_var_m2: F64
    """The part of the covariance, along the beam, that a plot's unknown height causes: the same
    from look to look for one target, so a tracker of the same radar's plots need not fear it."""
    azimuth_site_rad: F64
    """Bearings: direction in the site plane, clockwise from grid north; else 0."""
    azimuth_var_rad2: F64
    """Bearings: variance; else inf."""
    alt_msl_m: F64
    alt_var_m2: F64
    """inf where the height is not known. Pressure heights carry their datum error here."""
    range_rate_mps: F64
    """Doppler, positive going away from the sensor."""
    range_rate_var_m2ps2: F64
    """inf where not measured."""
    cooperative: NDArray[np.bool_]
    """A transponder or a broadcast was part of the detection (a claim, not a proof)."""
    icao: I64
    """24-bit aircraft address claimed, or -1."""
    track_number: I64
    """The sensor's own track number, or -1."""
    mode_a: I64
    """Mode 3/A code claimed, as a number 0..4095, or -1."""
    callsign: NDArray[np.str_]
    extent_m: F64
    """Length of the echo along its axis (surface radar); 0 where not measured."""
    extent_axis_site_rad: F64
    """Direction of that axis, clockwise from grid north; 0 where not measured."""
    record: I64
    """shape (n, 2): journal sequence number of the chunk, and record index inside it."""

    def __post_init__(self) -> None:
        rows = len(self.t_measured_ns)
        for name in self.__struct_fields__[5:]:
            if len(getattr(self, name)) != rows:
                raise ValueError(f"{name}: expected {rows} rows")
        if (
            not np.isfinite(self.pos_site_m).all()
            or np.abs(self.pos_site_m).max(initial=0.0) > FARTHEST_M
        ):
            raise ValueError("pos_site_m: a place that is not on Earth")

    def __len__(self) -> int:
        return len(self.t_measured_ns)
