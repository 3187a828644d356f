"""The three levels as a ladder: quickly up, slowly down, so that nothing flickers.

A level is reached as soon as its probability is, and left only when the probability has stayed
below a part of it for some time. Going down clears nothing: it only stops new drafts.
"""

import msgspec

from tocsin.model.units import S_NS
from tocsin.warn.policy import Policy

NO_LEVEL = -1


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """Where a zone stands."""

    level: int = NO_LEVEL
    """Index into `policy.LEVELS`, or NO_LEVEL."""
    t_below_ns: int | None = None
    """Since when the level has not been held, or None."""


def climb(rung: Rung, probs: tuple[float, ...], t_ns: int, policy: Policy) -> Rung:
    """Return where a zone stands after one more look.

    Args:
        rung: Where it stood.
        probs: Probability within each level's horizon; empty: nothing near.
        t_ns: Time of the look.
        policy: Thresholds and times.
    """
    reached = reached_level(probs, policy)
    held = _highest(probs, policy, policy.release_ratio)
    if reached > rung.level:
        return Rung(level=reached)
    if held >= rung.level:
        return Rung(level=rung.level)
    t_below_ns = t_ns if rung.t_below_ns is None else rung.t_below_ns
    if t_ns - t_below_ns >= policy.release_after_s * S_NS:
        return Rung(level=held)
    return Rung(level=rung.level, t_below_ns=t_below_ns)


def reached_level(probs: tuple[float, ...], policy: Policy) -> int:
    """Return the highest level whose threshold is reached now, whatever was before."""
    return _highest(probs, policy, 1.0)


def _highest(probs: tuple[float, ...], policy: Policy, part_ratio: float) -> int:
    """Return the highest level whose threshold, times a part, is reached."""
    reached = [
        level
        for level, (prob, rule) in enumerate(zip(probs, policy.rules(), strict=bool(probs)))
        if prob >= rule.min_prob * part_ratio
    ]
    return max(reached, default=NO_LEVEL)
