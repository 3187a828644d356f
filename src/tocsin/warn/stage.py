"""The warn stage: assessments and decisions in; drafts, alerts and calls out.

Nothing is sent here without a person's approval or a standing authority in force, and nothing is
cleared without a person.
"""

import msgspec

from tocsin.model.threat import Assessment
from tocsin.warn.alarms import call
from tocsin.warn.all_clear import advice, calm_since, consider
from tocsin.warn.danger import dangers_by_zone, greatest_probs, zone_probs
from tocsin.warn.decide import decide
from tocsin.warn.drafting import Look, prolonged, warned
from tocsin.warn.ground import Ground
from tocsin.warn.ladder import NO_LEVEL, climb, reached_level
from tocsin.warn.life import Ledger, lapse
from tocsin.warn.missing import remember
from tocsin.warn.outcome import Outcome
from tocsin.warn.policy import Policy
from tocsin.warn.state import WarnState, ZoneState, policies_of, restore, snapshot

__all__ = ["Outcome", "WarnState", "ZoneState", "advice", "decide", "restore", "snapshot", "step"]


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
        held = warned(held, state, look)
    held = prolonged(held, state, look)
    calm_ns = calm_since(held, look.most_prob, look.t_ns, look.policy)
    held = msgspec.structs.replace(held, t_calm_ns=calm_ns)
    return consider(
        held, look.zone, look.t_ns, state.missing, look.ground, look.policy, look.ledger
    )
