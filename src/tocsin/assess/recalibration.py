"""An optional table that maps what the futures say to what was found to come true.

Identity by default. A table is made off line from scored runs, belongs to one version of the
model, and is part of the settings, so that it is in the journal of every run that used it.
"""

from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.assess.motion import MOTIONS

F64 = NDArray[np.float64]

MODEL = "analogues and turn events; 2026-11"
"""The version of the model: thresholds, window levels and tables belong to it."""


class Curve(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What comes true of one class at one horizon; linear between the points."""

    kind: Literal["drone", "slow_aircraft", "jet"]
    within_s: float
    said_prob: tuple[float, ...]
    """Ascending, from 0 to 1."""
    came_prob: tuple[float, ...]
    """What came true of it; never falls."""

    def __post_init__(self) -> None:
        """Refuse a curve that is no monotone map of probabilities."""
        said, came = self.said_prob, self.came_prob
        for wrong, why in (
            (
                len(said) != len(came) or len(said) < 2,
                "said_prob and came_prob: as many, two or more",
            ),
            (list(said) != sorted(set(said)), "said_prob must ascend"),
            (said[:1] != (0.0,) or said[-1:] != (1.0,), "said_prob goes from 0 to 1"),
            (list(came) != sorted(came), "came_prob must not fall"),
            (not all(0.0 <= prob <= 1.0 for prob in came), "came_prob lies in 0..1"),
        ):
            if wrong:
                raise ValueError(f"recalibration: {why}")


class Recalibration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A versioned table of curves; classes and horizons without one stay as they are."""

    version: str
    model: str
    """The version of the model that it was made for."""
    curve: tuple[Curve, ...]

    def __post_init__(self) -> None:
        """Refuse a table of another model."""
        if self.model != MODEL:
            raise ValueError(f"recalibration is for another model than {MODEL!r}")


def recalibrated(
    prob: F64, shares: F64, horizons_s: tuple[float, ...], table: Recalibration | None
) -> F64:
    """Return probabilities as the table has them, never falling with the horizon.

    Args:
        prob: shape (rows, horizons), what the futures say.
        shares: shape (rows, motions), classes of the futures.
        horizons_s: The horizons.
        table: None: identity.
    """
    if table is None:
        return prob
    curves: dict[tuple[str, float], Curve] = {(c.kind, c.within_s): c for c in table.curve}
    mapped = np.zeros(prob.shape)
    for number, kind in enumerate(MOTIONS):
        for column, horizon_s in enumerate(horizons_s):
            curve = curves.get((kind, horizon_s))
            said = prob[:, column]
            if curve is not None:
                said = np.interp(said, curve.said_prob, curve.came_prob)
            mapped[:, column] += shares[:, number] * said
    return np.asarray(np.minimum(np.maximum.accumulate(mapped, axis=1), 1.0))
