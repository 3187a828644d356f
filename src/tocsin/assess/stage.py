"""The assess stage: a picture in, one assessment per track out.

Pure and deterministic: tracks are taken by id, draws are fixed, nothing is asked of the clock.
"""

import msgspec

from tocsin.assess import futures, passage
from tocsin.assess.cooperation import noncooperative_prob
from tocsin.assess.futures import Futures
from tocsin.assess.memory import Marched, Memory, forget, recall, still_holds
from tocsin.assess.settings import AssessSettings
from tocsin.assess.world import BorderField, World
from tocsin.model.errors import BadInput
from tocsin.model.threat import Assessment, Crossing, Threat
from tocsin.model.track import Picture, Track
from tocsin.model.units import S_NS

MANOEUVRE_PROB = 0.5
"""Above this probability of the manoeuvring model, a track manoeuvres."""


class AssessState(msgspec.Struct, frozen=True, kw_only=True):
    """All that the stage carries from one picture to the next."""

    memories: dict[int, Memory] = {}


def snapshot(state: AssessState) -> bytes:
    """Return the state as bytes, exactly."""
    return msgspec.msgpack.encode(state)


def restore(data: bytes) -> AssessState:
    """Return the state that a snapshot holds; raises BadInput where it holds none."""
    try:
        return msgspec.msgpack.decode(data, type=AssessState)
    except msgspec.MsgspecError as wrong:
        raise BadInput(
            f"not a state of assess ({wrong})",
            where="snapshot",
            remedy="Take a snapshot of the same version, or replay the journal.",
        ) from wrong


def step(
    state: AssessState, picture: Picture, world: World, settings: AssessSettings
) -> tuple[AssessState, tuple[Assessment, ...]]:
    """Assess every track of a picture.

    Futures are marched only for tracks that are not established as cooperative, only for the
    borders and places within their reach, and once a scan only where something may happen
    within ten minutes. Crossings and threats may therefore be some seconds older than
    the assessment; their own times are absolute.

    Args:
        state: What was remembered.
        picture: All tracks at one time.
        world: The prepared site (`world.prepare` with the same settings).
        settings: The site's settings.

    Returns:
        The new state, and the assessments in the order of track ids.
    """
    memories = forget(state.memories, picture.t_ns)
    found = []
    for track in sorted(picture.tracks, key=lambda track: track.id):
        memory = recall(memories.get(track.id), track, picture.t_ns, settings)
        memories[track.id], assessment = _assess(track, memory, picture.t_ns, world, settings)
        found.append(assessment)
    return AssessState(memories=dict(sorted(memories.items()))), tuple(found)


def drawn(state: AssessState, track: Track, world: World, settings: AssessSettings) -> Futures:
    """Return the futures that `step` would march for a track now.

    Args:
        state: The state after the step over the picture that holds the track.
        track: The track, as it was in that picture.
        world: The prepared site.
        settings: The settings that it was prepared with.

    Raises:
        KeyError: The state knows no such track.
    """
    assert settings.futures == len(world.draws.kind)  # noqa: S101 - the caller's own mistake
    memory = state.memories[track.id]
    return futures.futures_of(track, memory.classes, memory.turn_radps, world)


def _assess(
    track: Track, memory: Memory, t_ns: int, world: World, settings: AssessSettings
) -> tuple[Memory, Assessment]:
    """Assess one track; march its futures where what they said last no longer holds."""
    noncooperative = noncooperative_prob(track, conflict_s=_conflict_s(memory, t_ns))
    context = context_of(track, memory.turn_radps)
    if noncooperative < settings.min_noncooperative_prob:
        memory = memory if memory.marched is None else msgspec.structs.replace(memory, marched=None)
    elif not still_holds(memory.marched, track, context):
        marched = _march(track, memory, context, world, settings)
        memory = msgspec.structs.replace(memory, marched=marched)
    told = memory.marched
    return memory, Assessment(
        track_id=track.id,
        t_ns=track.t_ns,
        exists_prob=track.exists_prob,
        noncooperative_prob=noncooperative,
        classes=memory.classes,
        context=context,
        crossings=() if told is None else told.crossings,
        threats=() if told is None else told.threats,
        evidence=track.evidence,
    )


def _conflict_s(memory: Memory, t_ns: int) -> float:
    """Return for how long the track's identity has been contradicted."""
    if memory.t_conflict_ns is None:
        return 0.0
    return (t_ns - memory.t_conflict_ns) / S_NS


def context_of(track: Track, turn_radps: float) -> str:
    """Return `straight`, `manoeuvring`, or `lost` where nothing has been seen for a while."""
    if track.status in {"coasting", "lost"}:
        return "lost"
    turning = turn_radps != 0.0 or track.manoeuvre_prob >= MANOEUVRE_PROB
    return "manoeuvring" if turning else "straight"


def _march(
    track: Track, memory: Memory, context: str, world: World, settings: AssessSettings
) -> Marched:
    """March the track's futures over what lies within its reach.

    A border it is already inside of is told however far behind it lies.
    """
    reach_m = futures.reach_m(track, settings.horizons_s[-1], settings.reach_ratio)
    near = [
        (field, signed_m)
        for field in world.borders
        if (signed_m := futures.border_distance_m(track, field)) <= reach_m
    ]
    candidates = futures.within_reach(track, world, reach_m + settings.place_radius_m)
    crossings: tuple[Crossing, ...] = ()
    threats: tuple[Threat, ...] = ()
    if near or len(candidates):
        drawn = futures.futures_of(track, memory.classes, memory.turn_radps, world)
        crossings = tuple(
            _crossing(track, drawn, field, signed_m, context, settings) for field, signed_m in near
        )
        times_s = futures.nearness_times_s(drawn, candidates, world, settings.place_radius_m)
        places = [world.places[index] for index in candidates]
        threats = passage.threats(track, places, times_s, settings)
    return Marched(
        t_ns=track.t_ns,
        t_update_ns=track.t_update_ns,
        context=context,
        crossings=crossings,
        threats=threats,
    )


def _crossing(
    track: Track,
    drawn: Futures,
    field: BorderField,
    signed_m: float,
    context: str,
    settings: AssessSettings,
) -> Crossing:
    """March the futures over one border."""
    side = passage.side_of(track, signed_m, field.border.sigma_m)
    times_s = futures.crossing_times_s(drawn, field)
    return passage.crossing(track, field, times_s, side=side, context=context, settings=settings)
