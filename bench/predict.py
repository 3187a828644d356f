"""Forecasts of crossing: simulated drones, real jets, real slow flights, beside a plain cone.

    PYTHON bench/predict.py [--tuning] [--sets drones,mis,jets,slow] [--fewer N] [--turns]

Flights are followed by the real tracker (a look every 4 s, noise 50-100 m drawn for each flight),
remembered by the real `assess.step`, and the futures it would march are crossed with made-up lines
of 30-150 km. Definitions are those of `tocsin.sim.score.passage` and `.windows`. `--tuning` works
on the seeds and the parts of the recordings that choices may be made on, and prints a table.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

sys.path.insert(0, str(Path(__file__).parent / "lib"))
from figure import figure, skipped
from flights import ADSB, Known, barcelona, made, relay_flights, swiss_jets, system_tracks
from forecasts import Forecasts, forecasts
from learning import learned

from tocsin.assess.analogues import Library
from tocsin.assess.settings import AssessSettings
from tocsin.config import shipped_library
from tocsin.sim.families import HELD_OUT_SEEDS, MIS_SPECIFIED, TUNING_SEEDS, USUAL, Habits, mixture
from tocsin.sim.score import passage
from tocsin.sim.score.passage import Interval
from tocsin.sim.score.windows import Windows, windows

SEEDS, FLIGHTS = 10, 22
"""Seeds of each set, and flights of each seed."""
MIS_FROM = 100
"""The mis-specified set has seeds of its own: this far after the first."""
UNTOUCHED = 10
"""The first ten held-out seeds were measured while the model was still being changed."""
HORIZONS_S = (300.0, 600.0, 900.0)
EVERY_S = {"jets": 60.0, "slow": 120.0}
"""Pieces of real flights are short: more times of each."""
SETS = ("drones", "mis", "jets", "slow")


class Result(NamedTuple):
    """All figures of one set."""

    ibs: Interval
    base: tuple[Interval, ...]
    """Brier skill against the base rate, at each of HORIZONS_S."""
    error: Interval
    """Calibration error at 10 min."""
    windows: Windows
    cone: Windows
    cases: int
    flights: int
    base_ratio: float
    """Share of the cases known for 15 min that crossed."""


def simulated(habits: Habits, first: int, seeds: range, flights: int) -> list[Known]:
    return [
        known
        for seed in seeds[first : first + SEEDS]
        for known in made(mixture(np.random.default_rng(seed), flights, habits))
    ]


def flights_of(name: str, tuning: bool, fewer: int) -> list[Known]:
    """Return the flights of a set."""
    seeds = TUNING_SEEDS if tuning else HELD_OUT_SEEDS[UNTOUCHED:]
    found: dict[str, Callable[[], list[Known]]] = {
        "drones": lambda: simulated(USUAL, 0, seeds, FLIGHTS // fewer),
        "mis": lambda: simulated(MIS_SPECIFIED, MIS_FROM, seeds, 15 // fewer),
        "jets": lambda: _jets(tuning)[::fewer],
        "slow": lambda: relay_flights((2,) if tuning else (1, 3))[::fewer],
    }
    return found[name]()


def _jets(tuning: bool) -> list[Known]:
    """Return real jets; the radar's and the other system's are only reported on."""
    if tuning:
        return swiss_jets((2,))
    return [*swiss_jets((1, 3)), *barcelona(), *system_tracks()]


def _asked_library(name: str, asked: argparse.Namespace) -> Library | None:
    if asked.turns:
        return None
    return shipped_library() if asked.shipped else library_of(name, asked.tuning)


def library_of(name: str, tuning: bool) -> Library:
    """Return the library for a set: real flights learn from the part that is not reported on."""
    parts = (0,) if tuning else (0, 2)
    if name == "jets":
        return learned(swiss_jets(parts), "jet", SETS.index(name))
    if name == "slow":
        return learned(relay_flights(parts), "slow_aircraft", SETS.index(name))
    return shipped_library()


def judge(found: Forecasts) -> Result:
    """Score forecasts. A case counts for a horizon only if its flight is known that far."""
    whole = found.part(found.cases.known_s >= passage.HORIZON_S)
    score, cone = (
        passage.integrated_brier(prob, whole.cases) for prob in (whole.futures, whole.cone)
    )
    return Result(
        ibs=passage.skill(score, cone, whole.cases.flight),
        base=tuple(_against_rate(found, horizon_s) for horizon_s in HORIZONS_S),
        error=_calibration(found, 600.0),
        windows=windows(whole.futures, whole.cases, told_share=whole.told),
        cone=windows(whole.cone, whole.cases),
        cases=len(whole.futures),
        flights=len(np.unique(whole.cases.flight)),
        base_ratio=float(np.mean(whole.cases.truth_s <= passage.HORIZON_S)),
    )


def _against_rate(found: Forecasts, horizon_s: float) -> Interval:
    known = found.part(found.cases.known_s >= horizon_s)
    rate = passage.climatology(known.cases)
    ours, theirs = (passage.brier(p, known.cases, horizon_s) for p in (known.futures, rate))
    return passage.skill(ours, theirs, known.cases.flight)


def _calibration(found: Forecasts, horizon_s: float) -> Interval:
    known = found.part(found.cases.known_s >= horizon_s)
    return passage.calibration_error(known.futures, known.cases, horizon_s)


TITLES = {
    "drones": "simulated drones",
    "mis": "simulated drones, mis-specified",
    "jets": "real jets (Switzerland, Barcelona, CAT062)",
    "slow": "real slow flights (Tour de France)",
}
REACH = {
    "drones": {"ibs": ">= 0.12", "error": "<= 0.006", "holds": "0.88 .. 0.92", "width": "<= 190"},
    "mis": {"ibs": ">= 0.13", "holds": ">= 0.86"},
    "jets": {"ibs": ">= 0.09", "error": "<= 0.006", "holds": "0.88 .. 0.92"},
    "slow": {"ibs": ">= 0.68", "error": "<= 0.015", "holds": ">= 0.86"},
}


def told(name: str, result: Result) -> None:
    """Print the figures of a set, each beside the cone or what else must be read with it."""
    reach, on = REACH[name], f"{TITLES[name]}, {result.flights} flights, {result.cases} cases"
    ours, cone = result.windows, result.cone
    figure(
        "integrated Brier skill against the cone",
        on,
        result.ibs.value_ratio,
        reach=reach["ibs"],
        peer=f"cone (NCV q 0.1) 0; 90 % interval {_span(result.ibs)}",
    )
    for horizon_s, skill in zip(HORIZONS_S, result.base, strict=True):
        figure(
            f"Brier skill against the base rate, {horizon_s / 60:.0f} min",
            on,
            skill.value_ratio,
            reach=">= 0" if horizon_s == HORIZONS_S[-1] else "",
            peer=f"base rate 0 ({result.base_ratio:.3f} cross in 15 min); {_span(skill)}",
        )
    figure(
        "calibration error at 10 min",
        on,
        result.error.value_ratio,
        reach=reach.get("error", ""),
        peer=f"90 % interval {_span(result.error)}",
    )
    figure(
        "90 % window holds",
        on,
        ours.holds_share[2],
        reach=reach["holds"],
        peer=f"cone {cone.holds_share[2]:.2f}; 50 and 80 %: {ours.holds_share[0]:.2f}, "
        f"{ours.holds_share[1]:.2f}; {ours.crossed} of {ours.gated} gated crossed, of "
        f"{ours.crossers} crossers {ours.without_share:.0%} without a window",
    )
    figure(
        "width of the 90 % window, median",
        on,
        ours.width_s,
        unit="s",
        reach=reach.get("width", ""),
        peer=f"cone {cone.width_s:.0f} s; median error {ours.error_s:.0f} s, cone "
        f"{cone.error_s:.0f} s",
    )


def _span(interval: Interval) -> str:
    return f"{interval.low_ratio:.3f} to {interval.high_ratio:.3f}"


HEAD = (
    "set   skill vs cone, 90 %   vs rate 5/10/15 min  ECE10 50/80/90 % w90 mae crossed/gated/all s"
)


def row(name: str, result: Result, spent_s: float) -> str:
    """Return one line of the table for tuning."""
    w = result.windows
    base = "/".join(f"{b.value_ratio:+.3f}" for b in result.base)
    held = "/".join(f"{share:.2f}" for share in w.holds_share)
    return (
        f"{name:7s} {result.ibs.value_ratio:+.3f} {_span(result.ibs):>15s} {base} "
        f"{result.error.value_ratio:.4f} {held} {w.width_s:5.0f}{w.error_s:5.0f} "
        f"{w.crossed}/{w.gated}/{w.crossers} {spent_s:4.0f}"
    )


def by_kind(found: Forecasts) -> str:
    """Return skill by family, one line."""
    parts = []
    for kind in np.unique(found.kind):
        some = found.part((found.kind == kind) & (found.cases.known_s >= passage.HORIZON_S))
        ours, cone = (passage.integrated_brier(p, some.cases) for p in (some.futures, some.cone))
        rate = _against_rate(some, 900.0).value_ratio
        parts.append(f"{kind} {1.0 - ours.sum() / cone.sum():+.2f} ({rate:+.2f})")
    return "        vs cone (vs rate at 15 min): " + ", ".join(parts)


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Figures of the forecasts of crossing.")
    parser.add_argument("--tuning", action="store_true", help="on what choices may be made on")
    parser.add_argument("--sets", default=",".join(SETS))
    parser.add_argument("--fewer", type=int, default=1, help="only one in so many flights")
    parser.add_argument("--shipped", action="store_true", help="learn nothing from real flights")
    parser.add_argument("--turns", action="store_true", help="turn events only, no library")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> None:
    asked = arguments(argv)
    settings = AssessSettings(min_noncooperative_prob=0.0)  # forecast what answers too
    if asked.tuning:
        print(HEAD)
    for name in asked.sets.split(","):
        if name in ("jets", "slow") and not ADSB.is_dir():
            skipped(TITLES[name], "the recordings are not beside this checkout")
            continue
        begun = time.monotonic()
        flights = flights_of(name, asked.tuning, asked.fewer)
        library = _asked_library(name, asked)
        every_s = EVERY_S.get(name, 180.0)
        found = forecasts(flights, SETS.index(name), settings, library, every_s=every_s)
        result = judge(found)
        if asked.tuning:
            print(row(name, result, time.monotonic() - begun), by_kind(found), sep="\n", flush=True)
        else:
            told(name, result)


if __name__ == "__main__":
    main(sys.argv[1:])
