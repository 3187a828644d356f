"""A hard test out of real traffic: copies of a recording, turned about the radar, shifted in time.

Each copy keeps real motion, real rotation and real gaps; n copies give n times the density. A
copy turned by phi is delayed by the time the antenna takes to turn by phi, so that every plot
still lies where the antenna looks. On top of it each copy is shifted by a random whole number of
turns around the recording's duration; an aircraft that the end of the recording cuts in two gets
a second identity for its second part, because its position jumps there.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import F64, I64

TURN_RAD = 2.0 * np.pi


class PolarPlots(msgspec.Struct, frozen=True, kw_only=True):
    """Plots of one radar as columns of n rows, ordered by time once made by this module."""

    t_s: F64
    range_m: F64
    azimuth_rad: F64
    """True azimuth at the radar, clockwise."""
    identity: I64
    """Whose plot it is, for scoring only; negative where not known."""
    row: I64
    """Row of the recording that it was made from, so that other columns can be carried along."""

    def __len__(self) -> int:
        return len(self.t_s)

    def take(self, rows: I64 | NDArray[np.bool_]) -> "PolarPlots":
        """Return the chosen rows."""
        return PolarPlots(**{f: getattr(self, f)[rows] for f in self.__struct_fields__})


def overlay(
    plots: PolarPlots, *, copies: int, turn_s: float, rng: np.random.Generator
) -> PolarPlots:
    """Return `copies` turned and shifted copies of the plots as one recording, ordered by time.

    Identities of different copies are distinct: copy i of identity a is `a * 2 * copies + 2 i`,
    plus 1 for the part that was carried over the end. Unknown identities stay -1.

    Args:
        plots: the real plots, best those that are airborne and more than 5 km away.
        copies: how many; the first is neither turned nor shifted.
        turn_s: time of one antenna turn.
        rng: draws the shifts.
    """
    begin_s = float(plots.t_s.min())
    turns = int(np.ceil((float(plots.t_s.max()) - begin_s) / turn_s)) + 1
    shifts = np.concatenate([[0], rng.integers(0, turns, copies - 1)])
    parts = [
        _copy(plots, i, copies, begin_s, turns * turn_s, float(shift) * turn_s, turn_s)
        for i, shift in enumerate(shifts)
    ]
    joined = {f: np.concatenate([getattr(p, f) for p in parts]) for f in plots.__struct_fields__}
    return PolarPlots(**joined).take(np.argsort(joined["t_s"], kind="stable"))


def degrade(
    plots: PolarPlots,
    *,
    range_sigma_m: float,
    azimuth_sigma_rad: float,
    keep_prob: float,
    rng: np.random.Generator,
) -> PolarPlots:
    """Return the plots with noise added and all but a share `keep_prob` of them left out."""
    kept = plots.take(rng.random(len(plots)) < keep_prob)
    return msgspec.structs.replace(
        kept,
        range_m=np.maximum(kept.range_m + rng.normal(0.0, range_sigma_m, len(kept)), 0.0),
        azimuth_rad=(kept.azimuth_rad + rng.normal(0.0, azimuth_sigma_rad, len(kept))) % TURN_RAD,
    )


def _copy(
    plots: PolarPlots,
    index: int,
    copies: int,
    begin_s: float,
    span_s: float,
    shift_s: float,
    turn_s: float,
) -> PolarPlots:
    angle_rad = TURN_RAD * index / copies
    since_s = plots.t_s - begin_s + shift_s
    over = since_s >= span_s
    identity = plots.identity * (2 * copies) + 2 * index + over
    return PolarPlots(
        t_s=begin_s + since_s % span_s + turn_s * index / copies,
        range_m=plots.range_m,
        azimuth_rad=(plots.azimuth_rad + angle_rad) % TURN_RAD,
        identity=np.where(plots.identity >= 0, identity, -1),
        row=plots.row,
    )
