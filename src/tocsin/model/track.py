"""Tracks and the picture: what flies, as far as is known, at one time."""

from typing import Literal

import msgspec

Status = Literal["tentative", "confirmed", "coasting", "lost"]


class Contribution(msgspec.Struct, frozen=True, kw_only=True):
    """When a sensor last updated a track, and how often it has."""

    sensor_id: str
    t_last_ns: int
    updates: int


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What a track claims to be. A claim is checked against movement, and may be false."""

    icao: int | None = None
    callsign: str | None = None
    mode_a: int | None = None
    conflict: str | None = None
    """Why the claim is not believed, or None."""


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One object believed to exist, with how surely and where.

    State order is (east, velocity east, north, velocity north) in the site plane; `cov` is its
    4x4 covariance, row by row (m2, m2/s, m2/s2).
    """

    id: int
    status: Status
    t_ns: int
    t_first_ns: int
    t_update_ns: int
    """Time of the last measurement that updated it."""
    exists_prob: float
    pos_site_m: tuple[float, float]
    vel_site_mps: tuple[float, float]
    cov: tuple[float, ...]
    lat_deg: float
    lon_deg: float
    speed_mps: float
    course_true_deg: float
    alt_msl_m: float | None
    alt_sigma_m: float | None
    climb_mps: float | None
    manoeuvre_prob: float
    """Probability of the manoeuvring motion model."""
    cooperative_prob: float
    """Share of its recent detections that carried a transponder or broadcast."""
    updates: int
    identity: Identity
    contributions: tuple[Contribution, ...]
    evidence: tuple[tuple[int, int], ...]
    """The latest detections it rests on: (journal seq of the chunk, record index)."""


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """All confirmed, coasting and lost tracks at one time."""

    t_ns: int
    revision: int
    tracks: tuple[Track, ...]
