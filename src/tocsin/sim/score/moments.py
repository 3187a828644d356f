"""Truth and picture side by side at successive times: what the scores over time are made from."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import F64, I64
from tocsin.sim.score.gospa import match

CUTOFF_M = 500.0


class Moment(NamedTuple):
    """Everything true and everything shown at one time, in one plane."""

    t_s: float
    truth_id: I64
    """shape (n,)."""
    truth_m: F64
    """shape (n, 2), east north."""
    truth_mps: F64
    """shape (n, 2)."""
    track_id: I64
    """shape (k,)."""
    track_m: F64
    """shape (k, 2)."""
    track_mps: F64
    """shape (k, 2)."""


class Pairs(NamedTuple):
    """Rows of truth and track that belong together in each moment, all moments in one list."""

    moment: I64
    """shape (p,), index of the moment, ascending."""
    truth: I64
    """Row among the truths of that moment."""
    track: I64
    distance_m: F64


def pair_up(moments: list[Moment], *, cutoff_m: float = CUTOFF_M) -> Pairs:
    """Return the pairs of GOSPA's optimal assignment closer than the cutoff, one to one."""
    found = [match(m.truth_m, m.track_m, cutoff_m) for m in moments]
    return _listed([(rows, cols, off_m) for rows, cols, off_m in found])


def nearest_truths(moments: list[Moment], *, cutoff_m: float = CUTOFF_M) -> Pairs:
    """Return each track with its nearest truth within the cutoff: several tracks may share one."""
    return _listed([_nearest(m, cutoff_m) for m in moments])


def _nearest(moment: Moment, cutoff_m: float) -> tuple[I64, I64, F64]:
    if not len(moment.truth_m) or not len(moment.track_m):
        none = np.zeros(0, dtype=np.int64)
        return none, none, np.zeros(0)
    offset_m = moment.track_m[:, None] - moment.truth_m
    away_m = np.hypot(offset_m[..., 0], offset_m[..., 1])
    row = np.argmin(away_m, axis=1)
    off_m = away_m[np.arange(len(row)), row]
    near: NDArray[np.bool_] = off_m < cutoff_m
    return row[near], np.flatnonzero(near), off_m[near]


def _listed(found: list[tuple[I64, I64, F64]]) -> Pairs:
    counts = [len(rows) for rows, _, _ in found]
    none = np.zeros(0, dtype=np.int64)
    return Pairs(
        moment=np.repeat(np.arange(len(found)), counts),
        truth=np.concatenate([none, *(rows for rows, _, _ in found)]),
        track=np.concatenate([none, *(cols for _, cols, _ in found)]),
        distance_m=np.concatenate([np.zeros(0), *(off for _, _, off in found)]),
    )
