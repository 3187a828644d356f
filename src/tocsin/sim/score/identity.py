"""Do tracks keep aircraft apart and whole? Scored by identities that the tracker was not shown.

Inputs are three columns over plots, in any order: when, whose plot it was (an ICAO address or the
id of a simulated target), and the confirmed track that took it. Definitions:

* segment: a longest run of one identity's plots without a silence of more than 60 s between two
  of them; a tracker cannot be asked to hold one track over a longer silence.
* scored plot: a plot whose identity is known and has at least `plots_min` plots (10 in the figures
  published for the Barcelona recording).
* purity: of the scored plots that confirmed tracks took, the share whose identity is the dominant
  identity of their track (the one with most plots in it).
* completeness: of the scored plots, the share that a confirmed track took.
* tracks per aircraft, per segment: tracks whose dominant identity is a scored one, divided by the
  number of scored identities, and of their segments.
* switch: a scored plot taken by another track than the identity's taken plot before it.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.model.detection import F64, I64

SILENCE_S = 60.0


class IdentityScore(msgspec.Struct, frozen=True, kw_only=True):
    """The measures of this module; ratios are None where their denominator is 0."""

    plots: int
    aircraft: int
    segments: int
    tracks: int
    switches: int
    purity_ratio: float | None
    completeness_ratio: float | None
    tracks_per_aircraft_ratio: float | None
    tracks_per_segment_ratio: float | None
    aircraft_with_one_track: int
    tracks_by_identity: dict[int, int]
    """How many tracks each scored identity dominates, so that the exceptions can be named."""


def score_identities(
    t_s: F64,
    identity: I64,
    track_id: I64,
    *,
    silence_s: float = SILENCE_S,
    plots_min: int = 1,
) -> IdentityScore:
    """Score an assignment of plots to confirmed tracks; see the module for the definitions.

    Args:
        t_s: shape (n,), time of each plot in seconds, any zero.
        identity: shape (n,), whose plot it was; negative where not known.
        track_id: shape (n,), id of the confirmed track that took it; negative for none.
        silence_s: a longer silence between two plots of an identity ends its segment.
        plots_min: identities with fewer plots than this are left out.
    """
    scored = identities_with(identity, plots_min)
    order = np.lexsort((t_s[scored], identity[scored]))
    t, who, track = t_s[scored][order], identity[scored][order], track_id[scored][order]
    same = who[1:] == who[:-1]
    aircraft = np.unique(who)
    segments = len(aircraft) + int(np.sum(same & (np.diff(t) > silence_s)))
    taken = track >= 0
    dominant, in_dominant = dominant_identities(track[taken], who[taken])
    counts = {int(a): int(np.sum(dominant == a)) for a in aircraft}
    return IdentityScore(
        plots=len(who),
        aircraft=len(aircraft),
        segments=segments,
        tracks=len(dominant),
        switches=count_switches(who[taken], track[taken]),
        purity_ratio=share(in_dominant, int(taken.sum())),
        completeness_ratio=share(int(taken.sum()), len(who)),
        tracks_per_aircraft_ratio=share(len(dominant), len(aircraft)),
        tracks_per_segment_ratio=share(len(dominant), segments),
        aircraft_with_one_track=sum(count == 1 for count in counts.values()),
        tracks_by_identity=counts,
    )


def identities_with(identity: I64, plots_min: int) -> NDArray[np.bool_]:
    """Return which plots belong to a known identity that has at least `plots_min` plots."""
    _, inverse, count = np.unique(identity, return_inverse=True, return_counts=True)
    return (identity >= 0) & (count[inverse] >= plots_min)


def dominant_identities(track: I64, identity: I64) -> tuple[I64, int]:
    """Return the identity with most plots of each track, and how many plots these are in all.

    Of identities with equally many plots the smallest number is taken, so that scores repeat.
    """
    pairs, count = np.unique(np.stack([track, identity], axis=1), axis=0, return_counts=True)
    order = np.lexsort((pairs[:, 1], -count, pairs[:, 0]))
    _, first = np.unique(pairs[order, 0], return_index=True)
    best = order[first]
    return pairs[best, 1], int(count[best].sum())


def segment_numbers(t_s: F64, identity: I64, *, silence_s: float = SILENCE_S) -> I64:
    """Return for each plot the number of its segment (0, 1, ... over identity, then time)."""
    order = np.lexsort((t_s, identity))
    t, who = t_s[order], identity[order]
    begins = np.concatenate([[0], (who[1:] != who[:-1]) | (np.diff(t) > silence_s)])
    numbers = np.empty(len(t), dtype=np.int64)
    numbers[order] = np.cumsum(begins)[: len(t)]
    return numbers


def count_switches(identity: I64, track: I64) -> int:
    """Count changes of track along each identity; rows sorted by identity, then time."""
    return int(np.sum((identity[1:] == identity[:-1]) & (track[1:] != track[:-1])))


def share(part: int, whole: int) -> float | None:
    """Return part over whole, or None where the whole is nothing."""
    return part / whole if whole else None
