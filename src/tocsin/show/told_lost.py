"""Sentences on tracks that were lost, and that nobody has explained when the record ends."""

from collections.abc import Iterator

import msgspec

from tocsin.model.threat import Reach
from tocsin.model.units import S_NS
from tocsin.show.assessed import Region, TrackAssessed
from tocsin.show.night import Night
from tocsin.show.told_alerts import Sentence
from tocsin.show.words import LocalTime, count, duration, first_upper

NAMED = 1
"""Lost tracks told one by one, those with most people about them; more are counted."""
CITED = 2
LAST_TOLD_NS = 60 * S_NS
"""A region that was not worked out any more this long before the end is none at the end."""
MISSED_NS = 60 * S_NS
"""Unseen for less is a gap such as every track has."""


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A track that is not seen when the record ends, and where it may be."""

    track_id: int
    reach: Reach
    idx: int


def lost(night: Night, local: LocalTime) -> Iterator[Sentence]:
    """Say what was lost, how far it may have come, and how many people live there."""
    found = sorted(_missing(night), key=lambda one: (-one.reach.people, one.track_id))
    for one in found[:NAMED]:
        since = duration(night.to_ns - one.reach.t_seen_ns)
        text = (
            f"Track {one.track_id} was seen last at {local.clock(one.reach.t_seen_ns)} and not "
            f"explained: {since} later, when the record ends, it may be anywhere "
            f"within {one.reach.radius_m / 1000:.0f} km of there, among "
            f"{count(one.reach.people, 'person', 'people')}."
        )
        yield Sentence(text=text, entries=(one.idx,))
    if more := found[NAMED:]:
        text = f"{count(len(more), 'more track')} lost and not explained."
        yield Sentence(text=first_upper(text), entries=tuple(one.idx for one in more[:CITED]))


def _missing(night: Night) -> Iterator[Missing]:
    explained = _explained(night)
    for track_id, assessed in night.assessed.items():
        region = _last_region(assessed, night.to_ns)
        if region is None or region.reach is None or str(track_id) in explained:
            continue
        if night.to_ns - region.reach.t_seen_ns > MISSED_NS:
            yield Missing(track_id=track_id, reach=region.reach, idx=region.idx)


def _last_region(assessed: TrackAssessed, end_ns: int) -> Region | None:
    if not assessed.regions or end_ns - assessed.t_last_ns > LAST_TOLD_NS:
        return None
    return assessed.regions[-1]


def _explained(night: Night) -> set[str]:
    """Return the tracks that a person has explained."""
    return {
        name.strip()
        for act in night.lives.acts
        if act.decision.choice == "explain" and not act.refused
        for name in act.decision.subject.split(",")
    }
