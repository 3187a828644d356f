"""Prediction against the textbook's matrices."""

import numpy as np
import pytest
from dense_reference import mixed, moments, predicted
from hypothesis import given, settings
from hypothesis import strategies as st
from tracker_rig import call, dense, packed, put, tracker

from tocsin.track.motion._kernels import estimate, predict
from tocsin.track.step import WHOLE

NEAR = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


def some_covariance(rng: np.random.Generator) -> np.ndarray:
    root = rng.normal(0.0, 1.0, (4, 4)) * np.array([100.0, 10.0, 100.0, 10.0])[:, None]
    return root @ root.T + np.diag([1.0, 0.1, 1.0, 0.1])


def component(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = rng.normal(0.0, [5e3, 40.0, 5e3, 40.0], (2, 4))
    p = np.array([some_covariance(rng) for _ in range(2)])
    first = rng.uniform(0.05, 0.95)
    return x, p, np.array([first, 1.0 - first])


def predict_to(state, t_s: float):
    view = next(iter(state.views.values()))
    return call(
        predict,
        bank=state.bank,
        t_s=t_s,
        s=view.index,
        sensor=view.geometry,
        look=WHOLE,
        pd_by_kind=view.pd,
        motion=state.motion,
        lazy=False,
    )


@NEAR
@given(seed=SEEDS, dt=st.floats(0.01, 60.0))
def test_models_mix_and_move_as_in_the_textbook(seed: int, dt: float) -> None:
    """A wrong term of the interacting models bends every track a little, unseen."""
    rng = np.random.default_rng(seed)
    x, p, mu = component(rng)
    state = tracker()
    put(state.bank, mean=x, cov=[packed(m) for m in p], model=mu)
    rows, pd = predict_to(state, dt)
    noise, faster, speed, begins, ends, life = state.motion[:6]
    gone = 1.0 - np.exp(-(begins + ends) * dt)
    share = begins / (begins + ends)
    chain = np.array(
        [[1 - share * gone, share * gone], [(1 - share) * gone, 1 - (1 - share) * gone]]
    )
    xm, pm, c = mixed(x, p, mu, chain)
    scale = max(1.0, float(np.hypot(xm[0, 1], xm[0, 3])) / speed)
    assert rows.tolist() == [0]
    assert 0.0 < pd[0] <= 0.9
    for m, q in enumerate((noise, faster)):
        want_x, want_p = predicted(xm[m], pm[m], dt, q * scale)
        np.testing.assert_allclose(state.bank.mean[0, m], want_x, rtol=1e-9, atol=1e-7)
        np.testing.assert_allclose(
            dense(state.bank.cov[0, m]), want_p, rtol=1e-8, atol=1e-7 * np.abs(want_p).max()
        )
    np.testing.assert_allclose(state.bank.model[0], c, rtol=1e-12)
    assert state.bank.exist[0] == pytest.approx(0.5 * np.exp(-dt / life), rel=1e-12)


@NEAR
@given(seed=SEEDS, dt=st.floats(0.0, 30.0))
def test_the_estimate_is_the_moments_of_both_models(seed: int, dt: float) -> None:
    """An estimate that forgets the spread between models claims too much."""
    x, p, mu = component(np.random.default_rng(seed))
    state = tracker()
    put(state.bank, mean=x, cov=[packed(m) for m in p], model=mu)
    mean, cov, _, _ = estimate(state.bank, np.array([0]), dt, state.motion)
    ahead = []
    for m in range(2):
        scale = max(1.0, float(np.hypot(x[m, 1], x[m, 3])) / state.motion[2])
        ahead.append(predicted(x[m], p[m], dt, state.motion[m] * scale))
    want_x, want_p = moments(mu, np.array([a[0] for a in ahead]), np.array([a[1] for a in ahead]))
    np.testing.assert_allclose(mean[0], want_x, rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(cov[0], want_p, rtol=1e-8, atol=1e-7 * np.abs(want_p).max())
    np.testing.assert_array_equal(cov[0], cov[0].T)


@NEAR
@given(dt=st.floats(0.01, 60.0), climb=st.floats(-20.0, 20.0), hh=st.floats(1.0, 1e4))
def test_height_moves_with_its_climb(dt: float, climb: float, hh: float) -> None:
    """Height must not be believed more the longer it was not measured."""
    state = tracker()
    cov = np.array([[hh, 3.0], [3.0, 25.0]])
    put(
        state.bank, mean=np.zeros((2, 4)), cov=[packed(np.eye(4) * 100)] * 2,
        height=(1000.0, climb), height_cov=(hh, 3.0, 25.0),
    )  # fmt: skip
    predict_to(state, dt)
    f = np.array([[1.0, dt], [0.0, 1.0]])
    grown = f @ cov @ f.T + np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    assert state.bank.height[0, 0] == pytest.approx(1000.0 + dt * climb)
    np.testing.assert_allclose(
        state.bank.height_cov[0], [grown[0, 0], grown[0, 1], grown[1, 1]], rtol=1e-12
    )


def test_two_short_steps_are_one_long_step() -> None:
    """Motion must not depend on how often a sensor happens to look."""
    x, p, _ = component(np.random.default_rng(3))
    x[:, [1, 3]] = [[10.0, 5.0], [10.0, 5.0]]  # below the reference speed: noise does not scale
    once, twice = tracker(), tracker()
    for state in (once, twice):
        put(state.bank, mean=[x[0], x[0]], cov=[packed(p[0])] * 2, model=(1.0 - 1e-12, 1e-12))
    predict_to(once, 8.0)
    predict_to(twice, 3.0)
    predict_to(twice, 8.0)
    assert once.bank.exist[0] == pytest.approx(twice.bank.exist[0], rel=1e-12)
    np.testing.assert_allclose(once.bank.model[0], twice.bank.model[0], rtol=1e-9)
    np.testing.assert_allclose(once.bank.mean[0, 0], twice.bank.mean[0, 0], rtol=1e-9)
