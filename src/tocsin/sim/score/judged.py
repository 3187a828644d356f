"""Was it for nothing? Every raise of a zone's level against what truly came while it was in force.

A raise was right where a hazard came within 3 km of a place of its zone while the warning was in
force; near-tolerant: within 6 km. A track was drafted for nothing where all of its raises were.
"""

from collections.abc import Sequence

import msgspec

from tocsin.sim.score.hazards import NEAR_RATIO, RADIUS_M, Near
from tocsin.sim.score.notices import Raise


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One raise, and what became of it."""

    zone_id: str
    level: int
    t_ns: int
    came: bool
    """Something came to the zone."""
    came_near: bool
    """Something came at least near."""
    tracks: tuple[int, ...]


class Falsity(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one level in one run; ratios are taken over runs, not averaged."""

    raises: int = 0
    nothing: int = 0
    """Nothing came (strict)."""
    nothing_near: int = 0
    """Nothing came near either (near-tolerant)."""
    tracks: int = 0
    tracks_nothing: int = 0
    """Tracks all of whose raises were for nothing (strict)."""


def judge(raised: Sequence[Raise], nears: Sequence[Near]) -> tuple[Judged, ...]:
    """Return each raise with what truly came to its zone while it was in force."""
    by_zone: dict[str, list[Near]] = {}
    for near in nears:
        by_zone.setdefault(near.zone_id, []).append(near)
    return tuple(
        Judged(
            zone_id=one.zone_id,
            level=one.level,
            t_ns=one.t_ns,
            came=_came(one, by_zone, RADIUS_M),
            came_near=_came(one, by_zone, NEAR_RATIO * RADIUS_M),
            tracks=one.tracks,
        )
        for one in raised
    )


def falsity(judged: Sequence[Judged]) -> Falsity:
    """Return the counts."""
    tracks = {track for one in judged for track in one.tracks}
    right = {track for one in judged if one.came for track in one.tracks}
    return Falsity(
        raises=len(judged),
        nothing=sum(not one.came for one in judged),
        nothing_near=sum(not one.came_near for one in judged),
        tracks=len(tracks),
        tracks_nothing=len(tracks - right),
    )


def _came(one: Raise, by_zone: dict[str, list[Near]], radius_m: float) -> bool:
    return any(near.came(one.t_ns, one.t_end_ns, radius_m) for near in by_zone.get(one.zone_id, ()))
