"""Levels go up at once and come down slowly."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.units import S_NS
from tocsin.warn.ladder import NO_LEVEL, Rung, climb
from tocsin.warn.policy import Policy

POLICY = Policy()
PREPARE, WARN, LAST_CALL = 0, 1, 2


def levels(history, step_s: float = 5.0, policy: Policy = POLICY) -> list[int]:
    rung, out = Rung(), []
    for number, probs in enumerate(history):
        rung = climb(rung, probs, round(number * step_s * S_NS), policy)
        out.append(rung.level)
    return out


def test_what_the_public_is_told_is_reached_at_once() -> None:
    """Every scan waited for is lead time lost."""
    assert levels([(0.1, 0.0, 0.0), (0.6, 0.5, 0.0), (0.9, 0.9, 0.5)]) == [-1, WARN, LAST_CALL]


def test_prepare_is_reached_when_it_lasts() -> None:
    """A spike of one scan must wake nobody."""
    spikes = [(0.21, 0.0, 0.0), (0.19, 0.0, 0.0)] * 20
    assert set(levels(spikes)) == {NO_LEVEL}
    assert levels([(0.21, 0.0, 0.0)] * 6) == [NO_LEVEL] * 4 + [PREPARE] * 2


def test_a_rule_may_ask_for_time_at_every_level() -> None:
    """A site with a wind farm may trade a scan of lead for calm."""
    policy = msgspec.structs.replace(
        POLICY, warn=msgspec.structs.replace(POLICY.warn, after_s=10.0)
    )
    assert levels([(0.6, 0.55, 0.0)] * 4, policy=policy) == [-1, -1, WARN, WARN]


def test_a_level_is_held_until_it_is_clearly_over() -> None:
    """Half the threshold for a minute: neither a dip nor a moment ends it."""
    dip = [(0.6, 0.51, 0.0)] + [(0.3, 0.26, 0.0)] * 40
    assert set(levels(dip)) == {WARN}
    over = [(0.6, 0.51, 0.0)] + [(0.05, 0.0, 0.0)] * 14
    assert levels(over) == [WARN] * 13 + [NO_LEVEL] * 2


def test_one_good_look_restarts_the_minute() -> None:
    """A track that comes and goes must not be counted out."""
    history = [(0.6, 0.51, 0.0)] + ([(0.0, 0.0, 0.0)] * 11 + [(0.6, 0.28, 0.0)]) * 5
    assert set(levels(history)) == {WARN}


def test_a_level_falls_to_the_one_that_still_holds() -> None:
    """From LAST CALL one does not fall to nothing while WARN holds."""
    history = [(0.9, 0.8, 0.6)] + [(0.5, 0.3, 0.1)] * 20
    assert levels(history)[-1] == WARN


def test_nothing_near_is_no_level() -> None:
    """No danger at all is the empty tuple."""
    assert levels([()] * 3) == [NO_LEVEL] * 3


@given(st.lists(st.floats(0.51, 0.99), min_size=30, max_size=60))
def test_noise_about_a_threshold_does_not_flicker(ratios: list[float]) -> None:
    """At 0.5 an unheld pair crosses upwards more than twice a flight; here never."""
    start = [(0.6, 0.5, 0.0)]
    noisy = [(0.6, 0.5 * ratio * 1.03, 0.0) for ratio in ratios]
    assert set(levels(start + noisy)) == {WARN}


@given(st.lists(st.tuples(*[st.floats(0.0, 1.0)] * 3), min_size=1, max_size=60))
def test_the_level_is_never_below_what_is_reached(history) -> None:
    """Holding must never hold anything back."""
    for probs, level in zip(history, levels(history), strict=True):
        reached = [n for n in (WARN, LAST_CALL) if probs[n] >= POLICY.rules()[n].min_prob]
        assert level >= max(reached, default=NO_LEVEL)
