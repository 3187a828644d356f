"""A whole run against the truth of its scenario: the picture, its tracks, its probabilities.

The run's `tracks.parquet` is read at even steps (the last picture within each step); truth is
carried to the time of the picture. A target counts from its first plot on, if it is known from
which records were made (`links.parquet`): before that no tracker could show it; and until a
minute after its last, because a track may coast. Targets never seen are counted apart.
"""

from pathlib import Path

import msgspec
import numpy as np

from tocsin.model.errors import BadInput
from tocsin.sim.score.atm import Atm, Identification, atm, identification
from tocsin.sim.score.gospa import gospa
from tocsin.sim.score.moments import CUTOFF_M, Moment, Pairs, nearest_truths, pair_up
from tocsin.sim.score.nees import Consistency, consistency
from tocsin.sim.score.pictures import Picture, Truth, read_pictures, read_table, read_truth
from tocsin.sim.score.reliability import Reliability, reliability
from tocsin.sim.score.siap import Siap, siap


class GospaMean(msgspec.Struct, frozen=True, kw_only=True):
    """Means over all pictures; counts are per picture."""

    gospa_m: float
    localisation_m: float
    missed_per_look: float
    false_per_look: float


class Initiation(msgspec.Struct, frozen=True, kw_only=True):
    """From a target's first plot to its first track."""

    targets: int
    found: int
    never_seen: int
    """Targets that gave no plot at all: no fault of the tracker."""
    median_s: float | None
    p90_s: float | None
    switches: int
    """A target taken over by another track than the one that held it last."""


class NightScore(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about the picture of one run."""

    pictures: int
    step_s: float
    cutoff_m: float
    gospa: GospaMean
    initiation: Initiation
    initiation_by_kind: dict[str, Initiation]
    siap: Siap
    atm: Atm
    identification: Identification
    position_nees: Consistency
    existence: Reliability


def score_night(
    tracks: Path,
    truth: Path,
    *,
    links: Path | None = None,
    step_s: float = 1.0,
    cutoff_m: float = CUTOFF_M,
    partial: bool = False,
) -> NightScore:
    """Score a run's table of tracks against truth.

    Args:
        tracks: `tracks.parquet` of the run.
        truth: `truth.parquet` of the scenario.
        links: `links.parquet` beside it, or None.
        step_s: pictures are scored so often.
        cutoff_m: of GOSPA, and of what counts as on a target.
        partial: the truth is of drones put into a real recording, whose aircraft it does not
            know: tracks that mostly answered a transponder are left out.

    Raises:
        BadInput: a file cannot be read, or the run shows nothing in the time of the truth.
    """
    zero_ns = int(np.min(read_table(truth)["t_ns"].to_numpy(), initial=1 << 62))
    known = read_truth(truth, links, zero_ns)
    pictures = read_pictures(tracks, known, zero_ns, step_s=step_s, partial=partial)
    if not pictures:
        raise BadInput(
            "no picture in the time of the truth",
            where=str(tracks),
            remedy="Score a run of the recording that this truth belongs to.",
        )
    moments = [p.moment for p in pictures]
    pairs = pair_up(moments, cutoff_m=cutoff_m)
    return NightScore(
        pictures=len(pictures),
        step_s=step_s,
        cutoff_m=cutoff_m,
        gospa=_gospa(moments, cutoff_m),
        initiation=_initiation(moments, pairs, known, set(known.kind)),
        initiation_by_kind={
            kind: _initiation(moments, pairs, known, known.of_kind(kind))
            for kind in sorted(set(known.kind.values()))
        },
        siap=siap(moments, cutoff_m=cutoff_m),
        atm=atm(moments, cutoff_m=cutoff_m),
        identification=identification(
            moments, known.icao, [p.icao for p in pictures], cutoff_m=cutoff_m
        ),
        position_nees=_position_nees(pictures, pairs),
        existence=_existence(pictures, cutoff_m),
    )


def _gospa(moments: list[Moment], cutoff_m: float) -> GospaMean:
    parts = [gospa(m.truth_m, m.track_m, cutoff_m) for m in moments]
    return GospaMean(
        gospa_m=float(np.mean([p.value_m for p in parts])),
        localisation_m=float(np.mean([p.localisation_m for p in parts])),
        missed_per_look=float(np.mean([p.missed for p in parts])),
        false_per_look=float(np.mean([p.false for p in parts])),
    )


def _initiation(moments: list[Moment], pairs: Pairs, known: Truth, targets: set[int]) -> Initiation:
    first: dict[int, float] = {}
    last: dict[int, int] = {}
    switches = 0
    for k, truth, track in zip(
        pairs.moment.tolist(), pairs.truth.tolist(), pairs.track.tolist(), strict=True
    ):
        target = int(moments[k].truth_id[truth])
        if target not in targets:
            continue
        number = int(moments[k].track_id[track])
        first.setdefault(target, moments[k].t_s)
        switches += last.get(target, number) != number
        last[target] = number
    delay_s = [t_s - known.counts_from_s[target] for target, t_s in first.items()]
    unseen = [t for t in targets if known.first_plot_s is not None and t not in known.first_plot_s]
    return Initiation(
        targets=len(targets),
        found=len(first),
        never_seen=len(unseen),
        median_s=float(np.median(delay_s)) if delay_s else None,
        p90_s=float(np.percentile(delay_s, 90)) if delay_s else None,
        switches=switches,
    )


def _position_nees(pictures: list[Picture], pairs: Pairs) -> Consistency:
    rows = list(zip(pairs.moment.tolist(), pairs.truth.tolist(), pairs.track.tolist(), strict=True))
    moments = [p.moment for p in pictures]
    error = [moments[k].track_m[j] - moments[k].truth_m[i] for k, i, j in rows]
    cov = [pictures[k].cov_m2[j] for k, _, j in rows]
    return consistency(np.array(error).reshape(-1, 2), np.array(cov).reshape(-1, 2, 2))


def _existence(pictures: list[Picture], cutoff_m: float) -> Reliability:
    """A track is real where a target is within the cutoff."""
    near = nearest_truths([p.moment for p in pictures], cutoff_m=cutoff_m)
    real = [np.zeros(len(p.exists_prob), dtype=np.bool_) for p in pictures]
    for k, track in zip(near.moment.tolist(), near.track.tolist(), strict=True):
        real[k][track] = True
    return reliability(np.concatenate([p.exists_prob for p in pictures]), np.concatenate(real))
