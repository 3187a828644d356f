"""The assess stage: a picture in, one assessment per track out.

Pure and deterministic: tracks are taken by id, draws are fixed, nothing is asked of the clock.
"""

import msgspec

from tocsin.assess import classify, futures, passage
from tocsin.assess.cooperation import noncooperative_prob
from tocsin.assess.futures import Futures
from tocsin.assess.memory import Memory, forget, recall
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

    Futures are marched only for tracks that are not established as cooperative, and only for
    the borders and places within their reach.

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
        memories[track.id] = memory
        found.append(_assess(track, memory, world, settings))
    return AssessState(memories=dict(sorted(memories.items()))), tuple(found)


def _assess(track: Track, memory: Memory, world: World, settings: AssessSettings) -> Assessment:
    """Assess one track."""
    conflict_ns = memory.t_conflict_ns
    conflict_s = 0.0 if conflict_ns is None else (memory.t_seen_ns - conflict_ns) / S_NS
    noncooperative = noncooperative_prob(track, conflict_s=conflict_s)
    context = context_of(track, memory.turn_radps)
    crossings: tuple[Crossing, ...] = ()
    threats: tuple[Threat, ...] = ()
    if noncooperative >= settings.min_noncooperative_prob:
        crossings, threats = _passages(track, memory, context, world, settings)
    return Assessment(
        track_id=track.id,
        t_ns=track.t_ns,
        exists_prob=track.exists_prob,
        noncooperative_prob=noncooperative,
        classes=classify.belief(memory.class_logs),
        context=context,
        crossings=crossings,
        threats=threats,
        evidence=track.evidence,
    )


def context_of(track: Track, turn_radps: float) -> str:
    """Return `straight`, `manoeuvring`, or `lost` where nothing has been seen for a while."""
    if track.status in {"coasting", "lost"}:
        return "lost"
    turning = turn_radps != 0.0 or track.manoeuvre_prob >= MANOEUVRE_PROB
    return "manoeuvring" if turning else "straight"


def _passages(
    track: Track, memory: Memory, context: str, world: World, settings: AssessSettings
) -> tuple[tuple[Crossing, ...], tuple[Threat, ...]]:
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
    if not near and not len(candidates):
        return (), ()
    drawn = futures.futures_of(track, classify.belief(memory.class_logs), memory.turn_radps, world)
    crossings = tuple(
        _crossing(track, drawn, field, signed_m, context, settings) for field, signed_m in near
    )
    times_s = futures.nearness_times_s(drawn, candidates, world, settings.place_radius_m)
    places = [world.places[index] for index in candidates]
    return crossings, passage.threats(track, places, times_s, settings)


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
