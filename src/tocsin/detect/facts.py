"""What comes out of `detect` beside batches: signs of life, and the count of everything."""

import msgspec

from tocsin.model.detection import DetectionBatch
from tocsin.model.raw import Rejected


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """A sensor said that it lives, with or without a target: absence may be believed."""

    sensor_id: str
    t_ns: int
    what: str
    """`north`, `sector`, `cycle`, `status`, `service` or `jamming`."""
    azimuth_true_rad: float | None = None
    """Where the antenna looked, where the message says so."""
    healthy: bool | None = None
    """False: the sensor itself says that its data must not be used. None: it does not say."""


class FeedOutput(msgspec.Struct, frozen=True, kw_only=True):
    """What one chunk gave."""

    batches: tuple[DetectionBatch, ...]
    heartbeats: tuple[Heartbeat, ...]
    rejects: tuple[Rejected, ...]
    """What could not be understood or has no place: the first of each kind in this chunk."""
    counts: dict[str, int]
    """Records by `where:what became of them`. `where` is a sensor id, `048/20/129` for a source
    without a route, or `*`. What: `records` (read), `rows` (became detections), else the reason
    for which they are none (`monitor`, `test_target`, `no_position`, `duplicate`, ...).
    For each sensor records = rows + heartbeats + the sum of reasons."""
    notes: dict[str, int]
    """What was noticed and cost no record, by `where:what`: `clock_jumps`, `clock_restarts`,
    `duplicate_blocks`, `antenna_locks`, `undated`."""
