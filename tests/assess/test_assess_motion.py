"""The library of displacements follows the turn-event model that it states."""

import numpy as np
import pytest

from tocsin.assess.motion import MOTIONS, TURN_MODELS, library

STEP_S = 5.0
PATHS_S = library(512, 240, STEP_S)


def test_futures_begin_where_the_track_is_and_ahead_of_it() -> None:
    """A displaced start would shift every arrival."""
    assert not PATHS_S[:, :, 0].any()
    ahead = PATHS_S[0, :, 1, 0].mean() / STEP_S
    assert ahead == pytest.approx(1.0, abs=0.01)


def test_no_side_is_preferred() -> None:
    """An unmirrored library would bend every forecast to one side."""
    assert np.array_equal(PATHS_S[:, :256, :, 0], PATHS_S[:, 256:, :, 0])
    assert np.array_equal(PATHS_S[:, :256, :, 1], -PATHS_S[:, 256:, :, 1])


@pytest.mark.parametrize(("row", "name"), list(enumerate(MOTIONS)))
def test_as_many_futures_turn_as_the_rate_says(row: int, name: str) -> None:
    """Turns too rare or too frequent spoil the calibration of everything far ahead."""
    model = TURN_MODELS[name]
    moves_s = np.diff(PATHS_S[row], axis=1)
    heading_rad = np.unwrap(np.arctan2(moves_s[..., 1], moves_s[..., 0]))
    # Turns faster than ten sigmas of the wander in a step.
    limit_rad = 10.0 * model.wander_sigma_rad * np.sqrt(STEP_S)
    sharp = (np.abs(np.diff(heading_rad)) > min(limit_rad, 0.08)).any(axis=1).mean()
    assert sharp <= 1.0 - np.exp(-1200.0 / model.between_turns_s) + 0.05


def test_the_speed_of_drones_spreads_as_stated() -> None:
    """The speed error stands in for wind and for all that the model leaves out."""
    speed = np.hypot(*np.moveaxis(np.diff(PATHS_S[0], axis=1), -1, 0)) / STEP_S
    assert speed[:, 150:].std() == pytest.approx(0.12, abs=0.01)
    assert speed.max() <= 1.5 + 1e-9
    assert speed.min() >= 0.5 - 1e-9


@pytest.mark.parametrize(("row", "name"), list(enumerate(MOTIONS)))
@pytest.mark.parametrize("minutes", [5, 15])
def test_the_library_spreads_like_the_model_simulated_afresh(
    row: int, name: str, minutes: int, fly
) -> None:
    """A library that is not its model gives probabilities of something else."""
    flown_s = fly(np.random.default_rng(3), TURN_MODELS[name], 4000, 60 * minutes)[:, -1]
    held_s = PATHS_S[row, :, 12 * minutes]
    shares = (0.05, 0.15, 0.25, 0.5, 0.75, 0.85, 0.95)
    for axis in range(2):
        ranks = [np.mean(flown_s[:, axis] <= q) for q in np.quantile(held_s[:, axis], shares)]
        assert np.abs(np.array(ranks) - shares).max() < 0.06
