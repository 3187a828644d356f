"""Cooperative or not: a claim that is counted, and disbelieved when movement contradicts it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.assess.cooperation import CONFLICT_NONCOOPERATIVE_PROB, noncooperative_prob


def test_an_airliner_is_established_at_once(make_track) -> None:
    """Friends must cost nothing and alarm nobody."""
    assert noncooperative_prob(make_track(cooperative_prob=1.0, updates=2), conflict_s=0.0) < 0.01


def test_a_stray_answer_does_not_hide_a_drone(make_track) -> None:
    """One plot of a neighbour's transponder among ten must not establish a friend."""
    assert noncooperative_prob(make_track(cooperative_prob=0.1), conflict_s=0.0) > 0.99


def test_a_missed_answer_now_and_then_does_not_unmask_a_friend(make_track) -> None:
    """Radars lose transponders behind buildings and in turns."""
    assert noncooperative_prob(make_track(cooperative_prob=0.6), conflict_s=0.0) < 0.01


def test_nothing_seen_is_even_odds(make_track) -> None:
    """Unknown is neither friend nor stranger."""
    track = make_track(updates=0, cooperative_prob=0.0)
    assert noncooperative_prob(track, conflict_s=0.0) == pytest.approx(0.5)


def test_a_contradicted_claim_loses_its_worth_in_half_a_minute(make_track) -> None:
    """A spoofed ADS-B must not be a cloak, nor one bad plot an alarm."""
    track = make_track(cooperative_prob=1.0)
    probs = [noncooperative_prob(track, conflict_s=seconds) for seconds in (0.0, 4.0, 30.0, 900.0)]
    assert probs[0] < 0.01
    assert probs[1] < 0.2
    assert probs[2] == probs[3] == pytest.approx(CONFLICT_NONCOOPERATIVE_PROB)


@given(share=st.floats(0.0, 1.0), updates=st.integers(0, 1000), conflict_s=st.floats(0.0, 1e4))
def test_it_stays_a_probability(share, updates, conflict_s, make_track) -> None:
    """Whatever the tracker says."""
    track = make_track(cooperative_prob=share, updates=updates)
    assert 0.0 <= noncooperative_prob(track, conflict_s=conflict_s) <= 1.0
