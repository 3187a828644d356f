"""The all-clear: drafted only where nothing threatens and nothing lost may be; a person approves.

Losing a track never makes one. A person may clear a zone against the machine's advice; it is then
named an override, with its reason.
"""

from collections.abc import Mapping

import msgspec

from tocsin.model.alert import Sent
from tocsin.model.place import Zone
from tocsin.model.units import S_NS
from tocsin.warn.draft import all_clear_of
from tocsin.warn.ground import Ground
from tocsin.warn.ladder import NO_LEVEL
from tocsin.warn.life import Ledger, withdraw_draft, withdraw_over
from tocsin.warn.missing import inside, may_be_in
from tocsin.warn.policy import Policy
from tocsin.warn.state import Missing, Open, WarnState, ZoneState, policies_of

NAMED = 5
"""Tracks named in a reason; more are counted."""


def advice_against(
    held: ZoneState, zone: Zone, t_ns: int, missing: Mapping[int, Missing], policy: Policy
) -> str:
    """Return why the machine advises against an all-clear; empty: it does not.

    Args:
        held: Where the zone stands.
        zone: The zone.
        t_ns: Time of asking.
        missing: The tracks that counted, seen or not.
        policy: The zone's policy.
    """
    if held.t_calm_ns is None or held.rung.level != NO_LEVEL:
        return "a track that counts still threatens the zone"
    if t_ns - held.t_calm_ns < policy.all_clear_after_s * S_NS:
        return f"nothing has threatened the zone for less than {policy.all_clear_after_s:g} s"
    if here := inside(missing):
        return f"inside the border: {track_names(here)}"
    if zone.population <= policy.all_clear_max_people:
        return ""
    lost = may_be_in(missing, zone, t_ns)
    return f"lost and not explained, may be there: {track_names(lost)}" if lost else ""


def advice(state: WarnState, t_ns: int, ground: Ground, policy: Policy) -> dict[str, str]:
    """Return, by zone whose alert was sent, what speaks against an all-clear; empty: nothing."""
    policies = policies_of(ground.zones, policy)
    return {
        zone.id: advice_against(held, zone, t_ns, state.missing, policies[zone.id])
        for zone in ground.zones
        if (held := state.zones.get(zone.id)) is not None and held.alert is not None
    }


def calm_since(held: ZoneState, most_prob: float, t_ns: int, policy: Policy) -> int | None:
    """Return since when nothing threatens a zone that has a draft or an alert.

    A threat far too improbable for a warning is enough to break the calm.

    Args:
        held: Where the zone stands.
        most_prob: How probably it is passed by any track that counts or counted.
        t_ns: Time of asking.
        policy: The zone's policy.
    """
    asked = held.draft is not None or held.alert is not None
    if not asked or most_prob > policy.all_clear_max_prob:
        return None
    return t_ns if held.t_calm_ns is None else held.t_calm_ns


def consider(
    held: ZoneState,
    zone: Zone,
    t_ns: int,
    missing: Mapping[int, Missing],
    ground: Ground,
    policy: Policy,
    ledger: Ledger,
) -> ZoneState:
    """Draft the all-clear when it is due, or take back what no longer holds.

    A warning that nobody has approved while its danger passed is taken back as well.
    """
    if held.alert is None and held.draft is None:
        return held
    against = advice_against(held, zone, t_ns, missing, policy)
    if against:
        return _withdrawn(held, t_ns, against, ledger)
    held = withdraw_draft(held, t_ns, ledger, why="the danger was over before anybody decided")
    if held.alert is None:
        return msgspec.structs.replace(held, told=None, t_calm_ns=None)
    if held.over is not None:
        return held
    over = over_of(held, zone, held.alert.sent, missing, t_ns, ground, policy)
    return propose(held, over, t_ns, ledger, why="nothing threatens, and nothing lost may be there")


def over_of(
    held: ZoneState,
    zone: Zone,
    ended: Sent,
    missing: Mapping[int, Missing],
    t_ns: int,
    ground: Ground,
    policy: Policy,
) -> Open:
    """Return the all-clear of an alert, with the tracks that the zone was warned of."""
    named = {reason.track_id for reason in ended.draft.reasons}
    named.update(() if held.told is None else held.told.tracks)
    known = [missing[number] for number in sorted(named & missing.keys())]
    draft = all_clear_of(
        zone,
        t_ns,
        ended,
        ground,
        policy,
        left=sum(one.seen for one in known),
        explained=sum(bool(one.explained) for one in known),
    )
    found = sorted({entry for one in known for entry in one.evidence})
    return Open(draft=draft, tracks=tuple(sorted(named)), evidence=tuple(found))


def propose(held: ZoneState, over: Open, t_ns: int, ledger: Ledger, *, why: str) -> ZoneState:
    """Put an all-clear before the people."""
    ledger.drafts.append(over.draft)
    ledger.move(over, ("draft", "draft"), t_ns, why=why)
    return msgspec.structs.replace(held, over=over)


def _withdrawn(held: ZoneState, t_ns: int, against: str, ledger: Ledger) -> ZoneState:
    """Take back an all-clear that the machine made; what a person began is theirs."""
    if held.over is None or held.over.override:
        return held
    return withdraw_over(held, t_ns, ledger, why=f"no longer safe: {against}")


def track_names(tracks: tuple[int, ...]) -> str:
    """Return `track 17`, `tracks 17, 18` or `tracks 1, 2, 3, 4, 5 and 9 more`."""
    told = ", ".join(str(number) for number in tracks[:NAMED])
    more = f" and {len(tracks) - NAMED} more" if len(tracks) > NAMED else ""
    return f"track{'s' if len(tracks) > 1 else ''} {told}{more}"
