"""When a zone's next draft is made: on what is reached, and for what would lapse too early."""

import msgspec

from tocsin.model.place import Zone
from tocsin.model.units import S_NS
from tocsin.warn.alarms import alarm_id, area_of
from tocsin.warn.all_clear import track_names
from tocsin.warn.authority import authority_of
from tocsin.warn.danger import Danger
from tocsin.warn.draft import (
    LAPSE_S,
    Line,
    Standing,
    draft_of,
    is_material,
    prolonged_of,
    standing_of,
)
from tocsin.warn.ground import Ground
from tocsin.warn.ladder import PREPARE
from tocsin.warn.life import Ledger, begin, opened, release
from tocsin.warn.missing import may_be_in
from tocsin.warn.policy import LEVELS, Policy
from tocsin.warn.state import Open, WarnState, ZoneState


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


def warned(held: ZoneState, state: WarnState, look: Look) -> ZoneState:
    """Draft where something material has changed; a standing authority sends it at once."""
    level, t_ns = held.rung.level, look.t_ns
    if not is_material(held.told, level, t_ns, look.dangers, look.policy):
        return held
    if level == PREPARE and look.policy.prepare_per_county and _is_prepared(state, look):
        return held
    line = _line(held, state, look)
    draft = draft_of(look.zone, level, t_ns, look.dangers, look.ground, look.policy, line)
    why = f"the policy asks for {LEVELS[level]}"
    return _put(held, opened(draft), level, state, look, why=why)


def prolonged(held: ZoneState, state: WarnState, look: Look) -> ZoneState:
    """Draft an alert anew that would lapse while something lost that it named may be there.

    A message that runs out while its drone is only lost would end it by the clock.
    """
    alert, told = held.alert, held.told
    if alert is None or alert.lapsed or held.draft is not None or told is None or told.rejected:
        return held
    level = LEVELS.index(alert.sent.draft.level)
    lapsing = alert.sent.draft.t_expires_ns - look.t_ns < LAPSE_S * S_NS
    if level == PREPARE or not lapsing:
        return held
    lost = _lost_of(told, state, look)
    if not lost:
        return held
    draft = prolonged_of(look.zone, level, look.t_ns, len(lost), look.ground, look.policy,
                         _line(held, state, look))  # fmt: skip
    entries = {entry for number in lost for entry in state.missing[number].evidence}
    waiting = Open(draft=draft, tracks=lost, evidence=tuple(sorted(entries)))
    why = f"about to lapse; lost and not explained, may be there: {track_names(lost)}"
    return _put(held, waiting, level, state, look, why=why)


def _lost_of(told: Standing, state: WarnState, look: Look) -> tuple[int, ...]:
    """Return the tracks that a zone was told of, lately lost, that may be there.

    A track that goes on under another number is the same drone: the zone was told of it.
    """
    since_ns = look.t_ns - round(look.policy.max_duration_s * S_NS)
    named = _named(told, state)
    return tuple(
        number
        for number in may_be_in(state.missing, look.zone, look.t_ns)
        if number in named and state.missing[number].t_seen_ns > since_ns
    )


def _named(told: Standing, state: WarnState) -> set[int]:
    """Return the tracks that a zone was told of, with all that continue them."""
    named, later = set[int](), set(told.tracks)
    while later:
        named |= later
        found = (state.missing[number].continued_by for number in later & state.missing.keys())
        later = {number for number in found if number is not None} - named
    return named


def _put(
    held: ZoneState, waiting: Open, level: int, state: WarnState, look: Look, *, why: str
) -> ZoneState:
    """Put a draft before the people; a standing authority sends it at once."""
    told = standing_of(waiting.draft, level, held.told)
    held = begin(held, waiting, look.t_ns, look.ledger, why=why)
    held = msgspec.structs.replace(held, told=told)
    by = authority_of(state, look.zone.id, LEVELS[level], look.policy)
    if not by:
        return held
    why = "a standing authority is in force"
    return release(held, waiting, look.t_ns, look.ledger, by=by, why=why)


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
