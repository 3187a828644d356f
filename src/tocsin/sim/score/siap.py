"""SIAP: single integrated air picture measures, summed over time.

Votruba, Nisley, Rothrock, Zombro, "Single Integrated Air Picture (SIAP) metrics implementation",
SIAP SE TF technical report 2001-003; the forms below are those of Stone Soup's `SIAPMetrics` and
`IDSIAPMetrics`. Each track is assigned to its nearest truth within the cutoff (500 m), so that two
tracks on one object make the picture ambiguous instead of one of them spurious.

* completeness C = truths with a track / truths
* ambiguity A = assigned tracks / truths with a track (ideal 1)
* spuriousness S = tracks without a truth / tracks
* position, velocity accuracy: mean distance of assigned tracks from their truth
* rate of track number changes R = changes of number / time with a track, per second
* longest track segment LS = time under the number that held longest / lifetime, mean over truths
"""

import msgspec
import numpy as np

from tocsin.sim.score.identity import share
from tocsin.sim.score.moments import CUTOFF_M, Moment, Pairs, nearest_truths


class Siap(msgspec.Struct, frozen=True, kw_only=True):
    """The measures; None where their denominator is 0."""

    completeness_ratio: float | None
    ambiguity_ratio: float | None
    spuriousness_ratio: float | None
    position_m: float | None
    velocity_mps: float | None
    number_changes_per_s: float | None
    longest_segment_ratio: float | None


def siap(moments: list[Moment], *, cutoff_m: float = CUTOFF_M) -> Siap:
    """Return the measures over all moments, which are taken to be evenly spaced."""
    pairs = nearest_truths(moments, cutoff_m=cutoff_m)
    truths = sum(len(m.truth_id) for m in moments)
    tracks = sum(len(m.track_id) for m in moments)
    assigned = len(pairs.moment)
    held = len(np.unique(np.stack([pairs.moment, pairs.truth], axis=1), axis=0)) if assigned else 0
    changes, longest = _continuity(moments, pairs)
    step_s = _step_s(moments)
    return Siap(
        completeness_ratio=share(held, truths),
        ambiguity_ratio=share(assigned, held),
        spuriousness_ratio=share(tracks - assigned, tracks),
        position_m=float(pairs.distance_m.mean()) if assigned else None,
        velocity_mps=_velocity_mps(moments, pairs) if assigned else None,
        number_changes_per_s=changes / (held * step_s) if held and step_s else None,
        longest_segment_ratio=longest,
    )


def _step_s(moments: list[Moment]) -> float:
    return (moments[-1].t_s - moments[0].t_s) / (len(moments) - 1) if len(moments) > 1 else 0.0


def _velocity_mps(moments: list[Moment], pairs: Pairs) -> float:
    off = [
        np.hypot(*(moments[m].track_mps[track] - moments[m].truth_mps[truth]))
        for m, truth, track in zip(
            pairs.moment.tolist(), pairs.truth.tolist(), pairs.track.tolist(), strict=True
        )
    ]
    return float(np.mean(off))


def _continuity(moments: list[Moment], pairs: Pairs) -> tuple[int, float | None]:
    """Return changes of number, and the mean longest segment over lifetime.

    Where several tracks are on a truth, the one that held it before goes on; else the nearest.
    """
    holders: dict[int, dict[int, int]] = {}
    last: dict[int, int] = {}
    changes = 0
    for (_, target), numbers in _on_each(moments, pairs).items():
        number = last.get(target)
        if number not in numbers:
            changes += number is not None
            number = numbers[0]
        last[target] = number
        held = holders.setdefault(target, {})
        held[number] = held.get(number, 0) + 1
    lives: dict[int, int] = {}
    for moment in moments:
        for target in moment.truth_id.tolist():
            lives[target] = lives.get(target, 0) + 1
    ratios = [max(holders.get(t, {0: 0}).values()) / life for t, life in lives.items()]
    return changes, float(np.mean(ratios)) if ratios else None


def _on_each(moments: list[Moment], pairs: Pairs) -> dict[tuple[int, int], list[int]]:
    """Return track numbers on each truth at each moment, nearest first, in order of time."""
    order = np.lexsort((pairs.distance_m, pairs.truth, pairs.moment))
    found: dict[tuple[int, int], list[int]] = {}
    for row in order.tolist():
        moment = moments[pairs.moment[row]]
        key = (int(pairs.moment[row]), int(moment.truth_id[pairs.truth[row]]))
        found.setdefault(key, []).append(int(moment.track_id[pairs.track[row]]))
    return found
