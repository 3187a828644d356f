"""The assess stage: a picture in, one assessment per track out.

Pure and deterministic: tracks are taken by id, draws are fixed, nothing is asked of the clock.
"""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from tocsin.assess import futures, lost, march, passage
from tocsin.assess.context import Contexts, contexts, weaving
from tocsin.assess.cooperation import noncooperative_prob
from tocsin.assess.futures import Batch, Futures
from tocsin.assess.lost import LostState
from tocsin.assess.memory import Marched, Memory, forget, recall, still_holds
from tocsin.assess.settings import AssessSettings
from tocsin.assess.world import World
from tocsin.model.errors import BadInput
from tocsin.model.threat import Assessment, Crossing
from tocsin.model.track import Picture, Track
from tocsin.model.units import S_NS

MANOEUVRE_PROB = 0.5
"""Above this probability of the manoeuvring model, a track manoeuvres."""


class AssessState(msgspec.Struct, frozen=True, kw_only=True):
    """All that the stage carries from one picture to the next."""

    memories: dict[int, Memory] = {}
    lost: LostState = LostState()


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
    """Assess every track of a picture, and those that left it and are not explained.

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
        The new state, and the assessments in the order of track ids; lost tracks that have left
        the picture have one too, with their reach alone.
    """
    tracks = sorted(picture.tracks, key=lambda track: track.id)
    before = forget(state.memories, picture.t_ns)
    now = {t.id: recall(before.get(t.id), t, picture.t_ns, settings) for t in tracks}
    strange = {
        track.id: _noncooperative_prob(track, now[track.id], picture.t_ns) for track in tracks
    }
    marched = [t for t in tracks if strange[t.id] >= settings.min_noncooperative_prob]
    looked = [t for t in marched if now[t.id] is not before.get(t.id) or _due(t, now[t.id])]
    found = contexts([now[track.id] for track in looked], looked) if looked else None
    if found is not None:
        now |= _weaving(looked, now, found)
        due = [index for index, track in enumerate(looked) if _due(track, now[track.id])]
        now |= _march([looked[index] for index in due], now, found.of(due), world, settings)
    for track in tracks:
        if strange[track.id] < settings.min_noncooperative_prob:
            now[track.id] = _unmarched(now[track.id])
    told = tuple(_assessment(track, now[track.id], strange[track.id]) for track in tracks)
    unseen, told = lost.step(state.lost, picture, told, world.people, settings)
    return AssessState(memories=dict(sorted((before | now).items())), lost=unseen), told


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
    batch = futures.batch_of([track], [memory], contexts([memory], [track]), world)
    return futures.one_of(batch, 0, world)


def context_of(track: Track, memory: Memory) -> str:
    """Return `straight`, `weaving`, `manoeuvring`, or `lost` where it is not seen any more."""
    if track.status in {"coasting", "lost"}:
        return "lost"
    if memory.weaves:
        return "weaving"
    turning = memory.turn_radps != 0.0 or track.manoeuvre_prob >= MANOEUVRE_PROB
    return "manoeuvring" if turning else "straight"


def _noncooperative_prob(track: Track, memory: Memory, t_ns: int) -> float:
    """Return how probably a track is no cooperating aircraft."""
    since_ns = memory.t_conflict_ns
    conflict_s = 0.0 if since_ns is None else (t_ns - since_ns) / S_NS
    return noncooperative_prob(track, conflict_s=conflict_s)


def _due(track: Track, memory: Memory) -> bool:
    """Say whether the track's futures have to be marched again."""
    return not still_holds(memory.marched, track, context_of(track, memory))


def _unmarched(memory: Memory) -> Memory:
    """Forget the futures of a track that is established as cooperative."""
    return memory if memory.marched is None else msgspec.structs.replace(memory, marched=None)


def _weaving(
    tracks: Sequence[Track], memories: Mapping[int, Memory], found: Contexts
) -> dict[int, Memory]:
    """Return the memories of tracks that began or ceased to weave."""
    sigma_mps = np.sqrt([max(track.cov[5], track.cov[15], 0.0) for track in tracks])
    weaves = weaving(found, sigma_mps / np.hypot(*found.frame_mps.T)).tolist()
    return {
        track.id: msgspec.structs.replace(memories[track.id], weaves=now)
        for track, now in zip(tracks, weaves, strict=True)
        if memories[track.id].weaves != now
    }


def _assessment(track: Track, memory: Memory, strange_prob: float) -> Assessment:
    """Tell one track."""
    told = memory.marched
    return Assessment(
        track_id=track.id,
        t_ns=track.t_ns,
        exists_prob=track.exists_prob,
        noncooperative_prob=strange_prob,
        classes=memory.classes,
        context=context_of(track, memory),
        seen_s=(track.t_update_ns - track.t_first_ns) / S_NS,
        crossings=() if told is None else told.crossings,
        threats=() if told is None else told.threats,
        zones=() if told is None else told.zones,
        evidence=track.evidence,
    )


def _march(
    tracks: Sequence[Track],
    memories: Mapping[int, Memory],
    found: Contexts,
    world: World,
    settings: AssessSettings,
) -> dict[int, Memory]:
    """March the futures of tracks over what lies within reach; return their memories with that."""
    if not tracks:
        return {}
    remembered = [memories[track.id] for track in tracks]
    batch = futures.batch_of(tracks, remembered, found, world)
    named = [context_of(*pair) for pair in zip(tracks, remembered, strict=True)]
    reach_m = np.array(
        [futures.reach_m(t, settings.horizons_s[-1], settings.reach_ratio) for t in tracks]
    )
    crossed = _crossings(tracks, batch, named, reach_m, world, settings)
    exists_prob = np.array([max(track.exists_prob, 1e-9) for track in tracks])
    least = np.ceil(settings.threat_min_prob * settings.futures / exists_prob)
    hits = march.hits(
        batch,
        world.near_places(tracks, reach_m + settings.place_radius_m),
        world,
        radius_m=settings.place_radius_m,
        horizons_s=settings.horizons_s,
        levels=futures.levels_of(batch.shares),
        least=np.clip(least, 1, settings.futures + 1).astype(np.int64),
    )
    threats = passage.threats(tracks, hits, batch.shares, world, settings)
    told = zip(tracks, remembered, named, crossed, threats, strict=True)
    return {
        track.id: msgspec.structs.replace(
            memory,
            marched=Marched(
                t_ns=track.t_ns,
                t_update_ns=track.t_update_ns,
                context=context,
                crossings=tuple(crossings),
                threats=places,
                zones=zones,
            ),
        )
        for track, memory, context, crossings, (places, zones) in told
    }


def _crossings(
    tracks: Sequence[Track],
    batch: Batch,
    named: Sequence[str],
    reach_m: passage.F64,
    world: World,
    settings: AssessSettings,
) -> list[list[Crossing]]:
    """March the futures over every border that is near or behind; return each track's crossings."""
    told: list[list[Crossing]] = [[] for _ in tracks]
    for field in world.borders:
        signed_m = [futures.border_distance_m(track, field) for track in tracks]
        wanted = np.array(signed_m) <= reach_m
        near = np.flatnonzero(wanted).tolist()
        times_s = march.crossing_times_s(batch, field, wanted, world)
        own = [tracks[index] for index in near]
        found = passage.crossings(
            own,
            field,
            times_s[near],
            sides=[passage.side_of(tracks[i], signed_m[i], field.border.sigma_m) for i in near],
            contexts=[named[index] for index in near],
            shares=batch.shares[near],
            settings=settings,
        )
        for index, crossing in zip(near, found, strict=True):
            told[index].append(crossing)
    return told
