"""How early places are warned, and how often for nothing, at one threshold for everything.

    PYTHON bench/lead.py [--tuning] [--seeds N] [--threshold X]

Six families of flights among 40 places, through traffic in each scenario, the real tracker and the
real `assess.step` every scan. Definitions are those of `tocsin.sim.score.policy` and `.oracle`.
The threshold is the default of `warn` (chosen on the tuning seeds); `--tuning` prints a table of
thresholds on those.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import figure

from scenarios import FAMILIES, MEMBERS, RADIUS_M, Played, play
from tocsin.assess.settings import AssessSettings
from tocsin.config import shipped_library
from tocsin.sim.families import HELD_OUT_SEEDS, TUNING_SEEDS
from tocsin.sim.score.oracle import Arrival
from tocsin.sim.score.policy import Draft, Score, drafts, score
from tocsin.warn.policy import Policy

SEEDS = 10
UNTOUCHED = 10
"""The first ten held-out seeds were measured while the model was still being changed."""
WARN_S, LAST_CALL_S, PREPARE_S = 600.0, 300.0, 1200.0
TRIED = (0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)


def judged(
    played: Sequence[Played],
    horizon_s: float,
    min_prob: float,
    *,
    late: bool = False,
    apart: bool = False,
) -> Score:
    """Score scenarios together.

    Args:
        played: The scenarios.
        horizon_s: Of the probability, and the cap of the oracle.
        min_prob: The threshold.
        late: Only arrivals after a late turn, at the place turned to.
        apart: Through traffic counts only in the scenarios of its own family.
    """
    made: list[Draft] = []
    come: list[Arrival] = []
    for number, one in enumerate(played):
        raised = drafts(one.told[horizon_s], one.paths, one.places_m, min_prob)
        reached = one.arrivals[horizon_s]
        if apart:
            raised = [d for d in raised if not _mixed_in(one, d.flight)]
            reached = [a for a in reached if not _mixed_in(one, a.flight)]
        if late:
            reached = [a for a in reached if _after_turn(one, a)]
        made += [_numbered(d, number) for d in raised]
        come += [msgspec.structs.replace(a, flight=a.flight + number * MEMBERS) for a in reached]
    return score(made, come, radius_m=RADIUS_M)


def _numbered(draft: Draft, number: int) -> Draft:
    """Make numbers of flights and tracks those of all scenarios together."""
    flight = draft.flight if draft.flight < 0 else draft.flight + number * MEMBERS
    return msgspec.structs.replace(draft, flight=flight, track=draft.track + number * 1_000_000)


def _mixed_in(one: Played, flight: int) -> bool:
    return one.family != "through" and flight >= 0 and one.flights[flight].family == "through"


def _after_turn(one: Played, arrival: Arrival) -> bool:
    flight = one.flights[arrival.flight]
    if flight.family != "defl4" or flight.turned_s is None:
        return False
    last_m = one.places_m[arrival.place] - flight.pos_m[-1]
    return arrival.t_s > flight.start_s + flight.turned_s and float(np.hypot(*last_m)) < 500.0


def told(played: Sequence[Played], seeds: range, threshold: float) -> None:
    """Print the figures at the one threshold."""
    every = judged(played, WARN_S, threshold)
    on = (
        f"six families x {len(seeds)} seeds, through traffic in each, WARN at P10 >= {threshold:g},"
        f" {every.arrivals} arrivals, {every.drafts} drafts"
    )
    best = f"{every.clairvoyant_median_ratio:.2f} / {every.clairvoyant_p10_ratio:.2f}"
    peer = f"course oracle (cap 10 min) 1; of the clairvoyant one {best}"
    figure("lead ratio, median", on, every.course_median_ratio, reach=">= 0.93", peer=peer)
    figure("lead ratio, 10th percentile", on, every.course_p10_ratio, reach=">= 0.80", peer=peer)
    figure("lead, median", on, every.lead_median_s, unit="s")
    apart = judged(played, WARN_S, threshold, apart=True)
    shares = (
        ("false alerts, near-tolerant", "near_false_share", "<= 0.22"),
        ("false alerts, strict", "false_share", "<= 0.33"),
        ("tracks with false alerts only", "false_track_share", "<= 0.08"),
    )
    for what, name, reach in shares:
        peer = f"through traffic in its own family only {getattr(apart, name):.3f}"
        figure(what, on, getattr(every, name), reach=reach, peer=peer)
    figure("drafted 2 min before, where the oracle knew 3", on, every.recall_share, reach=">= 0.98")
    late = judged([p for p in played if p.family == "defl4"], WARN_S, threshold, late=True)
    on = f"turn 4 min before arrival, {late.arrivals} arrivals"
    figure("lead ratio, median", on, late.course_median_ratio, reach=">= 0.95")
    figure("lead ratio, 10th percentile", on, late.course_p10_ratio, reach=">= 0.88")
    for family in FAMILIES:
        some = judged([p for p in played if p.family == family], WARN_S, threshold)
        on = f"{family} with through traffic, {some.arrivals} arrivals, {some.drafts} drafts"
        figure("lead ratio, median", on, some.course_median_ratio, peer=_beside(some))
    call = judged(played, LAST_CALL_S, Policy().last_call.min_prob)
    on = f"LAST CALL at P5 >= {Policy().last_call.min_prob:g}, oracle cap 5 min"
    figure("lead ratio, median", on, call.course_median_ratio, peer=_beside(call))
    ready = judged(played, PREPARE_S, Policy().prepare.min_prob)
    on = f"PREPARE at P20 >= {Policy().prepare.min_prob:g}, oracle cap 20 min"
    figure("lead ratio, median", on, ready.course_median_ratio, peer=_beside(ready))


def _beside(one: Score) -> str:
    return (
        f"10th percentile {one.course_p10_ratio:.2f}; false alerts near {one.near_false_share:.2f},"
        f" strict {one.false_share:.2f}, per track {one.false_track_share:.2f}; recall "
        f"{one.recall_share:.2f}"
    )


HEAD = (
    "              x course med/p10 clairvoyant lead s FAR near/strict/track recall arrivals drafts"
)


def row(name: str, min_prob: float, one: Score) -> str:
    """Return one line of the table for tuning."""
    return (
        f"{name:10s} {min_prob:4.2f} {one.course_median_ratio:6.3f}/{one.course_p10_ratio:.3f} "
        f"{one.clairvoyant_median_ratio:5.2f}/{one.clairvoyant_p10_ratio:.2f} "
        f"{one.lead_median_s:6.0f}  {one.near_false_share:.3f}/{one.false_share:.3f}/"
        f"{one.false_track_share:.3f} {one.recall_share:6.3f} {one.arrivals:6d} {one.drafts:6d}"
    )


def table(played: Sequence[Played], threshold: float) -> None:
    """Print thresholds for all families pooled, and the families at the one in use."""
    print(HEAD)
    for min_prob in TRIED:
        print(row("ALL P10", min_prob, judged(played, WARN_S, min_prob)))
    deflected = [p for p in played if p.family == "defl4"]
    for min_prob in TRIED:
        print(row("late turn", min_prob, judged(deflected, WARN_S, min_prob, late=True)))
    for family in FAMILIES:
        some = [p for p in played if p.family == family]
        print(row(family, threshold, judged(some, WARN_S, threshold)))
    print(row("P5", 0.5, judged(played, LAST_CALL_S, 0.5)))
    print(row("P20", 0.2, judged(played, PREPARE_S, 0.2)), flush=True)


def main(argv: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description="Figures of the lead of warnings.")
    parser.add_argument("--tuning", action="store_true", help="on what choices may be made on")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--threshold", type=float, default=Policy().warn.min_prob)
    asked = parser.parse_args(argv)
    kept = TUNING_SEEDS if asked.tuning else HELD_OUT_SEEDS[UNTOUCHED:]
    seeds = kept[: asked.seeds]
    begun = time.monotonic()
    settings, library = AssessSettings(), shipped_library()
    played = [play(f, seed, settings, library) for seed in seeds for f in FAMILIES]
    sys.stderr.write(f"lead: {len(played)} scenarios in {time.monotonic() - begun:.0f} s\n")
    if asked.tuning:
        table(played, asked.threshold)
    else:
        told(played, seeds, asked.threshold)


if __name__ == "__main__":
    main(sys.argv[1:])
