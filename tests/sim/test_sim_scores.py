"""Scores against cases counted by hand and published values."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.sim.score.atm import atm, identification
from tocsin.sim.score.moments import Moment, nearest_truths, pair_up
from tocsin.sim.score.nees import consistency, nees
from tocsin.sim.score.pcrb import Setting, expected_bound, reduced_bound
from tocsin.sim.score.reliability import reliability
from tocsin.sim.score.siap import siap

EAST = np.array([50.0, 0.0])


def moment(
    t_s: float, truths: dict[int, tuple[float, float]], tracks: dict[int, tuple[float, float]]
) -> Moment:
    def rows(points):
        return np.array(list(points.values()), dtype=np.float64).reshape(-1, 2)

    return Moment(
        t_s=t_s,
        truth_id=np.array(list(truths), dtype=np.int64),
        truth_m=rows(truths),
        truth_mps=np.tile(EAST, (len(truths), 1)),
        track_id=np.array(list(tracks), dtype=np.int64),
        track_m=rows(tracks),
        track_mps=np.tile([53.0, 4.0], (len(tracks), 1)),
    )


def test_siap_of_a_case_counted_by_hand() -> None:
    """Two truths, three moments; one track doubles, one is spurious, one number changes."""
    moments = [
        moment(0.0, {1: (0, 0), 2: (5e3, 0)}, {10: (30, 40), 11: (0, 100), 12: (9e3, 0)}),
        moment(1.0, {1: (0, 0), 2: (5e3, 0)}, {10: (30, 40), 20: (5e3, 50)}),
        moment(2.0, {1: (0, 0), 2: (5e3, 0)}, {13: (30, 40), 20: (5e3, 50)}),
    ]
    found = siap(moments)
    assert found.completeness_ratio == pytest.approx(5 / 6)
    assert found.ambiguity_ratio == pytest.approx(6 / 5)
    assert found.spuriousness_ratio == pytest.approx(1 / 7)
    assert found.position_m == pytest.approx((50 * 3 + 100 + 50 * 2) / 6)
    assert found.velocity_mps == pytest.approx(5.0)
    assert found.number_changes_per_s == pytest.approx(1 / 5)
    assert found.longest_segment_ratio == pytest.approx((2 / 3 + 2 / 3) / 2)


def test_an_empty_picture_has_no_ambiguity_to_speak_of() -> None:
    """0 of 0 is None, not 0: nothing shown is not an unambiguous picture."""
    found = siap([moment(0.0, {1: (0, 0)}, {}), moment(1.0, {1: (0, 0)}, {})])
    assert found.completeness_ratio == 0.0
    assert found.ambiguity_ratio is None
    assert found.spuriousness_ratio is None
    assert found.position_m is None


def test_atm_counts_gaps_false_and_extra_tracks() -> None:
    """A gap of 20 s, one duplicate, one false and short track, and an error ahead and aside."""
    moments = []
    for k in range(60):
        tracks = {} if 20 <= k < 40 else {10: (60.0, -80.0)}
        if k < 5:
            tracks[11] = (0.0, 200.0)
        if 50 <= k < 55:
            tracks[12] = (8e3, 8e3)
        moments.append(moment(float(k), {1: (0.0, 0.0)}, tracks))
    found = atm(moments)
    assert found.update_prob == pytest.approx(40 / 60)
    assert (found.gaps, found.longest_gap_s) == (1, 21.0)
    assert (found.tracks, found.false_tracks, found.extra_tracks) == (3, 1, 1)
    assert found.dubious_tracks == 2
    assert found.along is not None
    assert found.across is not None
    assert found.along.mean_m == pytest.approx(60.0)
    assert found.across.mean_m == pytest.approx(80.0)
    assert found.distance_rms_m == pytest.approx(100.0)


def test_identification_delay_runs_from_the_first_track() -> None:
    """Shown at 0 s, named wrongly until 2 s, rightly from 3 s on."""
    moments = [moment(float(k), {1: (0, 0), 2: (5e3, 0)}, {10: (0, 0)}) for k in range(5)]
    shown = [np.array([code]) for code in (-1, 99, 99, 7, 7)]
    found = identification(moments, {1: 7}, shown)
    assert (found.right_ratio, found.wrong_ratio, found.missing_ratio) == (0.4, 0.4, 0.2)
    assert found.change_delay_s == 3.0


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**20), n=st.integers(0, 6), k=st.integers(0, 6))
def test_pairs_are_one_to_one_and_near(seed: int, n: int, k: int) -> None:
    """The assignment may use no row twice and nothing beyond the cutoff."""
    rng = np.random.default_rng(seed)
    truths = {i: tuple(rng.uniform(0, 1500, 2)) for i in range(n)}
    tracks = {i: tuple(rng.uniform(0, 1500, 2)) for i in range(k)}
    one = moment(0.0, truths, tracks)
    pairs = pair_up([one])
    assert len(set(pairs.truth.tolist())) == len(pairs.truth)
    assert len(set(pairs.track.tolist())) == len(pairs.track)
    assert np.all(pairs.distance_m < 500.0)
    assert len(nearest_truths([one]).track) >= len(pairs.track)


def test_the_bound_is_the_published_one() -> None:
    """T 4 s, q 0.1, sigma 50 m, Pd 0.9: 39.0 m and 2.20 m/s; by information reduction 38.6 m."""
    rng = np.random.default_rng(1)
    setting = Setting(4.0, 0.1, 50.0, 0.9)
    exact = expected_bound(setting, 200, rng)
    assert exact.position_m[-50:].mean() == pytest.approx(39.0, rel=0.006)
    assert exact.velocity_mps[-50:].mean() == pytest.approx(2.20, rel=0.006)
    assert reduced_bound(setting, 200).position_m[-1] == pytest.approx(38.6, rel=0.006)
    for scans, published_m in ((3, 69.0), (5, 57.0), (10, 44.0)):
        assert exact.position_m[scans - 1] == pytest.approx(published_m, rel=0.025)


@pytest.mark.parametrize(
    ("setting", "published_m"),
    [
        (Setting(4.0, 0.1, 50.0, 0.7), 44.4),
        (Setting(4.0, 0.1, 50.0, 0.5), 53.9),
        (Setting(2.0, 0.1, 50.0, 0.9), 31.5),
        (Setting(4.0, 1.0, 50.0, 0.9), 49.7),
    ],
)
def test_the_bound_follows_its_parameters(setting: Setting, published_m: float) -> None:
    """Fewer hits, quicker turns and harder manoeuvres change the bound as published."""
    found = expected_bound(setting, 120, np.random.default_rng(2))
    assert found.position_m[-40:].mean() == pytest.approx(published_m, rel=0.03)


def test_the_reduced_bound_is_never_above_the_expected_one() -> None:
    """Hernandez et al. 2004 prove the order; equal where nothing is missed."""
    sure = Setting(4.0, 0.1, 50.0, 1.0)
    rng = np.random.default_rng(3)
    assert np.allclose(expected_bound(sure, 50, rng).position_m, reduced_bound(sure, 50).position_m)
    some = Setting(4.0, 0.1, 50.0, 0.6)
    assert np.all(
        reduced_bound(some, 100).position_m <= expected_bound(some, 100, rng).position_m * 1.002
    )


def test_nees_of_honest_errors_lies_in_its_band() -> None:
    """Errors drawn from their covariance: mean 4 in four dimensions, within its band."""
    rng = np.random.default_rng(4)
    root = rng.normal(size=(4, 4))
    cov = root @ root.T + np.eye(4)
    error = rng.multivariate_normal(np.zeros(4), cov, 5000)
    found = consistency(error, np.tile(cov, (5000, 1, 1)))
    assert found.mean_ratio is not None
    assert found.low_ratio is not None
    assert found.high_ratio is not None
    assert found.low_ratio < found.mean_ratio < found.high_ratio
    assert found.low_ratio < 4.0 < found.high_ratio
    assert nees(np.array([[3.0, 4.0]]), np.array([[[9.0, 0.0], [0.0, 16.0]]]))[0] == 2.0
    assert consistency(np.zeros((0, 2)), np.zeros((0, 2, 2))).mean_ratio is None


def test_reliability_of_honest_and_boastful_probabilities() -> None:
    """An honest forecaster has almost no calibration error; one who says 0.9 of a coin has 0.4."""
    rng = np.random.default_rng(5)
    stated = rng.uniform(0, 1, 40_000)
    honest = reliability(stated, rng.random(40_000) < stated)
    assert honest.error_prob is not None
    assert honest.error_prob < 0.015
    assert honest.brier_ratio == pytest.approx(1 / 6, abs=0.01)
    boast = reliability(np.full(10_000, 0.9), rng.random(10_000) < 0.5)
    assert boast.error_prob == pytest.approx(0.4, abs=0.02)
    assert boast.stated_prob == pytest.approx((0.9,))
    assert reliability(np.zeros(0), np.zeros(0, dtype=bool)).error_prob is None
    assert reliability(np.array([1.0, 0.0]), np.array([True, False])).error_prob == 0.0
