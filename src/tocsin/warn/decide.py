"""Decisions of named people: who may, on what, and what comes of it.

A decision that is refused changes nothing and says why in one line.
"""

from collections.abc import Callable, Iterator

import msgspec

from tocsin.model.alert import Choice, Decision, Level, Sent
from tocsin.model.place import Zone
from tocsin.warn.all_clear import advice_against, over_of, propose
from tocsin.warn.authority import APPROVALS, authority_of, in_force, is_pending
from tocsin.warn.draft import retold
from tocsin.warn.ground import Ground
from tocsin.warn.life import Ledger, clear, release, withdraw_over
from tocsin.warn.outcome import Outcome
from tocsin.warn.policy import LEVELS, Policy
from tocsin.warn.state import Grant, Open, Policies, WarnState, ZoneState, policies_of

NEEDS_REASON = frozenset({"reject", "clear", "explain"})


class RefusedError(Exception):
    """A decision that cannot be acted upon; the text says why."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A decision and the ground on which it is taken."""

    decision: Decision
    ground: Ground
    policies: Policies
    ledger: Ledger

    @property
    def zones(self) -> dict[str, Zone]:
        """Return the zones by id."""
        return {zone.id: zone for zone in self.ground.zones}

    def may(self, zone_id: str) -> bool:
        """Say whether the person may decide about a zone."""
        return self.policies[zone_id].may_approve(self.decision.by)


def decide(
    state: WarnState, decision: Decision, ground: Ground, policy: Policy
) -> tuple[WarnState, Outcome]:
    """Act upon what a named person decided, or say in one line why not.

    Args:
        state: Where everything stands.
        decision: Who decided what, when, and why.
        ground: Zones and places.
        policy: What people have set.

    Returns:
        The new state and what came of it; the same state where it was refused.
    """
    case = Case(
        decision=decision,
        ground=ground,
        policies=policies_of(ground.zones, policy),
        ledger=Ledger(),
    )
    try:
        _check_person(case)
        after = ACTS[decision.choice](state, case)
    except RefusedError as why:
        return state, Outcome(refused=str(why))
    return after, case.ledger.outcome()


def _check_person(case: Case) -> None:
    """Refuse who has no right anywhere, and what needs a reason and has none."""
    by, choice = case.decision.by, case.decision.choice
    if not any(policy.may_approve(by) for policy in case.policies.values()):
        who = by or "somebody without a name"
        remedy = "name them in warn.approvers of the site file"
        raise RefusedError(f"{who} has not the right to {choice}: not an approver ({remedy})")
    if choice in NEEDS_REASON and not case.decision.why.strip():
        raise RefusedError(f"to {choice} needs a reason")


def _approve(state: WarnState, case: Case) -> WarnState:
    """Approve one open draft, or all open warnings of an alarm."""
    zones, by = dict(state.zones), case.decision.by
    subjects = _subjects(state, case)
    for zone_id, held in [one for one in subjects if by not in one[1].names] or subjects:
        zones[zone_id] = _approved(zones[zone_id], held, state, case)
    return msgspec.structs.replace(state, zones=zones)


def _approved(zone: ZoneState, held: Open, state: WarnState, case: Case) -> ZoneState:
    """Add a name to a draft, and let it out when there are enough."""
    decision, policy = case.decision, case.policies[held.draft.zone_id]
    is_over = held.draft.purpose == "all_clear"
    if is_over and not held.override and (against := _against(zone, held, state, case)):
        raise RefusedError(f"{held.draft.id} is not safe to approve: {against}")
    names = (*held.names, decision.by)
    if len(set(names)) < len(names):
        raise RefusedError(f"{decision.by} has approved {held.draft.id}; another person must too")
    if len(names) < APPROVALS[policy.two_person]:
        case.ledger.waiting.append(held.draft.id)
        change = {"over" if is_over else "draft": msgspec.structs.replace(held, names=names)}
        return msgspec.structs.replace(zone, **change)
    let_out = clear if is_over else release
    held = held if is_over else _retold(zone, held, case)
    by, why = " and ".join(names), decision.why or "approved"
    if held.override:
        why = f"override against the machine's advice ({held.override}): {decision.why or why}"
    after = let_out(zone, held, decision.t_ns, case.ledger, by=by, why=why)
    if not is_over:
        return after
    return _said_over(after) if held.override else msgspec.structs.replace(after, told=None)


def _retold(zone: ZoneState, held: Open, case: Case) -> Open:
    """Return a warning as it is told now: it has waited for a name, its minutes have not."""
    zone_id, in_force = held.draft.zone_id, zone.alert is not None and not zone.alert.lapsed
    draft = retold(
        held.draft,
        len(held.tracks),
        case.decision.t_ns,
        case.zones[zone_id],
        case.ground,
        case.policies[zone_id],
        update=in_force,
    )
    return msgspec.structs.replace(held, draft=draft)


def _said_over(zone: ZoneState) -> ZoneState:
    """Remember that people have said it is over: the same tracks are no news for it."""
    told = None if zone.told is None else msgspec.structs.replace(zone.told, rejected=True)
    return msgspec.structs.replace(zone, told=told)


def _against(zone: ZoneState, held: Open, state: WarnState, case: Case) -> str:
    zone_id = held.draft.zone_id
    return advice_against(
        zone, case.zones[zone_id], case.decision.t_ns, state.missing, case.policies[zone_id]
    )


def _reject(state: WarnState, case: Case) -> WarnState:
    """Reject one open draft, or all open warnings of an alarm."""
    zones = dict(state.zones)
    for zone_id, held in _subjects(state, case):
        zones[zone_id] = _rejected(zones[zone_id], held, case)
    return msgspec.structs.replace(state, zones=zones)


def _rejected(zone: ZoneState, held: Open, case: Case) -> ZoneState:
    """Close a draft; the same is not drafted again, an all-clear not before some time."""
    decision = case.decision
    case.ledger.move(held, ("draft", "rejected"), decision.t_ns, by=decision.by, why=decision.why)
    if held.draft.purpose == "all_clear":
        wait_ns = held.draft.t_expires_ns - held.draft.t_drafted_ns
        return msgspec.structs.replace(zone, over=None, t_calm_ns=decision.t_ns + wait_ns)
    return _said_over(msgspec.structs.replace(zone, draft=None))


def _subjects(state: WarnState, case: Case) -> list[tuple[str, Open]]:
    """Return the open drafts that a decision names and the person may decide about.

    Raises RefusedError where there is none.
    """
    named = {name.strip() for name in case.decision.subject.split(",")}
    found = [
        (zone_id, held)
        for zone_id, held in _open(state)
        if held.draft.id in named
        or (held.draft.purpose == "warning" and held.draft.alarm_id in named)
    ]
    alive = [one for one in found if one[1].draft.t_expires_ns > case.decision.t_ns]
    if not alive:
        by, choice, subject = case.decision.by, case.decision.choice, case.decision.subject
        raise RefusedError(
            f"no open draft or alarm {subject!r} for {by} to {choice}: decided, replaced or lapsed "
            "before; nothing was changed"
        )
    mine = [(zone_id, held) for zone_id, held in alive if case.may(zone_id)]
    if not mine:
        zones = ", ".join(sorted({zone_id for zone_id, _ in alive}))
        raise RefusedError(f"{case.decision.by} has not the right to decide about {zones}")
    return mine


def _open(state: WarnState) -> Iterator[tuple[str, Open]]:
    """Yield all drafts that wait for a decision, with their zones."""
    for zone_id, zone in state.zones.items():
        for held in (zone.draft, zone.over):
            if held is not None:
                yield zone_id, held


def _clear(state: WarnState, case: Case) -> WarnState:
    """Clear a zone at a person's word; against the machine's advice it is an override."""
    decision = case.decision
    zone_id = decision.subject.strip()
    zone, held = case.zones.get(zone_id), state.zones.get(zone_id)
    if zone is None:
        raise RefusedError(f"no zone {decision.subject!r}")
    if not case.may(zone_id):
        raise RefusedError(f"{decision.by} has not the right to decide about {zone_id}")
    if held is None or held.alert is None:
        raise RefusedError(f"nothing to clear: no alert was sent for {zone_id}")
    held, over = _proposed(held, held.alert.sent, zone, state, case)
    held = _approved(held, over, state, case)
    if held.over is None and held.draft is not None:
        held = _rejected(held, held.draft, case)
    return msgspec.structs.replace(state, zones=state.zones | {zone_id: held})


def _proposed(
    held: ZoneState, ended: Sent, zone: Zone, state: WarnState, case: Case
) -> tuple[ZoneState, Open]:
    """Return the all-clear that a person wants: the one that waits, or one of their own.

    Their own names the machine's advice against it.
    """
    decision, policy = case.decision, case.policies[zone.id]
    against = advice_against(held, zone, decision.t_ns, state.missing, policy)
    if held.over is not None:
        if held.over.override or not against:
            return held, held.over
        held = withdraw_over(held, decision.t_ns, case.ledger, why=f"no longer safe: {against}")
    over = over_of(held, zone, ended, state.missing, decision.t_ns, case.ground, policy)
    over = msgspec.structs.replace(over, override=against)
    why = f"{decision.by}: {decision.why}"
    return propose(held, over, decision.t_ns, case.ledger, why=why), over


def _explain(state: WarnState, case: Case) -> WarnState:
    """Note what became of lost tracks; the machine no longer fears them."""
    missing = dict(state.missing)
    for name in case.decision.subject.split(","):
        number = int(name) if name.strip().isdecimal() else -1
        if number not in missing:
            raise RefusedError(f"no lost track {name.strip()!r} is remembered")
        if missing[number].seen:
            raise RefusedError(f"track {number} is seen now: it is not lost")
        told = f"{case.decision.by}: {case.decision.why}"
        missing[number] = msgspec.structs.replace(missing[number], explained=told)
    return msgspec.structs.replace(state, missing=missing)


def _grant(state: WarnState, case: Case) -> WarnState:
    """Give a standing authority for some levels, wherever the person may decide."""
    by, t_ns = case.decision.by, case.decision.t_ns
    grants = {zone_id: dict(levels) for zone_id, levels in state.grants.items()}
    for level in _levels(case):
        for zone_id, policy in case.policies.items():
            if not case.may(zone_id):
                continue
            held = grants.setdefault(zone_id, {}).get(level)
            waits = held is not None and is_pending(held, policy) and by not in held.names
            names = (*held.names, by) if waits and held is not None else (by,)
            grants[zone_id][level] = Grant(names=names, t_ns=t_ns)
            if not in_force(grants[zone_id][level], policy) and level not in case.ledger.waiting:
                case.ledger.waiting.append(level)
    return msgspec.structs.replace(state, grants=grants)


def _revoke(state: WarnState, case: Case) -> WarnState:
    """Take a standing authority back, wherever the person may decide."""
    grants = {zone_id: dict(levels) for zone_id, levels in state.grants.items()}
    found = False
    for level in _levels(case):
        for zone_id, policy in case.policies.items():
            held = grants.get(zone_id, {}).get(level)
            waits = held is not None and is_pending(held, policy)
            if case.may(zone_id) and (waits or authority_of(state, zone_id, level, policy)):
                grants.setdefault(zone_id, {})[level] = Grant(names=(), t_ns=case.decision.t_ns)
                found = True
    if not found:
        raise RefusedError(f"no standing authority for {case.decision.subject} to take back")
    return msgspec.structs.replace(state, grants=grants)


def _levels(case: Case) -> tuple[Level, ...]:
    """Return the levels that a decision names."""
    named = [name.strip() for name in case.decision.subject.split(",")]
    if wrong := [name for name in named if name not in LEVELS]:
        raise RefusedError(f"no level {wrong[0]!r}: known are {', '.join(LEVELS)}")
    return tuple(level for level in LEVELS if level in named)


ACTS: dict[Choice, Callable[[WarnState, Case], WarnState]] = {
    "approve": _approve,
    "reject": _reject,
    "clear": _clear,
    "explain": _explain,
    "grant": _grant,
    "revoke": _revoke,
}
