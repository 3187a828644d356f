"""The warn stage: assessments and decisions in; drafts, alerts and calls out.

Nothing is sent here without a person's approval or a standing authority in force, and nothing is
cleared without a person.
"""

import msgspec

from tocsin.model.place import Zone
from tocsin.model.threat import Assessment
from tocsin.model.units import S_NS
from tocsin.warn.alarms import alarm_id, area_of, call
from tocsin.warn.all_clear import calm_since, consider
from tocsin.warn.authority import authority_of
from tocsin.warn.danger import Danger, dangers_by_zone, greatest_probs, zone_probs
from tocsin.warn.decide import decide
from tocsin.warn.draft import LAPSE_S, Line, draft_of, is_material, standing_of
from tocsin.warn.ground import Ground
from tocsin.warn.ladder import NO_LEVEL, PREPARE, climb, reached_level
from tocsin.warn.life import Ledger, begin, lapse, opened, release
from tocsin.warn.missing import remember
from tocsin.warn.outcome import Outcome
from tocsin.warn.policy import LEVELS, Policy
from tocsin.warn.state import WarnState, ZoneState, policies_of, restore, snapshot

__all__ = ["Outcome", "WarnState", "ZoneState", "decide", "restore", "snapshot", "step"]


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One zone at one time, with everything that its next step is taken from."""

    t_ns: int
    zone: Zone
    dangers: tuple[Danger, ...]
    most_prob: float
    """How probably it is passed by any track that counts or counted."""
    ground: Ground
    policy: Policy
    ledger: Ledger


def step(
    state: WarnState,
    t_ns: int,
    assessments: tuple[Assessment, ...],
    ground: Ground,
    policy: Policy,
) -> tuple[WarnState, Outcome]:
    """Draft what the policy asks for, send what a standing authority lets out, call who decides.

    A raid gives one draft a zone. A zone that already has one is updated only when its level
    rises or, some minutes later, when the first arrival comes earlier, what was told is over, or
    it is about to lapse.

    Args:
        state: Where everything stood.
        t_ns: Time of the picture.
        assessments: All tracks, from `assess.step`.
        ground: Zones and places.
        policy: What people have set.

    Returns:
        The new state, and what happened, in the order of the zones.
    """
    ledger, policies = Ledger(), policies_of(ground.zones, policy)
    missing = remember(state.missing, t_ns, assessments, policies.values(), policy.lost_forget_s)
    dangers = dangers_by_zone(assessments, ground, policies)
    counted = (one for one in assessments if one.track_id in missing)
    most_probs = greatest_probs(counted, ground, policies)
    now = msgspec.structs.replace(state, missing=missing)
    zones = {}
    for zone in ground.zones:
        if zone.id not in dangers and zone.id not in state.zones:
            continue  # nothing near, and nothing was: nearly all zones on nearly all nights
        look = Look(
            t_ns=t_ns,
            zone=zone,
            dangers=dangers.get(zone.id, ()),
            most_prob=most_probs.get(zone.id, 0.0),
            ground=ground,
            policy=policies[zone.id],
            ledger=ledger,
        )
        held = _zone_step(now, look)
        if held != ZoneState():
            zones[zone.id] = held
    areas, alarms = call(state.areas, zones, ledger.drafts, t_ns, state.t_called_ns, ground, policy)
    after = msgspec.structs.replace(
        now, zones=zones, areas=areas, t_called_ns=t_ns if alarms else state.t_called_ns
    )
    return after, msgspec.structs.replace(ledger.outcome(), alarms=alarms)


def _zone_step(state: WarnState, look: Look) -> ZoneState:
    """Move one zone on: what lapses, what is drafted, what may be over."""
    held = lapse(state.zones.get(look.zone.id, ZoneState()), look.t_ns, look.ledger)
    probs = zone_probs(look.dangers)
    rung = climb(held.rung, probs, look.t_ns, look.policy)
    held = msgspec.structs.replace(held, rung=rung)
    # A level that is only held so as not to flicker is no news.
    if rung.level != NO_LEVEL and reached_level(probs, look.policy) >= rung.level:
        held = _warned(held, state, look)
    calm_ns = calm_since(held, look.most_prob, look.t_ns, look.policy)
    held = msgspec.structs.replace(held, t_calm_ns=calm_ns)
    return consider(
        held, look.zone, look.t_ns, state.missing, look.ground, look.policy, look.ledger
    )


def _warned(held: ZoneState, state: WarnState, look: Look) -> ZoneState:
    """Draft where something material has changed; a standing authority sends it at once."""
    level, t_ns = held.rung.level, look.t_ns
    if not is_material(held.told, level, t_ns, look.dangers, look.policy):
        return held
    if level == PREPARE and look.policy.prepare_per_county and _is_prepared(state, look):
        return held
    line = _line(held, state, look)
    draft = draft_of(look.zone, level, t_ns, look.dangers, look.ground, look.policy, line)
    told = standing_of(draft, level, held.told)
    waiting = opened(draft)
    held = begin(held, waiting, t_ns, look.ledger, why=f"the policy asks for {LEVELS[level]}")
    held = msgspec.structs.replace(held, told=told)
    by = authority_of(state, look.zone.id, LEVELS[level], look.policy)
    if not by:
        return held
    return release(held, waiting, t_ns, look.ledger, by=by, why="a standing authority is in force")


def _is_prepared(state: WarnState, look: Look) -> bool:
    """Say whether another zone of the county has been told at least to prepare, lately."""
    county = look.zone.county
    others = {zone.id for zone in look.ground.zones if zone.county == county and county}
    drafted = {draft.zone_id for draft in look.ledger.drafts if draft.purpose == "warning"}
    return not others.isdisjoint(drafted - {look.zone.id}) or any(
        held.told is not None and held.told.t_expires_ns - look.t_ns >= LAPSE_S * S_NS
        for zone_id, held in state.zones.items()
        if zone_id in others and zone_id != look.zone.id
    )


def _line(held: ZoneState, state: WarnState, look: Look) -> Line:
    """Return what a new draft follows upon, and the alarm that it belongs to."""
    area_id = area_of(look.zone)
    name = alarm_id(state.areas, area_id, look.t_ns, look.policy)
    stands = held.alert.sent.draft if held.alert is not None and not held.alert.lapsed else None
    before = stands if held.draft is None else held.draft.draft
    if before is None:
        return Line(alarm_id=name)
    return Line(
        replaces=before.id,
        replaces_t_ns=before.t_drafted_ns,
        alarm_id=name,
        update=stands is not None,
    )
