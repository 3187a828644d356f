"""Standing authority: leave that a named person gave beforehand and can take back."""

from datetime import UTC, datetime

from tocsin.model.alert import Level
from tocsin.model.units import S_NS
from tocsin.warn.policy import Policy
from tocsin.warn.state import Grant, WarnState

APPROVALS = {False: 1, True: 2}
"""Names that a decision needs, by `Policy.two_person`."""


def authority_of(state: WarnState, zone_id: str, level: Level, policy: Policy) -> str:
    """Return `standing authority of NAME (DATE)` where one is in force, or nothing.

    What was granted or taken back by a decision goes before what the site file says.
    """
    grant = state.grants.get(zone_id, {}).get(level)
    if grant is not None and not is_pending(grant, policy):
        on = datetime.fromtimestamp(grant.t_ns // S_NS, tz=UTC).date().isoformat()
        return _words(" and ".join(grant.names), on) if in_force(grant, policy) else ""
    given = policy.standing_authority
    if given is None or level not in given.levels:
        return ""
    return _words(given.given_by, given.given_on)


def in_force(grant: Grant, policy: Policy) -> bool:
    """Say whether enough people with the right have given it."""
    with_right = [name for name in grant.names if policy.may_approve(name)]
    return len(with_right) >= APPROVALS[policy.two_person]


def is_pending(grant: Grant, policy: Policy) -> bool:
    """Say whether it waits for a second name."""
    return bool(grant.names) and not in_force(grant, policy)


def _words(names: str, on: str) -> str:
    return f"standing authority of {names} ({on})"
