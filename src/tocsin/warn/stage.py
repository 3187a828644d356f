"""The warn stage: assessments in, drafts out. Nothing is sent and nothing is cleared here."""

import msgspec

from tocsin.model.alert import Draft
from tocsin.model.errors import BadInput
from tocsin.model.place import Zone
from tocsin.model.threat import Assessment
from tocsin.warn.danger import Danger, dangers_by_zone, zone_probs
from tocsin.warn.draft import Standing, draft_of, is_material, standing_of
from tocsin.warn.ground import Ground
from tocsin.warn.ladder import NO_LEVEL, Rung, climb, reached_level
from tocsin.warn.policy import Policy


class ZoneState(msgspec.Struct, frozen=True, kw_only=True):
    """Where one zone stands, and the draft that stands for it."""

    rung: Rung = Rung()
    standing: Standing | None = None


class WarnState(msgspec.Struct, frozen=True, kw_only=True):
    """All that the stage carries from one picture to the next."""

    zones: dict[str, ZoneState] = {}


def snapshot(state: WarnState) -> bytes:
    """Return the state as bytes, exactly."""
    return msgspec.msgpack.encode(state)


def restore(data: bytes) -> WarnState:
    """Return the state that a snapshot holds; raises BadInput where it holds none."""
    try:
        return msgspec.msgpack.decode(data, type=WarnState)
    except msgspec.MsgspecError as wrong:
        raise BadInput(
            f"not a state of warn ({wrong})",
            where="snapshot",
            remedy="Take a snapshot of the same version, or replay the journal.",
        ) from wrong


def step(
    state: WarnState,
    t_ns: int,
    assessments: tuple[Assessment, ...],
    ground: Ground,
    policy: Policy,
) -> tuple[WarnState, tuple[Draft, ...]]:
    """Draft what the policy asks for.

    A raid gives one draft a zone. A zone that already has a draft is updated only when its
    level rises, or, some minutes later, when another track reaches the level, the first arrival
    comes earlier, the told arrival is over, or the draft is about to lapse.

    Args:
        state: Where the zones stood.
        t_ns: Time of the picture.
        assessments: All tracks, from `assess.step`.
        ground: Zones and places.
        policy: What people have set.

    Returns:
        The new state, and the drafts in the order of the zones.
    """
    dangers = dangers_by_zone(assessments, ground, policy)
    zones, drafts = {}, []
    for zone in ground.zones:
        before = state.zones.get(zone.id, ZoneState())
        after, draft = _zone_step(before, t_ns, zone, dangers.get(zone.id, ()), ground, policy)
        if after != ZoneState():
            zones[zone.id] = after
        if draft is not None:
            drafts.append(draft)
    return WarnState(zones=zones), tuple(drafts)


def _zone_step(
    before: ZoneState,
    t_ns: int,
    zone: Zone,
    dangers: tuple[Danger, ...],
    ground: Ground,
    policy: Policy,
) -> tuple[ZoneState, Draft | None]:
    """Move one zone on, and draft when something material has changed."""
    probs = zone_probs(dangers)
    rung = climb(before.rung, probs, t_ns, policy)
    standing = before.standing
    if standing is not None and standing.t_expires_ns <= t_ns:
        standing = None
    # A level that is only held so as not to flicker is no news.
    if rung.level == NO_LEVEL or reached_level(probs, policy) < rung.level:
        return ZoneState(rung=rung, standing=standing), None
    draft = draft_of(zone, rung.level, t_ns, dangers, ground, policy, standing)
    if not is_material(standing, rung.level, draft, policy):
        return ZoneState(rung=rung, standing=standing), None
    return ZoneState(rung=rung, standing=standing_of(draft, rung.level, standing)), draft
