"""Score a tracker over a seeded scene: the measures by which trackers are compared.

Definitions: GOSPA p = 2, c = 500 m, alpha = 2 per scan, unweighted mean over scans; pairs are
those of its optimal assignment; errors and NEES of matched pairs from scan 10 on; a target is
mature 20 scans after its first.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.sim.score.gospa import match

F64 = NDArray[np.float64]
CUTOFF_M = 500.0
SETTLED_SCAN = 10
MATURE_SCANS = 20


class Reported(NamedTuple):
    """The tracks reported after one scan."""

    label: NDArray[np.int64]
    """shape (k,)"""
    state: F64
    """shape (k, 4): east, velocity east, north, velocity north (m, m/s)."""
    cov: F64
    """shape (k, 4, 4) of the same."""


Measure = float
"""A score whose unit, if it has one, is part of its definition; the names are those published."""


class SceneScore(NamedTuple):
    """Scores of one run; lengths in metres, delay in scans."""

    gospa: Measure
    false_per_scan: Measure
    missed: Measure
    delay_scans: Measure
    switches: int
    nees: Measure
    pos_rms_m: float
    mature_pos_rms_m: float


def score_scene(truth: F64, reports: Sequence[Reported]) -> SceneScore:
    """Return the scores of `reports` (one per scan) against `truth`.

    `truth` has rows scan, time_s, target_id, x_m, y_m, vx_mps, vy_mps.
    """
    born = _first_scans(truth)
    last_label: dict[int, int] = {}
    first_match: dict[int, int] = {}
    gospa_m, pairs = [], []
    false = missed = alive = switches = 0
    for scan, report in enumerate(reports):
        now = truth[truth[:, 0] == scan]
        rows, cols, distance_m = match(now[:, 3:5], report.state[:, [0, 2]], CUTOFF_M)
        unmatched = len(now) - len(rows) + len(report.label) - len(rows)
        gospa_m.append(np.sqrt(np.sum(distance_m**2) + 0.5 * CUTOFF_M**2 * unmatched))
        false += len(report.label) - len(rows)
        missed += len(now) - len(rows)
        alive += len(now)
        for target, label in zip(
            now[rows, 2].astype(int).tolist(), report.label[cols].tolist(), strict=True
        ):
            first_match.setdefault(target, scan)
            switches += last_label.get(target, label) != label
            last_label[target] = label
        if scan >= SETTLED_SCAN:
            age = scan - np.array([born[int(t)] for t in now[rows, 2]], dtype=np.int64)
            pairs.append(_errors(now[rows], report.state[cols], report.cov[cols], age))
    error = np.concatenate(pairs)
    delay = [first_match[t] - born[t] for t in first_match]
    mature = error[error[:, 2] > MATURE_SCANS]
    return SceneScore(
        gospa=float(np.mean(gospa_m)),
        false_per_scan=false / len(reports),
        missed=missed / alive,
        delay_scans=float(np.mean(delay)),
        switches=int(switches),
        nees=float(np.mean(error[:, 1])),
        pos_rms_m=float(np.sqrt(np.mean(error[:, 0]))),
        mature_pos_rms_m=float(np.sqrt(np.mean(mature[:, 0]))),
    )


def _first_scans(truth: F64) -> dict[int, int]:
    targets, rows = np.unique(truth[:, 2], return_index=True)
    return {int(t): int(truth[r, 0]) for t, r in zip(targets, rows, strict=True)}


def _errors(now: F64, state: F64, cov: F64, age: NDArray[np.int64]) -> F64:
    """Return rows of squared position error (m2), NEES of the 4-state, age in scans."""
    error = state - now[:, [3, 5, 4, 6]]
    weighted = np.linalg.solve(cov, error[..., None])[..., 0]
    return np.column_stack([error[:, 0] ** 2 + error[:, 2] ** 2, (error * weighted).sum(1), age])
