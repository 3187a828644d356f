"""Turned and shifted copies keep the radar's geometry."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.sim.overlay import PolarPlots, degrade, overlay

TURN_S = 4.0


def rotating(n_turns: int, seed: int) -> PolarPlots:
    """Three aircraft seen by an antenna that points north at whole turns."""
    rng = np.random.default_rng(seed)
    base = rng.uniform(0, 2 * np.pi, 3)
    turn = np.repeat(np.arange(n_turns), 3)
    azimuth = np.tile(base, n_turns) + 0.001 * turn
    return PolarPlots(
        t_s=100.0 + TURN_S * (turn + azimuth / (2 * np.pi)),
        range_m=np.tile([10e3, 20e3, 30e3], n_turns) + 100.0 * turn,
        azimuth_rad=azimuth % (2 * np.pi),
        identity=np.tile([5, 6, 7], n_turns),
        row=np.arange(3 * n_turns),
    )


@settings(max_examples=25, deadline=None)
@given(copies=st.integers(1, 16), seed=st.integers(0, 2**16))
def test_every_copied_plot_lies_where_the_antenna_looks(copies: int, seed: int) -> None:
    """A copy out of phase would be a sensor that cannot exist."""
    plots = rotating(40, seed)
    made = overlay(plots, copies=copies, turn_s=TURN_S, rng=np.random.default_rng(seed))
    phase = (made.azimuth_rad - 2 * np.pi * (made.t_s - 100.0) / TURN_S + np.pi) % (2 * np.pi)
    assert np.allclose(phase, np.pi, atol=1e-6)
    assert len(made) == copies * len(plots)
    assert np.all(np.diff(made.t_s) >= 0)


def test_motion_of_each_identity_is_that_of_the_recording() -> None:
    """An identity that jumps at the end of the recording would be an error of ours, not theirs."""
    made = overlay(rotating(60, 1), copies=8, turn_s=TURN_S, rng=np.random.default_rng(2))
    for identity in np.unique(made.identity):
        own = made.take(made.identity == identity)
        steps = np.diff(own.t_s)
        assert np.all(steps < 1.1 * TURN_S)
        assert np.allclose(np.diff(own.range_m), 100.0)


def test_the_first_copy_is_the_recording_itself() -> None:
    """One copy must change nothing but the numbering of identities."""
    plots = rotating(10, 4)
    made = overlay(plots, copies=1, turn_s=TURN_S, rng=np.random.default_rng(0))
    assert np.array_equal(np.sort(made.row), np.arange(30))
    assert np.allclose(made.t_s, plots.t_s[made.row])


def test_noise_and_losses_are_as_ordered() -> None:
    """A degraded test must be as hard as its label says, within four standard errors."""
    plots = overlay(rotating(400, 5), copies=10, turn_s=TURN_S, rng=np.random.default_rng(1))
    worse = degrade(
        plots,
        range_sigma_m=50.0,
        azimuth_sigma_rad=np.radians(0.1),
        keep_prob=0.8,
        rng=np.random.default_rng(2),
    )
    n = len(plots)
    assert abs(len(worse) / n - 0.8) < 4 * np.sqrt(0.16 / n)
    at = {(i, r): k for k, (i, r) in enumerate(zip(plots.identity, plots.row, strict=True))}
    back = [at[key] for key in zip(worse.identity, worse.row, strict=True)]
    error = worse.range_m - plots.range_m[back]
    assert abs(error.std() - 50.0) < 4 * 50.0 / np.sqrt(2 * len(worse))
