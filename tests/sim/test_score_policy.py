"""Oracles and thresholds, against cases worked out by hand and the ladder of the product."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.sim.score import oracle, policy
from tocsin.sim.score.policy import Told
from tocsin.warn.ladder import Rung, climb
from tocsin.warn.policy import LevelRule, Policy

PLACE_M = np.array([[0.0, 0.0], [0.0, 40e3]])
T_S = np.arange(0.0, 2000.0, 2.0)
RADIUS_M = 3_000.0


def straight(miss_m: float = 0.0) -> np.ndarray:
    """50 m/s from 60 km east of the first place, past it at a distance."""
    return np.column_stack([60e3 - 50.0 * T_S, np.full(len(T_S), miss_m)])


def told(prob, flight: int = 0, place: int = 0, track: int = 1) -> Told:
    prob = np.broadcast_to(np.asarray(prob, dtype=float), T_S.shape)
    return Told(track=track, flight=flight, place=place, t_s=T_S, prob=prob)


def arrivals(pos_m: np.ndarray, **changes) -> list[oracle.Arrival]:
    return oracle.arrivals(0, T_S, pos_m, PLACE_M, radius_m=RADIUS_M, **changes)


def test_a_straight_flight_is_known_for_the_whole_cap():
    (arrival,) = arrivals(straight())
    assert arrival.t_s == 57e3 / 50.0
    assert arrival.course_s == pytest.approx(600.0, abs=2.0)
    assert arrival.clairvoyant_s == 600.0


def test_a_late_turn_is_known_from_the_turn_on_but_not_before():
    """It passes 10 km beside the place, and turns towards it 4 min before its circle."""
    turn_at_m = np.array([9e3, 12e3])
    straight_on = turn_at_m + np.array([50.0, 0.0]) * (np.minimum(T_S, 1000.0) - 1000.0)[:, None]
    towards = -turn_at_m / 15e3 * 50.0
    pos_m = straight_on + towards * np.maximum(T_S - 1000.0, 0.0)[:, None]
    (arrival,) = arrivals(pos_m)
    assert arrival.t_s == pytest.approx(1000.0 + 240.0)
    assert 240.0 - oracle.COURSE_S <= arrival.course_s < 240.0
    assert arrival.clairvoyant_s == 600.0


def test_who_swerves_off_and_comes_back_is_known_from_the_return():
    pos_m = straight()
    away = (T_S > 800.0) & (T_S < 900.0)
    pos_m[:, 1] = np.cumsum(np.where(away, np.where(T_S < 850.0, 60.0, -60.0), 0.0) * 2.0)
    (arrival,) = arrivals(pos_m)
    assert arrival.course_s < arrival.t_s - 850.0


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=120), st.floats(0.05, 0.95))
def test_drafts_are_raised_and_let_go_as_by_the_ladder(probs, min_prob):
    levels = LevelRule(within_s=600.0, min_prob=min_prob)
    same = Policy(
        prepare=levels, warn=levels, last_call=levels, release_ratio=0.5, release_after_s=60.0
    )
    rung, held = Rung(), []
    t_s = 4.0 * np.arange(len(probs))
    for now_s, prob in zip(t_s.tolist(), probs, strict=True):
        rung = climb(rung, (prob,) * 3, round(now_s * 1e9), same)
        held.append(rung.level >= 0)
    spans = policy.raised_s(t_s, np.array(probs), min_prob)
    ours = [any(begin <= now_s < end for begin, end in spans) for now_s in t_s.tolist()]
    assert ours == held


def test_a_clairvoyant_gets_a_ratio_of_one_and_warns_for_nothing_never():
    pos_m = straight()
    (arrival,) = arrivals(pos_m)
    before_s = arrival.t_s - T_S
    prob = ((before_s >= 0.0) & (before_s <= 600.0)).astype(float)
    made = policy.drafts([told(prob)], [(T_S, pos_m)], PLACE_M, 0.35)
    score = policy.score(made, [arrival], radius_m=RADIUS_M)
    assert score.course_median_ratio == score.clairvoyant_p10_ratio == 1.0
    assert score.recall_share == 1.0
    assert score.false_share == score.near_false_share == score.false_track_share == 0.0


def test_leads_are_measured_from_the_draft_that_stands():
    """Let go ten minutes before and raised again two minutes before is two minutes."""
    pos_m = straight()
    (arrival,) = arrivals(pos_m)
    before_s = arrival.t_s - T_S
    prob = np.where((before_s > 600.0) | (before_s <= 120.0), 0.6, 0.0)
    made = policy.drafts([told(prob)], [(T_S, pos_m)], PLACE_M, 0.35)
    assert len(made) == 2
    assert policy.leads_s(made, [arrival]) == pytest.approx([120.0])
    assert policy.score(made, [arrival], radius_m=RADIUS_M).course_median_ratio == pytest.approx(
        120.0 / arrival.course_s
    )


def test_a_miss_counts_nothing():
    (arrival,) = arrivals(straight())
    score = policy.score([], [arrival], radius_m=RADIUS_M)
    assert (score.course_median_ratio, score.recall_share) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("miss_m", "false", "near"), [(2_000.0, 0, 0), (5_000.0, 1, 0), (8_000.0, 1, 1)]
)
def test_false_and_nearly_so(miss_m, false, near):
    pos_m = straight(miss_m)
    made = policy.drafts([told(0.5)], [(T_S, pos_m)], PLACE_M, 0.35)
    score = policy.score(made, arrivals(pos_m), radius_m=RADIUS_M)
    assert (score.false_share, score.near_false_share) == (false, near)
    assert score.false_track_share == false


def test_what_passes_long_after_is_false_too():
    made = policy.drafts(
        [told(np.where(T_S < 10.0, 0.5, 0.0))],
        [(T_S, straight() + np.array([20e3, 0.0]))],
        PLACE_M,
        0.35,
    )
    assert made[0].came_m > RADIUS_M


def test_a_track_with_one_true_draft_is_no_false_one():
    pos_m = straight()
    pairs = [told(0.5, place=0), told(0.5, place=1), told(0.5, flight=-1, track=2)]
    made = policy.drafts(pairs, [(T_S, pos_m)], PLACE_M, 0.35)
    score = policy.score(made, arrivals(pos_m), radius_m=RADIUS_M)
    assert score.false_share == pytest.approx(2 / 3)
    assert score.false_track_share == 0.5
