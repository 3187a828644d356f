"""What was worked out about each track over the run, thinned to what a page can hold."""

from collections.abc import Collection

import msgspec

from tocsin.model.threat import ClassBelief, MayBe, Reach
from tocsin.model.units import S_NS
from tocsin.record.reader import JournalReader

STEP_PROB = 0.04
STEP_S = 30.0
"""A point is kept when a probability moved by this much, or after this long where it is not 0."""
LIKELY_PROB = 0.5
"""Places at least so threatened are named in the headline."""
REGION_RATIO = 1.05
REGION_STEP_S = 60.0
"""A region is kept when it has grown by so much, or touches other people, or after so long."""
FAINT_PROB = 0.005
"""Probabilities below are told as "under 1 %" and not kept as a series."""


class _Crossing(msgspec.Struct):
    border_id: str
    prob: tuple[float, ...]
    t_p05_ns: int | None
    t_p95_ns: int | None
    state: str
    window_reason: str = ""


class _Threat(msgspec.Struct):
    place_id: str
    prob: tuple[float, ...]
    within_s: msgspec.Raw
    t_p05_ns: int | None
    t_p95_ns: int | None


class _Assessed(msgspec.Struct):
    """The fields of `model.threat.Assessment` that the page shows; the rest is not decoded."""

    track_id: int
    t_ns: int
    classes: ClassBelief
    noncooperative_prob: float
    crossings: tuple[_Crossing, ...]
    context: str = ""
    reach: Reach | None = None
    may_be: tuple[MayBe, ...] = ()
    threats: msgspec.Raw = msgspec.Raw(b"\x90")
    """Decoded only where it matters: a busy site has a dozen for every track and second."""


class Stay(msgspec.Struct):
    """A time that a track was held to be inside a border."""

    border_id: str
    after_ns: int | None
    """When it was last held to be outside; None: it was inside when first assessed."""
    from_ns: int
    to_ns: int
    first_idx: int
    left: bool = False
    """True: it was held to be outside again afterwards."""


class Point(msgspec.Struct, frozen=True):
    """What was held of a track at one time."""

    t_ns: int
    idx: int
    border_prob: float
    border_p05_ns: int | None
    border_p95_ns: int | None
    place_id: str
    place_prob: float
    place_p05_ns: int | None
    place_p95_ns: int | None
    within_s: float
    kind: str
    kind_prob: float
    context: str
    window_reason: str
    """Why no time can be given for the border, or empty."""


class Region(msgspec.Struct, frozen=True):
    """Where an unseen track may have been at one time; `reach` None: seen again, or explained."""

    t_ns: int
    reach: Reach | None
    idx: int


class TrackAssessed(msgspec.Struct):
    """One track's assessments."""

    stays: list[Stay]
    points: list[Point]
    likely: dict[str, tuple[float, int]] = {}
    """Places threatened with `LIKELY_PROB` or more: the greatest probability, and its entry."""
    regions: list[Region] = []
    """Where it may have been while it was not seen, thinned."""
    may_be: tuple[MayBe, ...] = ()
    """Earlier tracks that it may continue, as held last."""
    t_last_ns: int = 0
    """Time of its last assessment."""
    peak: Point | None = None
    """When its greatest place probability was held, or its greatest border probability."""


_THREATS = msgspec.msgpack.Decoder(tuple[_Threat, ...])
_SECONDS = msgspec.msgpack.Decoder(tuple[float, ...])


def gather_assessed(journal: JournalReader, zoned: Collection[str]) -> dict[int, TrackAssessed]:
    """Read every assessment and return what the page shows, by track.

    Args:
        journal: the run's.
        zoned: ids of the places that can be warned; only they count as threatened, unless there
            are none.
    """
    found: dict[int, TrackAssessed] = {}
    outside_ns: dict[tuple[int, str], int] = {}
    decoder = msgspec.msgpack.Decoder(list[_Assessed])
    for entry in journal.read(kind="assessment"):
        for one in decoder.decode(entry.body) if entry.body is not None else ():
            track = found.get(one.track_id)
            if track is None:
                track = found[one.track_id] = TrackAssessed([], [])
            _note_sides(track, one, outside_ns, entry.idx)
            _note_region(track, one, entry.idx)
            threats = _threats(one, zoned)
            _note_places(track, threats, entry.idx)
            _note_point(track, _point(one, entry.idx, threats))
    return found


def _note_sides(
    track: TrackAssessed, one: _Assessed, outside_ns: dict[tuple[int, str], int], idx: int
) -> None:
    for crossing in one.crossings:
        stay = next((s for s in reversed(track.stays) if s.border_id == crossing.border_id), None)
        if stay is not None and stay.left:
            stay = None
        key = (one.track_id, crossing.border_id)
        if crossing.state == "inside":
            if stay is None:
                after_ns = outside_ns.get(key)
                track.stays.append(Stay(crossing.border_id, after_ns, one.t_ns, one.t_ns, idx))
            else:
                stay.to_ns = one.t_ns
        elif crossing.state == "outside":
            outside_ns[key] = one.t_ns
            if stay is not None:
                stay.left = True


def _note_region(track: TrackAssessed, one: _Assessed, idx: int) -> None:
    track.may_be, track.t_last_ns = one.may_be or track.may_be, one.t_ns
    last = track.regions[-1] if track.regions else Region(one.t_ns, None, idx)
    if _region_moved(last, one):
        track.regions.append(Region(one.t_ns, one.reach, idx))


def _region_moved(last: Region, one: _Assessed) -> bool:
    before, now = last.reach, one.reach
    if before is None or now is None:
        return before is not now
    grown = now.radius_m > before.radius_m * REGION_RATIO or now.radius_m < before.radius_m
    moved = now.centre_lonlat_deg != before.centre_lonlat_deg or now.people != before.people
    return grown or moved or one.t_ns - last.t_ns > REGION_STEP_S * S_NS


def _note_places(track: TrackAssessed, threats: list[_Threat], idx: int) -> None:
    for threat in threats:
        held_prob = _last_prob(threat)
        if held_prob >= LIKELY_PROB:
            known = track.likely.get(threat.place_id)
            if known is None or held_prob > known[0]:
                track.likely[threat.place_id] = (held_prob, idx)


def _note_point(track: TrackAssessed, point: Point) -> None:
    if _weight(point) > (_weight(track.peak) if track.peak else (FAINT_PROB, FAINT_PROB)):
        track.peak = point
    if not track.points or _moved(track.points[-1], point):
        track.points.append(point)


def _weight(point: Point) -> tuple[float, float]:
    return (point.place_prob, point.border_prob)


def _moved(last: Point, now: Point) -> bool:
    step_prob = max(abs(now.border_prob - last.border_prob), abs(now.place_prob - last.place_prob))
    if step_prob > STEP_PROB or now.kind != last.kind or abs(now.kind_prob - last.kind_prob) > 0.1:
        return True
    if now.context != last.context:
        return True
    quiet = max(now.border_prob, now.place_prob) < FAINT_PROB
    return not quiet and now.t_ns - last.t_ns > STEP_S * S_NS


def _point(one: _Assessed, idx: int, threats: list[_Threat]) -> Point:
    border = max(one.crossings, key=_last_prob, default=None)
    place = max(threats, key=_last_prob, default=None)
    kind, kind_prob = likeliest(one.classes)
    return Point(
        t_ns=one.t_ns,
        idx=idx,
        border_prob=_last_prob(border),
        border_p05_ns=border.t_p05_ns if border else None,
        border_p95_ns=border.t_p95_ns if border else None,
        place_id=place.place_id if place else "",
        place_prob=_last_prob(place),
        place_p05_ns=place.t_p05_ns if place else None,
        place_p95_ns=place.t_p95_ns if place else None,
        within_s=max(_SECONDS.decode(place.within_s), default=0.0) if place else 0.0,
        kind=kind,
        kind_prob=kind_prob,
        context=one.context,
        window_reason=border.window_reason if border else "",
    )


def likeliest(classes: ClassBelief) -> tuple[str, float]:
    """Return the most probable class in words, and its probability."""
    kind, kind_prob = max(msgspec.structs.asdict(classes).items(), key=lambda item: item[1])
    return kind.removesuffix("_prob").replace("_", " "), kind_prob


def _threats(one: _Assessed, zoned: Collection[str]) -> list[_Threat]:
    if one.noncooperative_prob < 0.5:
        return []
    return [t for t in _THREATS.decode(one.threats) if not zoned or t.place_id in zoned]


def _last_prob(one: _Crossing | _Threat | None) -> float:
    """Return the probability by the longest horizon."""
    return one.prob[-1] if one and one.prob else 0.0
