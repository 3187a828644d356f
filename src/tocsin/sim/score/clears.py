"""Premature all-clears: somebody was told that it is over while it was not.

An all-clear of a zone, drafted or let out, is premature where a hazard that flies at that time
later comes within 3 km of one of its places; or flies inside the border, so near that it could be
there within ten minutes at its present speed.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
import numpy as np

from tocsin.geo.border import BorderIndex
from tocsin.model.alert import Draft, Sent
from tocsin.model.place import Place
from tocsin.sim.score.hazards import RADIUS_M, Hazard, Near

WITHIN_S = 600.0
FOREVER_NS = 1 << 62


class Clear(msgspec.Struct, frozen=True, kw_only=True):
    """An all-clear of one zone, drafted by the machine or let out by a person."""

    zone_id: str
    t_ns: int
    made: Literal["drafted", "sent"]
    by: str


class Premature(msgspec.Struct, frozen=True, kw_only=True):
    """One that came too early, and why it did."""

    clear: Clear
    target_id: int
    why: Literal["came to it later", "flew inside, within reach"]


def clears_of(drafts: Iterable[Draft], sent: Iterable[Sent]) -> tuple[Clear, ...]:
    """Return every all-clear that was drafted, and every one that was let out."""
    drafted = [
        Clear(zone_id=d.zone_id, t_ns=d.t_drafted_ns, made="drafted", by="tocsin")
        for d in drafts
        if d.purpose == "all_clear"
    ]
    told = [
        Clear(zone_id=s.draft.zone_id, t_ns=s.t_sent_ns, made="sent", by=s.by)
        for s in sent
        if s.draft.purpose == "all_clear"
    ]
    return tuple(sorted(drafted + told, key=lambda c: (c.t_ns, c.zone_id)))


def premature(
    clears: Sequence[Clear],
    hazards: Sequence[Hazard],
    nears: Sequence[Near],
    places: Sequence[Place],
    borders: Sequence[BorderIndex],
) -> tuple[Premature, ...]:
    """Return the all-clears that came too early, each with the first hazard that shows it."""
    by_zone = {place.zone: place.zone for place in places}
    pos_m = {
        zone: np.array([place.pos_site_m for place in places if place.zone == zone])
        for zone in by_zone
    }
    found = [_premature(clear, hazards, nears, pos_m, borders) for clear in clears]
    return tuple(one for one in found if one is not None)


def _premature(
    clear: Clear,
    hazards: Sequence[Hazard],
    nears: Sequence[Near],
    pos_m: dict[str, np.ndarray],
    borders: Sequence[BorderIndex],
) -> Premature | None:
    flying = [h for h in hazards if h.t_ns[0] <= clear.t_ns <= h.t_ns[-1]]
    alive = {hazard.target_id for hazard in flying}
    for near in nears:
        mine = near.zone_id == clear.zone_id and near.target_id in alive
        if mine and near.came(clear.t_ns, FOREVER_NS):
            return Premature(clear=clear, target_id=near.target_id, why="came to it later")
    for hazard in flying:
        if clear.zone_id in pos_m and _threatens(hazard, clear.t_ns, pos_m[clear.zone_id], borders):
            why: Literal["flew inside, within reach"] = "flew inside, within reach"
            return Premature(clear=clear, target_id=hazard.target_id, why=why)
    return None


def _threatens(
    hazard: Hazard, t_ns: int, places_m: np.ndarray, borders: Sequence[BorderIndex]
) -> bool:
    """Say whether it is inside a border then, and could be at one of the places soon."""
    row = min(int(np.searchsorted(hazard.t_ns, t_ns)), len(hazard.t_ns) - 1)
    pos_m = hazard.pos_site_m[row]
    reach_m = RADIUS_M + WITHIN_S * float(np.hypot(*hazard.vel_site_mps[row]))
    near = bool(np.any(np.hypot(*(places_m - pos_m).T) <= reach_m))
    return near and any(bool(index.inside(pos_m[None])[0]) for index in borders)
