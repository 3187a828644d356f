"""The scores of a scene, on cases small enough to work out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from tocsin.sim.score.gospa import gospa
from tocsin.sim.score.scene import Reported, score_scene

SCANS = 40
COV = np.diag([400.0, 4.0, 400.0, 4.0])
POINTS = st.lists(
    st.tuples(st.floats(-2e3, 2e3), st.floats(-2e3, 2e3)), min_size=1, max_size=6
).map(np.array)


def truth_of(targets: int = 1, born: int = 0) -> np.ndarray:
    return np.array(
        [
            [scan, 4.0 * scan, k, 100.0 * scan + 5000.0 * k, 0.0, 25.0, 0.0]
            for scan in range(born, SCANS)
            for k in range(targets)
        ]
    )


def reports_of(truth: np.ndarray, labels=lambda scan, k: k + 1, offset_m: float = 0.0):
    found = []
    for scan in range(SCANS):
        now = truth[truth[:, 0] == scan]
        label = np.array([labels(scan, int(k)) for k in now[:, 2]], dtype=np.int64)
        kept = label > 0
        state = now[:, [3, 5, 4, 6]] + np.array([offset_m, 0.0, 0.0, 0.0])
        found.append(Reported(label[kept], state[kept], np.tile(COV, (kept.sum(), 1, 1))))
    return found


def test_a_perfect_tracker_scores_nothing() -> None:
    """Zero must be reachable, or the measure measures itself."""
    truth = truth_of(3)
    score = score_scene(truth, reports_of(truth))
    assert score.gospa == score.missed == score.nees == score.pos_rms_m == 0.0
    assert score.switches == score.false_per_scan == score.delay_scans == 0


def test_an_offset_is_the_position_error_and_the_gospa() -> None:
    """One target 30 m beside itself: GOSPA 30 m, RMS 30 m, NEES 900 / 400."""
    truth = truth_of()
    score = score_scene(truth, reports_of(truth, offset_m=30.0))
    assert score.gospa == pytest.approx(30.0)
    assert score.pos_rms_m == score.mature_pos_rms_m == pytest.approx(30.0)
    assert score.nees == pytest.approx(900.0 / 400.0)


def test_a_missed_target_costs_the_cutoff() -> None:
    """alpha = 2: a missed target costs c / sqrt(2)."""
    truth = truth_of(2)
    score = score_scene(truth, reports_of(truth, lambda _, k: 1 if k == 0 else 0))
    assert score.gospa == pytest.approx(500.0 / math.sqrt(2.0))
    assert score.missed == 0.5
    assert score.false_per_scan == 0.0


def test_a_track_beyond_the_cutoff_is_both_false_and_missed() -> None:
    """Far from everything it finds nothing."""
    truth = truth_of()
    score = score_scene(truth, reports_of(truth, offset_m=501.0)[:9] + reports_of(truth)[9:])
    assert score.false_per_scan == pytest.approx(9 / SCANS)
    assert score.missed == pytest.approx(9 / SCANS)


def test_delay_counts_scans_from_birth_to_the_first_match() -> None:
    """The earliest warning possible hangs on it."""
    truth = truth_of(2, born=5)
    score = score_scene(truth, reports_of(truth, lambda scan, k: k + 1 if scan >= 8 + k else 0))
    assert score.delay_scans == 3.5


def test_a_switch_is_counted_each_time_the_label_changes() -> None:
    """Also after a gap, and back again."""
    truth = truth_of()
    labels = [1] * 5 + [0] * 3 + [2] * 5 + [1] * 27
    assert score_scene(truth, reports_of(truth, lambda scan, _: labels[scan])).switches == 2
    gap = [1] * 5 + [0] * 3 + [1] * 32
    assert score_scene(truth, reports_of(truth, lambda scan, _: gap[scan])).switches == 0


def test_nees_of_honest_errors_is_four() -> None:
    """Errors drawn from the stated covariance have a chi-square NEES with 4 degrees."""
    rng = np.random.default_rng(1)
    truth = truth_of(40)
    reports = [
        r._replace(state=r.state + rng.multivariate_normal(np.zeros(4), COV, len(r.state)))
        for r in reports_of(truth)
    ]
    low, high = chi2.ppf([0.001, 0.999], 4 * 30 * 40) / (30 * 40)
    assert low < score_scene(truth, reports).nees < high


@settings(max_examples=100, deadline=None)
@given(a=POINTS, b=POINTS, c=POINTS)
def test_gospa_is_a_metric(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    """Identity, symmetry, triangle (Rahmathullah et al. 2017, section II)."""
    assert gospa(a, a).value_m == pytest.approx(0.0, abs=1e-6)
    assert gospa(a, b).value_m == pytest.approx(gospa(b, a).value_m)
    assert gospa(a, c).value_m <= gospa(a, b).value_m + gospa(b, c).value_m + 1e-6


def test_gospa_parts_add_up() -> None:
    """Localisation, missed and false are all of it."""
    found = gospa(
        np.array([[0.0, 0.0], [5000.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 9e3], [9e3, 0]])
    )
    assert (found.localisation_m, found.missed, found.false) == (5.0, 1, 2)
    assert found.value_m == pytest.approx(math.sqrt(25.0 + 0.5 * 500.0**2 * 3))
