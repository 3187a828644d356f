"""The update of one component with its plots against dense matrices."""

import numpy as np
import pytest
from dense_reference import likelihood, moments, updated
from hypothesis import given, settings
from hypothesis import strategies as st
from test_track_motion import component
from tracker_rig import PLOT_COLUMNS, call, dense, packed, put, tracker

from tocsin.track.belief._kernels import update

NEAR = settings(max_examples=60, deadline=None)
SEEDS = st.integers(0, 2**32 - 1)


def some_noise(rng: np.random.Generator) -> np.ndarray:
    root = rng.normal(0.0, 40.0, (2, 2))
    return root @ root.T + 100.0 * np.eye(2)


def plots_near(rng: np.random.Generator, x: np.ndarray, n: int) -> tuple[np.ndarray, list]:
    """Return plots in the kernel's columns, and (position, noise, offset) of each."""
    rows, parts = np.zeros((n, PLOT_COLUMNS)), []
    rows[:, [7, 9]] = np.inf
    for k in range(n):
        z, r = x[0, [0, 2]] + rng.normal(0.0, 80.0, 2), some_noise(rng)
        tau = float(rng.uniform(-1.0, 1.0))
        rows[k, :2], rows[k, 2], rows[k, 3:6] = z, tau, [r[0, 0], r[0, 1], r[1, 1]]
        parts.append((z, r, tau))
    return rows, parts


def run_update(state, plots, like, prob, missed, pd=0.9, charge_miss=True):
    n = len(plots)
    view = next(iter(state.views.values()))
    call(
        update,
        bank=state.bank,
        rows=np.array([0]),
        pd=np.array([pd]),
        charge_miss=charge_miss,
        first=np.array([0, n]),
        edge_plot=np.arange(n),
        edge_like=np.ascontiguousarray(like),
        edge_wider=np.ones(n),
        prob=np.asarray(prob, dtype=np.float64),
        missed_prob=np.array([missed]),
        plots=plots,
        plot_at=np.arange(n),
        claims=np.full((n, 4), -1, dtype=np.int64),
        refs=np.zeros((n, 2), dtype=np.int64),
        sensor=view.geometry,
        s=0,
        t_s=0.0,
        motion=state.motion,
    )


@NEAR
@given(seed=SEEDS)
def test_a_sure_plot_updates_as_the_kalman_filter(seed: int) -> None:
    """A wrong gain term, time offset or cross-covariance bends tracks and spoils their claims."""
    rng = np.random.default_rng(seed)
    x, p, mu = component(rng)
    plots, parts = plots_near(rng, x, 1)
    z, r, tau = parts[0]
    like = np.array([[likelihood(x[m], p[m], z, r, tau) for m in range(2)]]) + 1e-12
    state = tracker()
    put(state.bank, mean=x, cov=[packed(m) for m in p], model=mu, exist=0.9)
    run_update(state, plots, like, [1.0], 0.0)
    for m in range(2):
        if mu[m] * like[0, m] < 1e-5 * (mu @ like[0]):
            continue
        want_x, want_p = updated(x[m], p[m], z, r, tau)
        np.testing.assert_allclose(state.bank.mean[0, m], want_x, rtol=1e-7, atol=1e-5)
        np.testing.assert_allclose(
            dense(state.bank.cov[0, m]), want_p, rtol=1e-6, atol=1e-8 * np.abs(p[m]).max()
        )
    want_mu = mu * like[0] / (mu @ like[0])
    np.testing.assert_allclose(state.bank.model[0], want_mu, atol=2e-6)


@NEAR
@given(seed=SEEDS, n=st.integers(1, 4))
def test_uncertain_plots_update_to_the_moments_of_their_mixture(seed: int, n: int) -> None:
    """The spread between hypotheses is what keeps a contested track honest."""
    rng = np.random.default_rng(seed)
    x, p, mu = component(rng)
    x[1], p[1] = x[0], 1.5 * p[0]
    plots, parts = plots_near(rng, x, n)
    like = np.array([[likelihood(x[m], p[m], *part) for m in range(2)] for part in parts]) + 1e-9
    state = tracker()
    exist, pd = 0.8, 0.7
    prob = rng.dirichlet(np.ones(n + 1))
    missed, prob = prob[0], prob[1:]
    put(state.bank, mean=x, cov=[packed(m) for m in p], model=mu, exist=exist)
    run_update(state, plots, like, prob, missed, pd)
    unseen = missed * exist * (1 - pd) / (1 - exist * pd)
    assert state.bank.exist[0] == pytest.approx(min(unseen + prob.sum(), 1.0), rel=1e-12)
    share = prob[:, None] * mu * like / (like @ mu)[:, None]
    for m in range(2):
        hypotheses = [(x[m], p[m]), *(updated(x[m], p[m], *part) for part in parts)]
        weight = np.array([unseen * mu[m], *share[:, m]])
        want_x, want_p = moments(weight, np.array([h[0] for h in hypotheses]),
                                 np.array([h[1] for h in hypotheses]))  # fmt: skip
        scale = np.sqrt(np.diag(want_p))
        assert np.all(np.abs(state.bank.mean[0, m] - want_x) < 1e-3 * scale)
        off = np.abs(dense(state.bank.cov[0, m]) - want_p) / np.outer(scale, scale)
        assert off.max() < 1e-3
    want_mu = np.array([unseen * mu[m] + share[:, m].sum() for m in range(2)])
    np.testing.assert_allclose(state.bank.model[0], want_mu / want_mu.sum(), atol=1e-5)


@NEAR
@given(seed=SEEDS, rate=st.floats(-80.0, 80.0))
def test_a_range_rate_updates_along_the_line_of_sight(seed: int, rate: float) -> None:
    """Doppler tells the speed towards the radar and nothing about the speed across."""
    rng = np.random.default_rng(seed)
    x, p, _ = component(rng)
    x[1], p[1] = x[0], p[0]
    plots, parts = plots_near(rng, x, 1)
    plots[0, 8:10] = rate, 4.0
    state = tracker()
    put(state.bank, mean=x, cov=[packed(m) for m in p], exist=0.9)
    run_update(state, plots, np.array([[1.0, 1.0]]), [1.0], 0.0)
    after_x, after_p = updated(x[0], p[0], *parts[0])
    sight = after_x[[0, 2]] / np.hypot(after_x[0], after_x[2])
    h = np.array([0.0, sight[0], 0.0, sight[1]])
    gain = after_p @ h / (h @ after_p @ h + 4.0)
    scale = np.sqrt(np.diag(after_p))
    want_x = after_x + gain * (rate - h @ after_x)
    assert np.all(np.abs(state.bank.mean[0, 0] - want_x) < 1e-6 * (scale + np.abs(want_x)))
    want_p = after_p - np.outer(gain, h @ after_p)
    off = np.abs(dense(state.bank.cov[0, 0]) - want_p) / np.outer(scale, scale)
    assert off.max() < 1e-6


@NEAR
@given(alt=st.floats(0.0, 12_000.0), var=st.floats(1.0, 1e5))
def test_a_sure_height_updates_as_a_scalar_kalman_filter(alt: float, var: float) -> None:
    """Height decides which places a track can threaten and what a radar can see of it."""
    x, p, _ = component(np.random.default_rng(1))
    plots, _ = plots_near(np.random.default_rng(2), x, 1)
    plots[0, 6:8] = alt, var
    before = np.array([[400.0, 10.0], [10.0, 9.0]])
    state = tracker()
    put(state.bank, mean=x, cov=[packed(m) for m in p], height=(1000.0, 2.0),
        height_cov=(400.0, 10.0, 9.0))  # fmt: skip
    run_update(state, plots, np.array([[1.0, 1.0]]), [1.0], 0.0)
    gain = before[:, 0] / (before[0, 0] + var)
    after = before - np.outer(gain, before[0])
    np.testing.assert_allclose(
        state.bank.height[0], np.array([1000.0, 2.0]) + gain * (alt - 1000.0), rtol=1e-9
    )
    np.testing.assert_allclose(
        state.bank.height_cov[0], [after[0, 0], after[0, 1], after[1, 1]], rtol=1e-9, atol=1e-9
    )


def test_a_first_height_is_taken_as_it_is() -> None:
    """Before a height was ever measured there is nothing to weigh it against."""
    x, p, _ = component(np.random.default_rng(1))
    plots, _ = plots_near(np.random.default_rng(2), x, 1)
    plots[0, 6:8] = 750.0, 90.0
    state = tracker()
    put(state.bank, mean=x, cov=[packed(m) for m in p])
    run_update(state, plots, np.array([[1.0, 1.0]]), [1.0], 0.0)
    assert state.bank.height[0].tolist() == [750.0, 0.0]
    assert state.bank.height_cov[0, 0] == 90.0


@NEAR
@given(exist=st.floats(0.01, 0.99), pd=st.floats(0.01, 0.99))
def test_a_miss_lowers_existence_by_the_closed_form(exist: float, pd: float) -> None:
    """Williams 2015, eq. (49): r (1 - pd) / (1 - r pd); without a charge nothing changes."""
    for charge, want in ((True, exist * (1 - pd) / (1 - exist * pd)), (False, exist)):
        state = tracker()
        put(state.bank, mean=np.zeros((2, 4)), cov=[packed(np.eye(4))] * 2, exist=exist)
        none = np.zeros((0, PLOT_COLUMNS))
        run_update(state, none, np.zeros((0, 2)), np.zeros(0), 1.0, pd, charge)
        assert state.bank.exist[0] == pytest.approx(want, rel=1e-12)
