"""The three levels as a ladder: quickly up, slowly down, so that nothing flickers.

A level is reached when its probability has been for the time that its rule asks for (at once for
WARN and LAST CALL), and left only when the probability has stayed below a part of it for some
time. Going down clears nothing: it only stops new drafts.
"""

import msgspec

from tocsin.model.units import S_NS
from tocsin.warn.policy import Policy

NO_LEVEL, PREPARE = -1, 0


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """Where a zone stands."""

    level: int = NO_LEVEL
    """Index into `policy.LEVELS`, or NO_LEVEL."""
    t_below_ns: int | None = None
    """Since when the level has not been held, or None."""
    t_reached_ns: tuple[int | None, ...] = ()
    """Since when each level's threshold has been reached without a break; empty: none is."""


def climb(rung: Rung, probs: tuple[float, ...], t_ns: int, policy: Policy) -> Rung:
    """Return where a zone stands after one more look.

    Args:
        rung: Where it stood.
        probs: Probability within each level's horizon; empty: nothing near.
        t_ns: Time of the look.
        policy: Thresholds and times.
    """
    since_ns = _reached_since_ns(rung, probs, t_ns, policy)
    lasting = _lasting(since_ns, t_ns, policy)
    held = _highest(probs, policy, policy.release_ratio)
    if lasting > rung.level:
        return Rung(level=lasting, t_reached_ns=since_ns)
    if held >= rung.level:
        return Rung(level=rung.level, t_reached_ns=since_ns)
    t_below_ns = t_ns if rung.t_below_ns is None else rung.t_below_ns
    if t_ns - t_below_ns >= policy.release_after_s * S_NS:
        return Rung(level=max(lasting, min(held, rung.level)), t_reached_ns=since_ns)
    return Rung(level=rung.level, t_below_ns=t_below_ns, t_reached_ns=since_ns)


def reached_level(probs: tuple[float, ...], policy: Policy) -> int:
    """Return the highest level whose threshold is reached now, whatever was before."""
    return _highest(probs, policy, 1.0)


def _reached_since_ns(
    rung: Rung, probs: tuple[float, ...], t_ns: int, policy: Policy
) -> tuple[int | None, ...]:
    """Return since when each level's threshold has been reached; empty where none is."""
    before = rung.t_reached_ns or (None,) * len(policy.rules())
    since = tuple(
        (t_ns if was is None else was) if prob >= rule.min_prob else None
        for was, prob, rule in zip(before, probs, policy.rules(), strict=False)
    )
    return since if any(one is not None for one in since) else ()


def _lasting(since_ns: tuple[int | None, ...], t_ns: int, policy: Policy) -> int:
    """Return the highest level that has been reached for as long as its rule asks."""
    lasting = [
        level
        for level, (begun_ns, rule) in enumerate(zip(since_ns, policy.rules(), strict=False))
        if begun_ns is not None and t_ns - begun_ns >= rule.after_s * S_NS
    ]
    return max(lasting, default=NO_LEVEL)


def _highest(probs: tuple[float, ...], policy: Policy, part_ratio: float) -> int:
    """Return the highest level whose threshold, times a part, is reached."""
    reached = [
        level
        for level, (prob, rule) in enumerate(zip(probs, policy.rules(), strict=bool(probs)))
        if prob >= rule.min_prob * part_ratio
    ]
    return max(reached, default=NO_LEVEL)
