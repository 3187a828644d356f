"""Is it the same one? Tracks before and after a time in which no sensor could see a target.

Known is the same track number, or a link "may be the same, p=" from the later track to the
earlier one. The report says which.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
import numpy as np

from tocsin.model.detection import F64, I64
from tocsin.model.units import S_NS
from tocsin.sim.score.hazards import Hazard

SHORTEST_S = 60.0
"""A shorter silence is no gap."""
BEFORE_S = 60.0
AFTER_S = 300.0
OFF_M = 1_000.0
"""A track nearer than this to where the target truly is follows it."""

Links = Mapping[int, Mapping[int, float]]
"""Later track to earlier tracks, each with the greatest probability that was told."""


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of a run's table of tracks that claim somebody is there."""

    t_ns: I64
    t_update_ns: I64
    """Time of its last measurement then."""
    track_id: I64
    pos_site_m: F64
    """shape (n, 2)."""


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """One silence of one target, and whether it was recognised after it."""

    target_id: int
    begin_ns: int
    end_ns: int
    before: int | None
    """Track before, or None where none followed it."""
    after: int | None
    outcome: Literal["same track", "linked", "not linked", "not followed"]
    same_prob: float | None
    """What the link told; None where there is none."""


def gaps(
    about: Mapping[str, Any], hazards: Sequence[Hazard], shown: Shown, links: Links
) -> tuple[Gap, ...]:
    """Return every gap of every hazard in which it went on flying and came to light again.

    Args:
        about: `truth.json`.
        hazards: what flew.
        shown: the run's tracks.
        links: what the run told of which tracks may be the same.
    """
    unseen = unseen_of(about)
    return tuple(
        _gap(hazard, begin_ns, end_ns, shown, links)
        for hazard in hazards
        for begin_ns, end_ns in unseen.get(hazard.target_id, ())
        if end_ns - begin_ns >= SHORTEST_S * S_NS
        and hazard.t_ns[0] < begin_ns - BEFORE_S * S_NS
        and end_ns + BEFORE_S * S_NS < hazard.t_ns[-1]
    )


def unseen_of(about: Mapping[str, Any]) -> dict[int, list[tuple[int, int]]]:
    """Return by target the spans in which no sensor could see it, as `truth.json` tells them."""
    return {
        target["target_id"]: [(int(begin), int(end)) for begin, end in target.get("unseen_ns", ())]
        for target in about.get("targets", ())
    }


def _gap(hazard: Hazard, begin_ns: int, end_ns: int, shown: Shown, links: Links) -> Gap:
    before = _followers(hazard, shown, begin_ns - round(BEFORE_S * S_NS), begin_ns)
    after = _followers(hazard, shown, end_ns, end_ns + round(AFTER_S * S_NS))
    last = before[-1] if before else None
    told = [(links.get(a, {}).get(b, 0.0), a, b) for a in after for b in before]
    prob, later, earlier = max(told, default=(0.0, None, None))
    same = [a for a in after if a in before]
    base = {"target_id": hazard.target_id, "begin_ns": begin_ns, "end_ns": end_ns}
    if last is None or not after:
        first = after[0] if after else None
        return Gap(**base, before=last, after=first, outcome="not followed", same_prob=None)
    if same:
        return Gap(**base, before=same[0], after=same[0], outcome="same track", same_prob=None)
    if prob > 0.0:
        return Gap(**base, before=earlier, after=later, outcome="linked", same_prob=prob)
    return Gap(**base, before=last, after=after[0], outcome="not linked", same_prob=None)


def _followers(hazard: Hazard, shown: Shown, from_ns: int, to_ns: int) -> list[int]:
    """Return the tracks nearest to the target between two times, in the order of appearance."""
    fresh = shown.t_update_ns >= from_ns  # a track that only coasts has recognised nobody
    rows = np.flatnonzero((shown.t_ns >= from_ns) & (shown.t_ns <= to_ns) & fresh)
    own = np.clip(np.searchsorted(hazard.t_ns, shown.t_ns[rows]), 0, len(hazard.t_ns) - 1)
    off_m = np.hypot(*(shown.pos_site_m[rows] - hazard.pos_site_m[own]).T)
    found: list[int] = []
    for t_ns in np.unique(shown.t_ns[rows]):
        now = np.flatnonzero(shown.t_ns[rows] == t_ns)
        best = now[np.argmin(off_m[now])]
        track = int(shown.track_id[rows[best]])
        if off_m[best] <= OFF_M and track not in found:
            found.append(track)
    return found
