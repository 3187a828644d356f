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


class ZoneThreat(msgspec.Struct, frozen=True, kw_only=True):
    """Track x zone: the first passage within `radius_m` of any place of the zone.

    Not the greatest of its places' probabilities: a future that passes two of them counts once,
    futures that pass different ones add up.
    """

    track_id: int
    zone_id: str
    radius_m: float
    within_s: tuple[float, ...]
    prob: tuple[float, ...]
    t_p05_ns: int | None
    t_p50_ns: int | None
    t_p95_ns: int | None


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """Where a track that is not seen may be by now: grows until somebody explains it."""

    t_seen_ns: int
    """Time of the last measurement."""
    centre_lonlat_deg: tuple[float, float]
    """Where it was seen last, lon then lat as in GeoJSON."""
    radius_m: float
    """It is not farther from there than this, by speed, uncertainty and time."""
    people: int
    """Population of the zones that the region touches (zones hold nobody twice)."""
    zones: tuple[str, ...]
    """Those zones, ascending by id."""


class MayBe(msgspec.Struct, frozen=True, kw_only=True):
    """A track may be the continuation of one that was lost before."""

    track_id: int
    """The earlier track."""
    same_prob: float


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """Everything worked out about one track at one time, and what it rests on."""

    track_id: int
    t_ns: int
    exists_prob: float
    noncooperative_prob: float
    classes: ClassBelief
    context: str
    """`straight`, `weaving`, `manoeuvring` or `lost`."""
    seen_s: float = 0.0
    """From its first to its latest measurement."""
    crossings: tuple[Crossing, ...]
    threats: tuple[Threat, ...]
    zones: tuple[ZoneThreat, ...] = ()
    """Most probable first."""
    reach: Reach | None = None
    """Of a track that is not seen; None while it is."""
    may_be: tuple[MayBe, ...] = ()
    """Earlier, lost tracks that this one may continue, most probable first."""
    evidence: tuple[tuple[int, int], ...]
    """Detections (journal seq, record index) that the track rests on."""
