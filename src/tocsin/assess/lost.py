"""Tracks that are not seen: they stay on the map with their reach until somebody explains them.

The tracker forgets a track soon after its last echo. For the people below it is not gone: a
thing that was surely there is kept as it was seen last, its reach grows, and a new track is asked
whether it may be its continuation. Only a continuation, a person (in `warn`) or the end of any
endurance takes it away.
"""

import msgspec

from tocsin.assess.links import HOUR_S, may_be
from tocsin.assess.reach import People, reach_of
from tocsin.assess.settings import AssessSettings
from tocsin.model.threat import Assessment, MayBe, Reach
from tocsin.model.track import Picture, Track
from tocsin.model.units import S_NS

UNSEEN = frozenset({"coasting", "lost"})
LEAST_EXISTS_PROB, LEAST_NONCOOPERATIVE_PROB, MOST_BIRD_PROB = 0.9, 0.5, 0.5
"""Surely there, with no believed transponder, and no bird: worth keeping when it is lost."""
SETTLED_UPDATES = 8
"""A new track's velocity is good enough by then to ask what it continues."""
CONTINUED_PROB = 0.9
"""From here on the lost track is taken to go on as the new one."""
REACH_STEP_S = 10.0
"""The region of a lost track is worked out anew no more often than this."""


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """A track as it was when it was last seen, with what was thought of it."""

    track: Track
    told: Assessment
    t_reach_ns: int = 0
    reach: Reach | None = None


class LostState(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of tracks that are, or may come to be, lost."""

    sightings: dict[int, Sighting] = {}
    links: dict[int, tuple[MayBe, ...]] = {}
    """By track id: what it may continue; asked once, when it has settled."""
    births_ns: tuple[int, ...] = ()
    """When tracks settled, in the last hour, that continue nothing."""


def step(
    state: LostState,
    picture: Picture,
    assessments: tuple[Assessment, ...],
    people: People,
    settings: AssessSettings,
) -> tuple[LostState, tuple[Assessment, ...]]:
    """Add reach and links to the assessments of a picture, and the tracks that left it.

    Args:
        state: What is remembered.
        picture: All tracks at one time.
        assessments: One for each of them.
        people: The people of the site.
        settings: The site's settings.

    Returns:
        The new state, and the assessments by track id: a lost track that has left the picture has
        one too, with its reach and without crossings, threats and windows.
    """
    tracks = {track.id: track for track in picture.tracks}
    sightings = _sighted(state.sightings, tracks, assessments)
    state = _linked(state, sightings, picture.t_ns, settings)
    continued = {
        link.track_id
        for number, links in state.links.items()
        if number in tracks or number in sightings
        for link in links
        if link.same_prob >= CONTINUED_PROB
    }
    sightings = _kept(sightings, tracks, continued, picture.t_ns, settings)
    sightings = {
        number: _reached(kept, picture.t_ns, people, settings) for number, kept in sightings.items()
    }
    told = [_told(assessment, sightings, state.links) for assessment in assessments]
    ghosts = [
        _ghost(kept, picture.t_ns, state.links.get(number, ()))
        for number, kept in sightings.items()
        if number not in tracks
    ]
    known = tracks.keys() | sightings.keys()
    links = {number: links for number, links in state.links.items() if number in known}
    after = LostState(sightings=sightings, links=links, births_ns=state.births_ns)
    return after, tuple(sorted(told + ghosts, key=lambda assessment: assessment.track_id))


def _sighted(
    before: dict[int, Sighting], tracks: dict[int, Track], assessments: tuple[Assessment, ...]
) -> dict[int, Sighting]:
    """Take note of what is surely seen now; what is not stays as it was when it was.

    A track that fades is still called confirmed for some looks: it is unseen from the first.
    """
    now = dict(before)
    for told in assessments:
        track = tracks[told.track_id]
        if track.status in UNSEEN:
            continue
        if not _of_concern(told):
            now.pop(track.id, None)
        elif track.exists_prob >= LEAST_EXISTS_PROB:
            now[track.id] = Sighting(track=track, told=told)
    return now


def _of_concern(told: Assessment) -> bool:
    """Say whether it may be something that nobody has explained, and no bird."""
    stranger = told.noncooperative_prob >= LEAST_NONCOOPERATIVE_PROB
    return stranger and told.classes.bird_prob <= MOST_BIRD_PROB


def _linked(
    state: LostState,
    sightings: dict[int, Sighting],
    t_ns: int,
    settings: AssessSettings,
) -> LostState:
    """Ask of every track that has just settled what it may continue."""
    settled = [
        kept.track
        for number, kept in sightings.items()
        if kept.track.t_ns == t_ns
        and number not in state.links
        and kept.track.updates >= SETTLED_UPDATES
    ]
    if not settled:
        return state
    taken = {link.track_id for links in state.links.values() for link in links[:1]}
    lost = {
        number: kept.track
        for number, kept in sightings.items()
        if number not in taken and kept.track.t_ns < t_ns
    }
    births = [born_ns for born_ns in state.births_ns if t_ns - born_ns < HOUR_S * S_NS]
    links = dict(state.links)
    for track in settled:
        found = may_be(track, lost, len(births), reach_ratio=settings.reach_ratio)
        links[track.id] = found
        if found:
            lost.pop(found[0].track_id)
        else:
            births.append(t_ns)
    return msgspec.structs.replace(state, links=links, births_ns=tuple(births))


def _kept(
    sightings: dict[int, Sighting],
    tracks: dict[int, Track],
    continued: set[int],
    t_ns: int,
    settings: AssessSettings,
) -> dict[int, Sighting]:
    """Leave out what goes on under another number, and what cannot fly any more."""
    longest_ns = round(settings.endurance_s * S_NS)
    return {
        number: kept
        for number, kept in sightings.items()
        if number in tracks
        or (number not in continued and t_ns - kept.track.t_update_ns <= longest_ns)
    }


def _reached(kept: Sighting, t_ns: int, people: People, settings: AssessSettings) -> Sighting:
    """Work out the region of what is not seen, every so often."""
    if kept.track.t_ns == t_ns:
        return kept
    if kept.reach is not None and t_ns - kept.t_reach_ns < REACH_STEP_S * S_NS:
        return kept
    reach = reach_of(
        kept.track,
        t_ns,
        people,
        place_radius_m=settings.place_radius_m,
        reach_ratio=settings.reach_ratio,
    )
    return msgspec.structs.replace(kept, t_reach_ns=t_ns, reach=reach)


def _told(
    assessment: Assessment, sightings: dict[int, Sighting], links: dict[int, tuple[MayBe, ...]]
) -> Assessment:
    """Add what is known of a track of the picture."""
    kept = sightings.get(assessment.track_id)
    reach = None if kept is None else kept.reach
    found = links.get(assessment.track_id, ())
    if reach is None and not found:
        return assessment
    return msgspec.structs.replace(assessment, reach=reach, may_be=found)


def _ghost(kept: Sighting, t_ns: int, links: tuple[MayBe, ...]) -> Assessment:
    """Tell of a track that has left the picture: as it was, somewhere within its reach."""
    return msgspec.structs.replace(
        kept.told,
        t_ns=t_ns,
        context="lost",
        crossings=(),
        threats=(),
        zones=(),
        reach=kept.reach,
        may_be=links,
    )
