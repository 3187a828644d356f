"""Association marginals and joint assignments against exact enumeration and SciPy."""

import numpy as np
import pytest
from dense_reference import marginals
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from tracker_rig import call, packed, put, tracker

from tocsin.track.association._kernels import associate
from tocsin.track.labels._kernels import _cheapest, hold_labels

NEAR = settings(max_examples=150, deadline=None)
PD = 0.8
ODDS = st.one_of(st.just(0.0), st.floats(1e-3, 1e4))


def edges_of(psi: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (first, plot of each edge, odds of each edge) of a dense matrix."""
    rows, plots = np.nonzero(psi)
    first = np.searchsorted(rows, np.arange(len(psi) + 1))
    return first, plots.astype(np.int64), psi[rows, plots]


def bank_of(n: int, exist: np.ndarray):
    state = tracker()
    for i in range(n):
        put(state.bank, i, mean=np.zeros((2, 4)), cov=[packed(np.eye(4))] * 2, exist=exist[i])
    return state.bank


def associated(psi: np.ndarray, charge_miss: bool = True):
    """Run the kernel on likelihoods that amount to these odds."""
    n, m = psi.shape
    exist = np.linspace(0.2, 0.9, n)
    first, plot, odds = edges_of(psi)
    owner = np.repeat(np.arange(n), np.diff(first))
    miss = 1.0 - exist * PD if charge_miss else np.ones(n)
    like = (odds * miss[owner] / (exist[owner] * PD))[:, None] * np.ones((1, 2))
    got, prob, missed, nobody = call(
        associate,
        bank=bank_of(n, exist),
        rows=np.arange(n),
        pd=np.full(n, PD),
        charge_miss=charge_miss,
        first=first,
        edge_plot=plot,
        edge_like=like,
        n_plots=m,
    )
    np.testing.assert_allclose(got, odds, rtol=1e-9)
    full = np.zeros((n, m))
    full[owner, plot] = prob
    return full, missed, nobody


def matrices(n: int, m: int) -> st.SearchStrategy[np.ndarray]:
    return st.lists(ODDS, min_size=n * m, max_size=n * m).map(
        lambda values: np.array(values).reshape(n, m)
    )


@NEAR
@given(psi=matrices(1, 5), charge=st.booleans())
def test_one_component_among_many_plots_is_exact(psi: np.ndarray, charge: bool) -> None:
    """Without a loop belief propagation is not an approximation."""
    prob, missed, nobody = associated(psi, charge)
    want = marginals(psi)
    np.testing.assert_allclose(prob, want, rtol=1e-9, atol=1e-12)
    assert missed[0] == pytest.approx(1.0 - want.sum(), rel=1e-6, abs=1e-12)
    np.testing.assert_allclose(nobody, 1.0 - want[0], rtol=1e-6, atol=1e-9)


@NEAR
@given(psi=matrices(4, 1))
def test_many_components_around_one_plot_are_exact(psi: np.ndarray) -> None:
    """The plot goes to one of them: a star is a tree."""
    prob, _, _ = associated(psi)
    np.testing.assert_allclose(prob, marginals(psi), rtol=5e-3, atol=1e-6)


@NEAR
@given(odds=st.lists(st.floats(1e-2, 1e3), min_size=6, max_size=6))
def test_a_chain_of_components_is_exact(odds: list[float]) -> None:
    """Neighbours that share a plot with the next one only: still a tree."""
    psi = np.zeros((3, 4))
    psi[[0, 0, 1, 1, 2, 2], [0, 1, 1, 2, 2, 3]] = odds
    prob, _, _ = associated(psi)
    np.testing.assert_allclose(prob, marginals(psi), rtol=2e-2, atol=2e-3)


@NEAR
@given(psi=matrices(3, 4))
def test_loops_keep_probabilities_near_and_within_one(psi: np.ndarray) -> None:
    """With loops it is an approximation; a sum over one would make targets out of nothing."""
    prob, missed, nobody = associated(psi)
    assert prob.min() >= 0.0
    assert np.all(prob.sum(axis=0) <= 1.0 + 5e-3)
    np.testing.assert_allclose(prob.sum(axis=1) + missed, 1.0, rtol=1e-9)
    assert np.all((nobody >= 0.0) & (nobody <= 1.0))


def test_loops_stay_near_the_truth_for_usual_odds() -> None:
    """Over random problems of usual odds the mean error of a marginal stays small."""
    rng = np.random.default_rng(5)
    errors = []
    for _ in range(60):
        psi = np.exp(rng.uniform(-2.0, 4.0, (3, 4))) * (rng.random((3, 4)) < 0.7)
        prob, _, _ = associated(psi)
        errors.append(np.abs(prob - marginals(psi)).max())
    assert np.mean(errors) < 0.06
    assert np.max(errors) < 0.25


@NEAR
@given(
    n=st.integers(1, 6), extra=st.integers(0, 5),
    values=st.lists(st.floats(-1e3, 1e3), min_size=66, max_size=66),
)  # fmt: skip
def test_the_cheapest_assignment_is_that_of_scipy(n: int, extra: int, values: list[float]) -> None:
    """A wrong augmenting path gives tracks each other's plots."""
    m = n + extra
    cost = np.array(values[: n * m]).reshape(n, m)
    column = np.full(n, -1, np.int64)
    _cheapest(cost, n, m, column)
    rows, best = linear_sum_assignment(cost)
    assert len(set(column.tolist())) == n
    assert cost[np.arange(n), column].sum() == pytest.approx(
        cost[rows, best].sum(), rel=1e-12, abs=1e-9
    )


def held(psi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return marginals before and after labels were held, dense."""
    n, m = psi.shape
    bank = bank_of(n, np.full(n, 0.95))
    bank.label[:n] = np.arange(1, n + 1)
    first, plot, odds = edges_of(psi)
    before = marginals(psi)
    prob = before[np.repeat(np.arange(n), np.diff(first)), plot].copy()
    call(
        hold_labels, bank=bank, rows=np.arange(n), first=first, edge_plot=plot,
        psi=odds, prob=prob, n_plots=m, largest=64,
    )  # fmt: skip
    after = np.zeros((n, m))
    after[np.repeat(np.arange(n), np.diff(first)), plot] = prob
    return before, after


def test_a_contested_pair_gets_the_best_joint_assignment() -> None:
    """Marginals of two targets over two plots average both ways; labels must not wander."""
    before, after = held(np.array([[50.0, 40.0], [40.0, 50.0]]))
    assert before.min() > 0.3
    np.testing.assert_array_equal(after > 0.0, np.eye(2, dtype=bool))
    np.testing.assert_allclose(after.sum(axis=1), before.sum(axis=1))


@NEAR
@given(psi=matrices(4, 4))
def test_holding_labels_moves_no_mass_between_components(psi: np.ndarray) -> None:
    """Existence must stay as the marginals say, and no plot may be given twice."""
    before, after = held(psi)
    np.testing.assert_allclose(after.sum(axis=1), before.sum(axis=1), rtol=1e-9, atol=1e-12)
    assert after.min() >= 0.0


def test_components_apart_keep_their_marginals() -> None:
    """Only a contested cluster is solved jointly."""
    before, after = held(np.array([[5.0, 0.0, 3.0], [0.0, 4.0, 0.0]]))
    np.testing.assert_array_equal(before, after)
