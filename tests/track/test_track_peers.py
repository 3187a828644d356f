"""Answers beside Stone Soup's, in its own environment: the product never imports it."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from dense_reference import predicted, updated
from tracker_rig import call, dense, packed, put, tracker

from tocsin.sim.score.gospa import gospa
from tocsin.track.motion._kernels import predict
from tocsin.track.step import WHOLE

PYTHON = Path(__file__).parents[2] / ".venv-peers" / "bin" / "python"
KALMAN = """
import datetime, json, sys
import numpy as np
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.transition.linear import (
    CombinedLinearGaussianTransitionModel, ConstantVelocity)
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.state import GaussianState
from stonesoup.updater.kalman import KalmanUpdater

start, answers = datetime.datetime(2026, 1, 1), []
for case in json.load(sys.stdin):
    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(case["q"])] * 2)
    model = LinearGaussian(4, (0, 2), np.array(case["r"]))
    prior = GaussianState(np.array(case["x"]), np.array(case["p"]), timestamp=start)
    at = start + datetime.timedelta(seconds=case["dt"])
    ahead = KalmanPredictor(motion).predict(prior, timestamp=at)
    plot = Detection(np.array(case["z"]), timestamp=at, measurement_model=model)
    after = KalmanUpdater(model).update(SingleHypothesis(ahead, plot))
    answers.append([
        np.ravel(ahead.state_vector).tolist(), ahead.covar.tolist(),
        np.ravel(after.state_vector).tolist(), after.covar.tolist()])
print(json.dumps(answers))
"""
GOSPA = """
import json, sys
import numpy as np
from stonesoup.metricgenerator.ospametric import GOSPAMetric
from stonesoup.types.state import State

metric, answers = GOSPAMetric(p=2, c=500.0), []
for truth, tracks in json.load(sys.stdin):
    sets = [[State(np.array(v)) for v in points] for points in (tracks, truth)]
    found, _ = metric.compute_gospa_metric(*sets)
    answers.append(found.value)
print(json.dumps([
    {key: float(value[key]) for key in ("distance", "localisation", "missed", "false")}
    for value in answers
]))
"""


def asked(script: str, question: object) -> list:
    """Return what Stone Soup answers; skips where it is not installed (`make bench` does it)."""
    if not PYTHON.exists():
        pytest.skip("Stone Soup is not here: `make bench` puts it into .venv-peers")
    done = subprocess.run(
        [PYTHON, "-W", "ignore", "-c", script],
        input=json.dumps(question), capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


@pytest.mark.slow
def test_kalman_numbers_are_those_of_stone_soup() -> None:
    """The same motion and measurement, worked out by people who never saw our code."""
    rng = np.random.default_rng(1)
    cases = []
    for _ in range(20):
        root, noise = rng.normal(0.0, 30.0, (4, 4)), rng.normal(0.0, 40.0, (2, 2))
        cases.append({
            "x": rng.normal(0.0, [1e4, 20.0, 1e4, 20.0]).tolist(),
            "p": (root @ root.T + np.eye(4)).tolist(),
            "z": rng.normal(0.0, 1e4, 2).tolist(),
            "r": (noise @ noise.T + np.eye(2)).tolist(),
            "q": 0.1, "dt": float(np.round(rng.uniform(0.5, 20.0), 3)),
        })  # fmt: skip
    for case, (ahead_x, ahead_p, after_x, after_p) in zip(cases, asked(KALMAN, cases), strict=True):
        x, p = np.array(case["x"]), np.array(case["p"])
        ours = predicted(x, p, case["dt"], case["q"])
        np.testing.assert_allclose(ours[0], ahead_x, rtol=1e-9)
        np.testing.assert_allclose(ours[1], ahead_p, rtol=1e-9)
        after = updated(*ours, np.array(case["z"]), np.array(case["r"]), 0.0)
        np.testing.assert_allclose(after[0], after_x, rtol=1e-6)
        np.testing.assert_allclose(after[1], after_p, rtol=1e-6, atol=1e-6)
        kernel_x, kernel_p = carried(x, p, case["dt"])
        scale = max(1.0, float(np.hypot(x[1], x[3])) / 50.0)
        if scale == 1.0:
            np.testing.assert_allclose(kernel_x, ahead_x, rtol=1e-6)
            np.testing.assert_allclose(kernel_p, ahead_p, rtol=1e-6, atol=1e-6)


def carried(x: np.ndarray, p: np.ndarray, dt: float) -> tuple[np.ndarray, np.ndarray]:
    """Carry a component whose models agree (so that mixing them changes nothing)."""
    state = tracker()
    put(state.bank, mean=[x, x], cov=[packed(p)] * 2, model=(1.0, 0.0))
    (view,) = state.views.values()
    call(
        predict, bank=state.bank, t_s=dt, s=0, sensor=view.geometry, look=WHOLE,
        pd_by_kind=view.pd, motion=state.motion, lazy=False,
    )  # fmt: skip
    return state.bank.mean[0, 0], dense(state.bank.cov[0, 0])


@pytest.mark.slow
def test_gospa_is_that_of_stone_soup() -> None:
    """The measure by which trackers are compared must be the one that others mean."""
    rng = np.random.default_rng(2)
    sets = []
    for _ in range(25):
        truth = rng.uniform(-2000.0, 2000.0, (rng.integers(1, 9), 2))
        near = truth[rng.random(len(truth)) < 0.8] + rng.normal(0.0, 150.0, (1, 2))
        false = rng.uniform(-2000.0, 2000.0, (rng.integers(0, 4), 2))
        tracks = np.concatenate([near, false])
        if len(tracks):
            sets.append((truth.tolist(), tracks.tolist()))
    for (truth, tracks), theirs in zip(sets, asked(GOSPA, sets), strict=True):
        ours = gospa(np.array(truth), np.array(tracks))
        assert ours.value_m == pytest.approx(theirs["distance"], rel=1e-6)
        half = 0.5 * 500.0**2
        assert ours.missed * half == pytest.approx(theirs["missed"], rel=1e-6)
        assert ours.false * half == pytest.approx(theirs["false"], rel=1e-6)
