"""Seeded scenes: what they say they are is what they are."""

import numpy as np
import pytest

from tocsin.sim.scenes import Scene, SceneSpec, make_scene

SPEC = SceneSpec(targets=40, clutter_per_look=100.0)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return make_scene(SPEC, np.random.default_rng(1))


def test_the_same_seed_gives_the_same_scene(scene: Scene) -> None:
    """A figure that cannot be repeated is none."""
    again = make_scene(SPEC, np.random.default_rng(1))
    other = make_scene(SPEC, np.random.default_rng(2))
    assert np.array_equal(scene.truth, again.truth)
    assert np.array_equal(scene.plots, again.plots)
    assert not np.array_equal(scene.truth[:50], other.truth[:50])


def test_truth_and_plots_have_the_published_columns(scene: Scene) -> None:
    """Any tracker that reads the published scenes must read these."""
    assert scene.truth.shape[1] == 7
    assert scene.plots.shape[1] == 5
    for rows in scene:
        assert np.all(np.diff(rows[:, 0]) >= 0)
        np.testing.assert_array_equal(rows[:, 1], rows[:, 0] * SPEC.scan_s)
    assert np.abs(scene.truth[:, 3:5]).max() <= SPEC.side_m / 2


def test_detections_miss_and_err_as_stated(scene: Scene) -> None:
    """Scores against bounds mean nothing if the noise is not what the tracker is told."""
    real = scene.plots[scene.plots[:, 4] >= 0]
    at = {(row[0], row[2]): row[3:5] for row in scene.truth}
    errors = np.array([row[2:4] - at[row[0], row[4]] for row in real])
    assert len(real) / len(scene.truth) == pytest.approx(SPEC.pd_prob, abs=0.015)
    np.testing.assert_allclose(errors.std(axis=0), SPEC.noise_sigma_m, rtol=0.05)
    np.testing.assert_allclose(errors.mean(axis=0), 0.0, atol=4.0)


def test_false_plots_are_poisson_and_uniform(scene: Scene) -> None:
    """Clutter that clumps is another scene."""
    false = scene.plots[scene.plots[:, 4] < 0]
    counts = np.bincount(false[:, 0].astype(int), minlength=SPEC.scans)
    assert counts.mean() == pytest.approx(SPEC.clutter_per_look, rel=0.05)
    assert counts.var() == pytest.approx(SPEC.clutter_per_look, rel=0.5)
    quarters = np.histogram2d(false[:, 2], false[:, 3], bins=2)[0].ravel()
    np.testing.assert_allclose(quarters / len(false), 0.25, atol=0.02)


def test_plots_of_a_scan_come_in_no_order(scene: Scene) -> None:
    """Targets first would be a hint."""
    first = scene.plots[scene.plots[:, 0] == 50]
    places = np.flatnonzero(first[:, 4] >= 0)
    assert 0.25 < places.mean() / len(first) < 0.75


def test_flight_is_nearly_constant_velocity_with_the_stated_noise(scene: Scene) -> None:
    """The bound that scores are held against assumes this motion."""
    steps = []
    for target in np.unique(scene.truth[:, 2]):
        rows = scene.truth[scene.truth[:, 2] == target]
        ahead = rows[:-1, 3:5] + SPEC.scan_s * rows[:-1, 5:7]
        steps.append(np.column_stack([rows[1:, 3:5] - ahead, np.diff(rows[:, 5:7], axis=0)]))
    moved = np.concatenate(steps)
    q, dt = SPEC.q_m2ps3, SPEC.scan_s
    np.testing.assert_allclose(moved[:, :2].var(axis=0), q * dt**3 / 3, rtol=0.1)
    np.testing.assert_allclose(moved[:, 2:].var(axis=0), q * dt, rtol=0.1)


def test_groups_fly_together() -> None:
    """Five abreast, four hundred metres apart."""
    truth, _ = make_scene(SceneSpec(targets=20, group=5), np.random.default_rng(4))
    for first in range(0, 20, 5):
        rows = truth[(truth[:, 2] >= first) & (truth[:, 2] < first + 5)]
        born = rows[rows[:, 0] == rows[0, 0]]
        assert len(born) == 5
        assert np.ptp(born[:, 3:5], axis=0).max() < 3000.0
        course = np.arctan2(born[:, 5], born[:, 6])
        assert np.abs(np.exp(1j * course).mean()) > 0.99


def test_turning_targets_turn_by_right_angles() -> None:
    """Two turns of 90 degrees each."""
    truth, _ = make_scene(SceneSpec(targets=20, turning=True), np.random.default_rng(5))
    turned = []
    for target in range(20):
        rows = truth[truth[:, 2] == target]
        course = np.unwrap(np.arctan2(rows[:, 5], rows[:, 6]))
        turned.append(np.abs(np.degrees(np.diff(course))).sum())
    assert np.median(turned) > 150.0
