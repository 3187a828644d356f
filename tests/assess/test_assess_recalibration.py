"""The optional table: identity by default, monotone, and only for the model it was made for."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.assess.recalibration import MODEL, Curve, Recalibration, recalibrated
from tocsin.assess.settings import AssessSettings

HORIZONS_S = (300.0, 600.0)


def table(*curves: Curve) -> Recalibration:
    return Recalibration(version="1", model=MODEL, curve=curves)


def curve(within_s: float, middle_prob: float, kind: str = "drone") -> Curve:
    return Curve(
        kind=kind, within_s=within_s, said_prob=(0.0, 0.5, 1.0), came_prob=(0.0, middle_prob, 1.0)
    )


def test_without_a_table_nothing_changes() -> None:
    """Identity by default."""
    prob = np.array([[0.1, 0.4]])
    assert recalibrated(prob, np.array([[1.0, 0.0, 0.0]]), HORIZONS_S, None) is prob


def test_a_curve_moves_its_own_class_and_horizon_only() -> None:
    """Drones' table must not move jets."""
    prob = np.array([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]])
    shares = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.5, 0.0, 0.5]])
    found = recalibrated(prob, shares, HORIZONS_S, table(curve(600.0, 0.7)))
    assert np.allclose(found, [[0.5, 0.7], [0.5, 0.5], [0.5, 0.6]])


@given(low=st.floats(0.0, 1.0), high=st.floats(0.0, 1.0), said=st.floats(0.0, 1.0))
def test_probabilities_never_fall_with_the_horizon(low: float, high: float, said: float) -> None:
    """Curves are fitted apart; what is told must stay a distribution."""
    prob = np.array([[0.5 * said, said]])
    curves = table(curve(300.0, high), curve(600.0, low))
    found = recalibrated(prob, np.array([[1.0, 0.0, 0.0]]), HORIZONS_S, curves)
    assert 0.0 <= found[0, 0] <= found[0, 1] <= 1.0


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"model": "another"}, "another model"),
        ({"curve": [{"said_prob": [0.0, 0.5], "came_prob": [0.0, 0.5]}]}, "0 to 1"),
        ({"curve": [{"said_prob": [0.0, 1.0], "came_prob": [0.6, 0.5]}]}, "must not fall"),
        ({"curve": [{"said_prob": [0.0, 1.0], "came_prob": [0.5]}]}, "as many"),
    ],
)
def test_a_wrong_table_is_refused_by_name(change: dict, why: str) -> None:
    """A table for another model would correct errors that this one does not make."""
    plain = {"version": "1", "model": MODEL, "curve": []} | change
    plain["curve"] = [{"kind": "drone", "within_s": 600.0} | one for one in plain["curve"]]
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert({"recalibration": plain}, AssessSettings)
