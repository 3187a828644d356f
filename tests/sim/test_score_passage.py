"""Scores of forecasts, against closed forms, shapely and forecasters whose worth is known."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.random import default_rng

from tocsin.sim.score import passage, windows
from tocsin.sim.score.passage import GRID_S, HORIZON_S, Cases, Lines


def cases_of(truth_s, flights: int = 40, known_s: float = np.inf) -> Cases:
    truth_s = np.asarray(truth_s, dtype=float)
    return Cases(np.arange(len(truth_s)) % flights, truth_s, np.full(len(truth_s), known_s))


def perfect(seed: int, count: int) -> tuple[np.ndarray, Cases]:
    """Forecasts that are the very law by which the truth is drawn: crosses or not, and when."""
    rng = default_rng(seed)
    ever, mean_s = rng.uniform(0.0, 1.0, count), rng.uniform(100.0, 800.0, count)
    sigma_s = rng.uniform(20.0, 150.0, count)
    truth_s = np.where(rng.random(count) < ever, rng.normal(mean_s, sigma_s), np.inf)
    truth_s = np.maximum(truth_s, 1.0)
    z = (GRID_S - mean_s[:, None]) / sigma_s[:, None]
    prob = ever[:, None] * 0.5 * (1.0 + np.vectorize(math.erf)(z / np.sqrt(2.0)))
    return prob, cases_of(truth_s)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_first_crossings_are_those_that_shapely_finds(seed):
    rng = default_rng(seed)
    paths_m = rng.uniform(-100.0, 100.0, (5, 7, 2))
    lines = Lines(rng.uniform(-100.0, 100.0, (4, 2)), rng.uniform(-100.0, 100.0, (4, 2)))
    t_s = np.arange(7.0) * 10.0
    found_s = passage.crossings_s(paths_m, t_s, lines)
    for i, line in enumerate(zip(lines.from_m, lines.to_m, strict=True)):
        for j, path_m in enumerate(paths_m):
            hit = shapely.LineString(line).intersection(shapely.LineString(path_m))
            assert hit.is_empty == np.isinf(found_s[i, j])
            if not hit.is_empty:
                k = int(found_s[i, j] // 10.0)
                at_m = path_m[k] + (found_s[i, j] / 10.0 - k) * (path_m[k + 1] - path_m[k])
                assert hit.distance(shapely.Point(at_m)) < 1e-6
                before = shapely.LineString(
                    [*path_m[: k + 1], path_m[k] + 0.999 * (at_m - path_m[k])]
                )
                assert before.distance(shapely.LineString(line)) > 0.0


def test_beyond_its_ends_a_segment_is_not_crossed():
    path_m = np.array([[[0.0, -10.0], [0.0, 10.0], [5.0, 10.0], [5.0, -10.0]]])
    lines = Lines(np.array([[2.0, 0.0]]), np.array([[9.0, 0.0]]))
    assert passage.crossings_s(path_m, np.array([0.0, 10.0, 20.0, 30.0]), lines)[0, 0] == 25.0


def test_lines_keep_their_distance_and_length():
    lines = passage.draw_lines(default_rng(3), np.array([1e4, 2e4]), 50.0, 500)
    away_m = passage.segment_distance_m(np.array([1e4, 2e4]), *lines)
    length_m = np.hypot(*(lines.to_m - lines.from_m).T)
    middle_m = np.hypot(*((lines.to_m + lines.from_m) / 2.0 - [1e4, 2e4]).T)
    assert away_m.min() >= 500.0
    assert length_m.min() >= 30e3
    assert length_m.max() <= 150e3
    assert middle_m.max() <= 1.1 * 50.0 * 900.0
    assert np.mean(middle_m < 1.1 * 50.0 * 900.0 / 2.0) == pytest.approx(0.25, abs=0.06)


def test_a_forecast_counts_futures():
    prob = passage.forecast(np.array([[10.0, 12.0, np.inf, 899.0]]))
    assert passage.at_horizon(prob, 10.0) == 0.25
    assert passage.at_horizon(prob, 15.0) == 0.5
    assert passage.at_horizon(prob, 900.0) == 0.75


def test_knowing_all_scores_nothing_and_knowing_the_rate_is_no_skill():
    cases = cases_of([100.0, np.inf, 640.0, np.inf])
    prob = (cases.truth_s[:, None] <= GRID_S).astype(float)
    base = passage.climatology(cases)
    assert passage.integrated_brier(prob, cases).sum() == 0.0
    scores = [passage.integrated_brier(f, cases) for f in (prob, base)]
    assert passage.skill(scores[0], scores[1], cases.flight).value_ratio == 1.0
    assert passage.skill(scores[1], scores[1], cases.flight).value_ratio == 0.0
    assert passage.at_horizon(base, 900.0) == pytest.approx(0.5)


def test_the_integrated_brier_score_is_the_crps_cut_at_the_horizon():
    """For an ensemble CRPS = E|X - y| - E|X - X'| / 2, here with X and y cut at the horizon."""
    rng = default_rng(8)
    times_s = np.where(rng.random((30, 64)) < 0.7, rng.uniform(0.0, 1500.0, (30, 64)), np.inf)
    truth_s = np.where(rng.random(30) < 0.7, rng.uniform(0.0, 1500.0, 30), np.inf)
    x, y = np.minimum(times_s, HORIZON_S), np.minimum(truth_s, HORIZON_S)
    apart_s = np.abs(x[:, :, None] - x[:, None, :]).mean(axis=(1, 2))
    crps_s = np.abs(x - y[:, None]).mean(axis=1) - apart_s / 2.0
    found = passage.integrated_brier(passage.forecast(times_s), cases_of(truth_s))
    assert found == pytest.approx(crps_s / HORIZON_S, abs=0.004)


def test_a_perfect_forecaster_is_calibrated_and_its_windows_hold_what_they_say():
    prob, cases = perfect(5, 40_000)
    assert passage.calibration_error(prob, cases, 600.0).value_ratio < 0.012
    for gate_prob in (0.2, 0.5, 0.8):
        told = windows.windows(prob, cases, gate_prob=gate_prob)
        assert told.holds_share == pytest.approx((0.5, 0.8, 0.9), abs=0.02)
    assert told.crossed / told.gated == pytest.approx(prob[prob[:, -1] >= 0.8, -1].mean(), abs=0.01)


def test_a_boastful_forecaster_is_found_out():
    prob, cases = perfect(6, 5_000)
    sure = np.clip(1.6 * prob - 0.3, 0.0, 1.0)
    assert passage.calibration_error(sure, cases, 600.0).value_ratio > 0.05
    better = passage.skill(
        passage.integrated_brier(prob, cases), passage.integrated_brier(sure, cases), cases.flight
    )
    assert better.low_ratio > 0.0


def test_short_flights_are_left_out_whether_or_not_they_crossed():
    prob = np.tile(GRID_S / HORIZON_S, (4, 1))
    truth_s, known_s = np.array([100.0, np.inf, 100.0, np.inf]), np.array([200.0, 200.0, 1e4, 1e4])
    told = windows.windows(prob, Cases(np.arange(4), truth_s, known_s))
    assert (told.gated, told.crossed, told.crossers) == (2, 1, 1)


def test_windows_by_hand():
    """F rises evenly from 0 to 0.8 over the horizon: the middle is at half of it."""
    prob = np.tile(0.8 * GRID_S / HORIZON_S, (3, 1))
    told = windows.windows(prob, cases_of([40.0, 450.0, 800.0]))
    assert windows.quantiles_s(prob, 0.5) == pytest.approx(450.0)
    assert told.width_s == pytest.approx(0.9 * HORIZON_S)
    assert told.holds_share == pytest.approx((1 / 3, 2 / 3, 2 / 3))
    assert told.error_s == pytest.approx(350.0)
    assert told.without_share == 0.0


def test_the_interval_is_wider_where_cases_hang_together():
    """Twenty copies of a case are one flight, not twenty."""
    prob, cases = perfect(7, 400)
    score = passage.integrated_brier(prob, cases)
    base = passage.integrated_brier(passage.climatology(cases), cases)
    one_each = passage.skill(score, base, np.arange(400))
    copied = passage.skill(*(np.repeat(s, 20) for s in (score, base)), np.arange(8000))
    together = passage.skill(
        *(np.repeat(s, 20) for s in (score, base)), np.repeat(np.arange(400), 20)
    )
    width = [i.high_ratio - i.low_ratio for i in (one_each, copied, together)]
    assert width[1] < 0.5 * width[0]
    assert width[2] == pytest.approx(width[0], rel=0.2)


def test_a_window_told_otherwise_is_judged_as_told():
    prob, cases = perfect(9, 10_000)
    told = windows.windows(prob, cases, told_share=np.tile([0.1, 0.9], (len(prob), 1)))
    plain = windows.windows(prob, cases)
    assert told.holds_share[2] == plain.holds_share[1]
    assert told.width_s < plain.width_s
