"""What may happen: classes, crossings and threats, each with its uncertainty."""

import msgspec


class ClassBelief(msgspec.Struct, frozen=True, kw_only=True):
    """What a track plausibly is; the probabilities sum to 1. Never states intent."""

    drone_prob: float
    slow_aircraft_prob: float
    jet_prob: float
    bird_prob: float
    other_prob: float


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """The predicted first passage of one border line into the protected side."""

    track_id: int
    border_id: str
    within_s: tuple[float, ...]
    """Horizons, ascending."""
    prob: tuple[float, ...]
    """Probability of having crossed by each horizon (a sub-distribution)."""
    t_p05_ns: int | None
    t_p50_ns: int | None
    t_p95_ns: int | None
    """Quantiles of the crossing time given that it crosses; None: see `window_reason`."""
    window_reason: str
    """Why there is no time window, or empty."""
    state: str
    """`outside`, `at the border` (covariance and border sigma straddle it) or `inside`."""


class Threat(msgspec.Struct, frozen=True, kw_only=True):
    """Track x place: how probably and when it passes within `radius_m` of the place."""

    track_id: int
    place_id: str
    radius_m: float
    within_s: tuple[float, ...]
    prob: tuple[float, ...]
    t_p05_ns: int | None
    t_p50_ns: int | None
    t_p95_ns: int | None


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """Everything worked out about one track at one time, and what it rests on."""

    track_id: int
    t_ns: int
    exists_prob: float
    noncooperative_prob: float
    classes: ClassBelief
    context: str
    """`straight`, `manoeuvring` or `lost`."""
    crossings: tuple[Crossing, ...]
    threats: tuple[Threat, ...]
    evidence: tuple[tuple[int, int], ...]
    """Detections (journal seq, record index) that the track rests on."""
