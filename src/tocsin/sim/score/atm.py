"""The measures that air traffic management asks of a surveillance picture, target by target.

After the requirement list of OpenATS COMPASS (evaluation) and EUROCONTROL-SPEC-147 (ESASSP);
the thresholds are parameters here, because they belong to the user's own requirement.

* probability of update: share of update intervals of a target's life in which it has a track
* gap: a longer time than `gap_s` without a track, between two times with one
* dubious track: shown for less than `short_s`
* false track: never within the cutoff of a truth; extra track: a second one on a truth that has
  its own
* along and across: error in the direction of true flight and to its right (along > 0: ahead)
* identification: right, wrong or missing while its transponder answers; change delay is the time
  from its first track until the right identity is shown
"""

import msgspec
import numpy as np

from tocsin.model.detection import F64, I64
from tocsin.sim.score.identity import share
from tocsin.sim.score.moments import CUTOFF_M, Moment, Pairs, nearest_truths, pair_up


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Mean, standard deviation and 95th percentile of the absolute value of an error."""

    mean_m: float
    sigma_m: float
    p95_m: float


class Atm(msgspec.Struct, frozen=True, kw_only=True):
    """The measures; None where nothing was there to measure."""

    update_prob: float | None
    gaps: int
    longest_gap_s: float
    tracks: int
    dubious_tracks: int
    false_tracks: int
    extra_tracks: int
    along: Spread | None
    across: Spread | None
    distance_rms_m: float | None


class Identification(msgspec.Struct, frozen=True, kw_only=True):
    """How identities were shown, of targets that tell theirs."""

    right_ratio: float | None
    wrong_ratio: float | None
    missing_ratio: float | None
    change_delay_s: float | None
    """Median over targets that were identified at all."""


def atm(
    moments: list[Moment], *, cutoff_m: float = CUTOFF_M, gap_s: float = 10.0, short_s: float = 30.0
) -> Atm:
    """Return the measures over all moments; their spacing is the update interval."""
    pairs = pair_up(moments, cutoff_m=cutoff_m)
    lengths = _gaps_s(moments, pairs)
    long = lengths[lengths > gap_s]
    shown_s = _shown_s(moments)
    seen_near = _track_ids(moments, nearest_truths(moments, cutoff_m=cutoff_m))
    matched = _track_ids(moments, pairs)
    along_m, across_m = _errors_m(moments, pairs)
    truths = sum(len(m.truth_id) for m in moments)
    return Atm(
        update_prob=share(len(pairs.moment), truths),
        gaps=len(long),
        longest_gap_s=float(long.max(initial=0.0)),
        tracks=len(shown_s),
        dubious_tracks=sum(s < short_s for s in shown_s.values()),
        false_tracks=len(shown_s.keys() - seen_near),
        extra_tracks=len(seen_near - matched),
        along=_spread(along_m),
        across=_spread(across_m),
        distance_rms_m=float(np.sqrt(np.mean(along_m**2 + across_m**2))) if len(along_m) else None,
    )


def identification(
    moments: list[Moment],
    true_identity: dict[int, int],
    shown_identity: list[I64],
    *,
    cutoff_m: float = CUTOFF_M,
) -> Identification:
    """Return how the picture identified targets that tell who they are.

    Args:
        moments: truth and picture.
        true_identity: address by target id, of those that have one.
        shown_identity: for each moment, shape (tracks,): address shown, -1 for none.
        cutoff_m: pairs farther apart do not count.
    """
    pairs = pair_up(moments, cutoff_m=cutoff_m)
    counts = {"right": 0, "wrong": 0, "missing": 0}
    first: dict[int, float] = {}
    delay: dict[int, float] = {}
    for k, truth, track in zip(
        pairs.moment.tolist(), pairs.truth.tolist(), pairs.track.tolist(), strict=True
    ):
        target = int(moments[k].truth_id[truth])
        if target not in true_identity:
            continue
        shown = int(shown_identity[k][track])
        right = shown == true_identity[target]
        counts["right" if right else "missing" if shown < 0 else "wrong"] += 1
        first.setdefault(target, moments[k].t_s)
        if right:
            delay.setdefault(target, moments[k].t_s - first[target])
    total = sum(counts.values())
    return Identification(
        right_ratio=share(counts["right"], total),
        wrong_ratio=share(counts["wrong"], total),
        missing_ratio=share(counts["missing"], total),
        change_delay_s=float(np.median(list(delay.values()))) if delay else None,
    )


def _track_ids(moments: list[Moment], pairs: Pairs) -> set[int]:
    rows = zip(pairs.moment.tolist(), pairs.track.tolist(), strict=True)
    return {int(moments[k].track_id[track]) for k, track in rows}


def _shown_s(moments: list[Moment]) -> dict[int, float]:
    """Return from first to last showing of each track."""
    first: dict[int, float] = {}
    last: dict[int, float] = {}
    for moment in moments:
        for track in moment.track_id.tolist():
            first.setdefault(track, moment.t_s)
            last[track] = moment.t_s
    return {track: last[track] - first[track] for track in first}


def _gaps_s(moments: list[Moment], pairs: Pairs) -> F64:
    """Return times between successive moments with a track, of every target."""
    target = _target_ids(moments, pairs)
    t_s = np.array([m.t_s for m in moments])[pairs.moment]
    order = np.lexsort((t_s, target))
    same = target[order][1:] == target[order][:-1]
    return np.asarray(np.diff(t_s[order])[same], dtype=np.float64)


def _target_ids(moments: list[Moment], pairs: Pairs) -> I64:
    rows = zip(pairs.moment.tolist(), pairs.truth.tolist(), strict=True)
    return np.array([moments[k].truth_id[truth] for k, truth in rows], dtype=np.int64)


def _errors_m(moments: list[Moment], pairs: Pairs) -> tuple[F64, F64]:
    """Return errors of pairs along and across (to the right of) true flight; shape (p,) each."""
    rows = list(zip(pairs.moment.tolist(), pairs.truth.tolist(), pairs.track.tolist(), strict=True))
    off_m = np.array([moments[k].track_m[j] - moments[k].truth_m[i] for k, i, j in rows])
    vel_mps = np.array([moments[k].truth_mps[i] for k, i, _ in rows])
    if not rows:
        return np.zeros(0), np.zeros(0)
    ahead = vel_mps / np.maximum(np.hypot(vel_mps[:, 0], vel_mps[:, 1]), 1e-9)[:, None]
    along_m = np.sum(off_m * ahead, axis=1)
    across_m = off_m[:, 0] * ahead[:, 1] - off_m[:, 1] * ahead[:, 0]
    return along_m, across_m


def _spread(error_m: F64) -> Spread | None:
    if not len(error_m):
        return None
    return Spread(
        mean_m=float(error_m.mean()),
        sigma_m=float(error_m.std()),
        p95_m=float(np.percentile(np.abs(error_m), 95)),
    )
